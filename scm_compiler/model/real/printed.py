"""Mechanisms of real nodes and of their discrete children as modules of torch that stand alone.

Nothing but torch is imported here, so that the emitted source can print these classes: each name
that they use is one of the emitted source, too. `forward(uniform, held, *inputs)` takes one
uniform number a unit (B,), what do() holds the node at, and the parents (B,) in their order,
discrete ones by the index of their value. It gives what the mechanism gives at the module's
precision, without a branch on a number, so that `torch.export` takes it.
"""

import math

import torch
from torch import Tensor, nn

BACKGROUND = 1e-3
"""What share of a mixture is as wide as the whole of it."""

FELT = 7.0
"""How many of its widths away the background is felt by a part of weight 1."""

REACH = 3.0
"""How many spreads from the middle the curved part of a network tells numbers apart, about."""

WIDEST = 12.0
"""The log of the greatest width of a part, above the floor."""

FAR = 1e6
"""How many spreads from the middle the terms of a regression go on."""

EDGE = 1e-12
"""How near to an end, in units of the scale, a number is the end itself."""

ROUNDS = 24
"""In which a mixture is inverted."""


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
    logs = logs + math.log1p(-BACKGROUND)
    rest = torch.full_like(middle, math.log(BACKGROUND))
    return (
        torch.cat([logs, rest], -1),
        torch.cat([places, middle], -1),
        torch.cat([widths, wide], -1),
    )


def mixture_density(logs: Tensor, places: Tensor, widths: Tensor, place: Tensor) -> Tensor:
    """The log of the density (…,) of a mixture (…, K) at a place (…,)."""
    away = (place.unsqueeze(-1) - places) / widths
    twice = 2 * nn.functional.softplus(-away)
    return torch.logsumexp(logs - away - twice - widths.log(), -1)


def mixture_place(
    logs: Tensor,
    places: Tensor,
    widths: Tensor,
    score: Tensor,
) -> Tensor:
    """Where the mixture (B, K) has a score (B,), differentiable in all of them."""
    parts = (logs.detach(), places.detach(), widths.detach())
    found = mixture_root(*parts, score.detach())
    # A step of Newton's method, which hardly moves it, has the derivatives of the place.
    away = (found.unsqueeze(-1) - places) / widths
    below, above = nn.functional.logsigmoid(away), nn.functional.logsigmoid(-away)
    density = torch.logsumexp(logs + below + above - widths.log(), -1)
    below, above = torch.logsumexp(logs + below, -1), torch.logsumexp(logs + above, -1)
    return found - (below - above - score) * (below + above - density).exp()


def mixture_off(
    logs: Tensor,
    places: Tensor,
    widths: Tensor,
    place: Tensor,
    score: Tensor,
) -> Tensor:
    """How much more the score of the mixture (…, K) at a place (…,) is than a score."""
    away = (place.unsqueeze(-1) - places) / widths
    below, above = nn.functional.logsigmoid(away), nn.functional.logsigmoid(-away)
    return torch.logsumexp(logs + below, -1) - torch.logsumexp(logs + above, -1) - score


def mixture_root(
    logs: Tensor,
    places: Tensor,
    widths: Tensor,
    score: Tensor,
) -> Tensor:
    """Where the mixture (B, K) has a score (B,): by Chandrupatla's method (1997).

    The places that the single parts have at this score enclose the mixture's.
    """
    ends = (places + widths * score.unsqueeze(-1)).sort(-1).values
    wide = (logs.unsqueeze(1), places.unsqueeze(1), widths.unsqueeze(1))
    offs = mixture_off(*wide, ends, score.unsqueeze(-1))
    lower = ((offs <= 0).sum(-1, keepdim=True) - 1).clamp(0, ends.shape[-1] - 2)
    a, b = (ends.gather(1, lower + side).squeeze(1) for side in (0, 1))
    fa, fb = (offs.gather(1, lower + side).squeeze(1) for side in (0, 1))
    narrow, share = widths.amin(-1), torch.full_like(score, 0.5)
    for _ in range(ROUNDS):
        here = a + share * (b - a)
        off = mixture_off(logs, places, widths, here, score)
        same = off.sign() == fa.sign()
        c, fc = torch.where(same, a, b), torch.where(same, fa, fb)
        b, fb = torch.where(same, b, a), torch.where(same, fb, fa)
        a, fa = here, off
        # On a curve through the three points where it can be trusted, else halfway.
        place, height = (a - b) / (c - b), (fa - fb) / (fc - fb)
        curve = fa / (fb - fa) * fc / (fb - fc)
        curve = curve + (c - a) / (b - a) * fa / (fc - fa) * fb / (fc - fb)
        trusted = (height**2 < place) & ((1 - height) ** 2 < 1 - place)
        share = torch.where(trusted & curve.isfinite(), curve, 0.5)
        least = 2e-16 * torch.maximum(a.abs(), narrow) / (b - a).abs()
        share = share.maximum(least).minimum(1 - least)
        share = torch.where(least < 0.5, share, 0.5)
    return torch.where(fa.abs() < fb.abs(), a, b)


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


def spline_place(
    scores: Tensor,
    places: Tensor,
    slopes: Tensor,
    score: Tensor,
) -> Tensor:
    """Where a monotone rational quadratic spline (B, knots) has a score (B,)."""
    knot = (scores <= score.unsqueeze(-1)).sum(-1) - 1
    first = knot.clamp(0, scores.shape[-1] - 2).unsqueeze(-1)
    start, end = (scores.gather(1, first + k).squeeze(-1) for k in (0, 1))
    low, top = (places.gather(1, first + k).squeeze(-1) for k in (0, 1))
    d0, d1 = (slopes.gather(1, first + k).squeeze(-1) for k in (0, 1))
    share = ((score - start) / (end - start)).clamp(0.0, 1.0)
    mean, both = (top - low) / (end - start), share * (1 - share)
    over = (top - low) * (mean * share**2 + d0 * both)
    inner = low + over / (mean + (d0 + d1 - 2 * mean) * both)
    before = places[:, 0] + slopes[:, 0] * (score - scores[:, 0])
    after = places[:, -1] + slopes[:, -1] * (score - scores[:, -1])
    found = torch.where(score < scores[:, 0], before, inner)
    return torch.where(score > scores[:, -1], after, found)


def score_of(uniform: Tensor) -> Tensor:
    """The score log u / (1 - u) of uniform numbers held inside 0 and 1."""
    return torch.logit(inside(uniform))


def inside(uniform: Tensor) -> Tensor:
    """Uniform numbers that are neither 0 nor 1."""
    kind = torch.finfo(uniform.dtype)
    return uniform.clamp(kind.tiny, 1 - kind.eps / 2)
