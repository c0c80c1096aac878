"""Mechanisms of real nodes and of their discrete children as modules of torch that stand alone.

Nothing but torch and `places.py` is imported here, so that the emitted source can print these
classes: each name that they use is one of the emitted source, too.
`forward(uniform, held, *inputs)` takes one uniform number a unit (B,), what do() holds the node
at, and the parents (B,) in their order, discrete ones by the index of their value. It gives what
the mechanism gives at the module's precision, without a branch on a number, so that
`torch.export` takes it.
"""

import math

import torch
from torch import Tensor, nn

from scm_compiler.model.real.places import (
    inside,
    mixture_place,
    score_of,
    spline_place,
    with_background,
)

REACH = 3.0
"""How many spreads from the middle the curved part of a network tells numbers apart, about."""

WIDEST = 12.0
"""The log of the greatest width of a part, above the floor."""

FAR = 1e6
"""How many spreads from the middle the terms of a regression go on."""

EDGE = 1e-12
"""How near to an end, in units of the scale, a number is the end itself."""


class Inputs(nn.Module):
    """The columns that a network reads of the parents: 0/1, one-hot, or a standardised number."""

    middles: Tensor
    spreads: Tensor

    def __init__(self, widths: tuple[int, ...]) -> None:
        super().__init__()
        self.widths = widths
        self.register_buffer("middles", torch.zeros(sum(widths)))
        self.register_buffer("spreads", torch.ones(sum(widths)))

    def forward(self, uniform: Tensor, *inputs: Tensor) -> Tensor:
        """The columns (B, columns) of inputs (B,)."""
        parts = [uniform.new_zeros((uniform.shape[0], 0))]
        for value, width in zip(inputs, self.widths, strict=True):
            column = value.unsqueeze(1)
            if width > 1:
                column = nn.functional.one_hot(value.long(), width)
            parts.append(column.to(uniform.dtype))
        return self.standardised(torch.cat(parts, 1))

    def standardised(self, columns: Tensor) -> Tensor:
        """Columns as the network has them."""
        return (columns - self.middles) / self.spreads


class Layers(nn.Module):
    """A network of columns held in reach, with SiLU between its layers."""

    def __init__(self, sizes: tuple[int, ...]) -> None:
        super().__init__()
        self.depth = len(sizes) - 1
        for k in range(self.depth):
            self.add_module(f"layer{k}", nn.Linear(sizes[k], sizes[k + 1]))

    def forward(self, columns: Tensor) -> Tensor:
        """The outputs (B, outputs)."""
        hidden = REACH * torch.tanh(columns / REACH)
        for depth in range(self.depth):
            hidden = self.get_submodule(f"layer{depth}")(hidden)
            hidden = nn.functional.silu(hidden) if depth < self.depth - 1 else hidden
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
        if math.isinf(self.low) and math.isinf(self.high):
            return free
        if math.isinf(self.high):
            return self.low + unit * self.over(free)
        if math.isinf(self.low):
            return self.high - unit * self.over(-free)
        width = self.high - self.low
        above, below = (
            torch.where(part <= 2 * EDGE, 0.0, part)
            for part in (torch.sigmoid(free), torch.sigmoid(-free))
        )
        above, below = self.low + width * above, self.high - width * below
        return torch.where(free < 0, above, below)

    def over(self, free: Tensor) -> Tensor:
        """How far from an end: softplus, and 0 where it is next to nothing."""
        found = -nn.functional.logsigmoid(-free)
        return torch.where(found <= 2 * EDGE, 0.0, found)


class Heaped(nn.Module):
    """The step from uniform numbers to values where some values have a probability."""

    heaps: Tensor
    marks: Tensor

    def __init__(self, count: int) -> None:
        super().__init__()
        self.register_buffer("heaps", torch.zeros(count))
        self.register_buffer("marks", torch.zeros(count))

    def forward(
        self,
        uniform: Tensor,
        chances: Tensor,
        under: Tensor,
    ) -> tuple[Tensor, Tensor, Tensor]:
        """The score off the heaps, whether a unit is at a heap, and at which value.

        Args:
            uniform: (B,) uniform numbers.
            chances: (B, H + 1) of each heap and of none.
            under: (B, H) the share of what is off the heaps that lies below each.
        """
        if not len(self.heaps):
            return score_of(uniform), torch.zeros_like(uniform).bool(), uniform
        mass, spread = chances[:, :-1], chances[:, -1]
        ends = mass.cumsum(-1) + spread.unsqueeze(-1) * under
        passed = (ends - mass) <= uniform.unsqueeze(-1)
        last = (passed.sum(-1) - 1).clamp_min(0)
        end = ends.gather(1, last.unsqueeze(-1)).squeeze(-1)
        heaped = passed[:, 0] & ((uniform < end) | (spread <= 0))
        below = (uniform - torch.where(passed, mass, 0.0).sum(-1)) / spread
        return score_of(below), heaped, self.heaps[last]


