"""Fits the mechanisms of real nodes and of their discrete children by likelihood.

Tables of quantiles and linear mechanisms are made in one step. The networks of all other nodes
are trained side by side on the same rows, by Adam, and the weights that predict held-out rows
best are kept, for each node by itself.
"""

from collections.abc import Iterator, Mapping, Sequence
from math import isfinite
from statistics import fmean
from typing import Any

import numpy as np
import torch
from torch import Tensor

from scm_compiler.ir.domain import Domain, Finite, Real
from scm_compiler.model.mechanism import Column, Mechanism
from scm_compiler.model.real.features import Features, width
from scm_compiler.model.real.regression import Regression
from scm_compiler.model.real.scale import Scale
from scm_compiler.model.real.uniform import Array
from scm_compiler.runtime.controller.real.closed import fit_linear, fit_quantiles, row_numbers
from scm_compiler.runtime.controller.real.group import Group, plan
from scm_compiler.runtime.controller.real.options import Form, RealOptions
from scm_compiler.runtime.controller.real.regression import SURE, fit_regression, unexplained
from scm_compiler.runtime.controller.real.target import Rows, Target, heaps_of, rows_of
from scm_compiler.runtime.training.fitting import Diverged, Mean, begun_adam, require_fitting

FEWEST_ROWS = 100
"""Fewer are too few for a regression's noise to show its shape."""

MOST_CHECKED = 20_000
"""Held-out rows that a check reads at most."""


