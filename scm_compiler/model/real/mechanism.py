"""The mechanisms of real nodes: x = F^-1(u | parents), with one uniform number u in each unit.

The number is kept as its score, log u / (1 - u), so that a unit far out in a tail is got back as
it was. Where many rows of data have the very same value, the distribution has a heap there: the
uniform numbers of an interval all become that value, as those of a label do. A density is then
one with respect to length and to the count of the heaps: at a heap it is a probability.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np

from scm_compiler.ir.domain import Domain, Finite, Real
from scm_compiler.model.coupling import Values
from scm_compiler.model.mechanism import Column, Noise, World, row_of
from scm_compiler.model.real.features import Features, Perceptron
from scm_compiler.model.real.law import Knots, Law, Mixture
from scm_compiler.model.real.scale import Scale
from scm_compiler.model.real.uniform import TINY, Array, expit, logit

ROWS = 2**16
"""Units that are worked out at once, so that many take no more memory than these."""

NO_HEAPS: Array = np.zeros(0)


@dataclass(frozen=True, eq=False)
class Inverse(ABC):
    """A mechanism x = F^-1(u | parents) whose noise is the score of u.

    Attributes:
        domain: The node's values.
        inputs: The parents and their domains.
        scale: On which its law works.
        heaps: (H,) the values that have a probability of their own, increasing.
    """

    domain: Real
    inputs: Mapping[str, Domain]
    scale: Scale
    heaps: Array = field(default_factory=lambda: NO_HEAPS)

    @property
    def parents(self) -> tuple[str, ...]:
        """What it reads of a world."""
        return tuple(self.inputs)

    @property
    def width(self) -> int:
        """One uniform number."""
        return 1

    @abstractmethod
    def law(self, world: World, count: int) -> tuple[Law, Array]:
        """What the parents of so many units make of it.

        Returns:
            The law off the heaps, and the probability of each heap and of none (B, H + 1).
        """

    def noise_of(self, uniform: Array) -> Noise:
        """The noise (B,) that uniform numbers (B, 1) are."""
        return logit(uniform[:, 0])

    def sample(self, world: World, noise: Noise) -> Column:
        """The values (B,) at these scores."""
        return self._piecewise(
            lambda part, score: _On(self, part, len(score)).value(score), world, noise
        )

    def cdf(self, value: Column, world: World) -> Array:
        """P(node <= value | parents) (B,)."""
        found = self._piecewise(
            lambda part, x: expit(_On(self, part, len(x)).score(x, np.ones(len(x)))), world, value
        )
        found[value < self.domain.low], found[value >= self.domain.high] = 0.0, 1.0
        return found

    def log_prob(self, value: Column, world: World) -> Array:
        """The log of the density, or of the probability of a heap (B,), in nats."""
        return self._piecewise(lambda part, x: _On(self, part, len(x)).log_prob(x), world, value)

    def abduct(self, value: Column, world: World, uniform: Array) -> Noise:
        """The scores (B,): those of the values, and at a heap some of its interval's."""
        return self._piecewise(
            lambda part, x, u: _On(self, part, len(x)).score(x, u), world, value, uniform[:, 0]
        )

    def table(self) -> None:  # noqa: B027  (as of any mechanism that no table holds)
        """There is none."""

    def columns(self, noise: Noise) -> Array:
        """The uniform numbers (B, 1)."""
        return expit(noise)[:, None]

    def _piecewise(self, work: Callable[..., Array], world: World, *columns: Column) -> Array:
        """Work on some units at a time."""
        count = len(columns[0])
        own = {name: np.asarray(world[name]) for name in self.inputs}
        found = np.empty(count)
        for start in range(0, count, ROWS):
            rows = slice(start, start + ROWS)
            part = {name: column[rows] if column.ndim else column for name, column in own.items()}
            found[rows] = work(part, *(column[rows] for column in columns))
        return found


