"""Response types of districts."""

import numpy as np
import pytest

from scm_compiler.compiler import parse_text
from scm_compiler.identify.evaluation import Dense
from scm_compiler.inference.response_types import Problem
from scm_compiler.inference.response_types.district import Block
from scm_compiler.passes import flatten
from scm_compiler.semantics.query import read_query

RANDOM = np.random.default_rng(0)


def problem(program, text):
    graph = parse_text(program)
    return Problem(flatten(read_query(text, graph), graph), graph)


def district(program, text, node):
    return next(d for d in problem(program, text).districts.every if node in d.nodes)


def test_types_are_functions_of_what_a_label_reads():
    found = district("Z, X, Y : binary\nZ -> X -> Y\nX <-> Y\n", "ATE(X -> Y)", "X")
    assert (found.nodes, found.outside, found.common) == (("X", "Y"), ("Z",), ())
    assert (found.types, found.cells, found.contexts) == (16, 8, 2)
    # X as Z is, and Y the other way round than X: functions 0, 1 of X and 1, 0 of Y.
    fits = found.indicator(frozenset({("X", 0, 0), ("X", 1, 1), ("Y", 0, 1), ("Y", 1, 0)}))
    assert fits.nonzero()[0].tolist() == [0b0110]
    assert found.indicator(frozenset()).all()


def test_a_cell_is_of_the_types_that_give_it():
    found = district("Z, X, Y : binary\nZ -> X -> Y\nX <-> Y\n", "ATE(X -> Y)", "X")
    types = RANDOM.dirichlet(np.ones(16))
    given = (found.observed @ types).reshape(2, 2, 2)  # Z, X, Y
    whole = types.reshape(2, 2, 2, 2)  # X[Z=0], X[Z=1], Y[X=0], Y[X=1]
    assert given[1, 0, 1] == pytest.approx(whole[:, 0, 1].sum())
    assert given.sum((1, 2)) == pytest.approx([1, 1])


def test_what_is_observed_of_a_district_is_what_it_does_when_others_are_held():
    """Tian's formula, of a model whose hidden cause is known."""
    cause, first = RANDOM.dirichlet(np.ones(3)), RANDOM.dirichlet(np.ones(2), (3, 2))
    between, last = RANDOM.dirichlet(np.ones(2), 2), RANDOM.dirichlet(np.ones(2), (3, 2))
    outer = RANDOM.dirichlet(np.ones(2))
    joint = np.einsum("u,w,uwx,xm,umy->wxmy", cause, outer, first, between, last)
    program = "W, X, M, Y : binary\nW -> X -> M -> Y\nX <-> Y\n"
    found = district(program, "P(Y[M=1]=1 | X=1)", "Y")
    *_, table = found.probabilities(Dense(("W", "X", "M", "Y"), joint))
    assert (*found.outside, *found.nodes) == ("W", "M", "X", "Y")
    assert table == pytest.approx(np.einsum("u,uwx,umy->wmxy", cause, first, last))


def test_what_never_happens_is_not_known():
    program = "Z, X, Y : binary\nZ -> X -> Y\nX <-> Y\n"
    found = district(program, "ATE(X -> Y)", "X")
    joint = np.zeros((2, 2, 2))
    joint[0] = [[0.5, 0.0], [0.1, 0.4]]
    none, first, whole = found.probabilities(Dense(("Z", "X", "Y"), joint))
    assert (none == 1).all()
    assert first[0, :, 0] == pytest.approx([0.5, 0.5])
    assert whole[0] == pytest.approx(joint[0])
    assert np.isnan(first[1]).all()
    assert np.isnan(whole[1]).all()


def test_types_that_nothing_tells_apart_are_taken_together():
    program = "A, B, X, Y : binary\nA, B -> X\nX -> Y\nX <-> Y\n"
    asked = problem(program, "P(Y=1 | do(X=1))")
    (block,) = (b for b in asked.blocks.values() if "Y" in b.district.nodes)
    assert block.district.types == 2**4 * 2**2
    assert isinstance(block, Block)
    both = np.concatenate([block.observed, block.asked])
    assert len(np.unique(both, axis=1).T) == block.types <= block.district.types


def test_what_the_totals_settle():
    program = "Z, X, Y : binary\nZ -> X -> Y\nX <-> Y\n"
    asked = problem(program, "P(X[Z=1]=1, Y=1)")  # and Y in the world as it is
    (block,) = (b for b in asked.blocks.values() if "Y" in b.district.nodes)
    joint = RANDOM.dirichlet(np.ones(8)).reshape(2, 2, 2)
    system = block.system(block.district.probabilities(Dense(("Z", "X", "Y"), joint)))
    settled = frozenset({("X", 1, 1), ("Y", 1, 1)})
    given = joint[1, 1, 1] / joint[1].sum()
    assert system.value(settled) == pytest.approx(given)
    assert system.unsettled.value(settled) is None
    assert None in [system.value(reading) for reading in block.readings]
