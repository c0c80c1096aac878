"""A node kind of another package, whose domain and distributions are its own."""

import json
import math
import sys
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

import numpy as np
import pytest
import torch

from scm_compiler import load
from scm_compiler.cli.main import main
from scm_compiler.compiler import check
from scm_compiler.diagnostics import ScmError, Source
from scm_compiler.emit.checks.behaviour import redraw
from scm_compiler.emit.source import emit_source
from scm_compiler.inference.precision import from_rows
from scm_compiler.ir.json import graph_from_json, graph_to_json
from scm_compiler.model.compilation import compile_module
from scm_compiler.model.spec import ExplicitSpec
from scm_compiler.runtime.controller.registry import configure, make_trainer
from scm_compiler.runtime.data import load_labels
from scm_compiler.runtime.run import open_run

GRAPH = """graph calls

Busy  : binary
Calls : count(5)
Lost  : binary

Busy        -> Calls
Busy, Calls -> Lost
"""
RATES = (1.0, 3.0)


def truncated(rate):
    """P(k) of a Poisson number that is at most 5."""
    weights = np.array([rate**k / math.factorial(k) for k in range(6)])
    return weights / weights.sum()


@pytest.fixture
def calls(install, here):
    """`calls.scm` and `rows.csv`, 3,000 rows of it."""
    install("counting", "scmc.kinds", "count = counting:COUNT")
    Path("calls.scm").write_text(GRAPH)
    random = np.random.default_rng(0)
    busy = (random.random(3000) < 0.4).astype(int)
    number = np.array([random.choice(6, p=truncated(RATES[value])) for value in busy])
    lost = (random.random(3000) < 0.1 + number / 8).astype(int)
    rows = zip(busy, number, lost, strict=True)
    Path("rows.csv").write_text(
        "Busy,Calls,Lost\n" + "".join(f"{a},{b:.1f},{c}\n" for a, b, c in rows)
    )
    return busy, number


@pytest.fixture
def run(calls):
    scmc("train", "calls.scm", "--data", "csv:rows.csv", "-q")
    return open_run("runs/calls-1")


def scmc(*words, code=0):
    assert main([*words]) == code


def fitted(mean):
    """The one distribution of the family with this mean, by bisection of the rate."""
    low, high = 1e-9, 1e9
    for _ in range(300):
        rate = math.sqrt(low * high)
        low, high = (rate, high) if truncated(rate) @ np.arange(6) < mean else (low, rate)
    return truncated(low)


def in_the_family(rows):
    """Whether P(k - 1) P(k + 1) / P(k)^2 is what it is of Poisson numbers, k / (k + 1)."""
    ratios = rows[..., :-2] * rows[..., 2:] / rows[..., 1:-1] ** 2
    return np.allclose(ratios, [k / (k + 1) for k in range(1, 5)], rtol=1e-4)


def test_it_is_fitted_with_one_number_a_setting(calls, run):
    busy, number = calls
    expected = [fitted(number[busy == value].mean()) for value in (0, 1)]
    table = run.tables().probabilities["Calls"]
    np.testing.assert_allclose(table, expected, atol=1e-6)
    weights = run.module().node_weights()
    assert weights["Calls.natural"].shape == (2, 1)
    rates = weights["Calls.natural"].exp().flatten()
    np.testing.assert_allclose(rates, RATES, rtol=0.1)


def test_it_is_asked_on_every_rung(run, capsys):
    table = run.tables().probabilities["Calls"]
    found = run.query("P(Calls | do(Busy=1))")
    assert [row.probability.value for row in found.value.rows] == pytest.approx(table[1])
    mean = table[1] @ np.arange(6)
    assert run.query("E(Calls | Busy=1)").probability == pytest.approx(mean)
    for method in ("weighted", "sample"):
        drawn = run.query("E(Calls | do(Busy=1))", method=method, samples=20_000)
        assert drawn.probability == pytest.approx(mean, abs=0.05)
    unit = run.query("P(Calls[Busy=0]=1 | Busy=1, Calls=4)").probability
    low, high = (table[1][:k].sum() for k in (4, 5))  # the noise of such a unit
    below = np.clip(table[0].cumsum(), low, high)
    assert unit == pytest.approx((below[1] - below[0]) / (high - low), abs=1e-5)
    scmc("query", "P(Calls=9)", code=1)
    assert "its values are 0, 1, 2, 3, 4, 5" in capsys.readouterr().err
    scmc("query", "P(Calls=2)", "--json")
    assert json.loads(capsys.readouterr().out)["ok"]


