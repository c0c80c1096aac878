"""Algorithm 1 of Bose et al. 2022 for every pair at once, with errors and nulls.

Tables (P, P) are read `table[cause, outcome]`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

import torch
from torch import Tensor

from scm_compiler.runtime.audit.view import View
from scm_compiler.runtime.progress import Progress

Found = TypeVar("Found")

QUANTILES = (0.05, 0.5, 0.95)
RESAMPLES = 200
"""Of the units' effects."""


@dataclass(frozen=True, eq=False)
class Measured:
    """What one view shows of every pair.

    Attributes:
        gates: (A, P, P), GATE at each strength.
        errors: (P, P), the standard error of GATE at the strength that decides.
        delta_errors: (P, P), that of Delta tau.
        units: (3, P, P), quantiles of the units' effects (GITE).
        ranked: (P, P), Delta tau of ranks in place of probabilities: what remains of it where
            scale and base rate of all classifiers are alike.
        ranked_errors: (P, P), its standard error over units.
        random: (R, P), GATEs of random directions at the weakest strength, where a GATE is not yet
            near its bounds and so tells directions apart best.
        permuted: (R, P), those of directions that were learnt from shuffled values.
    """

    gates: Tensor
    errors: Tensor
    delta_errors: Tensor
    units: Tensor
    ranked: Tensor
    ranked_errors: Tensor
    random: Tensor
    permuted: Tensor

    def to_tensors(self) -> dict[str, Tensor]:
        """All of it under its names."""
        return dict(vars(self))


def measured(tensors: Mapping[str, Tensor]) -> Measured:
    """What `to_tensors` gave."""
    return Measured(**tensors)


@dataclass(frozen=True, eq=False)
class Task:
    """What is moved, and where to.

    Attributes:
        codes: (n, D) from the prior.
        directions: (P, D), of length 1.
        alphas: The strengths, rising.
        decides: The place among them of the one that decides.
        replicates: The same view and directions (P, D) with classifiers of resampled data.
        random: (R, D).
        permuted: (R, D).
        few: How many codes the replicates and the nulls are seen at.
        dice: Resamples the units.
    """

    codes: Tensor
    directions: Tensor
    alphas: tuple[float, ...]
    decides: int
    replicates: Sequence[tuple[View, Tensor]]
    random: Tensor
    permuted: Tensor
    few: int
    dice: torch.Generator


def measure(view: View, task: Task, progress: Progress) -> Measured:
    """Move every code along every direction, and see what follows."""
    alpha, few = task.alphas[task.decides], task.codes[: task.few]
    watch = _Count(progress, len(task.directions) * (len(task.alphas) + len(task.replicates)) + 2)
    factual = view.read(task.codes)
    gates, both = [], []
    for place, strength in enumerate(task.alphas):
        moved = [watch(view.moved(task.codes, h, strength)) for h in task.directions]
        gates.append(torch.stack([(up - down).mean(0) for up, down in moved]))
        if place == task.decides:
            both = moved
    units = torch.stack([up - down for up, down in both])
    ranks = torch.stack([_ranks(factual, up) - _ranks(factual, down) for up, down in both])
    again = [
        torch.stack([watch(other.gates(few, h[None], alpha))[0] for h in directions])
        for other, directions in task.replicates
    ]
    spread = _over_units(units, task.dice)
    random, permuted = (
        watch(view.gates(few, found, task.alphas[0])) for found in (task.random, task.permuted)
    )
    watch.stop()
    return Measured(
        gates=torch.stack(gates),
        errors=_joint(spread, again),
        delta_errors=_joint(delta(spread), [delta(gate) for gate in again]),
        units=torch.quantile(units.double(), torch.tensor(QUANTILES, dtype=torch.float64), dim=1),
        ranked=delta(ranks.mean(1)),
        ranked_errors=delta(_over_units(ranks, task.dice)).std(0),
        random=random,
        permuted=permuted,
    )


def delta(gates: Tensor) -> Tensor:
    """Equation 10: Delta tau (..., P, P) of GATEs (..., P, P); positive for row -> column."""
    size = gates.abs()
    return size - size.transpose(-1, -2)


def _joint(over_units: Tensor, over_classifiers: Sequence[Tensor]) -> Tensor:
    """The standard error (P, P) of both bootstraps together."""
    variance = over_units.var(0)
    if len(over_classifiers) > 1:
        variance = variance + torch.stack(list(over_classifiers)).var(0)
    return variance.sqrt()


def _over_units(effects: Tensor, dice: torch.Generator) -> Tensor:
    """GATEs (B, P, P) of resampled units, the same ones for every pair.

    Args:
        effects: (P, n, P).
        dice: Chooses the units.
    """
    units = effects.shape[1]
    chosen = torch.randint(units, (RESAMPLES, units), generator=dice)
    counts = torch.zeros(RESAMPLES, units, dtype=effects.dtype)
    counts.scatter_add_(1, chosen, torch.ones_like(chosen, dtype=effects.dtype))
    return torch.einsum("bn,cnp->bcp", counts / units, effects)


def _ranks(factual: Tensor, seen: Tensor) -> Tensor:
    """Where probabilities (n, P) stand among the factual ones (m, P), in shares of these."""
    order = factual.T.contiguous().sort(1).values
    rows = seen.T.contiguous()
    below, up_to = (torch.searchsorted(order, rows, right=right) for right in (False, True))
    return (below + up_to).T.double() / (2 * len(factual))


class _Count:
    """Tells a watcher of each piece of work as it is done."""

    def __init__(self, progress: Progress, total: int) -> None:
        self._progress = progress
        self._done = 0
        progress.start(total, 0)

    def __call__(self, found: Found) -> Found:
        self._done += 1
        self._progress.move(self._done, 0.0)
        return found

    def stop(self) -> None:
        self._progress.stop()
