"""The peers of the mixture: a spline flow of zuko's, and Bernstein polynomials.

Each is a module that maps columns of the parents (B, C) and a place (B,) to a score of a standard
distribution and the log of the density, and back. All of them are fitted by the same loop, on
the scale and with the batches, averages, decay and patience of the mixture's own.
"""

from collections.abc import Callable
from importlib.util import find_spec
from typing import Protocol

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn.functional import logsigmoid, silu, softplus
from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn

from scm_compiler.model.real.features import REACH
from scm_compiler.runtime.controller.real.group import KEPT
from scm_compiler.runtime.controller.real.options import RealOptions


class Peer(Protocol):
    """A conditional distribution of one number."""

    def log_density(self, columns: Tensor, place: Tensor) -> Tensor:
        """(B,)."""

    def uniform(self, columns: Tensor, place: Tensor) -> Tensor:
        """F(y) (B,)."""

    def there_and_back(self, columns: Tensor, place: Tensor) -> Tensor:
        """F^-1(F(y)) (B,)."""


class _Network(nn.Module):
    """As the mixture's: two hidden layers, inputs held in reach."""

    def __init__(self, columns: int, outputs: int, hidden: int) -> None:
        super().__init__()
        widths = (columns, hidden, hidden)
        self.layers = nn.ModuleList(nn.Linear(i, hidden) for i in widths[:2])
        self.last = nn.Linear(hidden, outputs)
        nn.init.zeros_(self.last.weight)

    def forward(self, columns: Tensor) -> Tensor:
        hidden = REACH * torch.tanh(columns / REACH)
        for layer in self.layers:
            hidden = silu(layer(hidden))
        return self.last(hidden)


class Bernstein(nn.Module):
    """h(y) = sum of increasing coefficients times Bernstein polynomials, logistic.

    Hothorn et al. 2018, Sick et al. 2021. Straight beyond the rows' first and last place.
    """

    low: Tensor
    wide: Tensor

    def __init__(self, columns: int, places: Tensor, options: RealOptions) -> None:
        super().__init__()
        self.degree = 3 * options.parts
        self.network = _Network(columns, self.degree + 1, options.hidden)
        self.line = nn.Linear(columns, 1, bias=False) if columns else None
        margin = 0.05 * (places.max() - places.min())
        self.register_buffer("low", places.min() - margin)
        self.register_buffer("wide", places.max() - places.min() + 2 * margin)
        ranks = torch.arange(self.degree + 1.0)
        logs = torch.lgamma(torch.tensor(self.degree + 1.0))
        self.register_buffer(
            "logs", logs - torch.lgamma(ranks + 1) - torch.lgamma(self.degree - ranks + 1)
        )
        self.register_buffer(
            "lower",
            torch.lgamma(torch.tensor(float(self.degree)))
            - torch.lgamma(ranks[:-1] + 1)
            - torch.lgamma(self.degree - ranks[:-1]),
        )
        with torch.no_grad():
            step = float(self.wide) * 2.0 / self.degree
            self.network.last.bias.fill_(float(np.log(np.expm1(max(step, 1e-3)))))
            self.network.last.bias[0] = 2.0 * float(self.low)

    def _coefficients(self, columns: Tensor) -> Tensor:
        raw = self.network(columns)
        rising = torch.cat([raw[:, :1], softplus(raw[:, 1:]) + 1e-4], 1).cumsum(1)
        return rising + (self.line(columns) if self.line is not None else 0.0)

    def _map(self, coefficients: Tensor, place: Tensor) -> tuple[Tensor, Tensor]:
        """h(y) and h'(y)."""
        share = (place - self.low) / self.wide
        inside = share.clamp(1e-6, 1 - 1e-6)
        up, down = inside.log().unsqueeze(1), (-inside).log1p().unsqueeze(1)
        ranks = torch.arange(self.degree + 1, dtype=place.dtype)
        basis = (self.logs + ranks * up + (self.degree - ranks) * down).exp()
        less = (self.lower + ranks[:-1] * up + (self.degree - 1 - ranks[:-1]) * down).exp()
        slope = self.degree * (coefficients.diff(dim=1) * less).sum(1)
        return (coefficients * basis).sum(1) + slope * (share - inside), slope / self.wide

    def log_density(self, columns: Tensor, place: Tensor) -> Tensor:
        """See `Peer`."""
        score, slope = self._map(self._coefficients(columns), place)
        return logsigmoid(score) + logsigmoid(-score) + slope.log()

    def uniform(self, columns: Tensor, place: Tensor) -> Tensor:
        """See `Peer`."""
        return torch.sigmoid(self._map(self._coefficients(columns), place)[0])

    def there_and_back(self, columns: Tensor, place: Tensor) -> Tensor:
        """See `Peer`."""
        coefficients = self._coefficients(columns)
        score = self._map(coefficients, place)[0]
        low, high = place.min().expand_as(place) - 1, place.max().expand_as(place) + 1
        for _ in range(80):
            middle = (low + high) / 2
            under = self._map(coefficients, middle)[0] < score
            low, high = torch.where(under, middle, low), torch.where(under, high, middle)
        return (low + high) / 2