def test_its_mechanism_draws_explains_and_tells_chances(run):
    mechanism = run.model().mechanisms["Calls"]
    table = mechanism.table()
    assert in_the_family(table)
    world = {"Busy": np.repeat([0, 1], 500)}
    uniform = np.random.default_rng(0).random((1000, 1))
    value = mechanism.sample(world, uniform[:, 0])
    np.testing.assert_allclose(
        mechanism.log_prob(value, world), np.log(table[world["Busy"], value])
    )
    noise = mechanism.abduct(value, world, uniform)
    np.testing.assert_array_equal(mechanism.sample(world, noise), value)


def test_what_the_rows_leave_open_is_of_the_family_too(calls, run):
    busy, number = calls
    drawn = from_rows(run.tables(), 400, 0)["Calls"]
    assert drawn.shape == (400, 2, 6)
    assert in_the_family(drawn)
    means = drawn[:, 1] @ np.arange(6)
    seen = number[busy == 1]
    assert means.std() == pytest.approx(seen.std() / math.sqrt(len(seen)), rel=0.15)
    interval = run.query("E(Calls | Busy=1)").interval
    assert interval.low < seen.mean() < interval.high


def test_it_works_from_check_to_sample(run, capsys):
    capsys.readouterr()
    scmc("check", "calls.scm", "--data", "csv:rows.csv")
    assert "Calls  Busy" in capsys.readouterr().out
    scmc("fmt", "--check", "calls.scm")
    scmc("compile", "calls.scm")
    assert "7 of 7 checks passed" in capsys.readouterr().out
    scmc("verify", "build/calls", "-q")
    scmc("verify", "runs/calls-1", "-q")
    scmc("eval", "-q")
    scmc("render", "calls.scm", "-o", "calls.svg", "-q")
    assert "count(5)" in Path("calls.svg").read_text()
    scmc("sample", "do(Busy=1)", "-n", "4", "-o", "rows-drawn.csv", "-q")
    head, *rows = Path("rows-drawn.csv").read_text().splitlines()
    assert head == "Busy,Calls,Lost"
    assert {row.split(",")[1] for row in rows} <= set("012345")


def test_the_emitted_source_draws_the_same(run):
    scmc("compile", "calls.scm", "-q")
    text = Path("build/calls/model.py").read_text()
    assert "self.Calls = Exponential(" in text
    assert "# line 4: Calls : count(5)" in text
    spec = spec_from_file_location("emitted", "build/calls/model.py")
    emitted = module_from_spec(spec)
    spec.loader.exec_module(emitted)
    ours, theirs = run.module(), emitted.load("runs/calls-1/labels.safetensors")
    noise = ours.draw_noise(5000, generator=torch.Generator().manual_seed(0))
    for do in ({}, {"Busy": 1}, {"Calls": 5}):
        assert torch.equal(ours(noise, do), theirs(noise, do))


@pytest.mark.parametrize("limit", [4096, 1])
def test_every_form_of_running_and_the_source_give_the_same(calls, limit):
    graph, spec = load("calls.scm"), ExplicitSpec(table_limit=limit, hidden=8)
    module = compile_module(graph, spec, generator=torch.Generator().manual_seed(0))
    drawn = redraw(module, torch.Generator().manual_seed(1))
    space = {}
    exec(compile(emit_source(graph, spec), "emitted", "exec"), space)
    emitted = space["Model"]()
    emitted.load_state_dict(drawn.node_weights())
    noise = drawn.draw_noise(2000, generator=torch.Generator().manual_seed(2))
    values = emitted(noise)
    assert len(values[:, 1].unique()) > 2
    for form in ("fused", "plain"):
        drawn.form = form
        assert torch.equal(drawn(noise), values)


