"""What is asked of runs in which a hidden cause reaches real nodes."""

import numpy as np
import pytest

from scm_compiler.compiler import parse_text
from scm_compiler.diagnostics import ScmError
from scm_compiler.inference.real.composed import Law
from scm_compiler.inference.real.units import Draw, Held, Range, Seen, Variable
from scm_compiler.runtime.fit import train
from scm_compiler.runtime.run import open_run

PROGRAM = """
X, W, Y, V : real
Ill, Old : binary
X, W -> Y
Old -> X
X <-> W
Y -> V
Y -> Ill
Old <-> Ill
"""


@pytest.fixture(scope="module")
def data():
    random, n = np.random.default_rng(0), 3000
    u, t = random.standard_normal(n), random.random(n)
    old = (t < 0.5).astype(int)
    x = u + old + random.standard_normal(n)
    w = u + random.standard_normal(n)
    y = x - w + random.standard_normal(n)
    v = 2 * y + random.standard_normal(n)
    ill = (random.random(n) < 1 / (1 + np.exp(-y - 2 * (t < 0.25)))).astype(int)
    return {"X": x, "W": w, "Y": y, "V": v, "Ill": ill, "Old": old}


@pytest.fixture(scope="module")
def run(data, tmp_path_factory):
    folder = tmp_path_factory.mktemp("law") / "r"
    return train(parse_text(PROGRAM), data=data, run=folder, real="linear")


@pytest.fixture(scope="module")
def unit(data, tmp_path_factory):
    graph = parse_text("X, W, Y, V : real\nX, W -> Y -> V\nX <-> W")
    folder = tmp_path_factory.mktemp("unit") / "r"
    return train(graph, data=data, run=folder, real="linear", replicates=20)


@pytest.mark.parametrize(
    ("query", "truth", "near"),
    [
        ("E(Y | X=2)", 2 - 0.52, 0.2),  # W is worth half of what X is over its mean
        ("E(Y | do(X=2))", 2.0, 0.2),
        ("E(V | do(X=2)) - E(V | do(X=0))", 4.0, 0.3),
        ("ATE(X -> V, 2 vs 0)", 4.0, 0.3),
        ("ATT(X -> Y, 2 vs 0)", 2.0, 0.2),
        ("E(Y[X=0] | X=2)", -0.52, 0.2),
        ("E(Y[X=0])", 0.0, 0.2),
        ("E(W[X=5] | Y=1, X=0, W=-1)", -1.0, 1e-6),  # X does not cause it
        ("E(Y[X=1] | X=0, W=-1, Y=3)", 4.0, 0.1),  # Y and V have mechanisms of their own
        ("E(V[X=1] | X=0, W=-1, Y=3, V=6)", 8.0, 0.2),
        ("E(Y | do(X = X + 1)) - E(Y)", 1.0, 0.15),
        ("P(Y > 0 | do(X=0..2 by 1))", None, None),
        ("NDE(X -> V, 1 vs 0)", 0.0, 1e-6),
    ],
)
def test_what_is_identified_is_answered(run, query, truth, near):
    if truth is None:
        assert len(run.query(query).value.rows) == 3
    else:
        assert run.query(query).probability == pytest.approx(truth, abs=near)


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("P(Ill=1 | do(Y=1), Old=1)", None),
        ("E(X[Old=0] | X=1, Ill=1)", "E586"),
        ("P(Ill=1 | do(Y=Y[X=1]))", "E586"),
        ("LATE(Old -> X -> Ill)", "E535"),
    ],
)
def test_what_is_not_is_refused(run, query, code):
    if code is None:
        assert run.query(query).identified
        return
    with pytest.raises(ScmError) as caught:
        run.query(query)
    assert caught.value.diagnostics[0].code == code


def test_what_observation_does_not_determine_has_no_answer(tmp_path):
    random = np.random.default_rng(0)
    rows = {"X": random.standard_normal(50), "Y": random.standard_normal(50)}
    graph = parse_text("X, Y : real\nX -> Y\nX <-> Y")
    run = train(graph, data=rows, run=tmp_path / "r", real="linear")
    with pytest.raises(ScmError, match="E520"):
        run.query("E(Y | do(X=1))")
    assert run.query("E(Y | X=1)").identified


def test_beside_it_tables_hold_the_hidden_causes_of_labels(tmp_path):
    random, n = np.random.default_rng(2), 6000
    u, h = random.random(n) < 0.5, random.standard_normal(n)
    a = (random.random(n) < 0.2 + 0.6 * u).astype(int)
    m = (random.random(n) < 0.2 + 0.6 * a).astype(int)
    b = (random.random(n) < 0.1 + 0.4 * m + 0.4 * u).astype(int)
    x = b + h + random.standard_normal(n)
    rows = {"A": a, "M": m, "B": b, "X": x, "W": h + random.standard_normal(n)}
    graph = parse_text("A, M, B : binary\nX, W : real\nA -> M -> B -> X\nA <-> B\nX <-> W")
    run = train(graph, data=rows, run=tmp_path / "r", real="linear")
    assert run.query("P(B=1 | do(A=1))").probability == pytest.approx(0.62, abs=0.04)
    assert run.query("E(X | do(A=1))").probability == pytest.approx(0.62, abs=0.08)
    assert run.query("E(X | do(A=1), W=2)").probability == pytest.approx(1.62, abs=0.12)
    with pytest.raises(ScmError, match="E575"):
        run.query("E(X[A=0] | B=1)")


