"""The emitted source: it runs without scmc, gives the module's values, and ruff likes it."""

import ast
import json
import subprocess
import sys

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from safetensors.torch import load_file, save_file

from scm_compiler.compiler import check
from scm_compiler.diagnostics import Source
from scm_compiler.emit import ExplicitSpec, ImplicitSpec
from scm_compiler.emit.source import (
    call,
    comment,
    emit_source,
    literal,
    print_expression,
    prose,
    tuple_of,
)
from scm_compiler.ir import Discrete, Graph, Node
from scm_compiler.shipped import shipped

SPECS = {
    "tables": ExplicitSpec(hidden_states=4),
    "networks": ExplicitSpec(table_limit=2, hidden_states=3, hidden=9, layers=2),
    "linear": ExplicitSpec(table_limit=1, layers=1),
    "implicit": ImplicitSpec(hidden=6, layers=3, noise=2),
}

# Runs a folder's models where scm_compiler cannot be imported.
RUNNER = """
import importlib.util, json, sys

class Blocker:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] == "scm_compiler":
            raise ImportError("scm_compiler is blocked")

sys.meta_path.insert(0, Blocker())
try:
    import scm_compiler
except ImportError:
    pass
else:
    raise SystemExit("scm_compiler can be imported")

from pathlib import Path
from safetensors.torch import load_file, save_file
import torch

for path in sorted(Path(sys.argv[1]).glob("*.py")):
    spec = importlib.util.spec_from_file_location("model", path)
    emitted = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(emitted)
    model = emitted.load(path.with_suffix(".weights"))
    noise = load_file(path.with_suffix(".noise"))["noise"]
    do = json.loads(path.with_suffix(".do").read_text())
    drawn = model.sample(50, do=do, generator=torch.Generator().manual_seed(4))
    found = {"observed": model(noise), "held": model(noise, do), "drawn": drawn}
    save_file({k: v.contiguous() for k, v in found.items()}, path.with_suffix(".found"))
"""


def write(folder, name, module, text):
    """A model and what the runner gives it."""
    noise = module.draw_noise(4000, generator=torch.Generator().manual_seed(3))
    do = dict.fromkeys(module.layout.labels[:1], 1)
    (folder / f"{name}.py").write_text(text, encoding="utf-8")
    (folder / f"{name}.do").write_text(json.dumps(do))
    save_file(module.node_weights(), folder / f"{name}.weights")
    save_file({"noise": noise.contiguous()}, folder / f"{name}.noise")
    drawn = module.sample(50, do=do, generator=torch.Generator().manual_seed(4))
    return {"observed": module(noise), "held": module(noise, do), "drawn": drawn}