def test_a_network_of_its_parents_gives_its_parameters(calls):
    graph = load("calls.scm")
    rows = load_labels("csv:rows.csv", graph)
    trainer = make_trainer(graph, rows, configure(table_limit=1, steps=300, hidden=8))
    trainer.advance(150)
    other = make_trainer(graph, rows, configure(table_limit=1, steps=300, hidden=8))
    other.restore(trainer.state())
    for one in (trainer, other):
        one.advance(150)
    module = trainer.model()
    table = module.tables().probabilities["Calls"]
    np.testing.assert_array_equal(other.model().tables().probabilities["Calls"], table)
    assert in_the_family(table)
    np.testing.assert_allclose(table, [truncated(rate) for rate in RATES], atol=0.03)
    conditional = module.tables(most=0).networks["Calls"]
    np.testing.assert_allclose(conditional.at(np.array([[0], [1]])), table, atol=1e-9)
    drawn = module.sample(60_000, do={"Busy": 1}, generator=torch.Generator().manual_seed(0))
    shares = drawn[:, 1].bincount(minlength=6) / 60_000
    np.testing.assert_allclose(shares, table[1], atol=0.01)


def test_with_hidden_causes_it_may_have_any_distribution(calls):
    Path("hidden.scm").write_text(GRAPH + "Busy        <-> Lost\n")
    scmc("train", "hidden.scm", "--data", "csv:rows.csv", "--run", "own", "-q")
    run = open_run("own")
    assert in_the_family(run.tables().observational.probabilities["Calls"])
    Path("mixed.scm").write_text(GRAPH + "Calls       <-> Lost\n")
    scmc("train", "mixed.scm", "--data", "csv:rows.csv", "--run", "mixed", "-q")
    busy, number = calls
    found = open_run("mixed").query("P(Calls=4 | do(Busy=1))").probability
    assert found == pytest.approx((number[busy == 1] == 4).mean())


def test_networks_with_noise_take_its_values(calls):
    words = ("--trainer", "wgan-gp", "--steps", "2", "--run", "wgan", "-q")
    scmc("train", "calls.scm", "--data", "csv:rows.csv", *words)
    rows = open_run("wgan").query("P(Calls | Busy=1)").value.rows
    assert [row.values for row in rows] == [(str(k),) for k in range(6)]


def test_its_graph_is_kept_by_what_its_kind_makes_the_domain_of(calls, capsys):
    graph = load("calls.scm")
    kept = graph_to_json(graph)
    assert json.loads(kept)["nodes"][1] == {
        "name": "Calls",
        "kind": "count",
        "arguments": {"most": 5},
    }
    assert graph_from_json(kept) == graph
    scmc("export", "calls.scm", "-o", "calls.json", "-q")
    scmc("import", "calls.json", "-o", "again.scm", "-q")
    assert load("again.scm").hash == graph.hash
    assert "Calls : count(5)" in Path("again.scm").read_text()
    scmc("export", "calls.scm", "-o", "calls.dot", "-q")
    assert "categorical(0, 1, 2, 3, 4, 5)" in Path("calls.dot").read_text()
    assert "W820" in capsys.readouterr().err


def test_domains_that_differ_give_graphs_that_differ(calls):
    texts = ("count(5)", "count(4)", "categorical(0, 1, 2, 3, 4, 5)")
    graphs = [check(Source("a.scm", GRAPH.replace(texts[0], text)))[0] for text in texts]
    assert len({graph.hash for graph in graphs}) == 3
    assert graphs[0] != graphs[1]


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('"most": 5', '"most": 4', "was edited"),
        ('"most": 5', '"most": "many"', "a whole number from 1 to 100, not `many`"),
        ('"most": 5', '"most": {"of": 5}', "nodes.1.arguments"),
        ('"most": 5', '"least": 0, "most": 5', "it takes 1 argument (most), 2 given"),
        ('"most": 5', '"least": 5', "the arguments of `count` are {'most': 5}, not {'least': 5}"),
        ('"kind": "count"', '"kind": "tally"', "no package that is installed has the node kind"),
    ],
)
def test_a_graph_file_that_was_changed_is_refused(calls, old, new, said):
    kept = graph_to_json(load("calls.scm")).replace(old, new)
    with pytest.raises(ScmError) as refused:
        graph_from_json(kept)
    assert said in str(refused.value)


def test_without_the_package_the_run_says_what_is_missing(run, monkeypatch, capsys):
    monkeypatch.setattr(sys, "path", [place for place in sys.path if "site-counting" not in place])
    scmc("query", "P(Calls=2)", code=2)
    assert "no package that is installed has the node kind `count`" in capsys.readouterr().err
