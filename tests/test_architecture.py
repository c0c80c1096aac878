"""The rules of the house: imports go down only, and heavy ones wait until they are needed."""

import ast
import subprocess
import sys
from pathlib import Path

import grimp
import networkx as nx
import pytest

ROOT = Path(__file__).parents[1]
MOST_INSIDE = 40
"""Imports of the package inside functions; each spares a heavy one where it is not needed."""

HEAVY = ("torch", "numpy", "rich", "pydantic", "lark", "networkx")

_PROBE = """
import contextlib, io, sys
from scm_compiler.cli.main import main
with contextlib.redirect_stdout(io.StringIO()), contextlib.suppress(SystemExit):
    code = main(sys.argv[2:])
    assert code == int(sys.argv[1]), code
print(*sorted({name.partition(".")[0] for name in sys.modules}))
"""


def modules_after(*words, cwd, code=0):
    """The top-level modules that `scmc WORDS…` has imported by the time that it ends."""
    command = [sys.executable, "-c", _PROBE, str(code), *words]
    done = subprocess.run(command, capture_output=True, text=True, cwd=cwd, check=False)
    assert done.returncode == 0, done.stderr
    return set(done.stdout.split())


@pytest.fixture(scope="module")
def imports():
    """Who imports whom in the package; imports inside functions and for types count."""
    graph = grimp.build_graph("scm_compiler", cache_dir=None)
    found = graph.find_modules_directly_imported_by
    return nx.DiGraph((name, other) for name in graph.modules for other in found(name))


def test_no_modules_import_each_other_in_a_circle(imports):
    circles = [sorted(group) for group in nx.strongly_connected_components(imports)]
    assert [group for group in circles if len(group) > 1] == []


def test_imports_go_down_only():
    program = Path(sys.executable).with_name("lint-imports")
    command = [program if program.exists() else "lint-imports", "--no-cache"]
    done = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize(
    "words",
    [
        ("--help",),
        ("--version",),
        *((verb, "--help") for verb in ("render", "import", "train", "sample", "query")),
    ],
)
def test_help_imports_nothing_heavy(words, tmp_path):
    assert modules_after(*words, cwd=tmp_path).isdisjoint(HEAVY)


@pytest.mark.parametrize(
    "words",
    [
        ("init",),
        ("check", "celeba_g1"),
        ("fmt", "--check", str(ROOT / "examples/celeba_g1/model.scm")),
        ("render", "celeba_g1", "-o", "g.svg"),
        ("render", "celeba_g1", "-o", "g.dot", "--do", "Mustache=1", "--given", "Male=1"),
        ("explain", "E801"),
        ("export", "front_door", "-o", "g.dot"),
    ],
)
def test_the_front_end_never_imports_torch(words, tmp_path):
    assert "torch" not in modules_after(*words, cwd=tmp_path)


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("train", "--steps", "x"), 2),
        (("sample", "-o", "x.csv", "-n", "0"), 2),
        (("compile", "nowhere.scm"), 2),
        (("query", "--identify", "P(Cancer | do(Smoking=1))", "--on", "front_door"), 0),
    ],
)
def test_what_needs_no_torch_does_not_wait_for_it(words, code, tmp_path):
    assert "torch" not in modules_after(*words, cwd=tmp_path, code=code)


@pytest.mark.parametrize(
    ("words", "loaded"),
    [
        (("check", "celeba_g1"), {"lark"}),
        (("explain", "E431"), set()),
        (("completion", "bash", "--line", "scmc query --run drawn_faces 'P("), set()),
        (("query", "P(Male=1)", "--run", "drawn_faces"), {"lark", "numpy"}),
    ],
)
def test_a_short_command_imports_what_it_needs(words, loaded, tmp_path):
    assert modules_after(*words, cwd=tmp_path) & set(HEAVY) == loaded


def imports_inside_functions(path):
    """The imports of the package in the functions of a module."""
    functions = (
        node
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    )
    return {
        f"{path.relative_to(ROOT)}:{node.lineno}"
        for function in functions
        for node in ast.walk(function)
        if (isinstance(node, ast.ImportFrom) and (node.level or ours(node.module)))
        or (isinstance(node, ast.Import) and any(ours(alias.name) for alias in node.names))
    }


def ours(module):
    return module.partition(".")[0] == "scm_compiler"


def test_imports_stand_at_the_top_of_files():
    modules = (ROOT / "scm_compiler").rglob("*.py")
    inside = sorted(place for path in modules for place in imports_inside_functions(path))
    assert 0 < len(inside) <= MOST_INSIDE, inside


def test_no_module_is_longer_than_the_house_allows():
    """The codes are left out: each class there is a page of documentation."""
    lengths = {
        path.relative_to(ROOT): len(path.read_text(encoding="utf-8").splitlines())
        for path in (ROOT / "scm_compiler").rglob("*.py")
        if path.parent.name != "codes"
    }
    assert {path: n for path, n in lengths.items() if n > 450} == {}
