"""A wrong argument is refused before torch is loaded, whatever the verb."""

import json
import subprocess
import sys

import pytest

WRONG = {
    "train g.scm --device gpu": "E707",
    "train g.scm --seed x": "E707",
    "train g.scm --steps 0": "E707",
    "train g.scm --budget soon": "E707",
    "train g.scm --stage lables": "E707",
    "train g.scm --precision half": "E707",
    "train g.scm --replicates 1": "E707",
    "train g.scm --data g.csv --option width": "E707",
    "train g.scm --data g.csv --option widht=3": "E560",
    "train f.scm --option widht=3": "E560",
    "train f.scm --option width=-3": "E662",
    "train f.scm --head vae --option beta=-3": "E662",
    "train missing.scm": "E113",
    "train g.scm --data g.csv --trainer mlee": "E704",
    "train g.scm --data g.csv --preset papr": "E704",
    "train f.scm --head causalgan": "E661",
    "train f.scm --images fodler:photos": "E670",
    "train g.scm --data missing.csv": "E602",
    "train g.scm --data cvs:g.csv": "E601",
    "train g.scm --data g.csv?mising=em": "E621",
    "train g.scm --data g.csv?missing=emm": "E622",
    "train g.scm --data parquet:*.pq?encoding=latin-1": "E621",
    "train g.scm": "E614",
    "train --resume --run missing": "E651",
    "train --resume": "E650",
    "train --stage images --run missing": "E651",
    "query P(A) --run missing": "E651",
    "query P(A)": "E650",
    "query P(A) --seed x": "E707",
    "query P(A) --method exatc": "E116",
    "query P(A) --level 2": "E116",
    "eval --run missing": "E651",
    "eval": "E650",
    "eval --seed x": "E707",
    "sample do(A=1) -o o.csv --run missing": "E651",
    "sample do(A=1) -o o.csv": "E650",
    "sample do(A=1) -o o.csv --seed x": "E707",
    "sample do(A=1) -o o.csv -n x": "E707",
    "sample do(A=1) -o o.xyz": "E715",
    "verify missing": "E506",
    "export missing -o x.bif": "E113",
    "export g.scm -o x.xyz": "E820",
    "import missing.bif": "E117",
    "compile missing.scm": "E113",
    "compile g.scm --mechanisms foo": "E116",
    "check g.scm --data missing.csv": "E602",
    "init celebag1": "E811",
    "qeury P(A)": "E116",
}

PROGRAM = """
import contextlib, io, json, sys
from scm_compiler.cli.main import main
found = {}
for line in json.load(sys.stdin):
    text = io.StringIO()
    with contextlib.redirect_stderr(text), contextlib.redirect_stdout(text):
        try:
            code = main(line.split())
        except SystemExit as end:
            code = end.code
    found[line] = code, text.getvalue(), "torch" in sys.modules
print(json.dumps(found))
"""


@pytest.fixture(scope="module")
def refused(tmp_path_factory):
    """What each line prints, its exit code, and whether torch was loaded by then."""
    place = tmp_path_factory.mktemp("wrong")
    (place / "g.scm").write_text("graph g\nA, B : binary\nA -> B\n")
    (place / "g.csv").write_text("A,B\n0,1\n1,0\n")
    (place / "f.scm").write_text("graph f\nMale : binary\nF : image(3, 16, 16)\nMale -> F\n")
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM],
        input=json.dumps(list(WRONG)),
        capture_output=True,
        text=True,
        cwd=place,
        check=True,
    )
    return json.loads(done.stdout)


@pytest.mark.parametrize("line", WRONG)
def test_it_is_refused_before_torch_is_loaded(refused, line):
    code, text, loaded = refused[line]
    assert f"error[{WRONG[line]}]" in text
    assert code in (1, 2)
    assert not loaded


def test_the_likely_verb(refused):
    assert "there is no verb `qeury`; did you mean `query`?" in refused["qeury P(A)"][1]
