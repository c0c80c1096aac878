"""The networks of several nodes with the rows that they are fitted to."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from math import inf

import numpy as np
import torch
from torch import Tensor

from scm_compiler.ir.domain import Finite, Real
from scm_compiler.model.mechanism import Mechanism
from scm_compiler.model.real.classes import Classes
from scm_compiler.model.real.features import Features, Perceptron
from scm_compiler.model.real.mechanism import NO_HEAPS, WIDEST, Transform
from scm_compiler.model.real.places import mixture_density, with_background
from scm_compiler.model.real.scale import Scale, quantiles
from scm_compiler.model.real.uniform import Array
from scm_compiler.runtime.controller.real.options import RealOptions
from scm_compiler.runtime.controller.real.stack import Stack
from scm_compiler.runtime.controller.real.target import (
    Rows,
    Target,
    heaps_of,
    resolution,
)

FARTHEST = 1e4
"""How many spreads out a place is taken to be at most while a network learns."""

PIECE = 8192
"""Held-out rows that run at once."""

KEPT = 0.99
"""What share of the averaged weights a step keeps: about a hundred steps are averaged."""

WIDER = 1.5
"""How much wider than their distance the parts of the first guess are."""


@dataclass(frozen=True, eq=False)
class Plan:
    """One node as its network sees it.

    Attributes:
        target: The node.
        features: How its parents are read.
        scale: Of its values, if they are real.
        heaps: The values that it has a probability of.
        floor: The least width of a part.
        places: (rows,) float32, zero at a heap.
        ranks: (rows,) which heap or value a row has; the number of heaps if none.
    """

    target: Target
    features: Features
    scale: Scale
    heaps: Array
    floor: float
    places: Array
    ranks: Array

    @property
    def classes(self) -> int:
        """How many values or heaps the network has a logit for; none is not counted."""
        domain = self.target.domain
        return domain.size if isinstance(domain, Finite) else len(self.heaps)


def plan(target: Target, rows: Rows, features: Features, options: RealOptions) -> Plan:
    """What a network is to learn of a node."""
    values, weights = rows.columns[target.name], rows.weights
    if not isinstance(target.domain, Real):
        zeros = np.zeros(len(values))
        return Plan(target, features, Scale(Real()), NO_HEAPS, 0.0, zeros, values)
    heaps = heaps_of(values, weights)
    free = ~np.isin(values, heaps)
    some = free if free.any() else np.ones_like(free)
    scale = Scale.of(target.domain, values[some], weights[some])
    places = np.where(free, np.clip(scale.place(values), -FARTHEST, FARTHEST), 0.0)
    ranks = np.where(free, len(heaps), np.searchsorted(heaps, values))
    step = resolution(places[some], weights[some])
    return Plan(target, features, scale, heaps, max(options.floor, step / 4), places, ranks)


class Group:
    """Several nodes whose networks are trained side by side: all real, or all discrete.

    Args:
        plans: The nodes.
        columns: The columns of the source that each reads.
        source: (rows, columns) float32; the column 0 is zero.
        weights: (rows,) what each row counts.
        options: The settings.
        generator: Where the first weights are drawn from.

    Attributes:
        stack: The networks.
        average: Their weights, averaged over the latest steps.
        best: The averages that did best on held-out rows, node by node.
        losses: (n,) float64 how well that was.
    """

    def __init__(
        self,
        plans: Sequence[Plan],
        columns: Sequence[Sequence[int]],
        source: Tensor,
        weights: Array,
        options: RealOptions,
        generator: torch.Generator,
    ) -> None:
        self.plans, self._source, self._options = plans, source, options
        self.parts = options.parts if isinstance(plans[0].target.domain, Real) else 0
        none = int(self.parts > 0)
        self._most = max(plan.classes for plan in plans)
        hidden = [options.hidden] * (options.layers - 1)
        outputs = 3 * self.parts + self._most + none
        self.stack = Stack(columns, outputs, hidden, generator)
        self._mask = torch.zeros(len(plans), 1, self._most + none)
        for node, each in enumerate(plans):
            self._mask[node, 0, each.classes : self._most] = -inf
        ranks = [np.where(p.ranks == p.classes, self._most, p.ranks) for p in plans]
        self._ranks = torch.from_numpy(np.stack(ranks, 1))
        self._places = torch.from_numpy(np.stack([p.places for p in plans], 1)).float()
        self._floors = torch.tensor([[[p.floor]] for p in plans])
        with torch.no_grad():
            for node, each in enumerate(plans):
                self._guess(node, each, weights)
        self.average = self._weights()
        self.best = self._weights()
        self.losses = torch.full((len(plans),), inf, dtype=torch.float64)

    def loss(self, rows: Tensor, weights: Tensor) -> Tensor:
        """Minus the mean log-likelihood of each node (n,) over some rows, on its own scale."""
        outputs, line = self.stack(self._source[rows])
        mixture, classes = outputs.split([3 * self.parts, outputs.shape[-1] - 3 * self.parts], -1)
        ranks = self._ranks[rows].T
        found = torch.zeros_like(line)
        if self._most:
            logs = torch.log_softmax(classes + self._mask, -1)
            found = logs.gather(-1, ranks.unsqueeze(-1)).squeeze(-1)
        if self.parts:
            logits, places, widths = mixture.chunk(3, -1)
            widths = self._floors + widths.clamp(-60.0, WIDEST).exp()
            law = with_background(logits, places + line.unsqueeze(-1), widths)
            density = mixture_density(*law, self._places[rows].T)
            free = ranks == self._most
            found = found + torch.where(free, density, 0.0) if self._most else density
        return -(found * weights).sum(-1) / weights.sum()

    @torch.no_grad()
    def follow(self) -> None:
        """Take the weights after a step into the average."""
        for name, weight in self.stack.named_parameters():
            self.average[name].lerp_(weight, 1 - KEPT)

    @torch.no_grad()
    def check(self, rows: Tensor, weights: Tensor) -> bool:
        """Keep the average of each node that does better on held-out rows; whether one does."""
        parts = list(zip(torch.split(rows, PIECE), torch.split(weights, PIECE), strict=True))
        with self._holding(self.average):
            found = [self.loss(*part).double() * part[1].sum() for part in parts]
        losses = torch.stack(found).sum(0) / weights.sum()
        better = losses < self.losses
        self.losses[better] = losses[better]
        for name, weight in self.average.items():
            self.best[name][better] = weight[better]
        return bool(better.any())

    def mechanisms(self) -> dict[str, Mechanism]:
        """Those of the best weights, by node."""
        with self._holding(self.best):
            return {p.target.name: self._mechanism(node, p) for node, p in enumerate(self.plans)}

    def _weights(self) -> dict[str, Tensor]:
        return {name: w.detach().clone() for name, w in self.stack.named_parameters()}

    @contextmanager
    def _holding(self, weights: Mapping[str, Tensor]) -> Iterator[None]:
        """The networks with other weights for a while."""
        own = self._weights()
        self.stack.load_state_dict(weights, strict=False)
        try:
            yield
        finally:
            self.stack.load_state_dict(own, strict=False)

    def _mechanism(self, node: int, each: Plan) -> Mechanism:
        weights, biases, line = self.stack.layers(node)
        target, most, parts = each.target, self._most, 3 * self.parts
        kept = [*range(parts + each.classes), *range(parts + most, len(biases[-1]))]
        weights[-1], biases[-1] = weights[-1][:, kept], biases[-1][kept]
        network = Perceptron(tuple(weights), tuple(biases))
        if isinstance(target.domain, Finite):
            parents = tuple(target.inputs)
            return Classes(target.domain, parents, features=each.features, network=network)
        # The places' outputs end in the heaps' and in that of none.
        assert isinstance(target.domain, Real)
        return Transform(
            target.domain,
            target.inputs,
            each.scale,
            each.heaps,
            features=each.features,
            network=network,
            line=line,
            floor=each.floor,
        )

    def _guess(self, node: int, each: Plan, weights: Array) -> None:
        """Shares of the rows for logits, and of a linear regression's rest for the parts."""
        shares = np.bincount(each.ranks, weights, each.classes + int(self.parts > 0))
        logs = torch.from_numpy(np.log((shares + 0.5) / (shares + 0.5).sum()))
        bias = self.stack.biases[-1][node, 0]
        bias[3 * self.parts : 3 * self.parts + each.classes] = logs[: each.classes]
        if not self.parts:
            return
        bias[-1] = logs[-1]
        free = each.ranks == each.classes
        if not free.any():
            return
        source = self._source[free][:, self.stack.columns(node)].double().numpy()
        line, rest = _regression(source, each.places[free], weights[free])
        self.stack.line[node, : len(line)] = torch.from_numpy(line)
        levels = (np.arange(self.parts) + 0.5) / self.parts
        places = quantiles(rest, weights[free], levels)
        width = max((places[-1] - places[0]) / self.parts * WIDER, each.floor, 1e-3)
        bias[self.parts : 2 * self.parts] = torch.from_numpy(places)
        bias[2 * self.parts : 3 * self.parts] = float(np.log(width / 2))


def _regression(source: Array, places: Array, weights: Array) -> tuple[Array, Array]:
    """Ridge regression, and what is left; places far out count as if they were nearer."""
    near = np.clip(places, -10.0, 10.0)
    middle, mean = np.average(source, axis=0, weights=weights), np.average(near, weights=weights)
    causes = source - middle
    square = causes.T @ (causes * weights[:, None]) + 1e-3 * weights.mean() * np.eye(len(middle))
    line = np.linalg.solve(square, causes.T @ (weights * (near - mean)))
    return line, places - source @ line
