"""Mechanisms of real nodes and of their discrete children as modules of torch that stand alone.

Nothing but torch is imported here, so that the text of this file can be printed beside a model.
`forward(parents, noise)` takes the parents (B, parents) in their order, discrete ones by the
index of their value, and one uniform number a unit (B,). It gives what the mechanism gives at
the module's precision, without a branch on a number, so that `torch.export` takes it.
"""

from itertools import pairwise
from math import isinf, log, log1p, prod

import torch
from torch import Tensor, nn
from torch.nn.functional import logsigmoid, one_hot, silu, softplus

BACKGROUND = 1e-3
"""What share of a mixture is as wide as the whole of it."""

FELT = 7.0
"""How many of its widths away the background is felt by a part of weight 1."""

REACH = 3.0
"""How many spreads from the middle the curved part of a network tells numbers apart, about."""

WIDEST = 12.0
"""The log of the greatest width of a part, above the floor."""

EDGE = 1e-12
"""How near to an end, in units of the scale, a number is the end itself."""

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
        torch.cat([logs + log1p(-BACKGROUND), torch.full_like(middle, log(BACKGROUND))], -1),
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


def spline_place(scores: Tensor, places: Tensor, slopes: Tensor, score: Tensor) -> Tensor:
    """Where the spline through knots (B, K) has a score (B,): see `Knots.place`."""
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


class Inputs(nn.Module):
    """The columns that a network reads of the parents: 0/1, one-hot, or a standardised number."""

    middles: Tensor
    spreads: Tensor

    def __init__(self, widths: tuple[int, ...]) -> None:
        super().__init__()
        self.widths = widths
        self.register_buffer("middles", torch.zeros(sum(widths)))
        self.register_buffer("spreads", torch.ones(sum(widths)))

    def forward(self, parents: Tensor) -> Tensor:
        """(B, columns)."""
        parts = [
            parents[:, rank, None] if size == 1 else _one_hot(parents[:, rank], size)
            for rank, size in enumerate(self.widths)
        ]
        columns = torch.cat(parts, 1) if parts else parents[:, :0]
        return (columns - self.middles) / self.spreads


class Layers(nn.Module):
    """A network of columns held in reach, with SiLU between its layers."""

    def __init__(self, sizes: tuple[int, ...]) -> None:
        super().__init__()
        self.depth = len(sizes) - 1
        for depth, (inputs, outputs) in enumerate(pairwise(sizes)):
            self.add_module(f"layer{depth}", nn.Linear(inputs, outputs))

    def forward(self, columns: Tensor) -> Tensor:
        """The outputs (B, outputs)."""
        hidden = REACH * torch.tanh(columns / REACH)
        for depth in range(self.depth):
            hidden = self.get_submodule(f"layer{depth}")(hidden)
            hidden = silu(hidden) if depth < self.depth - 1 else hidden
        return hidden


class Ends(nn.Module):
    """From places back to values between two ends, either of which may be infinite."""

    numbers: Tensor

    def __init__(self, low: float, high: float) -> None:
        super().__init__()
        self.low, self.high = low, high
        self.register_buffer("numbers", torch.tensor([1.0, 0.0, 1.0]))

    def forward(self, place: Tensor) -> Tensor:
        """The values (B,)."""
        unit, middle, spread = self.numbers.unbind()
        free = middle + spread * place
        if isinf(self.low) and isinf(self.high):
            return free
        if isinf(self.high):
            return self.low + unit * _softplus(free)
        if isinf(self.low):
            return self.high - unit * _softplus(-free)
        return self.low + (self.high - self.low) * torch.sigmoid(free)


class Heaped(nn.Module):
    """The step from uniform numbers to values where some values have a probability."""

    heaps: Tensor
    marks: Tensor

    def __init__(self, count: int) -> None:
        super().__init__()
        self.register_buffer("heaps", torch.zeros(count))
        self.register_buffer("marks", torch.zeros(count))

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


