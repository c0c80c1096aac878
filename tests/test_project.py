"""The project files agree with each other: README, CI, the examples, the wheel."""

import csv
import re
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from scm_compiler.cli.init import summary
from scm_compiler.cli.main import main
from scm_compiler.compiler import load
from scm_compiler.shipped import example_programs
from scm_compiler.version import __version__

ROOT = Path(__file__).parents[1]
EXAMPLES = [
    "celeba_beard",
    "celeba_cg1",
    "celeba_g1",
    "celeba_rcg1",
    "celeba_smile",
    "dose",
    "drawn_faces",
    "front_door",
    "hair",
    "morpho_digits",
    "napkin",
    "nsw",
    "own_kind",
    "pendulum",
    "sprinkler",
    "triangle",
]


SPANNING = {"benchmarks", "fuzz", "golden", "plugins", "properties"}
"""Folders of tests of no one folder of the source."""


def bash_blocks(text):
    return re.findall(r"^```bash\n(.*?)^```", text, flags=re.MULTILINE | re.DOTALL)


def test_the_readme_begins_with_the_two_commands():
    blocks = bash_blocks((ROOT / "README.md").read_text(encoding="utf-8"))
    run, test = blocks[:2]
    assert run.strip().endswith("&& scmc demo")
    assert test.strip().endswith("&& pytest -n auto")
    assert 'pip install -e ".[dev]"' in test


def test_ci_runs_the_commands_of_the_readme_and_not_its_own():
    script = (ROOT / ".ci/run").read_text(encoding="utf-8")
    assert "readme 1" in script
    assert "readme 2" in script
    assert "pip install" not in script
    assert not re.search(r"^\s*pytest", script, flags=re.MULTILINE)
    tools = ("ruff check", "ruff format --check", "mypy", "lint-imports", "mkdocs build --strict")
    for tool in tools:
        assert tool in script


def test_ci_reads_the_blocks_that_the_readme_shows():
    blocks = bash_blocks((ROOT / "README.md").read_text(encoding="utf-8"))
    for number in (1, 2):
        command = ["bash", ".ci/run", "--print", str(number)]
        done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, check=True)
        assert done.stdout.strip() == blocks[number - 1].strip()


@pytest.mark.parametrize("document", ["README.md", "docs/language.md"])
def test_the_program_shown_is_the_example(document):
    text = (ROOT / document).read_text(encoding="utf-8")
    (shown,) = re.findall(r"^```scm\n(.*?)^```", text, flags=re.MULTILINE | re.DOTALL)
    assert shown == (ROOT / "examples/celeba_g1/model.scm").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("name", "words"), [("celeba_g1", []), ("celeba_g1_do", ["--do", "Mustache=1"])]
)
def test_the_pictures_shown_are_drawn_by_scmc(tmp_path, name, words):
    drawn = tmp_path / "g.svg"
    assert (
        main(["render", "celeba_g1", "--engine", "graphviz-pure", "-o", str(drawn), *words]) == 0
    )
    assert drawn.read_bytes() == (ROOT / f"docs/pictures/{name}.svg").read_bytes()


def test_the_changelog_tells_of_this_version():
    text = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    assert f"## [{__version__}]" in text
    assert f'version = "{__version__}"' in (ROOT / "pyproject.toml").read_text(encoding="utf-8")


def test_links_between_documents_lead_somewhere():
    documents = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *ROOT.glob("examples/*/*.md")]
    dead = [
        (str(document.relative_to(ROOT)), target)
        for document in documents
        for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", document.read_text("utf-8"))
        if not (document.parent / target).exists()
    ]
    assert dead == []


def test_the_examples_are_these():
    assert sorted(example_programs()) == EXAMPLES
    assert all(summary(program.parent) for program in example_programs().values())


@pytest.mark.usefixtures("own_kind")
@pytest.mark.parametrize("name", EXAMPLES)
def test_an_example_checks_and_is_formatted(name, capsys):
    program = str(ROOT / "examples" / name / "model.scm")
    assert main(["check", program]) == 0, capsys.readouterr().err
    assert main(["fmt", "--check", program]) == 0, capsys.readouterr().out


@pytest.mark.usefixtures("own_kind")
@pytest.mark.parametrize("name", EXAMPLES)
def test_an_example_compiles(name, tmp_path):
    program = str(ROOT / "examples" / name / "model.scm")
    assert main(["compile", "-q", program, "-o", str(tmp_path / "build")]) == 0
    assert (tmp_path / "build/model.py").is_file()


@pytest.mark.parametrize("name", EXAMPLES)
def test_an_example_shows_a_picture(name):
    folder = ROOT / "examples" / name
    shown = re.findall(
        r"^!\[.+\]\((\S+)\)$", (folder / "README.md").read_text("utf-8"), re.MULTILINE
    )
    assert shown
    assert all((folder / picture).is_file() for picture in shown)


@pytest.mark.usefixtures("own_kind")
@pytest.mark.parametrize(
    ("ends", "reason"),
    [
        ("1", "it takes 2 arguments (lowest, highest), 1 given"),
        ("3, 1", "a scale has 2 to 100 steps, not -1"),
        ("low, 5", "the ends of a scale are whole numbers, not `low`"),
    ],
)
def test_the_kind_of_own_kind_refuses(ends, reason, tmp_path, capsys):
    (tmp_path / "g.scm").write_text(f"Effort : scale({ends})\n")
    assert main(["check", str(tmp_path / "g.scm")]) == 1
    assert f"error[E302]: wrong arguments of `scale`: {reason}" in capsys.readouterr().err


