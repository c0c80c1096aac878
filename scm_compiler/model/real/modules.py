"""The mechanisms of real nodes and of their discrete children as modules of torch.

`forward(parents, noise)` takes the parents (B, parents) in their order, discrete ones by the
index of their value, and one uniform number a unit (B,). It gives what the mechanism gives at
the module's precision, without a branch on a number, so that `torch.export` takes it.
"""

from math import isinf, log

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn.functional import logsigmoid, one_hot, silu, softplus

from scm_compiler.ir.domain import Finite
from scm_compiler.model.coupling import values_below
from scm_compiler.model.real.classes import Classes
from scm_compiler.model.real.features import REACH, Features, Perceptron, width
from scm_compiler.model.real.law import BACKGROUND, FELT
from scm_compiler.model.real.linear import Linear
from scm_compiler.model.real.mechanism import WIDEST, Quantiles, Transform
from scm_compiler.model.real.scale import EDGE, Scale
from scm_compiler.model.real.uniform import Array

NEWTON = 20
"""Rounds in which a mixture is inverted: enough for float32."""


def with_background(
    logits: Tensor, places: Tensor, widths: Tensor
) -> tuple[Tensor, Tensor, Tensor]:
    """The logs of weights, the places and the widths (…, K + 1) of `Mixture.of`."""
    logs = torch.log_softmax(logits, -1)
    shares = logs.exp()
    middle = (shares * places).sum(-1, keepdim=True)
    away = (places - middle).abs()
    wide = (shares * (away + widths)).sum(-1, keepdim=True)
    wide = wide + (away / (FELT - logs)).amax(-1, keepdim=True)
    return (
        torch.cat([logs + np.log1p(-BACKGROUND), torch.full_like(middle, log(BACKGROUND))], -1),
        torch.cat([places, middle], -1),
        torch.cat([widths, wide], -1),
    )


def mixture_density(logs: Tensor, places: Tensor, widths: Tensor, place: Tensor) -> Tensor:
    """The log of the density (…,) of a mixture (…, K) at a place (…,)."""
    away = (place.unsqueeze(-1) - places) / widths
    return torch.logsumexp(logs - away - 2 * softplus(-away) - widths.log(), -1)


def mixture_place(logs: Tensor, places: Tensor, widths: Tensor, score: Tensor) -> Tensor:
    """Where the mixture (B, K) has a score (B,): see `Mixture.place`."""
    ends = places + widths * score.unsqueeze(-1)
    low, high = ends.amin(-1), ends.amax(-1)
    found = (logs.exp() * ends).sum(-1)
    last, narrow = high - low, widths.log()
    for _ in range(NEWTON):
        away = (found.unsqueeze(-1) - places) / widths
        part = logs - softplus(-away)
        below, above = torch.logsumexp(part, -1), torch.logsumexp(part - away, -1)
        density = torch.logsumexp(part - softplus(away) - narrow, -1)
        off = below - above - score
        low, high = torch.where(off < 0, found, low), torch.where(off > 0, found, high)
        then = found - off * (below + above - density).exp()
        good = (then >= low) & (then <= high) & ((then - found).abs() < last / 2)
        then = torch.where(good, then, (low + high) / 2)
        last = (then - found).abs()
        found = torch.where(off == 0, found, then)
    return found


class Inputs(nn.Module):
    """The columns that a network reads of the parents."""

    middles: Tensor
    spreads: Tensor

    def __init__(self, features: Features) -> None:
        super().__init__()
        self.widths = tuple(width(domain) for domain in features.parents.values())
        self.register_buffer("middles", _tensor(features.middles))
        self.register_buffer("spreads", _tensor(features.spreads))

    def forward(self, parents: Tensor) -> Tensor:
        """(B, columns), standardised."""
        parts = [
            parents[:, rank, None] if size == 1 else _one_hot(parents[:, rank], size)
            for rank, size in enumerate(self.widths)
        ]
        columns = torch.cat(parts, 1) if parts else parents[:, :0]
        return (columns - self.middles) / self.spreads


class Layers(nn.Module):
    """A network of columns, with SiLU between its layers."""

    def __init__(self, network: Perceptron) -> None:
        super().__init__()
        self.depth = len(network.weights)
        for depth, (weight, bias) in enumerate(zip(network.weights, network.biases, strict=True)):
            layer = nn.Linear(*weight.shape)
            layer.weight.data, layer.bias.data = _tensor(weight.T), _tensor(bias)
            self.add_module(f"layer{depth}", layer)

    def forward(self, columns: Tensor) -> Tensor:
        """The outputs (B, outputs)."""
        hidden = REACH * torch.tanh(columns / REACH)
        for depth in range(self.depth):
            hidden = self.get_submodule(f"layer{depth}")(hidden)
            hidden = silu(hidden) if depth < self.depth - 1 else hidden
        return hidden