class Reals:
    """Fits the mechanisms of targets to rows, and can stop and go on.

    Attributes:
        total: Steps in all: 1 if every mechanism has a closed form. Stopping early lowers it.
        done: Steps taken.

    Args:
        targets: The nodes.
        columns: A column for each of them and of their parents, (rows,) each.
        weights: What each row counts (rows,); a weight of 2 is a row that stands twice. All the
            same if None.
        options: The settings.
        seed: Of the networks' first weights, the held-out rows and the batches.
        origin: What to call the data, where they are of no use.

    Raises:
        ScmError: E563, E564 or E565 if the data are of no use.
        ValueError: If columns or weights do not fit.
    """

    def __init__(
        self,
        targets: Sequence[Target],
        columns: Mapping[str, Column],
        weights: Array | None = None,
        options: RealOptions | None = None,
        seed: int = 0,
        *,
        origin: str = "",
    ) -> None:
        self._options = options or RealOptions()
        self._targets = tuple(targets)
        count = len(columns[targets[0].name]) if targets else 0
        given = np.ones(count) if weights is None else np.asarray(weights, np.float64)
        self._rows = rows_of(targets, columns, given, origin)
        self._random = torch.Generator().manual_seed(seed)
        self._closed: dict[str, Mechanism] = {}
        self._rivals: dict[str, Regression] = {}
        self._split(seed)
        networks = [target for target in targets if not self._close(target)]
        self._groups = self._grouped(networks)
        self._adam = self._optimiser() if self._groups else None
        self.total = self._options.steps if self._groups else 1
        self.done = 0
        self._waited = 0
        self._spent = 0.0

    def spend(self, share: float) -> None:
        """Say which share of its time is spent, where a budget may end it."""
        self._spent = share

    def advance(self, steps: int) -> dict[str, Mean]:
        """Take up to this many steps, but none beyond `total`.

        Returns:
            `nll`: minus the mean log-likelihood of the rows that were fitted to, in nats a row on
            the nodes' own scales, summed over the networks; empty if there are none.

        Raises:
            Diverged: If a loss is not finite.
        """
        losses = []
        before = self.done
        while self.done < min(before + steps, self.total):
            if self._adam is not None:
                losses.append(self._step(self._adam))
            self.done += 1
            if self._groups and self.done % self._options.check_steps == 0:
                self._check()
        return {"nll": Mean(fmean(losses), len(losses))} if losses else {}

    def mechanisms(self) -> dict[str, Mechanism]:
        """The mechanism of each target, with the weights that did best on held-out rows."""
        if self._groups and not self._groups[0].losses.isfinite().any():
            self._check()
        found = dict(self._closed)
        for group in self._groups:
            found |= group.mechanisms()
        found |= {name: own for name, own in self._rivals.items() if self._beats(own, found[name])}
        return {target.name: found[target.name] for target in self._targets}

    def held(self) -> tuple[Mapping[str, Column], Array]:
        """The columns and weights of the rows that networks are checked on."""
        rows = self._held.numpy()
        columns = {name: column[rows] for name, column in self._rows.columns.items()}
        return columns, self._rows.weights[rows]

    def state(self) -> dict[str, Tensor]:
        """Copies of all that is needed to go on."""
        counters = torch.tensor([self.done, self.total, self._waited])
        tensors = {name: tensor.detach().clone() for name, tensor in self._tensors()}
        return tensors | {"random": self._random.get_state(), "counters": counters}

    def restore(self, state: Mapping[str, Tensor]) -> None:
        """Go on from what `state` gave.

        Raises:
            ValueError: If a tensor is missing, left over or of another shape.
        """
        require_fitting(state, {name: tensor.shape for name, tensor in self.state().items()})
        with torch.no_grad():
            for name, tensor in self._tensors():
                tensor.copy_(state[name])
        self._random.set_state(state["random"].clone())
        self.done, self.total, self._waited = (int(n) for n in state["counters"])

    def _close(self, target: Target) -> bool:
        """Make the mechanism if it has a closed form; whether it does."""
        form = self._form(target)
        if form == "linear":
            self._closed[target.name] = fit_linear(target, self._rows)
        elif form == "quantiles":
            self._closed[target.name] = fit_quantiles(target, self._rows)
        elif form == "regression":
            self._closed[target.name] = self._regression(target, self._rows)
        elif form == "auto":
            every = self._regression(target, self._rows)
            if unexplained(every, target.name, self._rows) < SURE:
                self._closed[target.name] = every
            else:
                own = self._rows.where(self._fit.numpy())
                self._rivals[target.name] = self._regression(target, own)
        return target.name in self._closed

    def _regression(self, target: Target, rows: Rows) -> Regression:
        return fit_regression(
            target, rows, _features(target.inputs, self._rows), self._options.floor
        )

    def _beats(self, rival: Regression, network: Mechanism) -> bool:
        """Whether a regression predicts held-out rows better than a network."""
        columns, weights = self.held()
        name = next(each.name for each in self._targets if self._rivals.get(each.name) is rival)
        logs = [each.log_prob(columns[name], columns) for each in (rival, network)]
        return bool(weights @ (logs[0] - logs[1]) >= 0)

    def _form(self, target: Target) -> Form:
        asked = target.form or self._options.form
        tabular = isinstance(target.domain, Real) and len(target.discrete) == len(target.inputs)
        if isinstance(target.domain, Finite):
            return "transform"
        if asked == "quantiles" and not tabular:
            raise ValueError(f"`{target.name}` has a real parent, and no table of quantiles")
        if asked != "auto":
            return asked
        if not target.inputs:
            return "quantiles"
        size = int(np.prod([float(size) for size in target.sizes]))
        if tabular and size * self._options.enough <= len(self._rows.weights):
            least = np.bincount(row_numbers(target, self._rows), minlength=size).min()
            if least >= self._options.enough:
                return "quantiles"
        values, weights = self._rows.columns[target.name], self._rows.weights
        few = len(weights) < FEWEST_ROWS or len(heaps_of(values, weights))
        return "transform" if few else "auto"

    def _split(self, seed: int) -> None:
        """Which rows to fit to and which to check on; all are both if one part were empty."""
        count = len(self._rows.weights)
        held = np.random.default_rng(seed).random(count) < self._options.held_out
        if not held.any() or held.all():
            held = np.ones(count, bool)
            kept = held
        else:
            kept = ~held
        weights = torch.from_numpy(self._rows.weights / self._rows.weights.mean()).float()
        fit, checked = np.flatnonzero(kept), np.flatnonzero(held)[:MOST_CHECKED]
        self._fit, self._held = torch.from_numpy(fit), torch.from_numpy(checked)
        self._weights = weights

    def _grouped(self, targets: Sequence[Target]) -> list[Group]:
        """The networks of real nodes, and those of discrete ones."""
        if not targets:
            return []
        source, columns, features = _source(targets, self._rows)
        found = []
        for kind in (Real, Finite):
            chosen = [target for target in targets if isinstance(target.domain, kind)]
            if chosen:
                plans = [plan(t, self._rows, features[t.name], self._options) for t in chosen]
                own = [[c for parent in t.inputs for c in columns[parent]] for t in chosen]
                weights = self._rows.weights
                found.append(Group(plans, own, source, weights, self._options, self._random))
        return found

    def _step(self, adam: torch.optim.Adam) -> float:
        """One update of all networks; the loss."""
        options = self._options
        for each in adam.param_groups:
            each["lr"] = options.rate * (1.0 - max(self.done / options.steps, self._spent))
        adam.zero_grad(set_to_none=False)
        rows = self._fit
        if len(rows) > options.batch:
            rows = rows[torch.randint(len(rows), (options.batch,), generator=self._random)]
        weights = self._weights[rows]
        loss = torch.stack([group.loss(rows, weights).sum() for group in self._groups]).sum()
        value = float(loss.detach())
        if not isfinite(value):
            raise Diverged("the likelihood is not finite")
        loss.backward()  # type: ignore[no-untyped-call]
        adam.step()
        for group in self._groups:
            group.follow()
        return value

    def _check(self) -> None:
        """Keep what predicts held-out rows best; stop when nothing does better any more."""
        gained = [group.check(self._held, self._weights[self._held]) for group in self._groups]
        self._waited = 0 if any(gained) else self._waited + 1
        if self._waited >= self._options.patience:
            self.total = self.done

    def _parameters(self) -> list[torch.nn.Parameter]:
        return [p for group in self._groups for p in group.stack.parameters()]

    def _tensors(self) -> Iterator[tuple[str, Tensor]]:
        """Everything that changes, by reference."""
        for rank, group in enumerate(self._groups):
            yield from ((f"weights.{rank}.{n}", w) for n, w in group.stack.named_parameters())
            yield from ((f"average.{rank}.{n}", w) for n, w in group.average.items())
            yield from ((f"best.{rank}.{n}", w) for n, w in group.best.items())
            yield f"losses.{rank}", group.losses
        if self._adam is not None:
            for rank, parameter in enumerate(self._parameters()):
                moments = self._adam.state[parameter].items()
                yield from ((f"adam.{rank}.{name}", tensor) for name, tensor in moments)

    def _optimiser(self) -> torch.optim.Adam:
        weights = [w for group in self._groups for w in group.stack.weights]
        shrunk = {id(weight) for weight in weights}
        others = [one for one in self._parameters() if id(one) not in shrunk]
        kinds: list[dict[str, Any]] = [
            {"params": weights, "weight_decay": self._options.decay},
            {"params": others},
        ]
        rate = self._options.rate
        return begun_adam(torch.optim.AdamW(kinds, lr=rate, weight_decay=0.0, fused=True))