class Transform(nn.Module):
    """A mixture of logistics made of the parents, inverted by Newton's method.

    Args:
        widths: The columns of each parent.
        hidden: The widths of the hidden layers.
        parts: The logistics.
        heaps: The values with a probability of their own.
        ends: Of the values.
    """

    line: Tensor
    floor: Tensor

    def __init__(
        self,
        widths: tuple[int, ...],
        hidden: tuple[int, ...],
        parts: int,
        heaps: int,
        ends: tuple[float, float],
    ) -> None:
        super().__init__()
        self.sizes = [parts, parts, parts, heaps + 1]
        self.inputs = Inputs(widths)
        self.network = Layers((sum(widths), *hidden, sum(self.sizes)))
        self.register_buffer("line", torch.zeros(sum(widths)))
        self.register_buffer("floor", torch.tensor(1e-3))
        self.ends = Ends(*ends)
        self.heaped = Heaped(heaps) if heaps else None

    def forward(self, parents: Tensor, noise: Tensor) -> Tensor:
        """The values (B,)."""
        columns = self.inputs(parents)
        logits, places, widths, heaps = self.network(columns).split(self.sizes, -1)
        places = places + (columns @ self.line).unsqueeze(-1)
        law = with_background(logits, places, self.floor + widths.clamp(-60.0, WIDEST).exp())
        if self.heaped is None:
            free: Tensor = self.ends(mixture_place(*law, logit(noise)))
            return free
        away = (self.heaped.marks[:, None, None] - law[1]) / law[2]
        under = torch.logsumexp(law[0] + logsigmoid(away), -1).exp().T
        score, at_heap, heap = self.heaped(noise, torch.softmax(heaps, -1), under)
        return torch.where(at_heap, heap, self.ends(mixture_place(*law, score)))


class Quantiles(nn.Module):
    """A spline through the quantiles of the discrete parents' configuration.

    Args:
        sizes: The numbers of values of the parents.
        knots: The quantiles of each configuration.
        heaps: The values with a probability of their own.
        ends: Of the values.
    """

    scores: Tensor
    places: Tensor
    slopes: Tensor
    chances: Tensor
    under: Tensor

    def __init__(
        self, sizes: tuple[int, ...], knots: int, heaps: int, ends: tuple[float, float]
    ) -> None:
        super().__init__()
        self.sizes = sizes
        rows = prod(sizes)
        for name in ("scores", "places", "slopes"):
            self.register_buffer(name, torch.ones(rows, knots))
        self.register_buffer("chances", torch.ones(rows, heaps + 1))
        self.register_buffer("under", torch.ones(rows, heaps))
        self.ends = Ends(*ends)
        self.heaped = Heaped(heaps) if heaps else None

    def forward(self, parents: Tensor, noise: Tensor) -> Tensor:
        """The values (B,)."""
        row = _row(parents, tuple(range(len(self.sizes))), self.sizes)
        knots = self.scores[row], self.places[row], self.slopes[row]
        if self.heaped is None:
            free: Tensor = self.ends(spline_place(*knots, logit(noise)))
            return free
        score, at_heap, heap = self.heaped(noise, self.chances[row], self.under[row])
        return torch.where(at_heap, heap, self.ends(spline_place(*knots, score)))


class Terms(nn.Module):
    """Products of powers and natural cubic splines of columns.

    Args:
        columns: How many columns there are.
        knots: The knots of each.
        count: The number of terms.
    """

    knots: Tensor
    left: Tensor
    right: Tensor

    def __init__(self, columns: int, knots: int, count: int) -> None:
        super().__init__()
        self.register_buffer("knots", torch.arange(knots).float().repeat(columns, 1))
        self.register_buffer("left", torch.zeros(count, dtype=torch.int64))
        self.register_buffer("right", torch.zeros(count, dtype=torch.int64))

    def forward(self, columns: Tensor) -> Tensor:
        """The terms (B, count) of columns (B, columns)."""
        own = columns.unsqueeze(-1)
        away = (own - self.knots).clamp_min(0.0) ** 3
        slopes = (away[..., :-1] - away[..., -1:]) / (self.knots[:, -1:] - self.knots[:, :-1])
        splines = slopes[..., :-1] - slopes[..., -1:]
        every = torch.cat([own, own**2, own**3, splines], -1).flatten(1)
        found = torch.cat([torch.ones_like(every[:, :1]), every], 1)
        return found[:, self.left] * found[:, self.right]


