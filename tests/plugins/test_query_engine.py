"""A query engine of another package."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from scm_compiler import load, train
from scm_compiler.cli.main import main

GRAPH = """graph wet

Rain : binary
Mood : categorical(low, mid, high)
Wet  : binary

Rain -> Wet
Rain, Wet -> Mood
"""
QUERIES = (
    "P(Wet=1)",
    "P(Mood, Rain | Wet=1)",
    "P(Wet=1, Mood=high | do(Rain=1))",
    "E(Mood | do(Wet=1), Rain=0)",
    "ATE(Rain -> Wet)",
)


@pytest.fixture
def run(install, here):
    install("enumeration", "scmc.engines", "enumerate = enumeration:ENUMERATE")
    Path("wet.scm").write_text(GRAPH.replace("low, mid, high", "1, 2, 3"))
    rows = ["0,1,0", "0,2,0", "0,3,1", "1,1,1", "1,3,1", "1,3,0", "1,2,1", "0,2,1"]
    Path("rows.csv").write_text("\n".join(["Rain,Mood,Wet", *rows]) + "\n")
    return train(load("wet.scm"), data="csv:rows.csv", path="runs/wet-1")


@pytest.mark.parametrize("text", [text.replace("high", "3") for text in QUERIES])
def test_it_agrees_with_the_exact_engine(run, text):
    ours, theirs = run.query(text), run.query(text, method="enumerate")
    numbers = [answer.to_dict()["answer"] for answer in (ours, theirs)]
    assert _probabilities(numbers[1]) == pytest.approx(_probabilities(numbers[0]))


def _probabilities(answer):
    rows = answer.get("rows", [answer])
    return [value for row in rows for value in row.values() if isinstance(value, float)]


def test_its_answers_say_its_name(run, capsys):
    answer = run.query("P(Wet=1 | do(Rain=1))", method="enumerate")
    assert answer.method == "enumerate"
    assert "identified, by enumerate, " in answer.how
    words = ("query", "P(Wet=1 | do(Rain=1))", "--method", "enumerate")
    assert main([*words]) == 0
    assert "by enumerate" in capsys.readouterr().out.splitlines()[0]
    assert main([*words, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["method"] == "enumerate"
    assert main([*words, "--explain"]) == 0
    shown = capsys.readouterr().out
    assert "enumerate, as asked" in shown
    assert "P(Rain, Mood, Wet)" in shown
    assert main([*words, "--explain", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["method"] == "enumerate"
    assert run.explain("P(Wet=1)", method="enumerate").method == "enumerate"


def test_what_it_does_not_answer_is_refused(run, capsys):
    assert main(["query", "P(Wet[Rain=0]=1 | Rain=1)", "--method", "enumerate"]) == 1
    assert "error[E447]: the method `enumerate` does not answer this" in capsys.readouterr().err


def test_what_is_too_large_for_it_is_refused(run, capsys, monkeypatch):
    monkeypatch.setattr(pytest.importorskip("enumeration"), "MOST", 4)
    assert main(["query", "P(Wet=1)", "--method", "enumerate"]) == 1
    assert "error[E433]: the joint distribution needs a table of 2^4" in capsys.readouterr().err


def test_a_method_that_there_is_none_of(run, capsys):
    with pytest.raises(SystemExit):
        main(["query", "P(Wet=1)", "--method", "enumrate"])
    said = capsys.readouterr().err
    assert "argument --method: invalid choice: 'enumrate'" in said
    assert "'bounds', 'enumerate'" in said
    with pytest.raises(ValueError, match=r"no method `enumrate`; .* `bounds`, `enumerate`"):
        run.query("P(Wet=1)", method="enumrate")


def test_the_methods_of_our_own_look_for_no_packages():
    code = (
        "import sys; from scm_compiler.cli.main import main; "
        "sys.exit(main(['query', 'P(Wet=1)', '--method', 'exact', '--run', 'none', '-q']) != 2 "
        "or 'importlib.metadata' in sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True, capture_output=True)


def test_a_method_belongs_to_one_package(run, install):
    install("mosaic", "scmc.engines", "enumerate = mosaic:MOSAIC")
    with pytest.raises(ValueError, match="enumeration:ENUMERATE and mosaic:MOSAIC"):
        run.query("P(Wet=1)", method="enumerate")
