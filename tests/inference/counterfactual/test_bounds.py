"""Model-free bounds against closed forms, and against the corners worked out one by one."""

from itertools import product

import numpy as np
import pytest

from scm_compiler.inference import answer
from scm_compiler.ir import Discrete, Edge, Graph, Node
from scm_compiler.model.tables import Tables
from scm_compiler.semantics.query import read_query


def bounds_of(found):
    return found.bounds.low, found.bounds.high


@pytest.fixture(scope="module")
def pair(binary):
    def build(p0, p1):
        tables = {"X": np.array([0.4, 0.6]), "Y": np.array([[1 - p0, p0], [1 - p1, p1]])}
        return Tables(binary("X Y", "X->Y"), tables)

    return build


@pytest.mark.parametrize(("p0", "p1"), [(0.2, 0.7), (0.7, 0.2), (0.9, 0.8), (0.0, 0.5), (1, 0.3)])
def test_tian_and_pearl(pair, ask, p0, p1):
    """Necessity and sufficiency of an unconfounded cause (Tian and Pearl 2000, section 4)."""
    model = pair(p0, p1)
    both = ask(model, "P(Y[X=1]=1, Y[X=0]=0)")
    assert bounds_of(both) == pytest.approx((max(0, p1 - p0), min(p1, 1 - p0)))
    necessary = ask(model, "P(Y[X=0]=0 | X=1, Y=1)")
    expected = max(0, (p1 - p0) / p1), min(1, (1 - p0) / p1)
    assert bounds_of(necessary) == pytest.approx(expected)
    assert both.bounds.sharp
    assert necessary.bounds.sharp


def test_a_bald_man_had_he_been_a_woman(binary, ask):
    """One number in, two out: 0.8715 under do() is not what this unit would have been."""
    q, p = 0.1285 / 0.182, 0.8715
    tables = {
        "Male": np.array([0.5, 0.5]),
        "Young": np.array([0.5, 0.5]),
        "Bald": np.array([[[0.5, 0.5], [1 - p, p]], [[0.5, 0.5], [1 - q, q]]]),
    }
    model = Tables(binary("Male Young Bald", "Male->Bald Young->Bald"), tables)
    found = ask(model, "P(Bald[Male=0]=1 | Male=1, Young=1, Bald=1)")
    assert found.probability == pytest.approx(1.0)
    assert bounds_of(found) == pytest.approx((0.818, 1.0), abs=1e-9)
    assert (found.rung, found.identified, found.noise_model) == (3, False, "threshold")
    assert ask(model, "P(Bald=1 | do(Male=0), Young=1)").probability == pytest.approx(p)


def coupling(first, second, together):
    """P(a, b) of two events' values, at one of the two ends that Fréchet leaves."""
    both = min(first, second) if together else max(0.0, first + second - 1)
    return np.array([[1 - first - second + both, second - both], [first - both, both]])


def test_the_ends_are_reached_through_a_mediator(binary, ask):
    """X -> M -> Y: every corner of both nodes' couplings, by hand."""
    m, y = (0.3, 0.6), (0.2, 0.9)
    tables = {
        "X": np.array([0.5, 0.5]),
        "M": np.array([[1 - p, p] for p in m]),
        "Y": np.array([[1 - p, p] for p in y]),
    }
    found = ask(Tables(binary("X M Y", "X->M M->Y"), tables), "P(Y[X=0]=1 | X=1, Y=1)")
    corners = []
    for ends in product((True, False), repeat=2):
        mediators, outcomes = coupling(*m, ends[0]), coupling(*y, ends[1])
        both = sum(
            mediators[a, b] * (y[a] if a == b else outcomes[1, 1])
            for a, b in product(range(2), repeat=2)
        )
        corners.append(both / (0.4 * y[0] + 0.6 * y[1]))
    assert bounds_of(found) == pytest.approx((min(corners), max(corners)))
    assert found.bounds.sharp