class Regression(nn.Module):
    """Sums of terms of the parents for the middle and the log of the width, and noise.

    Args:
        widths: The columns of each parent.
        knots: Of the splines of a column.
        terms: The number of terms.
        quantiles: Of the noise.
        ends: Of the values.
    """

    location: Tensor
    log_scale: Tensor
    least: Tensor
    scores: Tensor
    places: Tensor
    slopes: Tensor

    def __init__(
        self,
        widths: tuple[int, ...],
        knots: int,
        terms: int,
        quantiles: int,
        ends: tuple[float, float],
    ) -> None:
        super().__init__()
        self.inputs, self.terms = Inputs(widths), Terms(sum(widths), knots, terms)
        for name in ("location", "log_scale"):
            self.register_buffer(name, torch.zeros(terms))
        self.register_buffer("least", torch.tensor(log(1e-3)))
        for name in ("scores", "places", "slopes"):
            self.register_buffer(name, torch.ones(quantiles))
        self.ends = Ends(*ends)

    def forward(self, parents: Tensor, noise: Tensor) -> Tensor:
        """The values (B,)."""
        terms = self.terms(self.inputs(parents))
        width = (terms @ self.log_scale).clamp_max(WIDEST)
        width = torch.maximum(width, self.least).exp()
        scores, places, slopes = (
            part.expand(noise.shape[0], -1) for part in (self.scores, self.places, self.slopes)
        )
        away = spline_place(scores, places, slopes, logit(noise))
        free: Tensor = self.ends(terms @ self.location + width * away)
        return free


class Linear(nn.Module):
    """A Gaussian number and a row of coefficients for the discrete parents' configuration.

    Args:
        sizes: The numbers of values of the parents, 0 for real ones.
    """

    coefficients: Tensor
    deviations: Tensor

    def __init__(self, sizes: tuple[int, ...]) -> None:
        super().__init__()
        self.discrete = tuple(rank for rank, size in enumerate(sizes) if size)
        self.real = tuple(rank for rank, size in enumerate(sizes) if not size)
        self.sizes = tuple(size for size in sizes if size)
        rows = prod(self.sizes)
        self.register_buffer("coefficients", torch.zeros(rows, 1 + len(self.real)))
        self.register_buffer("deviations", torch.ones(rows))

    def forward(self, parents: Tensor, noise: Tensor) -> Tensor:
        """The values (B,)."""
        row = _row(parents, self.discrete, self.sizes)
        own = self.coefficients[row]
        mean = own[:, 0] + (own[:, 1:] * parents[:, self.real]).sum(-1)
        normal: Tensor = torch.special.ndtri(_inside(noise))
        return mean + self.deviations[row] * normal


class Classes(nn.Module):
    """A discrete node: logits that a network makes of the parents, and thresholds.

    Args:
        widths: The columns of each parent.
        hidden: The widths of the hidden layers.
        values: The number of values.
    """

    def __init__(self, widths: tuple[int, ...], hidden: tuple[int, ...], values: int) -> None:
        super().__init__()
        self.inputs, self.network = Inputs(widths), Layers((sum(widths), *hidden, values))

    def forward(self, parents: Tensor, noise: Tensor) -> Tensor:
        """The values (B,) int64."""
        chances = torch.softmax(self.network(self.inputs(parents)), -1)
        steps = chances.flip(-1).cumsum(-1).flip(-1)[:, 1:]
        return (noise.unsqueeze(-1) < steps).sum(-1)


def logit(uniform: Tensor) -> Tensor:
    """The score of uniform numbers held inside 0 and 1."""
    return torch.logit(_inside(uniform))


def _inside(uniform: Tensor) -> Tensor:
    kind = torch.finfo(uniform.dtype)
    return uniform.clamp(kind.tiny, 1 - kind.eps / 2)


def _row(parents: Tensor, ranks: tuple[int, ...], sizes: tuple[int, ...]) -> Tensor:
    """Which configuration of the parents with these ranks each unit has (B,)."""
    row = torch.zeros(parents.shape[0], dtype=torch.int64, device=parents.device)
    for rank, size in zip(ranks, sizes, strict=True):
        row = row * size + parents[:, rank].long()
    return row


def _softplus(free: Tensor) -> Tensor:
    found = -logsigmoid(-free)
    return torch.where(found <= 2 * EDGE, 0.0, found)


def _one_hot(values: Tensor, size: int) -> Tensor:
    return one_hot(values.long(), size).to(values.dtype)
