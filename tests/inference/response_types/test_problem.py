"""Bounds by response types, beside published ones and beside units of the whole graph."""

from functools import reduce
from itertools import pairwise

import numpy as np
import pytest

from benchmarks.bounds import Whole, compare, random_case
from benchmarks.published_bounds import BOW, IV, LIPID, balke_pearl, bounds, published
from scm_compiler.compiler import parse_text
from scm_compiler.diagnostics import ScmError
from scm_compiler.identify.evaluation import Dense
from scm_compiler.inference.response_types import Problem, asked, problem
from scm_compiler.passes import flatten
from scm_compiler.semantics.query import read_query


def posed(program, text):
    graph = parse_text(program)
    return Problem(flatten(read_query(text, graph), graph), graph)


def only(program, text, joint, names):
    (span,) = posed(program, text).bounds(Dense(tuple(names), joint)).parts[""]
    return span


@pytest.mark.parametrize("seed", range(1, 9))
def test_published_bounds(seed):
    for name, (low, high, sharp), ends in published(seed):
        assert (low, high) == pytest.approx(ends, abs=1e-9), name
        assert sharp, name


@pytest.mark.parametrize("sparse", [False, True])
@pytest.mark.parametrize("seed", range(12))
def test_bounds_of_random_graphs_are_those_of_whole_units(seed, sparse):
    """Where much never happens the observed distribution tells less, and is met all the same."""
    found = compare(seed, sparse=sparse)
    if found is None:  # the evidence never happens in this model
        assert sparse
        return
    assert found.held
    assert found.sharp
    assert found.off < 1e-6


@pytest.mark.parametrize("seed", range(30))
def test_chains_of_hidden_causes_are_bounded_too(seed):
    found = compare(seed, paired=False)
    assert found.held
    assert found.off is None or found.off < 1e-6


def random_instrument(seed):
    """P(Z, X, Y) of a random model."""
    random = np.random.default_rng(seed)
    types = random.dirichlet(np.full(16, 0.3)).reshape(2, 2, 2, 2)  # X[0], X[1], Y[0], Y[1]
    joint = np.zeros((2, 2, 2))
    for z, share in enumerate(random.dirichlet([1, 1])):
        for at, weight in np.ndenumerate(types):
            x = at[z]
            joint[z, x, at[2 + x]] += share * weight
    return joint, types


@pytest.mark.parametrize("seed", range(20))
def test_the_closed_form_of_an_instrument(seed):
    joint, types = random_instrument(seed)
    low, high, sharp = bounds(IV, "ATE(X -> Y)", joint, "ZXY")
    assert (low, high) == pytest.approx(balke_pearl(joint), abs=1e-8)
    assert sharp
    effect = types.sum((0, 1))[:, 1].sum() - types.sum((0, 1))[1].sum()
    assert low - 1e-9 <= effect <= high + 1e-9


def test_a_difference_is_bounded_as_one():
    joint, _ = random_instrument(3)
    helped, treated = "P(Y[X=1]=1, Y[X=0]=0)", "P(Y=1 | do(X=1))"
    low, high, sharp = bounds(IV, f"{helped} - {treated}", joint, "ZXY")
    always = bounds(IV, "P(Y[X=1]=1, Y[X=0]=1)", joint, "ZXY")
    assert (-high, -low) == pytest.approx(always[:2], abs=1e-9)
    assert sharp
    apart = [bounds(IV, text, joint, "ZXY") for text in (helped, treated)]
    assert high - low < apart[0][1] - apart[1][0] - (apart[0][0] - apart[1][1]) - 0.1
    assert bounds(IV, f"{treated} - {treated}", joint, "ZXY")[:2] == (0, 0)


