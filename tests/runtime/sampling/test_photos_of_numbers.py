"""Units of photos whose labels are numbers, beside labels that share a hidden cause."""

import numpy as np
import pytest

from scm_compiler.compiler import parse_text
from scm_compiler.diagnostics import ScmError
from scm_compiler.inference.real.units import Held, Range, Seen
from scm_compiler.runtime.fit import train
from scm_compiler.runtime.sampling.imagined_photos import Known
from scm_compiler.runtime.sampling.photos_of_numbers import worlds

PROGRAM = "M, A, B : binary\nX, Y : real\nM -> B\nA <-> B\nA -> X\nB -> X -> Y"


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    random, n = np.random.default_rng(0), 2000
    u = random.random(n) < 0.5
    m = (random.random(n) < 0.5).astype(int)
    a = (random.random(n) < 0.2 + 0.6 * u).astype(int)
    b = (random.random(n) < 0.2 + 0.2 * m + 0.5 * u).astype(int)
    x = a + 2 * b + random.standard_normal(n)
    data = {"M": m, "A": a, "B": b, "X": x, "Y": 2 * x + random.standard_normal(n)}
    folder = tmp_path_factory.mktemp("photos") / "r"
    return train(parse_text(PROGRAM), data=data, run=folder, real="linear")


def looked_at(run, held, **values):
    known = [
        Known(name, np.array([value]), np.ones(1), given=True) for name, value in values.items()
    ]
    return worlds(run, tuple(known), 0, (held,), 0)


def test_a_hidden_cause_of_labels_does_not_keep_units_from_being_looked_at(run):
    was, had = looked_at(run, Held("A", "0", 0), M=1, A=1, B=0, X=1.5, Y=2.0)
    assert {name: column[0] for name, column in was.items()} == {
        "M": 1, "A": 1, "B": 0, "X": 1.5, "Y": 2.0
    }  # fmt: skip
    assert (had["A"][0], had["B"][0]) == (0, 0)
    assert had["X"][0] == pytest.approx(0.5, abs=0.25)
    assert had["Y"][0] - 2.0 == pytest.approx(2 * (had["X"][0] - 1.5), abs=0.1)


def test_what_is_not_given_is_drawn_by_way_of_the_hidden_cause(run):
    shares = [
        np.mean(
            [
                worlds(run, (Known("A", np.full(200, a), np.ones(200), given=True),), place,
                       (Held("Y", "0", 0.0),), 0)[0]["B"][0]
                for place in range(200)
            ]
        )
        for a in (0, 1)
    ]  # fmt: skip
    assert shares[1] - shares[0] == pytest.approx(0.3, abs=0.15)


def test_what_would_move_a_label_with_a_hidden_cause_is_refused(run):
    with pytest.raises(ScmError, match="E575"):
        looked_at(run, Held("M", "0", 0), M=1, A=1, B=0, X=1.5, Y=2.0)


def test_rows_of_a_sample_are_looked_at_likewise(run):
    found = run.given(B=1).counterfactual(40, do={"A": 0}, seed=2)
    assert found.factual.rows.tolist() == run.given(B=1).sample(40, seed=2).rows.tolist()
    moved = found.counterfactual["Y"] - found.factual["Y"]
    assert (found.counterfactual["B"] == 1).all()
    assert moved == pytest.approx(-2.0 * found.factual["A"], abs=0.5)
    with pytest.raises(ScmError, match="E575"):
        run.given().counterfactual(4, do={"M": 0})


def test_what_no_photo_shows_can_be_given(run):
    labels = (Known("A", np.ones(40), np.ones(40), given=True),)
    also = Seen({"M": np.eye(2)[1]}, {"Y": Range(low=2.0)})
    for place in range(40):
        own, _ = worlds(run, labels, place, (Held("X", "0", 0.0),), 0, also)
        assert (own["A"][0], own["M"][0]) == (1, 1)
        assert own["Y"][0] >= 2