class Transform(nn.Module):
    """A real node: F^-1(u), with F a mixture of logistics that a network makes of the inputs.

    Args:
        widths: The columns of each input: 1 of a number or of two values, else one a value.
        hidden: The widths of the hidden layers.
        parts: The logistics.
        heaps: The values with a probability of their own.
        low, high: The ends of the values.
    """

    line: Tensor
    floor: Tensor

    def __init__(
        self,
        widths: tuple[int, ...],
        hidden: tuple[int, ...],
        parts: int,
        heaps: int,
        low: float,
        high: float,
    ) -> None:
        super().__init__()
        self.sizes = [parts, parts, parts, heaps + 1]
        self.inputs = Inputs(widths)
        self.network = Layers((sum(widths), *hidden, sum(self.sizes)))
        self.register_buffer("line", torch.zeros(sum(widths)))
        self.register_buffer("floor", torch.tensor(1e-3))
        self.ends = Ends(low, high)
        self.heaped = Heaped(heaps)

    def forward(self, uniform: Tensor, held: float | None, *inputs: Tensor) -> Tensor:
        """The values (B,) for uniform noise (B,) and inputs (B,); `held` is what do() sets."""
        if held is not None:
            return torch.full_like(uniform, held)
        logs, places, widths, chances = self.law(self.inputs(uniform, *inputs))
        away = (self.heaped.marks[:, None, None] - places) / widths
        under = torch.logsumexp(logs + nn.functional.logsigmoid(away), -1).exp().T
        score, at_heap, heap = self.heaped(uniform, chances, under)
        place = mixture_place(logs, places, widths, score)
        return torch.where(at_heap, heap, self.ends(place))

    def law(self, columns: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        """The mixture (B, parts + 1) at columns (B, columns), and the chances of heaps."""
        logits, places, widths, heaps = self.network(columns).split(self.sizes, -1)
        places = places + (columns @ self.line).unsqueeze(-1)
        widths = self.floor + widths.clamp(-60.0, WIDEST).exp()
        law = with_background(logits, places, widths)
        return *law, torch.softmax(heaps, -1)


class Quantiles(nn.Module):
    """A real node: F^-1(u) by a spline through the quantiles at each setting of its inputs.

    Args:
        sizes: The numbers of values of the inputs.
        knots: The quantiles of each setting.
        heaps: The values with a probability of their own.
        low, high: The ends of the values.
    """

    scores: Tensor
    places: Tensor
    slopes: Tensor
    chances: Tensor
    under: Tensor

    def __init__(
        self,
        sizes: tuple[int, ...],
        knots: int,
        heaps: int,
        low: float,
        high: float,
    ) -> None:
        super().__init__()
        self.sizes = sizes
        rows = math.prod(sizes)
        for name in ("scores", "places"):
            self.register_buffer(name, torch.linspace(-4, 4, knots).repeat(rows, 1))
        self.register_buffer("slopes", torch.ones(rows, knots))
        self.register_buffer("chances", torch.ones(rows, heaps + 1) / (heaps + 1))
        self.register_buffer("under", torch.ones(rows, heaps))
        self.ends = Ends(low, high)
        self.heaped = Heaped(heaps)

    def forward(self, uniform: Tensor, held: float | None, *inputs: Tensor) -> Tensor:
        """The values (B,) for uniform noise (B,) and inputs (B,); `held` is what do() sets."""
        if held is not None:
            return torch.full_like(uniform, held)
        row = torch.zeros_like(uniform, dtype=torch.int64)
        for value, size in zip(inputs, self.sizes, strict=True):
            row = row * size + value.long()
        score, at_heap, heap = self.heaped(uniform, self.chances[row], self.under[row])
        scores, places, slopes = self.scores[row], self.places[row], self.slopes[row]
        place = spline_place(scores, places, slopes, score)
        return torch.where(at_heap, heap, self.ends(place))


class Terms(nn.Module):
    """Products of two elementary functions of columns, each 1, a power or a natural cubic spline.

    Args:
        columns: How many columns there are.
        knots: The knots of the splines of each.
        pairs: The two functions of each term: 0 is 1, then come those of the first column.
    """

    knots: Tensor

    def __init__(
        self,
        columns: int,
        knots: int,
        pairs: tuple[tuple[int, int], ...],
    ) -> None:
        super().__init__()
        self.pairs = pairs
        self.register_buffer("knots", torch.linspace(-2, 2, knots).repeat(columns, 1))

    def forward(self, columns: Tensor) -> Tensor:
        """The terms (B, terms) of columns (B, columns)."""
        own = columns.clamp(-FAR, FAR).unsqueeze(-1)
        away = (own - self.knots).clamp_min(0.0) ** 3
        apart = self.knots[:, -1:] - self.knots[:, :-1]
        slopes = (away[..., :-1] - away[..., -1:]) / apart
        splines = slopes[..., :-1] - slopes[..., -1:]
        every = torch.cat([own, own**2, own**3, splines], -1).flatten(1)
        every = torch.cat([torch.ones_like(every[:, :1]), every], 1)
        left, right = ([pair[side] for pair in self.pairs] for side in (0, 1))
        return every[:, left] * every[:, right]


class Regression(nn.Module):
    """A real node: a sum of terms of the inputs, and noise as wide as another sum of them says.

    Args:
        widths: The columns of each input: 1 of a number or of two values, else one a value.
        knots: The knots of the splines of a column.
        terms: The two functions of columns whose product each term is.
        quantiles: Of the noise.
        low, high: The ends of the values.
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
        terms: tuple[tuple[int, int], ...],
        quantiles: int,
        low: float,
        high: float,
    ) -> None:
        super().__init__()
        self.inputs = Inputs(widths)
        self.terms = Terms(sum(widths), knots, terms)
        for name in ("location", "log_scale"):
            self.register_buffer(name, torch.zeros(len(terms)))
        self.register_buffer("least", torch.tensor(-7.0))
        for name in ("scores", "places"):
            self.register_buffer(name, torch.linspace(-4, 4, quantiles))
        self.register_buffer("slopes", torch.ones(quantiles))
        self.ends = Ends(low, high)

    def forward(self, uniform: Tensor, held: float | None, *inputs: Tensor) -> Tensor:
        """The values (B,) for uniform noise (B,) and inputs (B,); `held` is what do() sets."""
        if held is not None:
            return torch.full_like(uniform, held)
        value: Tensor = self.ends(self.place(uniform, self.inputs(uniform, *inputs)))
        return value

    def place(self, uniform: Tensor, columns: Tensor) -> Tensor:
        """The places (B,) at columns (B, columns)."""
        terms = self.terms(columns)
        width = (terms * self.log_scale).sum(-1).clamp_max(WIDEST)
        width = torch.maximum(width, self.least).exp()
        rows = uniform.shape[0]
        scores, places = self.scores.expand(rows, -1), self.places.expand(rows, -1)
        slopes = self.slopes.expand(rows, -1)
        away = spline_place(scores, places, slopes, score_of(uniform))
        place: Tensor = (terms * self.location).sum(-1) + width * away
        return place


class Linear(nn.Module):
    """A real node that is Gaussian given its inputs, and linear in the real ones.

    Args:
        sizes: The numbers of values of the inputs, 0 for real ones.
    """

    coefficients: Tensor
    deviations: Tensor

    def __init__(self, sizes: tuple[int, ...]) -> None:
        super().__init__()
        self.sizes = sizes
        rows = math.prod(size for size in sizes if size)
        self.register_buffer("coefficients", torch.zeros(rows, 1 + sizes.count(0)))
        self.register_buffer("deviations", torch.ones(rows))

    def forward(self, uniform: Tensor, held: float | None, *inputs: Tensor) -> Tensor:
        """The values (B,) for uniform noise (B,) and inputs (B,); `held` is what do() sets."""
        if held is not None:
            return torch.full_like(uniform, held)
        row = torch.zeros_like(uniform, dtype=torch.int64)
        numbers = [torch.ones_like(uniform)]
        for value, size in zip(inputs, self.sizes, strict=True):
            if size:
                row = row * size + value.long()
            else:
                numbers.append(value.to(uniform.dtype))
        own = (table[row] for table in (self.coefficients, self.deviations))
        return self.value(uniform, torch.stack(numbers, 1), *own)

    def value(
        self,
        uniform: Tensor,
        numbers: Tensor,
        coefficients: Tensor,
        deviations: Tensor,
    ) -> Tensor:
        """The values (B,) with a 1 and the real inputs, and these rows of the tables."""
        normal: Tensor = torch.special.ndtri(inside(uniform))
        return (coefficients * numbers).sum(-1) + deviations * normal


class Classes(nn.Module):
    """A label: logits that a network makes of the inputs, real ones among them.

    Args:
        widths: The columns of each input: 1 of a number or of two values, else one a value.
        hidden: The widths of the hidden layers.
        values: The number of values.
    """

    def __init__(
        self,
        widths: tuple[int, ...],
        hidden: tuple[int, ...],
        values: int,
    ) -> None:
        super().__init__()
        self.inputs = Inputs(widths)
        self.network = Layers((sum(widths), *hidden, values))

    def forward(self, uniform: Tensor, held: int | None, *inputs: Tensor) -> Tensor:
        """The values (B,) for uniform noise (B,) and inputs (B,); `held` is what do() sets."""
        if held is not None:
            return torch.full_like(uniform, held, dtype=torch.int64)
        steps = self.steps(self.inputs(uniform, *inputs))
        return (uniform.unsqueeze(1) < steps).sum(1)

    def steps(self, columns: Tensor) -> Tensor:
        """P(x > k) for every value k but the last, at columns (B, columns)."""
        chances = torch.softmax(self.network(columns), -1)
        return chances.flip(-1).cumsum(-1).flip(-1)[:, 1:]