def _source(
    targets: Sequence[Target], rows: Rows
) -> tuple[Tensor, dict[str, list[int]], dict[str, Features]]:
    """The columns that parents become, where each parent's are, and how each target reads them."""
    domains = {name: d for target in targets for name, d in target.inputs.items()}
    one = {name: _features({name: domain}, rows) for name, domain in domains.items()}
    found = [np.zeros((len(rows.weights), 1))]
    columns: dict[str, list[int]] = {}
    for name, own in one.items():
        start = sum(part.shape[1] for part in found)
        columns[name] = list(range(start, start + len(own.middles)))
        found.append(own.of(rows.columns))
    features = {target.name: _features(target.inputs, rows) for target in targets}
    source = torch.from_numpy(np.concatenate(found, 1)).float().clamp(-1e6, 1e6)
    return source, columns, features


def _features(inputs: Mapping[str, Domain], rows: Rows) -> Features:
    """How parents are read: real ones by their middle and spread."""
    middles, spreads = [], []
    for name, domain in inputs.items():
        middle, spread = 0.0, 1.0
        if isinstance(domain, Real):
            own = Scale.of(Real(), rows.columns[name], rows.weights)
            middle, spread = own.middle, own.spread
        middles += [middle] * width(domain)
        spreads += [spread] * width(domain)
    return Features(inputs, np.array(middles), np.array(spreads))