def test_tutoring_has_the_stated_effects():
    table = rows("own_kind")
    effort = {t: [share(table, {"Effort": e}, Tutored=t) for e in "123"] for t in "01"}
    assert effort == {"0": [0.5, 0.3, 0.2], "1": [0.2, 0.3, 0.5]}


def rows(name):
    """The rows of an example's data, each with its count."""
    with (ROOT / "examples" / name / "data.csv").open(encoding="utf-8") as stream:
        return [(row, int(row["count"])) for row in csv.DictReader(stream)]


def share(table, target, **given):
    """The share of rows with `target` among those that agree with `given`."""
    chosen = [(row, n) for row, n in table if all(row[k] == v for k, v in given.items())]
    hits = sum(n for row, n in chosen if all(row[k] == v for k, v in target.items()))
    return hits / sum(n for _, n in chosen)


def test_the_sprinklers_rows_have_the_stated_tables():
    table = rows("sprinkler")
    assert share(table, {"Cloudy": "1"}) == 0.5
    assert share(table, {"Sprinkler": "1"}, Cloudy="1") == 0.1
    assert share(table, {"Sprinkler": "1"}, Cloudy="0") == 0.5
    assert share(table, {"Rain": "1"}, Cloudy="1") == 0.8
    assert share(table, {"Rain": "1"}, Cloudy="0") == 0.2
    wet = {(s, r): share(table, {"Wet": "1"}, Sprinkler=s, Rain=r) for s in "01" for r in "01"}
    assert wet == {("0", "0"): 0.0, ("0", "1"): 0.9, ("1", "0"): 0.9, ("1", "1"): 1.0}


def test_the_front_doors_rows_give_the_stated_effect():
    """The adjustment of Pearl 2009, Theorem 3.3.4, on the rows: 0.56 - 0.24."""
    table = rows("front_door")

    def under(smoking):
        return sum(
            share(table, {"Tar": tar}, Smoking=smoking)
            * sum(
                share(table, {"Cancer": "1"}, Tar=tar, Smoking=s) * share(table, {"Smoking": s})
                for s in "01"
            )
            for tar in "01"
        )

    assert under("1") == pytest.approx(0.56)
    assert under("0") == pytest.approx(0.24)
    assert share(table, {"Cancer": "1"}, Smoking="1") == pytest.approx(0.62)


def test_the_napkins_rows_give_the_stated_effect():
    """P(Y | do(X)) = sum_w P(X, Y | R, w) P(w) / sum_w P(X | R, w) P(w), for either value of R."""
    table = rows("napkin")

    def over_w(target, r):
        given = [({"R": r, "W": w}, share(table, {"W": w})) for w in "01"]
        return sum(share(table, target, **held) * weight for held, weight in given)

    for r in "01":
        for x, effect in (("0", 0.4), ("1", 0.6)):
            found = over_w({"X": x, "Y": "1"}, r) / over_w({"X": x}, r)
            assert found == pytest.approx(effect)
    assert share(table, {"Y": "1"}, X="0") == pytest.approx(0.39, abs=0.005)
    assert share(table, {"Y": "1"}, X="1") == pytest.approx(0.61, abs=0.005)


def test_bald_is_never_seen_on_women_in_the_hair_rows():
    table = rows("hair")
    assert share(table, {"Hair": "bald"}, Male="0") == 0
    assert share(table, {"Hair": "bald"}, Male="1", Young="0") == 0.3


def test_the_complete_examples_have_every_pair_of_the_order_and_of_its_reverse():
    forward, backward = (load(example_programs()[name]) for name in ("celeba_cg1", "celeba_rcg1"))
    order = [name for name in forward.topological if name != "Face"]
    assert order[0] == "Young"
    assert [name for name in backward.topological if name != "Face"] == order[::-1]
    for graph in (forward, backward):
        among = [edge for edge in graph.edges if edge.target != "Face"]
        assert len(among) == 36
        assert len(graph.parents["Face"]) == 9


@pytest.mark.slow
def test_the_wheel_holds_what_it_needs_and_works(tmp_path):
    command = [sys.executable, "-m", "pip", "wheel", str(ROOT), "--no-deps"]
    options = ["--no-build-isolation", "-q", "-w", str(tmp_path)]
    done = subprocess.run([*command, *options], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    (wheel,) = tmp_path.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
        archive.extractall(tmp_path / "site")
    shipped = {f"scm_compiler/_shipped/examples/{name}/model.scm" for name in EXAMPLES}
    grammars = {f"scm_compiler/_shipped/grammars/{name}.lark" for name in ("scm", "query")}
    others = {"scm_compiler/py.typed", "scm_compiler/runtime/data/celeba_labels.csv"}
    assert shipped | grammars | others <= names
    assert not any(name.startswith(("tests/", "docs/", "benchmarks/")) for name in names)
    code = (
        "import sys; sys.path.insert(0, 'site'); import scm_compiler; "
        "from scm_compiler.cli.main import main; assert 'site' in scm_compiler.__file__; "
        "sys.exit(main(['check', 'celeba_g1']))"
    )
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, capture_output=True, text=True, cwd=tmp_path, check=False)
    assert done.returncode == 0, done.stderr


def test_tests_stand_where_the_source_does():
    """A folder of tests has its folder of source; one of source is tested there or from above."""
    source, tests = ROOT / "scm_compiler", ROOT / "tests"
    tested = {path.parent.relative_to(tests) for path in tests.rglob("test_*.py")}
    strays = {path for path in tested if path.parts[:1] and path.parts[0] not in SPANNING}
    assert not {path for path in strays if not (source / path).is_dir()}
    logic = {
        path.parent.relative_to(source)
        for path in source.rglob("*.py")
        if path.name != "__init__.py" and "codes" not in path.parts
    }
    assert not {path for path in logic if not {path, path.parent} & tested}
