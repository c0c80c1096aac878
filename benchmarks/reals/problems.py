"""Problems of real nodes with known truth.

Each node is a function of its parents and of one number of noise, increasing in it, so that
counterfactuals of single units are determined by the distribution and the graph. The triangle
of scmc's example, the non-linear triangle of VACA (Sanchez-Martin et al. 2022) and the four nodes
of CAREFL (Khemakhem et al. 2021) are written anew from their equations.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from math import inf

import numpy as np
from numpy.typing import NDArray

from scm_compiler.ir.domain import BINARY, Domain, Finite, Real

Array = NDArray[np.float64]
Columns = Mapping[str, NDArray]

LEVELS = (0.1, 0.5, 0.9)
TRUTH_DRAWS = 1_000_000
UNITS = 500


@dataclass(frozen=True)
class Variable:
    """A node.

    Attributes:
        parents: Its parents.
        equation: Its values of the parents' columns and its noise.
        noise: How its noise is drawn: (generator, rows); standard normal by default.
        domain: Its values.
    """

    parents: tuple[str, ...]
    equation: Callable[[Columns, Array], NDArray]
    noise: Callable[[np.random.Generator, int], Array] = lambda random, n: random.normal(size=n)
    domain: Domain = field(default_factory=Real)


@dataclass(frozen=True)
class Problem:
    """A model, and what is asked of it.

    Attributes:
        name: Its name.
        variables: The nodes, parents first.
        cause: The node that is held.
        values: At which values it is held; the first is that of the counterfactuals.
        target: What is asked for.
        means: E(target | do(cause=value)) where it has a closed form.
    """

    name: str
    variables: Mapping[str, Variable]
    cause: str
    values: tuple[float, ...]
    target: str
    means: Callable[[float], float] | None = None

    def draw(self, rows: int, random: np.random.Generator) -> tuple[Columns, Columns]:
        """Rows, and the noise of each."""
        noise = {name: v.noise(random, rows) for name, v in self.variables.items()}
        return self.run(noise, {}), noise

    def run(self, noise: Columns, do: Mapping[str, float]) -> Columns:
        """The columns that noise makes where nodes are held."""
        world: dict[str, NDArray] = {}
        for name, variable in self.variables.items():
            free = variable.equation(world, noise[name])
            world[name] = np.full_like(free, do[name]) if name in do else free
        return world

    @property
    def labels(self) -> tuple[str, ...]:
        """The discrete nodes."""
        return tuple(n for n, v in self.variables.items() if isinstance(v.domain, Finite))


@dataclass(frozen=True)
class Answers:
    """What is asked of a problem.

    Attributes:
        means: E(target | do(cause=value)) for each value.
        quantiles: Likewise (values, levels).
        units: What the target of each unit would have been under the first value.
        seconds: Processor seconds from rows to all of this.
    """

    means: Array
    quantiles: Array
    units: Array
    seconds: float = 0.0


def truth(problem: Problem, units_noise: Columns) -> Answers:
    """The true answers: closed forms where there are some, else many draws."""
    _, noise = problem.draw(TRUTH_DRAWS, np.random.default_rng(99))
    means, quantiles = [], []
    for value in problem.values:
        column = problem.run(noise, {problem.cause: value})[problem.target]
        means.append(problem.means(value) if problem.means else column.mean())
        quantiles.append(np.quantile(column, LEVELS))
    units = problem.run(units_noise, {problem.cause: problem.values[0]})[problem.target]
    return Answers(np.array(means), np.array(quantiles), units)


def _laplace(random: np.random.Generator, rows: int) -> Array:
    return random.laplace(size=rows) / np.sqrt(2)


def _skewed(random: np.random.Generator, rows: int) -> Array:
    return random.gamma(2.0, size=rows) - 2.0


def _two(low: float, high: float, first: float, second: float) -> Callable[..., Array]:
    """Half of the units around one number, half around another."""

    def noise(random: np.random.Generator, rows: int) -> Array:
        upper = random.random(rows) < 0.5
        normal = random.normal(size=rows)
        return np.where(upper, high + second * normal, low + first * normal)

    return noise


def _own(_: Columns, noise: Array) -> Array:
    return noise


def _coin(random: np.random.Generator, rows: int) -> Array:
    return random.random(rows)


TRIANGLE = Problem(
    "triangle",
    {
        "Root": Variable((), _own, _two(-1.0, 1.5, 0.5, 0.7)),
        "Middle": Variable(
            ("Root",), lambda w, e: 1 + 0.8 * w["Root"] + np.exp(0.3 * w["Root"]) * e
        ),
        "Leaf": Variable(
            ("Root", "Middle"), lambda w, e: w["Root"] - 0.4 * w["Middle"] ** 2 + 0.6 * e
        ),
    },
    "Middle",
    (2.0, 0.0, -1.0),
    "Leaf",
    means=lambda m: 0.25 - 0.4 * m**2,
)

VACA = Problem(
    "vaca",
    {
        "X1": Variable((), _own, _two(-2.0, 1.5, 1.5, 1.0)),
        "X2": Variable(("X1",), lambda w, e: -1 + 3 / (1 + np.exp(-2 * w["X1"])) + 0.5 * e),
        "X3": Variable(("X1", "X2"), lambda w, e: w["X1"] + 0.25 * w["X2"] ** 2 + 0.5 * e),
    },
    "X2",
    (2.0, 0.0, -1.0),
    "X3",
    means=lambda x: -0.25 + 0.25 * x**2,
)

CAREFL = Problem(
    "carefl",
    {
        "X1": Variable((), _own, _laplace),
        "X2": Variable((), _own, _laplace),
        "X3": Variable(("X1", "X2"), lambda w, e: w["X1"] + 0.5 * w["X2"] ** 3 + e, _laplace),
        "X4": Variable(("X1", "X2"), lambda w, e: -w["X2"] + 0.5 * w["X1"] ** 2 + e, _laplace),
    },
    "X1",
    (1.5, 0.0, -1.0),
    "X4",
    means=lambda x: 0.5 * x**2,
)

ADDITIVE = Problem(
    "additive noise",
    {
        "Z": Variable((), _own),
        "X": Variable(("Z",), lambda w, e: np.tanh(w["Z"]) + 0.7 * e),
        "Y": Variable(("Z", "X"), lambda w, e: np.sin(2 * w["X"]) + w["Z"] + 0.5 * e, _skewed),
    },
    "X",
    (1.0, 0.0, -1.0),
    "Y",
    means=lambda x: float(np.sin(2 * x)),
)

LOCATION_SCALE = Problem(
    "location-scale",
    {
        "Z": Variable((), _own),
        "X": Variable(("Z",), lambda w, e: 0.8 * w["Z"] + 0.6 * e),
        "Y": Variable(("Z", "X"), lambda w, e: w["X"] * w["Z"] + (0.2 + 0.5 * w["X"] ** 2) * e),
    },
    "X",
    (1.0, 0.0, -1.5),
    "Y",
    means=lambda _: 0.0,
)

MIXTURES = Problem(
    "mixture",
    {
        "A": Variable((), lambda _, e: (e < 0.4).astype(np.int64), _coin, BINARY),
        "Z": Variable(("A",), lambda w, e: 2 * w["A"] - 1 + 0.6 * e),
        "X": Variable(("Z",), lambda w, e: 0.5 * w["Z"] + e, _two(-1.0, 1.0, 0.3, 0.3)),
        "Y": Variable(
            ("A", "Z", "X"),
            lambda w, e: w["X"] + 0.5 * w["Z"] ** 2 + w["A"] * w["X"] + e,
            _two(-1.2, 1.2, 0.4, 0.4),
        ),
    },
    "X",
    (1.0, 0.0, -1.0),
    "Y",
    means=lambda x: 1.4 * x + 0.5 * (1 + 0.36),
)

DOSE = Problem(
    "dose",
    {
        "Severity": Variable((), _own),
        "Dose": Variable(
            ("Severity",),
            lambda w, e: 2 * np.exp(0.6 * w["Severity"] + 0.5 * e),
            domain=Real(0.0, inf),
        ),
        "Pain": Variable(
            ("Severity", "Dose"),
            lambda w, e: 6 + 1.5 * w["Severity"] - 5 * w["Dose"] / (2 + w["Dose"]) + e,
        ),
    },
    "Dose",
    (4.0, 1.0, 2.0),
    "Pain",
    means=lambda d: 6 - 5 * d / (2 + d),
)

PROBLEMS = (TRIANGLE, VACA, CAREFL, ADDITIVE, LOCATION_SCALE, MIXTURES, DOSE)