class Spline(nn.Module):
    """A neural spline flow of zuko's with one transform, as one number needs no more."""

    def __init__(self, columns: int, places: Tensor, options: RealOptions) -> None:
        super().__init__()
        import zuko  # noqa: PLC0415  (it need not be installed)

        hidden = (options.hidden, options.hidden)
        self.flow = zuko.flows.NSF(
            1,
            columns,
            bins=options.parts,
            transforms=1,
            hidden_features=hidden,
            activation=nn.SiLU,
        )

    def _law(self, columns: Tensor) -> object:
        return self.flow(columns if columns.shape[1] else None)

    def log_density(self, columns: Tensor, place: Tensor) -> Tensor:
        """See `Peer`."""
        return self._law(columns).log_prob(place.unsqueeze(1))

    def uniform(self, columns: Tensor, place: Tensor) -> Tensor:
        """See `Peer`."""
        return torch.special.ndtr(self._law(columns).transform(place.unsqueeze(1)).squeeze(1))

    def there_and_back(self, columns: Tensor, place: Tensor) -> Tensor:
        """See `Peer`."""
        transform = self._law(columns).transform
        return transform.inv(transform(place.unsqueeze(1))).squeeze(1)


PEERS: dict[str, Callable[[int, Tensor, RealOptions], nn.Module]] = {"Bernstein": Bernstein}
if find_spec("zuko"):
    PEERS = {"zuko spline": Spline, **PEERS}


def fit(
    make: Callable[[int, Tensor, RealOptions], nn.Module],
    columns: Tensor,
    places: Tensor,
    options: RealOptions,
    seed: int,
) -> nn.Module:
    """The module that predicts held-out rows best."""
    torch.manual_seed(seed)
    random = torch.Generator().manual_seed(seed)
    module = make(columns.shape[1], places, options)
    held = torch.rand(len(places), generator=random) < options.held_out
    kept = (~held).nonzero().squeeze(1)
    weights = [w for w in module.parameters() if w.ndim > 1]
    others = [w for w in module.parameters() if w.ndim <= 1]
    kinds = [{"params": weights, "weight_decay": options.decay}, {"params": others}]
    adam = torch.optim.AdamW(kinds, lr=options.rate, weight_decay=0.0, fused=True)
    average = AveragedModel(module, multi_avg_fn=get_ema_multi_avg_fn(KEPT))
    average.update_parameters(module)
    best, least, waited = module.state_dict(), float("inf"), 0
    for step in range(1, options.steps + 1):
        for each in adam.param_groups:
            each["lr"] = options.rate * (1 - (step - 1) / options.steps)
        rows = kept[torch.randint(len(kept), (options.batch,), generator=random)]
        adam.zero_grad()
        loss = -module.log_density(columns[rows], places[rows]).mean()
        loss.backward()
        nn.utils.clip_grad_norm_(module.parameters(), 100.0)
        adam.step()
        average.update_parameters(module)
        if step % options.check_steps == 0:
            now = average.module
            with torch.no_grad():
                lost = -float(now.log_density(columns[held], places[held]).mean())
            waited = 0 if lost < least else waited + 1
            if lost < least:
                least, best = lost, {name: w.clone() for name, w in now.state_dict().items()}
            if waited >= options.patience:
                break
    module.load_state_dict(best)
    return module.double().eval()
