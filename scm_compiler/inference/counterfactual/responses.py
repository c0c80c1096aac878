"""What networks do in several worlds at once: their own noise, drawn once and read everywhere.

A network x = f(parents, noise) has no closed form. It is run on the same draws of its noise under
every configuration of its parents; each draw so gives a response function, and the draws are a
sample of their law.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from scm_compiler.diagnostics import refuse
from scm_compiler.inference.codes.counterfactuals import NoNoiseFits
from scm_compiler.inference.contraction import Array
from scm_compiler.inference.counterfactual.joint import Group
from scm_compiler.ir import Finite, Graph
from scm_compiler.model.mechanism import Column, Noise, World, row_of
from scm_compiler.model.tables import table_shape

Values = NDArray[np.int64]

Draw = Callable[[str], Values]
"""A label's name to its values (draws, parent configurations): row k all under noise k."""

_CELLS = 2**24
_IMAGINED = 16


@dataclass(frozen=True)
class Law:
    """A law over response functions.

    Attributes:
        values: The response functions (F, parent configurations).
        weights: Their probabilities (batch…, F).
        counts: How many draws gave each (F,).
        draws: Which of them each draw gave (draws,); none of a law that was not drawn.
    """

    values: Values
    weights: Array
    counts: Array
    draws: Values = field(default_factory=lambda: np.empty(0, np.int64))


@dataclass(frozen=True)
class Responses:
    """The responses of a model's networks, drawn for each label on first use.

    Attributes:
        graph: The graph.
        draw: Runs one label's network.
        noise: A label's own noise in some of the draws: (draws chosen, its columns).
        name: How an answer names the noise model.
    """

    graph: Graph
    draw: Draw
    noise: Callable[[str, Values], Array]
    name: str = "implicit (the networks' own noise)"
    _known: dict[str, Law] = field(default_factory=dict, compare=False)

    def law(self, node: str) -> Law:
        """The law of one label's response function."""
        if node not in self._known:
            values, places, counts = np.unique(
                self.draw(node), axis=0, return_inverse=True, return_counts=True
            )
            weights, counted = counts / counts.sum(), counts.astype(np.float64)
            self._known[node] = Law(values, weights, counted, places.reshape(-1))
        return self._known[node]

    def margin(self, node: str) -> Array:
        """P(label | parents): (batch…, size of each parent…, size)."""
        shape, law = table_shape(self.graph, node), self.law(node)
        table = np.stack([law.weights @ (law.values == v) for v in range(shape[-1])], -1)
        return table.reshape((*law.weights.shape[:-1], *shape))

    def join(self, group: Group) -> Array:
        """The common table of copies that share noise; see `joint.Join`."""
        law = self.law(group.node)
        size = group.tables[0].shape[-1]
        cells = int(np.prod(np.broadcast_shapes(*(row.shape for row in group.rows))))
        step = max(1, _CELLS // (cells * size ** len(group.rows)))
        found = np.zeros(())
        for start in range(0, len(law.values), step):
            chunk = law.values[start : start + step]
            hits = group.spread([np.eye(size)[chunk[:, row]] for row in group.rows])
            together = hits[0]
            for hit in hits[1:]:
                together = together * hit
            part = law.weights[..., start : start + step]
            found = found + np.tensordot(part, together, 1)
        return found

    def mechanism(self, node: str) -> "Responding":
        """One label's mechanism, whose noise is one of the draws."""
        return Responding(self.graph.domain(node), self.graph.parents[node], node, self)

    def replicate(self, count: int, seed: int) -> "Responses":
        """The responses under laws drawn from their posterior, along a batch axis.

        The weights are those of the Bayesian bootstrap (Rubin 1981). A few random response
        functions get one draw's weight among them, so that what no draw has shown is not certain
        never to happen.
        """
        known = {
            node: _replicated(law, np.random.default_rng((seed, rank)), count, self._size(node))
            for rank, (node, law) in enumerate(sorted(self._known.items()))
        }
        return Responses(self.graph, self.draw, self.noise, self.name, known)

    def _size(self, node: str) -> int:
        return table_shape(self.graph, node)[-1]


@dataclass(frozen=True, eq=False)
class Responding:
    """The `Mechanism` of a label whose network's noise is one of many draws.

    Attributes:
        domain: The label's values.
        parents: What it reads.
        node: Its name.
        responses: Those of the model.
        width: One number chooses the draw.
    """

    domain: Finite
    parents: tuple[str, ...]
    node: str
    responses: Responses
    width: int = 1

    def sample(self, world: World, noise: Noise) -> Column:
        """What the response functions of these draws (B,) give."""
        return np.asarray(self._law.values[self._law.draws[noise], self._row(world)])

    def log_prob(self, value: Column, world: World) -> Array:
        """The log of the share of the draws that give the value (B,)."""
        table = self.table().reshape(-1, self.domain.size)
        with np.errstate(divide="ignore"):
            return np.log(table[self._row(world), value])

    def abduct(self, value: Column, world: World, uniform: Array) -> Noise:
        """The number (B,) of one of the draws that give the unit's value, each as likely.

        Raises:
            ScmError: E835 if none does.
        """
        found = np.zeros_like(value)
        pairs = np.stack([np.broadcast_to(self._row(world), value.shape), value], 1)
        for row, wanted in np.unique(pairs, axis=0).tolist():
            (fitting,) = np.nonzero((self._law.values[:, row] == wanted)[self._law.draws])
            if not len(fitting):
                raise refuse(NoNoiseFits(self.node, self.domain.values[wanted]))
            where = np.flatnonzero((pairs == (row, wanted)).all(1))
            found[where] = fitting[(uniform[where, 0] * len(fitting)).astype(np.int64)]
        return found

    def table(self) -> Array:
        """The shares of the draws."""
        return self.responses.margin(self.node)

    def columns(self, noise: Noise) -> Array:
        """The network's own noise in these draws."""
        return self.responses.noise(self.node, noise)

    @property
    def _law(self) -> Law:
        return self.responses.law(self.node)

    def _row(self, world: World) -> Values:
        return row_of(world, self.parents, table_shape(self.responses.graph, self.node))


def _replicated(law: Law, random: "np.random.Generator", count: int, size: int) -> Law:
    imagined = random.integers(size, size=(_IMAGINED, law.values.shape[1]))
    values = np.concatenate([law.values, imagined])
    shapes = np.concatenate([law.counts, np.full(_IMAGINED, 1 / _IMAGINED)])
    weights = random.standard_gamma(shapes, size=(count, len(shapes)))
    return Law(values, weights / weights.sum(-1, keepdims=True), shapes)