def test_the_plan_names_the_formula_and_what_is_no_mechanism(run):
    plan = str(run.explain("E(Y | do(X=2))"))
    assert "by P(Y | do(X)) = sum_{W} P(W) P(Y | W, X)" in plan
    assert "of `W` the observed law is known, not the mechanisms" in plan
    assert run.explain("E(Y | do(X=2))").to_dict()["formulas"]


def test_the_interval_comes_from_replicates(unit):
    found = unit.query("E(Y | do(X=2))").interval
    assert found.low < 2.0 < found.high
    assert found.high - found.low < 0.4


def test_equal_seeds_give_equal_answers(run):
    again = open_run(run.path)
    text = "P(Ill=1 | do(X=1))"
    assert again.query(text, seed=3).probability == run.query(text, seed=3).probability


def test_rows_are_drawn_of_what_is_seen_and_of_what_do_makes(run, data):
    seen = run.sample(4000)
    assert np.corrcoef(seen["X"], seen["W"])[0, 1] == pytest.approx(
        np.corrcoef(data["X"], data["W"])[0, 1], abs=0.05
    )
    done = run.do(Y=1.0).sample(4000)
    assert set(done.names) == set(data)
    assert (done["Y"] == 1).all()
    assert abs(np.corrcoef(done["X"], done["V"])[0, 1]) < 0.06
    assert done["V"].mean() == pytest.approx(2.0, abs=0.15)


def test_a_unit_of_which_all_is_known_is_looked_at_in_another_world(unit, run):
    law = Law(unit.graph, unit.mechanisms)
    graph, mechanisms, own = law.units(["X"])
    seen = {"X": 0.0, "W": -1.0, "Y": 3.0, "V": 6.0}
    ranges = {own.get(name, name): Range(value, value) for name, value in seen.items()}
    names, random = list(seen), np.random.default_rng(0)
    draw = Draw(graph, mechanisms, (), Seen(ranges=ranges), names, random, 8)
    world = (Held("X", "1", 1.0),)
    changed = {name: draw.value(Variable(name, world)) for name in names}
    assert draw.value(Variable("X")).tolist() == [0.0] * 8
    assert changed["W"].tolist() == [-1.0] * 8
    assert changed["V"] == pytest.approx(8.0, abs=0.2)
    with pytest.raises(ScmError, match="E586"):
        Law(run.graph, run.mechanisms).units(["Y"])


def test_the_certificate_says_of_which_nodes_the_law_is_all_there_is(run):
    module = run.module()
    assert set(module.tied) == {"X", "W", "Ill", "Old"}
    assert '"observed_law": [' in (run.path / "certificate.json").read_text()
    assert len(module.sample(5)) == 5
    with pytest.raises(ValueError, match="no mechanism but a conditional"):
        module.sample(5, do={"X": 1.0})


def test_a_mechanism_that_is_curved(tmp_path):
    random, n = np.random.default_rng(1), 4000
    hidden = random.random(n) < 0.5
    smoke = (random.random(n) < 0.2 + 0.6 * hidden).astype(int)
    tar = np.exp(0.5 * random.standard_normal(n) + 0.8 * smoke)
    chance = 1 / (1 + np.exp(3 - 0.8 * tar - 2 * hidden))
    ill = (random.random(n) < chance).astype(int)
    graph = parse_text("S, I : binary\nTar : real(0, inf)\nS -> Tar -> I\nS <-> I")
    rows = {"S": smoke, "Tar": tar, "I": ill}
    run = train(graph, data=rows, run=tmp_path / "r")
    cut = "S, I : binary\nTar : binned(0.6, 1, 1.5, 2, 2.6, 3.4, 4.5)\nS -> Tar -> I\nS <-> I"
    classes = train(parse_text(cut), data=rows, run=tmp_path / "classes")
    for value in (0, 1):
        tars = np.exp(0.5 * random.standard_normal(n) + 0.8 * value)
        truth = (1 / (1 + np.exp(3 - 0.8 * tars - 2 * hidden))).mean()
        found = run.query(f"P(I=1 | do(S={value}))")
        formula = classes.query(f"P(I=1 | do(S={value}))").interval
        assert formula.low < found.probability < formula.high
        assert abs(found.probability - truth) < 0.03
        assert abs(ill[smoke == value].mean() - truth) > 0.08
