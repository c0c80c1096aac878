"""Real nodes beside labels that share a hidden cause."""

import numpy as np
import pytest

from scm_compiler.compiler import parse_text
from scm_compiler.diagnostics import ScmError
from scm_compiler.runtime.fit import train
from scm_compiler.runtime.run import open_run

PROGRAM = "A, B, M, Y : binary\nX : real\nA -> B\nA -> X\nA -> M -> Y\nA <-> B\nA <-> Y\nM -> X"


@pytest.fixture(scope="module")
def data():
    random, n = np.random.default_rng(0), 4000
    u, v = random.random((2, n)) < 0.5
    a = (random.random(n) < 0.2 + 0.3 * u + 0.3 * v).astype(int)
    b = (random.random(n) < 0.2 + 0.3 * a + 0.3 * u).astype(int)
    m = (random.random(n) < 0.2 + 0.6 * a).astype(int)
    y = (random.random(n) < 0.1 + 0.5 * m + 0.3 * v).astype(int)
    x = a + m + random.standard_normal(n)
    return {"A": a, "B": b, "M": m, "Y": y, "X": x}


@pytest.fixture(scope="module")
def run(data, tmp_path_factory):
    folder = tmp_path_factory.mktemp("hidden") / "r"
    return train(parse_text(PROGRAM), data=data, run=folder, real="linear")


def test_what_is_seen_is_what_the_rows_say(run, data):
    for name in ("B", "Y"):
        found = run.query(f"E(X | {name}=1)").probability
        assert abs(found - data["X"][data[name] == 1].mean()) < 0.05


@pytest.mark.parametrize(
    ("query", "truth"),
    [
        ("E(X | do(B=1))", 0.5 + 0.5),  # B causes nothing, P(A=1) = P(M=1) = 1/2
        ("E(X | do(A=1))", 1 + 0.8),
        ("E(X | do(A=0))", 0.2),
        ("ATE(A -> X)", 1 + 0.6),
        ("P(Y=1 | do(A=1), X > 1.8)", 0.1 + 0.15 + 0.5 * 0.9162),  # the front door
    ],
)
def test_what_is_identified_is_answered(run, query, truth):
    assert abs(run.query(query).probability - truth) < 0.08


def test_who_has_the_value_that_is_held_is_as_is_seen(run):
    held, seen = (run.query(text).probability for text in ("E(X[A=1] | A=1)", "E(X | A=1)"))
    assert held == pytest.approx(seen)
    assert run.query("E(X[A=1] | A=1)").identified


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("P(B=1 | do(A=1), X=2)", "E520"),
        ("E(X | do(A=1), B in (0, 1), X > 1)", "E520"),
        ("do(A=1)", "E520"),
        ("E(X[A=0] | B=1)", "E575"),
        ("P(Y=1 | do(X=X+1), B=1)", "E575"),
        ("E(X | do(M=M[A=1]))", "E575"),
    ],
)
def test_what_is_not_is_refused(run, query, code):
    with pytest.raises(ScmError, match=code):
        run.query(query)


def test_rows_are_drawn_of_what_is_seen(run, data):
    sample = open_run(run.path).sample(4000)
    assert set(sample.names) == set(data)
    seen = np.corrcoef(sample["A"], sample["B"])[0, 1]
    assert abs(seen - np.corrcoef(data["A"], data["B"])[0, 1]) < 0.06


def test_the_module_holds_the_hidden_cause(run):
    module = run.module()
    assert module.layout.noise_size == 7
    drawn = module.sample(20_000).numpy()
    assert abs(np.corrcoef(drawn[:, 0], drawn[:, 1])[0, 1]) > 0.3


def test_evidence_of_several_values_has_to_be_identified_itself(tmp_path):
    """Given one value of Z the hidden cause counts for nothing; of two it tells which."""
    random, n = np.random.default_rng(0), 2000
    u = random.random(n) < 0.5
    x = (random.random(n) < 0.2 + 0.6 * u).astype(int)
    z = (random.random(n) < 0.1 + 0.3 * x + 0.5 * u) + (random.random(n) < 0.3).astype(int)
    graph = parse_text("X : binary\nZ : ordinal(0, 1, 2)\nY : real\nX -> Z -> Y\nX <-> Z")
    data = {"X": x, "Z": z, "Y": z + random.standard_normal(n)}
    run = train(graph, data=data, run=tmp_path / "r", real="linear")
    mean = data["Y"][z == 2].mean()
    assert run.query("E(Y | do(X=1), Z=2)").probability == pytest.approx(mean, abs=0.05)
    for seen in ("Z in (1, 2)", "Z >= 1", "Z ~ (0.1, 0.2, 0.7)", "Y > 1"):
        with pytest.raises(ScmError, match="E520"):
            run.query(f"E(Y | do(X=1), {seen})")
    assert run.query("E(Y | do(Z=2), X in (0, 1))").probability == pytest.approx(mean, abs=0.05)