class Ends(nn.Module):
    """From places back to values of the domain."""

    def __init__(self, scale: Scale) -> None:
        super().__init__()
        self.low, self.high = scale.domain.low, scale.domain.high
        self.unit, self.middle, self.spread = (float(number) for number in scale.numbers)

    def forward(self, place: Tensor) -> Tensor:
        """The values (B,)."""
        free = self.middle + self.spread * place
        if isinf(self.low) and isinf(self.high):
            return free
        if isinf(self.high):
            return self.low + self.unit * _softplus(free)
        if isinf(self.low):
            return self.high - self.unit * _softplus(-free)
        return self.low + (self.high - self.low) * torch.sigmoid(free)


class Heaped(nn.Module):
    """The step from uniform numbers to values where some values have a probability."""

    heaps: Tensor
    marks: Tensor

    def __init__(self, heaps: Array, scale: Scale) -> None:
        super().__init__()
        self.register_buffer("heaps", _tensor(heaps))
        self.register_buffer("marks", _tensor(scale.place(heaps)))

    def forward(
        self, noise: Tensor, chances: Tensor, under: Tensor
    ) -> tuple[Tensor, Tensor, Tensor]:
        """The score off the heaps, whether a unit is at a heap, and at which value.

        Args:
            noise: (B,) uniform numbers.
            chances: (B, H + 1) of each heap and of none.
            under: (B, H) the share of what is off the heaps that lies below each.
        """
        mass, spread = chances[:, :-1], chances[:, -1]
        ends = mass.cumsum(-1) + spread.unsqueeze(-1) * under
        passed = (ends - mass) <= noise.unsqueeze(-1)
        last = (passed.sum(-1) - 1).clamp_min(0)
        end = ends.gather(1, last.unsqueeze(-1)).squeeze(-1)
        heaped = passed[:, 0] & ((noise < end) | (spread <= 0))
        below = (noise - torch.where(passed, mass, 0.0).sum(-1)) / spread
        return logit(below), heaped, self.heaps[last]


class TransformModule(nn.Module):
    """`Transform`: a mixture of logistics made of the parents, inverted by Newton's method."""

    line: Tensor

    def __init__(self, mechanism: Transform) -> None:
        super().__init__()
        self.inputs, self.network = Inputs(mechanism.features), Layers(mechanism.network)
        self.parts, self.floor = mechanism.parts, mechanism.floor
        self.register_buffer("line", _tensor(mechanism.line))
        self.ends = Ends(mechanism.scale)
        self.heaped = Heaped(mechanism.heaps, mechanism.scale) if len(mechanism.heaps) else None

    def forward(self, parents: Tensor, noise: Tensor) -> Tensor:
        """The values (B,)."""
        columns = self.inputs(parents)
        sizes = [self.parts, self.parts, self.parts]
        outputs = self.network(columns)
        sizes = [*sizes, outputs.shape[-1] - 3 * self.parts]
        logits, places, widths, heaps = outputs.split(sizes, -1)
        places = places + (columns @ self.line).unsqueeze(-1)
        law = with_background(logits, places, self.floor + widths.clamp(-60.0, WIDEST).exp())
        if self.heaped is None:
            free: Tensor = self.ends(mixture_place(*law, logit(noise)))
            return free
        away = (self.heaped.marks[:, None, None] - law[1]) / law[2]
        under = torch.logsumexp(law[0] + logsigmoid(away), -1).exp().T
        score, at_heap, heap = self.heaped(noise, torch.softmax(heaps, -1), under)
        return torch.where(at_heap, heap, self.ends(mixture_place(*law, score)))


