"""Where mixtures of logistics and splines have a score, on tensors.

Nothing but torch is imported here, so that the emitted source can print these functions.
"""

import math

import torch
from torch import Tensor, nn

BACKGROUND = 1e-3
"""What share of a mixture is as wide as the whole of it."""

FELT = 7.0
"""How many of its widths away the background is felt by a part of weight 1."""

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