def compare(folder, expected):
    """Run the models of a folder in a process without scmc."""
    done = subprocess.run(
        [sys.executable, "-I", "-c", RUNNER, str(folder)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    for name, values in expected.items():
        found = load_file(folder / f"{name}.found")
        for what, tensor in values.items():
            assert torch.equal(found[what], tensor), (name, what)


def ruff(folder):
    """What `ruff` says, with its defaults and with the project's width."""
    pytest.importorskip("ruff", reason="ruff is a development tool")
    run = [sys.executable, "-m", "ruff"]
    for words in (["check"], ["format", "--diff"], ["format", "--diff", "--line-length", "99"]):
        command = [*run, *words, "--isolated", "--no-cache", str(folder)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout


def test_every_family_and_graph_runs_alone_and_gives_the_modules_values(
    graphs, randomised, tmp_path
):
    expected = {}
    for family, spec in SPECS.items():
        for name, graph in graphs.items():
            module = randomised(graph, spec, scale=0.7)
            text = emit_source(graph, spec)
            assert "scm_compiler" not in text
            expected[f"{family}_{name}"] = write(tmp_path, f"{family}_{name}", module, text)
    compare(tmp_path, expected)
    ruff(tmp_path)


HOSTILE = [
    'quote"s',
    "apostrophe's",
    "back\\slash",
    "new\nline",
    "separator\u2028here",
    '"""',
    "'''",
    "#{}%s",
    "); import os; os.abort()  #",
    "class",
    "forward",
    "torch",
    "self",
    "held",
    "noise",
    "survival",
    "values_below",
    "settings",
    "DOMAINS",
    "hidden_0",
    "I",
    "l",
    "O",
    "5_o_Clock_Shadow",
    "Ünïcödé",
    "ﬁn",
    "fin",
    "名前",
    "\u202eltr",
    "\x00nul",
    "__class__",
    "x" * 120,
    " ",
]


def test_no_name_can_break_the_source(build_graph, randomised, tmp_path):
    graph = build_graph(
        dict.fromkeys(HOSTILE, 2),
        [(a, b) for rank, b in enumerate(HOSTILE) for a in HOSTILE[max(0, rank - 2) : rank]],
        [(HOSTILE[0], HOSTILE[5]), (HOSTILE[1], HOSTILE[2])],
        name='"""\\\n evil',
    )
    graph = Graph(
        graph.name,
        (*graph.nodes, Node("values", "categorical", Discrete(tuple(HOSTILE)))),
        graph.edges,
        graph.confounders,
    )
    expected = {}
    for family in ("tables", "implicit"):
        module = randomised(graph, SPECS[family])
        text = emit_source(graph, SPECS[family])
        expected[family] = write(tmp_path, family, module, text)
    compare(tmp_path, expected)
    ruff(tmp_path)


def test_the_lines_of_the_program_are_quoted(tmp_path):
    path = shipped("examples", "celeba_g1", "model.scm")
    source = Source(path.name, path.read_text(encoding="utf-8"))
    graph, _ = check(source)
    text = emit_source(graph, ExplicitSpec(), source)
    lines = text.splitlines()
    place = next(
        n for n, line in enumerate(lines) if line.strip().startswith("Eyeglasses = self.")
    )
    number = next(
        n for n, line in enumerate(source.text.splitlines(), 1) if line.startswith("Young     ")
    )
    assert lines[place - 1].strip() == f"# line {number}: Young -> Eyeglasses"
    assert f'GRAPH_HASH = "{graph.hash}"' in lines
    (tmp_path / "model.py").write_text(text)
    ruff(tmp_path)


def test_a_hostile_program_cannot_leave_its_comment(tmp_path):
    end = "raise SystemExit"
    text = f"A : binary  # \x0c {end}\nB : binary\nA -> B  # \u2028{end} \x85{end}\n"
    source = Source("g.scm", text)
    graph, _ = check(source)
    assert graph is not None
    emitted = emit_source(graph, ExplicitSpec(), source)
    quoted = [line.strip() for line in emitted.splitlines() if end in line]
    assert len(quoted) == 3  # one for the declaration, in two places, and one for the edge
    assert all(line.startswith("# line ") for line in quoted)
    (tmp_path / "model.py").write_text(emitted, encoding="utf-8")
    ruff(tmp_path)


def test_emission_is_deterministic(graphs):
    for spec in SPECS.values():
        assert emit_source(graphs["mixed"], spec) == emit_source(graphs["mixed"], spec)


@given(st.text())
def test_a_literal_evaluates_to_its_text(text):
    written = literal(text)
    assert ast.literal_eval(written) == text
    assert len(written.splitlines()) == 1


@given(st.text(), st.integers(0, 3))
def test_a_comment_is_one_line_of_nothing_else(text, depth):
    written = comment(text, depth)
    assert len(written.splitlines()) == 1
    assert len(written) <= 88
    assert ast.parse(written.strip()).body == []


@given(st.text())
def test_prose_cannot_end_a_docstring(text):
    written = f'"""The model {prose(text)} is."""'
    assert isinstance(ast.literal_eval(written), str)


def test_long_brackets_get_a_line_an_item():
    short = print_expression("x = ", call("f", "a", tuple_of(["1"])), 1)
    assert short == ["    x = f(a, (1,))"]
    long = print_expression("x = ", call("f", "a" * 60, call("g", "b" * 30)), 1)
    assert long == ["    x = f(", f"        {'a' * 60},", f"        g({'b' * 30}),", "    )"]
