"""The shapes that ways to fit a conditional density are compared on, with their true densities."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from math import gamma, inf, pi

import numpy as np
from numpy.typing import NDArray

from scm_compiler.ir.domain import BINARY, Discrete, Domain, Real
from scm_compiler.model.mechanism import Column
from scm_compiler.runtime.controller.real.target import Target

Array = NDArray[np.float64]
THREE = Discrete(("a", "b", "c"))


@dataclass(frozen=True, eq=False)
class Drawn:
    """Rows of a shape.

    Attributes:
        columns: The parents, and `Y`.
        truth: (rows,) the log of the true density, or of the probability of a heap; None if
            there is none.
    """

    columns: Mapping[str, Column]
    truth: Array | None


@dataclass(frozen=True, eq=False)
class Shape:
    """A conditional distribution.

    Attributes:
        name: Of the shape.
        domain: Of Y.
        parents: Y's.
        draw: Makes rows.
    """

    name: str
    domain: Real
    parents: Mapping[str, Domain]
    draw: Callable[[int, np.random.Generator], Drawn]

    @property
    def target(self) -> Target:
        """What is to be fitted."""
        return Target("Y", self.domain, self.parents)


def _normal(y: Array, mean: Array | float, deviation: Array | float) -> Array:
    away = (y - mean) / deviation
    return np.asarray(-0.5 * away**2 - np.log(deviation * np.sqrt(2 * pi)))


def _skewed(rows: int, random: np.random.Generator) -> Drawn:
    a = random.integers(0, 2, rows)
    shape = 2.0 + 3 * a
    y = random.gamma(shape)
    constant = np.where(a == 1, gamma(5.0), gamma(2.0))
    return Drawn({"A": a, "Y": y}, (shape - 1) * np.log(y) - y - np.log(constant))


def _modes(rows: int, random: np.random.Generator) -> Drawn:
    centres, shares = np.array([-3.0, 0.0, 4.0]), np.array([0.3, 0.5, 0.2])
    deviations = np.array([0.3, 1.0, 0.5])
    part = random.choice(3, rows, p=shares)
    y = random.normal(centres[part], deviations[part])
    logs = _normal(y[:, None], centres, deviations) + np.log(shares)
    return Drawn({"Y": y}, np.logaddexp.reduce(logs, -1))


def _bimodal(rows: int, random: np.random.Generator) -> Drawn:
    x = random.normal(size=rows)
    side, centre = random.choice([-1, 1], rows), 1.5 + 0.5 * x
    y = side * centre + 0.5 * random.normal(size=rows)
    truth = np.logaddexp(_normal(y, centre, 0.5), _normal(y, -centre, 0.5)) - np.log(2)
    return Drawn({"X": x, "Y": y}, truth)


def _heavy(rows: int, random: np.random.Generator) -> Drawn:
    x = random.normal(size=rows)
    away = random.standard_t(2, rows)
    return Drawn({"X": x, "Y": x + away}, -1.5 * np.log1p(away**2 / 2) - np.log(2 * np.sqrt(2)))


def _bounded(rows: int, random: np.random.Generator) -> Drawn:
    x = random.normal(size=rows)
    first = 1.0 + 2 / (1 + np.exp(-2 * x))
    y = random.beta(first, 2.0)
    truth = np.log(first * (first + 1)) + (first - 1) * np.log(y) + np.log1p(-y)
    return Drawn({"X": x, "Y": y}, truth)


def _heaped(rows: int, random: np.random.Generator) -> Drawn:
    x = random.normal(size=rows)
    chance = 0.4 / (1 + np.exp(x))
    zero = random.random(rows) < chance
    logs = 0.5 * x + 0.7 * random.normal(size=rows)
    y = np.where(zero, 0.0, np.exp(logs))
    free = np.log1p(-chance) + _normal(logs, 0.5 * x, 0.7) - logs
    return Drawn({"X": x, "Y": y}, np.where(zero, np.log(chance), free))


def _unequal(rows: int, random: np.random.Generator) -> Drawn:
    x = random.uniform(-2, 2, rows)
    mean, deviation = np.sin(2 * x), np.exp(x / 2 - 1)
    y = mean + deviation * random.normal(size=rows)
    return Drawn({"X": x, "Y": y}, _normal(y, mean, deviation))


def _exact(rows: int, random: np.random.Generator) -> Drawn:
    x = random.normal(size=rows)
    return Drawn({"X": x, "Y": x + x**2 / 2}, None)


def _mixed(rows: int, random: np.random.Generator) -> Drawn:
    a, b = random.integers(0, 2, rows), random.integers(0, 3, rows)
    x, z = random.normal(size=rows), random.uniform(-1, 1, rows)
    mean = np.choose(b, [x, -x, np.sin(3 * z)]) + a * z
    deviation = np.where(a == 1, 0.3, 0.6) * (1 + 0.5 * np.abs(z))
    y = mean + deviation * random.normal(size=rows)
    return Drawn({"A": a, "B": b, "X": x, "Z": z, "Y": y}, _normal(y, mean, deviation))


def _many(rows: int, random: np.random.Generator) -> Drawn:
    causes = random.normal(size=(6, rows))
    mean = causes[0] * causes[1] / 2 + np.tanh(causes[2]) + causes[3:].sum(0) / 3
    away = random.exponential(size=rows)
    named = {f"X{rank}": column for rank, column in enumerate(causes)}
    return Drawn({**named, "Y": mean + away}, -away)


SHAPES = (
    Shape("skewed", Real(0.0, inf), {"A": BINARY}, _skewed),
    Shape("three modes", Real(), {}, _modes),
    Shape("bimodal", Real(), {"X": Real()}, _bimodal),
    Shape("heavy-tailed", Real(), {"X": Real()}, _heavy),
    Shape("bounded", Real(0.0, 1.0), {"X": Real()}, _bounded),
    Shape("heaped", Real(0.0, inf), {"X": Real()}, _heaped),
    Shape("unequal noise", Real(), {"X": Real()}, _unequal),
    Shape("deterministic", Real(), {"X": Real()}, _exact),
    Shape("mixed parents", Real(), {"A": BINARY, "B": THREE, "X": Real(), "Z": Real()}, _mixed),
    Shape("six parents", Real(), {f"X{rank}": Real() for rank in range(6)}, _many),
)