class _On:
    """A mechanism on the parents of some units."""

    def __init__(self, mechanism: Inverse, world: World, count: int) -> None:
        self.scale, self.heaps = mechanism.scale, mechanism.heaps
        self.domain = mechanism.domain
        self.law, self.chances = mechanism.law(world, count)

    def value(self, score: Array) -> Array:
        if not len(self.heaps):
            return self.scale.value(self.law.place(score))
        below, above = expit(score), expit(-score)
        starts, ends = self._intervals()
        spread = self.chances[:, -1]
        last = (starts <= below[:, None]).sum(-1) - 1
        end = np.take_along_axis(ends, np.maximum(last, 0)[:, None], -1)[:, 0]
        heaped = (last >= 0) & ((below < end) | (spread < TINY))
        mass = self.chances[:, :-1]
        under = np.where(np.arange(mass.shape[1]) <= last[:, None], mass, 0.0).sum(-1)
        over = np.where(np.arange(mass.shape[1]) > last[:, None], mass, 0.0).sum(-1)
        inner = _score(below - under, above - over)
        return np.where(heaped, self.heaps[last], self.scale.value(self.law.place(inner)))

    def score(self, value: Array, share: Array) -> Array:
        """The scores of values; those of a heap at a share of its interval."""
        inner = self.law.score(self.scale.place(value))
        if not len(self.heaps):
            return inner
        rank, heaped = self._rank(value)
        mass, spread = self.chances[:, :-1], self.chances[:, -1]
        under = np.where(self.heaps < value[:, None], mass, 0.0).sum(-1) + spread * expit(inner)
        over = np.where(self.heaps > value[:, None], mass, 0.0).sum(-1) + spread * expit(-inner)
        own = np.where(heaped, np.take_along_axis(mass, rank[:, None], -1)[:, 0], 0.0)
        return _score(under + own * share, over + own * (1 - share))

    def log_prob(self, value: Array) -> Array:
        inside = (value >= self.domain.low) & (value <= self.domain.high)
        held = np.where(inside, value, self.scale.value(np.zeros(1)))
        density = self.law.log_density(self.scale.place(held)) + self.scale.log_slope(held)
        if len(self.heaps):
            rank, heaped = self._rank(held)
            chosen = np.where(heaped, rank, len(self.heaps))
            with np.errstate(divide="ignore"):
                chance = np.log(np.take_along_axis(self.chances, chosen[:, None], -1)[:, 0])
            density = chance + np.where(heaped, 0.0, density)
        return np.where(inside, density, -np.inf)

    def _rank(self, value: Array) -> tuple[Values, Array]:
        rank = np.minimum(np.searchsorted(self.heaps, value), len(self.heaps) - 1)
        return rank, self.heaps[rank] == value

    def _intervals(self) -> tuple[Array, Array]:
        """From and up to which uniform number each heap is taken (B, H)."""
        places = self.scale.place(self.heaps)
        count = len(self.chances)
        inner = [expit(self.law.score(np.full(count, place))) for place in places]
        ends = self.chances[:, :-1].cumsum(-1) + self.chances[:, -1:] * np.stack(inner, -1)
        return ends - self.chances[:, :-1], ends


def _score(below: Array, above: Array) -> Array:
    """The logit of a number that is given with its distance from 1."""
    return np.asarray(np.log(np.maximum(below, TINY)) - np.log(np.maximum(above, TINY)))


@dataclass(frozen=True, eq=False, kw_only=True)
class Transform(Inverse):
    """A conditional monotone transform: a mixture of logistics that a network makes of parents.

    Attributes:
        features: How it reads its parents.
        network: From features to K logits, places and widths, and the H + 1 logits of heaps.
        line: (columns,) how far all places move with each feature, however far out that is.
        floor: The least width of a part.
    """

    features: Features
    network: Perceptron
    line: Array
    floor: float

    @property
    def parts(self) -> int:
        """The number K of logistics."""
        return (len(self.network.biases[-1]) - len(self.heaps) - 1) // 3

    def law(self, world: World, count: int) -> tuple[Law, Array]:
        """See `Inverse`."""
        features = self.features.of(world)
        outputs = self.network(features)
        logits, places, widths, heaps = np.split(outputs, np.arange(1, 4) * self.parts, -1)
        places = places + (features @ self.line)[:, None]
        law = Mixture.of(logits, places, self.floor + np.exp(np.clip(widths, -60.0, WIDEST)))
        chances = np.exp(heaps - heaps.max(-1, keepdims=True))
        chances = chances / chances.sum(-1, keepdims=True)
        shape = (count, self.parts + 1)
        parts = (np.broadcast_to(each, shape) for each in (law.logs, law.places, law.widths))
        return Mixture(*parts), np.broadcast_to(chances, (count, len(self.heaps) + 1))


WIDEST = 12.0
"""The log of the greatest width of a part, above the floor."""


@dataclass(frozen=True, eq=False, kw_only=True)
class Quantiles(Inverse):
    """A table of quantiles for every configuration of discrete parents.

    Attributes:
        scores: (rows, K) the scores of the quantiles, increasing; rows as in a table of C order.
        places: (rows, K) the quantiles, increasing.
        slopes: (rows, K) dy/dscore there.
        chances: (rows, H + 1) the probability of each heap and of none.
    """

    scores: Array
    places: Array
    slopes: Array
    chances: Array

    def law(self, world: World, count: int) -> tuple[Law, Array]:
        """See `Inverse`."""
        sizes = tuple(d.size for d in self.inputs.values() if isinstance(d, Finite))
        row = np.broadcast_to(row_of(world, self.parents, sizes), count)
        return Knots(self.scores, self.places, self.slopes, row), self.chances[row]

    @property
    def under(self) -> Array:
        """(rows, H) the share of what is off the heaps that lies below each."""
        count = len(self.scores)
        law = Knots(self.scores, self.places, self.slopes, np.arange(count))
        marks = self.scale.place(self.heaps)
        found = [expit(law.score(np.full(count, mark))) for mark in marks]
        return np.stack(found, -1) if found else np.zeros((count, 0))
