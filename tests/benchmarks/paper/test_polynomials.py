"""The random polynomials of Figure 6 against their definition."""

from itertools import product
from math import comb, prod

import pytest
import torch

from benchmarks.paper.polynomials import (
    HIGH,
    LOW,
    NODES,
    PROGRAMS,
    Polynomial,
    draw_truths,
    graph_of,
    monomials,
)


def dice(seed=0):
    return torch.Generator().manual_seed(seed)


@pytest.mark.parametrize("inputs", [1, 2, 3, 4])
def test_there_are_all_monomials_of_degree_three_at_most(inputs):
    found = monomials(inputs)
    exponents = {tuple(term.count(i) for i in range(inputs)) for term in found}
    assert exponents == {e for e in product(range(4), repeat=inputs) if sum(e) <= 3}
    assert len(found) == len(exponents) == comb(inputs + 3, 3)


@pytest.mark.parametrize("inputs", [1, 2, 3])
def test_a_polynomial_is_the_scaled_sum_of_its_monomials(inputs):
    polynomial = Polynomial.draw(inputs, 2, dice(inputs))
    points = torch.rand(2, 5, inputs, generator=dice(9), dtype=torch.float64)
    values = polynomial(points)
    for replica, row in product(range(2), range(5)):
        point = points[replica, row].tolist()
        terms = [prod(point[i] for i in term) for term in monomials(inputs)]
        coefficients = polynomial.coefficients[replica].tolist()
        plain = sum(c * t for c, t in zip(coefficients, terms, strict=True))
        least, extent = float(polynomial.least[replica]), float(polynomial.extent[replica])
        share = min(max((plain - least) / extent, 0), 1)
        assert float(values[replica, row]) == pytest.approx(LOW + (HIGH - LOW) * share, abs=1e-6)


def test_coefficients_are_between_minus_one_and_one():
    drawn = Polynomial.draw(3, 200, dice()).coefficients
    assert drawn.min() < -0.95
    assert drawn.max() > 0.95
    assert drawn.abs().max() <= 1


@pytest.mark.parametrize("name", list(PROGRAMS))
def test_every_cause_and_the_noise_count(name):
    """The paper's code gives a node with three inputs a polynomial of the first one alone."""
    truth = draw_truths(name, range(4))
    for node in NODES:
        inputs = len(truth.graph.parents[node]) + 1
        base = torch.full((4, 1, inputs), 0.4)
        for place in range(inputs):
            moved = base.clone()
            moved[..., place] = 0.8
            changed = truth.equations[node](moved) - truth.equations[node](base)
            assert (changed.abs() > 1e-4).all(), (node, place)


@pytest.mark.parametrize("name", list(PROGRAMS))
def test_the_rows_lie_where_they_are_scaled_to(name):
    rows = draw_truths(name, [3, 4]).sample(5000, dice())
    assert rows.shape == (2, 5000, 3)
    assert rows.min() >= LOW
    assert rows.max() <= HIGH


@pytest.mark.statistics
def test_the_causes_of_a_collider_are_independent_and_those_of_a_line_are_not():
    """A correlation of 40,000 independent rows is beyond 0.025 once in a million."""

    def correlation(name, seed):
        rows = draw_truths(name, [seed]).sample(40_000, dice())[0]
        return abs(float(torch.corrcoef(rows.t())[0, 2]))

    assert all(correlation("collider", seed) < 0.025 for seed in range(3))
    assert max(correlation("line", seed) for seed in range(3)) > 0.05


def test_the_graphs_are_those_of_the_paper():
    edges = {name: {(e.source, e.target) for e in graph_of(name).edges} for name in PROGRAMS}
    assert edges["line"] == {("X1", "X2"), ("X2", "X3")}
    assert edges["collider"] == {("X1", "X2"), ("X3", "X2")}
    assert edges["complete"] == {("X1", "X2"), ("X2", "X3"), ("X1", "X3")}


def test_the_same_seed_gives_the_same_model_whichever_others_are_drawn():
    alone = draw_truths("complete", [7]).equations["X3"].coefficients
    among = draw_truths("complete", [5, 7]).equations["X3"].coefficients
    assert torch.equal(alone[0], among[1])