def test_a_common_parent_is_taken_one_value_at_a_time():
    program = "W, X, Y : binary\nW -> X, Y\nX -> Y\nX <-> Y\n"
    joint = np.random.default_rng(5).dirichlet(np.ones(8)).reshape(2, 2, 2)
    span = only(program, "ATE(X -> Y)", joint, "WXY")
    each = [bounds(BOW, "ATE(X -> Y)", joint[w] / joint[w].sum(), "XY") for w in (0, 1)]
    shares = joint.sum((1, 2))
    ends = [sum(s * e[side] for s, e in zip(shares, each, strict=True)) for side in (0, 1)]
    assert (span.low, span.high) == pytest.approx(ends, abs=1e-9)
    (district,) = (d for d in posed(program, "ATE(X -> Y)").districts.every if len(d.nodes) > 1)
    assert (district.common, district.types) == (("W",), 8)


def test_many_parents_of_both_cost_nothing():
    names = [f"W{rank}" for rank in range(5)]
    program = f"{', '.join(names)}, X, Y : binary\n{', '.join(names)} -> X, Y\nX -> Y\nX <-> Y\n"
    posed_one = posed(program, "P(Y=1 | do(X=1))")
    assert posed_one.beyond is None
    random = np.random.default_rng(0)
    roots = reduce(np.multiply.outer, random.dirichlet(np.ones(2), 5))
    joint = roots[..., None, None] * random.dirichlet(np.ones(4), 32).reshape([2] * 7)
    (span,) = posed_one.bounds(Dense((*names, "X", "Y"), joint)).parts[""]
    treated = joint[..., 1, 1].sum()
    assert (span.low, span.high) == pytest.approx((treated, treated + joint[..., 0, :].sum()))


def test_what_an_effect_tells_of_its_cause_counts():
    """C is an effect of B, which nothing asked about rests on; both have a hidden cause."""
    program = "A, B, C : binary\nA -> B -> C\nB <-> C\n"
    joint, _ = random_instrument(11)
    with_effect = only(program, "P(B[A=1]=1, B[A=0]=0)", joint, "ABC")
    pair = only("A, B : binary\nA -> B\n", "P(B[A=1]=1, B[A=0]=0)", joint.sum(2), "AB")
    assert pair.low - 1e-9 <= with_effect.low
    assert with_effect.high <= pair.high + 1e-9
    assert with_effect.width < pair.width - 0.01


def test_several_hidden_causes_are_taken_as_one_and_it_says_so():
    program = "A, B, C : binary\nA -> B -> C\nA <-> B\nB <-> C\n"
    joint = np.random.default_rng(2).dirichlet(np.ones(8)).reshape(2, 2, 2)
    span = only(program, "P(C=1 | do(B=1))", joint, "ABC")
    assert not span.sharp
    assert span.grounds == "A, B, C taken as tied by one hidden cause"


def test_planes_hold_what_corners_reach(monkeypatch):
    """Where several districts are open and their corners are too many to be tried."""
    compared = 0
    for seed in range(60):
        random = np.random.default_rng(seed)
        case = random_case(random)
        whole = Whole(case)
        model = [q / q.sum() for q in whole.random_model(random)]
        graph, source = case.graph, Dense(case.names, whole.joint(model))
        query = flatten(read_query(case.query, graph), graph)
        (sharp,) = Problem(query, graph).bounds(source).parts[""]
        with monkeypatch.context() as patch:
            patch.setattr(problem, "MOST_CORNERS", 1)
            (wide,) = Problem(query, graph).bounds(source).parts[""]
        assert wide.low - 1e-7 <= sharp.low <= sharp.high <= wide.high + 1e-7
        if not wide.sharp:
            assert wide.grounds.endswith("taken between planes")
            compared += 1
    assert compared >= 3


def test_terms_of_several_evidences_are_bounded_one_by_one():
    joint, _ = random_instrument(4)
    text = "P(Y[X=1]=1 | X=0, Y=0) - P(Y[X=0]=1 | X=1, Y=1)"
    span = only(IV, text, joint, "ZXY")
    assert span.sharp  # what is seen is known: both terms are linear
    text = "P(Y=1 | do(X=1), Y[X=0]=0) - P(Y=1 | do(X=0), Y[X=1]=1)"
    span = only(IV, text, joint, "ZXY")
    assert not span.sharp
    assert "its terms bounded one by one" in span.grounds


