"""The synthetic data of Figure 6: structural equations that are random cubic polynomials.

Every node is a polynomial of degree at most three in its causes and one exogenous variable that is
uniform on [0, 1]; the coefficients of all monomials are uniform on [-1, 1] (section 8.1). Its
values are then scaled to [0.05, 0.95], which the paper does not print and its code does. That code
gives a node with three inputs a polynomial of its first input alone, so that its collider is
X1 -> X2 without X3 and without noise; here every input counts.

Continuous nodes exist in this benchmark only: scmc's own labels have finitely many values.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations_with_replacement
from types import MappingProxyType

import torch
from torch import Tensor

from scm_compiler.compiler import parse_text
from scm_compiler.ir import Graph

DEGREE = 3
LOW, HIGH = 0.05, 0.95
GRID = 41
"""Points an axis, on which the least and the largest value of a polynomial are looked for."""

NODES = ("X1", "X2", "X3")
PROGRAMS: Mapping[str, str] = MappingProxyType(
    {
        "line": "X1 -> X2 -> X3",
        "collider": "X1 -> X2 <- X3",
        "complete": "X1 -> X2 -> X3; X1 -> X3",
    }
)
"""The causal graphs of section 8.1 in scmc's own language; the paper's X, Y, Z are X1, X2, X3."""


def graph_of(name: str) -> Graph:
    """The graph of this name. Its nodes are declared binary; here only its edges count."""
    return parse_text(f"graph {name}; {', '.join(NODES)} : binary; {PROGRAMS[name]}")


def monomials(inputs: int) -> tuple[tuple[int, ...], ...]:
    """Every monomial of degree at most three, as the inputs that it multiplies.

    >>> len(monomials(1)), len(monomials(2)), len(monomials(3))
    (4, 10, 20)
    >>> monomials(1)
    ((), (0,), (0, 0), (0, 0, 0))
    """
    return tuple(
        chosen
        for degree in range(DEGREE + 1)
        for chosen in combinations_with_replacement(range(inputs), degree)
    )


def powers(values: Tensor) -> Tensor:
    """The monomials (..., N, M) of inputs (..., N, I)."""
    found: dict[tuple[int, ...], Tensor] = {(): torch.ones_like(values[..., 0])}
    terms = monomials(values.shape[-1])
    for chosen in terms[1:]:
        found[chosen] = found[chosen[:-1]] * values[..., chosen[-1]]
    return torch.stack([found[chosen] for chosen in terms], dim=-1)


@dataclass(frozen=True, eq=False)
class Polynomial:
    """Cubic polynomials of I inputs, one a replica, scaled to [0.05, 0.95] on [0, 1]^I.

    Attributes:
        coefficients: (R, M) in the order of `monomials`.
        least: (R,) the least value on a grid.
        extent: (R,) the largest less the least.
    """

    coefficients: Tensor
    least: Tensor
    extent: Tensor

    @classmethod
    def draw(cls, inputs: int, replicas: int, generator: torch.Generator) -> "Polynomial":
        """Polynomials with coefficients uniform on [-1, 1]."""
        count = len(monomials(inputs))
        drawn = torch.rand(replicas, count, generator=generator, dtype=torch.float64) * 2 - 1
        values = drawn @ powers(_grid(inputs)).t()
        least, most = values.min(1).values, values.max(1).values
        return cls(drawn, least, most - least)

    def __call__(self, inputs: Tensor) -> Tensor:
        """The values (R, N) for inputs (R, N, I)."""
        values = (powers(inputs.double()) @ self.coefficients[:, :, None]).squeeze(-1)
        # A grid misses the extrema by a little: what lies beyond them is cut off.
        share = ((values - self.least[:, None]) / self.extent[:, None]).clamp(0, 1)
        return (LOW + (HIGH - LOW) * share).float()


@dataclass(frozen=True, eq=False)
class Truth:
    """Structural causal models of one graph, one a replica.

    Attributes:
        graph: The causal graph.
        equations: The polynomial of each node, of its parents in order and its own noise.
    """

    graph: Graph
    equations: Mapping[str, Polynomial]

    @property
    def replicas(self) -> int:
        """How many models."""
        return len(next(iter(self.equations.values())).least)

    def sample(self, rows: int, generator: torch.Generator) -> Tensor:
        """Rows (R, N, 3) of all nodes, each replica's independent."""
        found: dict[str, Tensor] = {}
        for name in self.graph.topological:
            causes = [found[parent] for parent in self.graph.parents[name]]
            noise = torch.rand(self.replicas, rows, generator=generator)
            found[name] = self.equations[name](torch.stack([*causes, noise], dim=-1))
        return torch.stack([found[name] for name in NODES], dim=-1)


def draw_truths(name: str, seeds: Sequence[int]) -> Truth:
    """One model of the graph `name` for each seed."""
    graph = graph_of(name)
    drawn = [_equations(graph, torch.Generator().manual_seed(seed)) for seed in seeds]
    joined = {
        node: Polynomial(
            torch.cat([one[node].coefficients for one in drawn]),
            torch.cat([one[node].least for one in drawn]),
            torch.cat([one[node].extent for one in drawn]),
        )
        for node in NODES
    }
    return Truth(graph, joined)


def _equations(graph: Graph, generator: torch.Generator) -> dict[str, Polynomial]:
    return {
        node: Polynomial.draw(len(graph.parents[node]) + 1, 1, generator)
        for node in graph.topological
    }


def _grid(inputs: int) -> Tensor:
    """All points (GRID^I, I) of a grid on [0, 1]^I."""
    axis = torch.linspace(0, 1, GRID, dtype=torch.float64)
    return torch.cartesian_prod(*[axis] * inputs).view(-1, inputs)
