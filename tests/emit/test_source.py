"""The emitted source: it runs without scmc, gives the module's values, and ruff likes it."""

import json
import subprocess
import sys
from dataclasses import replace

import pytest
import torch
from safetensors.torch import load_file, save_file

from scm_compiler.compiler import check
from scm_compiler.diagnostics import Source
from scm_compiler.emit.source import emit_source
from scm_compiler.ir import Discrete, Graph, Node, Real
from scm_compiler.model.compilation import compile_module, spec_for
from scm_compiler.model.spec import ExplicitSpec, ImplicitSpec, MixedSpec, Shape
from scm_compiler.shipped import shipped

TERMS = ((0, 0), (1, 0), (2, 0), (3, 0), (2, 4), (4, 1), (3, 2))
"""Of regressions: 1, functions of the first column, and products of two."""

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


def compare(folder, expected, *, near=False):
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
            assert found[what].dtype == tensor.dtype
            if near and tensor.is_floating_point():  # products of matrices round as they lie
                assert torch.allclose(found[what], tensor, rtol=1e-9), (name, what)
            else:
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


def test_real_nodes_run_alone_and_give_the_modules_values(reals, randomised, tmp_path):
    expected = {}
    for name, graph in reals.items():
        forms = {
            node.name: Shape("linear", (), 0) for node in graph.reals if node.domain == Real()
        }
        forms["R"] = Shape("quantiles", (), 5, 2)
        spec = spec_for(graph)
        own = {n: forms[n] for n in spec.apart if n in forms}
        caused = {node.name for node in graph.reals if graph.parents[node.name]}
        regressions = {name: Shape("regression", (), 7, knots=4, terms=TERMS) for name in caused}
        for which, shapes in (
            ("networks", {}),
            ("closed", own),
            ("regressions", regressions),
        ):
            chosen = replace(spec, apart={**spec.apart, **shapes})
            module = compile_module(graph, chosen)
            module.load_node_weights(module.redrawn_weights(torch.Generator().manual_seed(0)))
            text = emit_source(graph, chosen)
            assert "scm_compiler" not in text
            expected[f"{name}_{which}"] = write(tmp_path, f"{name}_{which}", module, text)
    compare(tmp_path, expected, near=True)
    ruff(tmp_path)


def test_the_mechanisms_of_real_nodes_can_be_followed_by_eye(reals):
    text = emit_source(reals["both"], spec_for(reals["both"]))
    for line in (
        'NODES = ("A", "R", "B", "C", "S", "D", "E")',
        '    "R": (-1.0, 4.0),',
        '    "S": (-math.inf, math.inf),',
        "        self.S = Transform((1, 3), (32, 32), 8, 0, -math.inf, math.inf)",
        '        S = self.S(noise[:, 4], held.get("S"), R, B)',
        "        # R -> S",
        "        hidden_0 = (noise[:, 7] * 8).long()",
    ):
        assert line in text.splitlines()


def test_a_regression_says_its_terms(reals):
    shape = Shape("regression", (), 7, knots=4, terms=TERMS[:3])
    text = emit_source(
        reals["real"], MixedSpec(apart={**spec_for(reals["real"]).apart, "Z": shape})
    )
    line = "Regression((1, 1), 4, ((0, 0), (1, 0), (2, 0)), 7, -math.inf, math.inf)"
    assert line in text
    assert "class Terms" in text


def test_only_what_is_used_is_printed(reals):
    text = emit_source(reals["real"], spec_for(reals["real"]))
    assert "class Quantiles" in text
    assert "class Linear" not in text
    assert "class Table" not in text
    assert "mixture_density" not in text


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