def test_a_value_of_the_instrument_that_never_occurs_tells_nothing():
    joint, _ = random_instrument(6)
    joint[1] = 0.0
    joint /= joint.sum()
    found = bounds(IV, "ATE(X -> Y)", joint, "ZXY")
    assert found == pytest.approx(bounds(BOW, "ATE(X -> Y)", joint[0], "XY"))


def test_part_of_a_district_is_known_where_the_rest_is_not():
    """Of X=1 nothing is known but that it never occurs with Z=0."""
    program = "X, W, Y : binary\nX -> W -> Y\nX <-> Y\n"
    joint = np.zeros((2, 2, 2))
    joint[0] = [[0.3, 0.1], [0.2, 0.4]]
    span = only(program, "P(Y=1 | do(W=1), X=0)", joint, "XWY")
    assert (span.low, span.high) == pytest.approx((0.4 / 0.6, 0.4 / 0.6))
    span = only(program, "P(W=1 | do(X=1))", joint, "XWY")
    assert (span.low, span.high) == pytest.approx((0.0, 1.0))


def test_a_distribution_of_no_model_is_bounded_by_its_nearest():
    moved = np.array([[[0.8, 0.1], [0.1, 0.0]], [[0.1, 0.8], [0.1, 0.0]]]) / 2
    found = posed(IV, "P(Y=1 | do(X=0))").bounds(Dense(tuple("ZXY"), moved))
    (span,) = found.parts[""]
    # P(Y=0, X=0 | Z=0) + P(Y=1, X=0 | Z=1) is 1.6, and at most 1 in any model.
    assert found.distance == pytest.approx(0.3, abs=1e-6)
    assert found.far == ("X", "Y")
    assert (span.low, span.high) == pytest.approx((0.2, 0.8), abs=1e-5)
    assert not span.sharp


def test_impossible_evidence_is_refused():
    joint = np.array([[0.5, 0.0], [0.2, 0.3]])
    with pytest.raises(ScmError) as caught:
        only(BOW, "P(Y[X=1]=1 | X=0, Y=1)", joint, "XY")
    assert caught.value.diagnostics[0].code == "E431"


def test_one_problem_serves_many_distributions():
    once = posed(IV, "ATE(X -> Y)")
    blocks = once.blocks
    for seed in range(3):
        joint, _ = random_instrument(seed)
        (span,) = once.bounds(Dense(tuple("ZXY"), joint)).parts[""]
        assert (span.low, span.high) == pytest.approx(balke_pearl(joint), abs=1e-8)
    assert once.blocks is blocks


def test_a_regime_bounds_each_label():
    found = posed(IV, "do(X=1)").bounds(Dense(tuple("ZXY"), LIPID)).parts
    assert [(s.low, s.high) for s in found["Z"]] == [(0.5, 0.5)] * 2
    assert [(s.low, s.high) for s in found["X"]] == [(0.0, 0.0), (1.0, 1.0)]
    assert found["Y"][1].low == pytest.approx(0.473)


def test_a_mean_is_bounded_by_the_values_of_its_target():
    program = "X : binary\nY : categorical(0, 1, 5)\nX -> Y\nX <-> Y\n"
    joint = np.array([[0.1, 0.2, 0.1], [0.3, 0.2, 0.1]])
    span = only(program, "E(Y | do(X=1))", joint, "XY")
    assert (span.low, span.high) == pytest.approx((0.2 + 0.5, 0.2 + 0.5 + 0.4 * 5))


@pytest.mark.parametrize("seed", range(40))
def test_what_is_summed_at_once_is_what_is_gone_through(seed, monkeypatch):
    random = np.random.default_rng(seed)
    case = random_case(random)
    whole = Whole(case)
    model = [q / q.sum() for q in whole.random_model(random)]
    graph, source = case.graph, Dense(case.names, whole.joint(model))
    query = flatten(read_query(case.query, graph), graph)
    (one_by_one,) = Problem(query, graph).bounds(source).parts[""]
    monkeypatch.setattr(asked, "MOST_LOG_SINGLE", -1.0)
    (at_once,) = Problem(query, graph).bounds(source).parts[""]
    ends = (one_by_one.low, one_by_one.high)
    assert (at_once.low, at_once.high) == pytest.approx(ends, abs=1e-7)


