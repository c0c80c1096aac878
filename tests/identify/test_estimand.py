"""Estimands: the makers give equal, simpler formulas; they read well in text and LaTeX."""

import numpy as np
import pytest

from scm_compiler.identify.estimand import (
    ONE,
    Factor,
    Product,
    Ratio,
    Sum,
    latex,
    marginal,
    product,
    ratio,
)
from scm_compiler.identify.evaluation import Counts, Dense, value

P_Y, P_X, P_Z = Factor(("Y",), ("X", "Z")), Factor(("X",), ("Z",)), Factor(("Z",))


@pytest.fixture(scope="module")
def source():
    table = np.random.default_rng(0).dirichlet(np.ones(12)).reshape(2, 3, 2)
    return Dense(("X", "Y", "Z"), table)


def same(one, other, source):
    left, right = value(one, source), value(other, source)
    order = [right.names.index(name) for name in left.names]
    assert left.values == pytest.approx(right.values.transpose(order), abs=1e-12)


@pytest.mark.parametrize(
    ("parts", "text"),
    [
        ([P_Y, P_X, P_Z], "P(Z, X, Y)"),
        ([P_Y, P_Z], "P(Y | X, Z) P(Z)"),
        ([ONE, P_Z, ONE], "P(Z)"),
        ([], "1"),
    ],
)
def test_products(parts, text, source):
    assert str(product(parts)) == text
    if parts:
        same(product(parts), Product(tuple(parts)), source)


@pytest.mark.parametrize(
    ("over", "text"),
    [
        (["Y"], "P(Z)"),
        (["Z"], "sum_{Z} P(Y | X, Z) P(Z)"),
        (["Y", "Z"], "1"),
    ],
)
def test_sums(over, text, source):
    formula = product([P_Y, P_Z])
    assert str(marginal(formula, over)) == text
    expected = value(Sum(tuple(over), formula), source)
    found = value(marginal(formula, over), source)
    kept = [name for name in expected.names if name in found.names]
    spread = found.values.transpose([found.names.index(name) for name in kept])
    for axis, name in enumerate(expected.names):
        spread = spread if name in kept else np.expand_dims(spread, axis)
    assert np.broadcast_to(spread, expected.values.shape) == pytest.approx(expected.values)


def test_a_sum_of_a_sum_is_one_sum(source):
    inner = Sum(("Z",), product([P_Y, P_Z]))
    assert marginal(inner, ["Y"]) == ONE
    outer = marginal(Product((P_X, inner)), ["X"])
    assert outer.free == {"Y", "Z"}
    same(outer, Sum(("X",), Product((P_X, inner))), source)


def test_what_is_not_free_cannot_be_summed():
    with pytest.raises(ValueError, match="not free"):
        marginal(P_Z, ["X"])


def test_ratios(source):
    assert ratio(product([P_Y, P_Z]), P_Z) == P_Y
    assert ratio(P_Z, P_Z) == ONE
    fraction = ratio(Sum(("Z",), product([P_Y, P_Z])), P_X)
    assert str(fraction) == "[sum_{Z'} P(Y | X, Z') P(Z')] / [P(X | Z)]"
    same(ratio(Factor(("X", "Z")), P_Z), Factor(("X",), ("Z",)), source)


def test_latex_escapes_names_and_marks_bound_ones():
    formula = Product((Factor(("5_o",), ("X",)), Sum(("X",), Factor(("Y",), ("X",)))))
    expected = (
        r"P(\mathit{5\_o} \mid \mathit{X}) \sum_{\mathit{X}'} P(\mathit{Y} \mid \mathit{X}')"
    )
    assert latex(formula) == expected
    assert str(Factor(("a b",))) == 'P("a b")'


def test_zero_times_undefined_is_zero():
    table = Dense(("X", "Y"), np.array([[0.0, 0.0], [0.25, 0.75]]))
    whole = Sum(("X",), Product((Factor(("X",)), Factor(("Y",), ("X",)))))
    assert value(whole, table).values == pytest.approx([0.25, 0.75])
    quotient = value(Ratio(Factor(("X",)), Factor(("X",))), table).values
    assert np.isnan(quotient[0])
    assert quotient[1] == 1


def test_counts_are_a_joint(source):
    cells = np.array([[0, 0], [0, 2], [1, 1]])
    counts = Counts(("A", "B"), (2, 3), cells, np.array([5, 3, 2]))
    assert counts.marginal(("B", "A")) == pytest.approx(
        np.array([[0.5, 0.0], [0.0, 0.2], [0.3, 0.0]])
    )


def test_tables_beyond_the_limit_are_refused():
    counts = Counts(tuple("ABC"), (1_000,) * 3, np.zeros((1, 3), dtype=np.int64), np.array([1]))
    with pytest.raises(ValueError, match="1,000,000,000 numbers"):
        counts.marginal(tuple("ABC"))