def test_evidence_of_two_worlds_is_part_of_the_corner(binary, ask):
    model = Tables(
        binary("X Y Z", "X->Y Y->Z"),
        {
            "X": np.array([0.5, 0.5]),
            "Y": np.array([[0.6, 0.4], [0.3, 0.7]]),
            "Z": np.array([[0.9, 0.1], [0.5, 0.5]]),
        },
    )
    found = ask(model, "P(Z=1 | X=1, Y[X=0]=1)")
    ratios = []
    for together in (True, False):
        table = coupling(0.4, 0.7, together)
        ratios.append((table[1] @ [0.1, 0.5]) / 0.4)
    assert bounds_of(found) == pytest.approx((min(ratios), max(ratios)))


def test_three_worlds_are_bounded_by_entries(pair, ask, binary):
    tables = {
        "A": np.array([0.5, 0.5]),
        "B": np.array([0.5, 0.5]),
        "Y": np.array([[[0.4, 0.6], [0.3, 0.7]], [[0.2, 0.8], [0.9, 0.1]]]),
    }
    model = Tables(binary("A B Y", "A->Y B->Y"), tables)
    found = ask(model, "P(Y[A=0, B=0]=1, Y[A=0, B=1]=1, Y[A=1, B=0]=1)")
    assert bounds_of(found) == pytest.approx((0.1, 0.6))  # Fréchet for three events
    assert found.probability == pytest.approx(0.6)
    assert not found.bounds.sharp


def test_more_values(ask):
    domain = Discrete(("low", "mid", "high"))
    nodes = (Node("X", "label", domain), Node("Y", "label", domain))
    graph = Graph("g", nodes, (Edge("X", "Y"),))
    rows = np.array([[0.2, 0.5, 0.3], [0.6, 0.1, 0.3], [0.1, 0.1, 0.8]])
    model = Tables(graph, {"X": np.full(3, 1 / 3), "Y": rows})
    query = read_query("P(Y[X=low]=mid | X=mid, Y=low)", graph)
    found = answer(query, model)
    assert bounds_of(found) == pytest.approx((max(0, (0.5 + 0.6 - 1) / 0.6), 0.5 / 0.6))
    gumbel = answer(query, model, noise_model="gumbel-max")
    assert found.bounds.low <= gumbel.probability <= found.bounds.high
    assert gumbel.noise_model == "gumbel-max"
    assert gumbel.probability != pytest.approx(found.probability)
    mean = answer(read_query("P(Y[X=low] | X=mid, Y=low)", graph), model)
    assert [row.probability.bounds.sharp for row in mean.value.rows] == [False] * 3
    with pytest.raises(ValueError, match="no noise model 'gumble'"):
        answer(query, model, noise_model="gumble")


def test_identified_contrasts_meet(smoking, ask):
    """The effect on the treated and the natural effects need no noise model here."""
    treated = ask(smoking, "E(Cough[Smoke=1] | Smoke=1) - E(Cough[Smoke=0] | Smoke=1)")
    gene = 0.21 / 0.35
    risk = [[0.01, 0.1], [0.2, 0.5]]  # by Gene, then Smoke
    difference = (1 - gene) * (risk[0][1] - risk[0][0]) + gene * (risk[1][1] - risk[1][0])
    assert treated.probability == pytest.approx(0.5 * difference)
    assert treated.identified
    assert treated.noise_model is None
    direct = ask(smoking, "E(Cancer[Smoke=1, Gene=Gene[Smoke=0]]) - E(Cancer[Smoke=0])")
    assert direct.probability == pytest.approx(0.7 * 0.09 + 0.3 * 0.3)
    assert direct.bounds.width == pytest.approx(0)


def test_contrasts_of_open_parts(pair, ask):
    model = pair(0.2, 0.7)
    found = ask(model, "P(Y[X=0]=1 | X=1, Y=1) - P(Y[X=1]=1 | X=0, Y=1)")
    one, two = (ask(model, text) for text in ("P(Y[X=0]=1 | X=1, Y=1)", "P(Y[X=1]=1 | X=0, Y=1)"))
    assert found.probability == pytest.approx(one.probability - two.probability)
    expected = one.bounds.low - two.bounds.high, one.bounds.high - two.bounds.low
    assert bounds_of(found) == pytest.approx(expected)
    assert not found.bounds.sharp