def chain(length):
    """A0 -> ... -> Y, beside X -> Y with a hidden cause, and its distribution."""
    names = [f"A{i}" for i in range(length)]
    arrows = "".join(f"{a} -> {b}\n" for a, b in pairwise(names))
    program = f"{', '.join(names)}, X, Y : binary\n{arrows}{names[-1]} -> Y\nX -> Y\nX <-> Y\n"
    step = np.array([[0.9, 0.1], [0.3, 0.7]])
    last = np.random.default_rng(0).dirichlet(np.ones(4), 2).reshape(2, 2, 2)  # X, Y given A
    last[1] *= (last[0].sum(1) / last[1].sum(1))[:, None]  # X does not depend on A

    class Chain:
        def marginal(self, wanted):
            start = min((int(n[1:]) for n in wanted if n[0] == "A"), default=length - 1)
            at = np.array([0.5, 0.5]) @ np.linalg.matrix_power(step, start)
            if not set(wanted) & {"X", "Y"}:
                return at if len(wanted) == 1 else at[:, None] * step
            joint = at[:, None, None] * last
            own = (names[-1], "X", "Y")
            left = joint.sum(tuple(i for i, name in enumerate(own) if name not in wanted))
            there = [name for name in own if name in wanted]
            return left.transpose([there.index(name) for name in wanted])

    share = (np.array([0.5, 0.5]) @ np.linalg.matrix_power(step, length - 1))[:, None, None]
    return program, Chain(), share * last


def test_many_labels_between_are_summed():
    program, source, joint = chain(40)
    problem_ = posed(program, "ATE(X -> Y)")
    assert problem_.beyond is None
    (span,) = problem_.bounds(source).parts[""]
    short = "A, X, Y : binary\nA -> Y\nX -> Y\nX <-> Y\n"
    same = only(short, "ATE(X -> Y)", joint, "AXY")
    assert (span.low, span.high) == pytest.approx((same.low, same.high), abs=1e-8)


def test_what_no_row_shows_cannot_be_summed(monkeypatch):
    monkeypatch.setattr(asked, "MOST_LOG_SINGLE", -1.0)
    joint = np.zeros((2, 2, 2, 2))
    joint[0] = np.random.default_rng(0).dirichlet(np.ones(8)).reshape(2, 2, 2)
    program = "A, B, X, Y : binary\nA -> B -> Y\nX -> Y\nX <-> Y\n"
    with pytest.raises(ScmError) as caught:
        only(program, "ATE(X -> Y)", joint, "ABXY")
    assert caught.value.diagnostics[0].code == "E443"
    assert "P(B | A)" in caught.value.diagnostics[0].message()


@pytest.mark.parametrize(
    ("program", "text", "what"),
    [
        (
            "A, B, C, D, X, F, G, H, I, Y : binary\n"
            "A, B, C, D -> X\nF, G, H, I, X -> Y\nX <-> Y\n",
            "P(Y=1 | do(X=1))",
            "response types of X, Y",
        ),
        (
            # What 17 labels are, X has of hidden causes with its own parent alone.
            "".join(f"A{i}, " for i in range(17))
            + "X, Y : binary\n"
            + "".join(f"A{i} <-> A{i + 1}\n" for i in range(0, 16, 2))
            + "".join(f"A{i} -> A{i + 1}\n" for i in range(16))
            + "A16 -> Y\nX -> Y\nX <-> Y\n",
            "P(Y=1 | do(X=1))",
            "ways in which it comes about",
        ),
    ],
)
def test_what_is_too_large(program, text, what):
    found = posed(program, text).beyond
    assert found is not None
    assert found.code == "E532"
    assert what in found.message()