class QuantilesModule(nn.Module):
    """`Quantiles`: a spline through the quantiles of the parents' configuration."""

    scores: Tensor
    places: Tensor
    slopes: Tensor
    chances: Tensor
    under: Tensor

    def __init__(self, mechanism: Quantiles) -> None:
        super().__init__()
        self.sizes = tuple(d.size for d in mechanism.inputs.values() if isinstance(d, Finite))
        for name in ("scores", "places", "slopes", "chances"):
            self.register_buffer(name, _tensor(getattr(mechanism, name)))
        self.register_buffer("under", _tensor(mechanism.under))
        self.ends = Ends(mechanism.scale)
        self.heaped = Heaped(mechanism.heaps, mechanism.scale) if len(mechanism.heaps) else None

    def forward(self, parents: Tensor, noise: Tensor) -> Tensor:
        """The values (B,)."""
        row = torch.zeros_like(noise, dtype=torch.int64)
        for rank, size in enumerate(self.sizes):
            row = row * size + parents[:, rank].long()
        if self.heaped is None:
            free: Tensor = self.ends(self._place(row, logit(noise)))
            return free
        score, at_heap, heap = self.heaped(noise, self.chances[row], self.under[row])
        return torch.where(at_heap, heap, self.ends(self._place(row, score)))

    def _place(self, row: Tensor, score: Tensor) -> Tensor:
        scores, places, slopes = self.scores[row], self.places[row], self.slopes[row]
        knot = (scores <= score.unsqueeze(-1)).sum(-1) - 1
        first = knot.clamp(0, scores.shape[-1] - 2).unsqueeze(-1)
        start, end = (scores.gather(1, first + k).squeeze(-1) for k in (0, 1))
        low, top = (places.gather(1, first + k).squeeze(-1) for k in (0, 1))
        d0, d1 = (slopes.gather(1, first + k).squeeze(-1) for k in (0, 1))
        share = ((score - start) / (end - start)).clamp(0.0, 1.0)
        mean, both = (top - low) / (end - start), share * (1 - share)
        over = (top - low) * (mean * share**2 + d0 * both)
        inside = low + over / (mean + (d0 + d1 - 2 * mean) * both)
        before = places[:, 0] + slopes[:, 0] * (score - scores[:, 0])
        after = places[:, -1] + slopes[:, -1] * (score - scores[:, -1])
        found = torch.where(score < scores[:, 0], before, inside)
        return torch.where(score > scores[:, -1], after, found)


class LinearModule(nn.Module):
    """`Linear`: a row of coefficients for the discrete parents' configuration."""

    coefficients: Tensor
    deviations: Tensor

    def __init__(self, mechanism: Linear) -> None:
        super().__init__()
        finite = [isinstance(domain, Finite) for domain in mechanism.inputs.values()]
        self.discrete = tuple(rank for rank, known in enumerate(finite) if known)
        self.real = tuple(rank for rank, known in enumerate(finite) if not known)
        self.sizes = tuple(d.size for d in mechanism.inputs.values() if isinstance(d, Finite))
        self.register_buffer("coefficients", _tensor(mechanism.coefficients))
        self.register_buffer("deviations", _tensor(mechanism.deviations))

    def forward(self, parents: Tensor, noise: Tensor) -> Tensor:
        """The values (B,)."""
        row = torch.zeros_like(noise, dtype=torch.int64)
        for rank, size in zip(self.discrete, self.sizes, strict=True):
            row = row * size + parents[:, rank].long()
        own = self.coefficients[row]
        mean = own[:, 0] + (own[:, 1:] * parents[:, self.real]).sum(-1)
        inside = noise.clamp(torch.finfo(noise.dtype).tiny, 1 - torch.finfo(noise.dtype).eps / 2)
        normal: Tensor = torch.special.ndtri(inside)
        return mean + self.deviations[row] * normal


class ClassesModule(nn.Module):
    """`Classes`: logits that a network makes of the parents, and thresholds."""

    def __init__(self, mechanism: Classes) -> None:
        super().__init__()
        self.inputs, self.network = Inputs(mechanism.features), Layers(mechanism.network)

    def forward(self, parents: Tensor, noise: Tensor) -> Tensor:
        """The values (B,) int64."""
        chances = torch.softmax(self.network(self.inputs(parents)), -1)
        steps = chances.flip(-1).cumsum(-1).flip(-1)[:, 1:]
        return values_below(noise, steps, torch.int64).to(torch.int64)


def module_of(mechanism: Transform | Quantiles | Linear | Classes) -> nn.Module:
    """The module of a mechanism, in float32."""
    if isinstance(mechanism, Transform):
        return TransformModule(mechanism)
    if isinstance(mechanism, Quantiles):
        return QuantilesModule(mechanism)
    return LinearModule(mechanism) if isinstance(mechanism, Linear) else ClassesModule(mechanism)


def logit(uniform: Tensor) -> Tensor:
    """The number log u / (1 - u) of numbers held inside 0 and 1."""
    kind = torch.finfo(uniform.dtype)
    return torch.logit(uniform.clamp(kind.tiny, 1 - kind.eps / 2))


def _softplus(free: Tensor) -> Tensor:
    found = -logsigmoid(-free)
    return torch.where(found <= 2 * EDGE, 0.0, found)


def _one_hot(values: Tensor, size: int) -> Tensor:
    return one_hot(values.long(), size).to(values.dtype)


def _tensor(numbers: Array) -> Tensor:
    return torch.from_numpy(np.array(numbers, np.float32, order="C"))
