"""From numbers to verdicts."""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray
from torch import Tensor

from scm_compiler.runtime.audit.measure import Measured, delta
from scm_compiler.runtime.audit.null import holm, p_counted, p_fitted
from scm_compiler.runtime.audit.report import Attribute, Direction, Effect, Pair, Seen
from scm_compiler.runtime.audit.settings import Settings
from scm_compiler.runtime.evaluation.estimate import Array, Estimate

FITTED = 10
"""The size of a code from which a null GATE is nearly normal; below it p-values are counted."""
SURE = 2.0
"""How many standard errors from 0 a Delta tau must be to point somewhere."""


class Judged:
    """The effects of one view with their p-values.

    Args:
        found: What it shows.
        settings: How it was looked for.
        latent: The size of a code.
    """

    def __init__(self, found: Measured, settings: Settings, latent: int) -> None:
        self._found = found
        self._settings = settings
        self._gates = _array(found.gates)
        weakest = self._gates[0]
        self._delta = _array(delta(found.gates))
        nulls = {"random": _array(found.random), "permuted": _array(found.permuted)}
        self._counted = {name: p_counted(weakest, null[:, None]) for name, null in nulls.items()}
        fitted = (p_fitted(weakest, null[:, None]) for null in nulls.values())
        chosen = list(fitted if latent >= FITTED else self._counted.values())
        self._p = _corrected(np.maximum(*chosen))

    def seen(self, i: int, j: int) -> Seen:
        """The pair of attributes i and j."""
        forward, backward = self._effect(i, j), self._effect(j, i)
        decides = self._settings.decides
        found = Estimate(float(self._delta[decides, i, j]), float(self._found.delta_errors[i, j]))
        return Seen(
            forward=forward,
            backward=backward,
            delta=found,
            deltas=tuple(self._delta[:, i, j].tolist()),
            ranked=Estimate(
                float(self._found.ranked[i, j]), float(self._found.ranked_errors[i, j])
            ),
            direction=self._direction(forward, backward, found),
        )

    def _effect(self, cause: int, outcome: int) -> Effect:
        low, middle, high = self._found.units[:, cause, outcome].tolist()
        return Effect(
            gate=Estimate(
                float(self._gates[self._settings.decides, cause, outcome]),
                float(self._found.errors[cause, outcome]),
            ),
            gates=tuple(self._gates[:, cause, outcome].tolist()),
            units=(low, middle, high),
            p_random=float(self._counted["random"][cause, outcome]),
            p_permuted=float(self._counted["permuted"][cause, outcome]),
            p=float(self._p[cause, outcome]),
        )

    def _direction(self, forward: Effect, backward: Effect, found: Estimate) -> Direction:
        if min(forward.p, backward.p) >= self._settings.level:
            return "none"
        if abs(found.value) < SURE * found.error:
            return "--"
        return "->" if found.value > 0 else "<-"


def pairs_of(
    attributes: Sequence[Attribute],
    latent: Judged,
    image: Judged,
    declared: Mapping[tuple[str, str], Direction],
    baselines: Mapping[str, NDArray[np.int64]],
) -> tuple[Pair, ...]:
    """Every pair once, with its verdict."""
    found = []
    for i, left in enumerate(attributes):
        for j, right in enumerate(attributes[i + 1 :], i + 1):
            views = latent.seen(i, j), image.seen(i, j)
            sound = left.judged and right.judged
            said = {name: _WORDS[int(table[i, j])] for name, table in baselines.items()}
            found.append(
                Pair(
                    left=left.name,
                    right=right.name,
                    latent=views[0],
                    image=views[1],
                    direction=views[1].direction if sound else "not judged",
                    declared=declared.get((left.name, right.name)),
                    baselines=said,
                )
            )
    return tuple(found)


_WORDS = {1: "->", -1: "<-", 0: "none"}


def _corrected(p: Array) -> Array:
    """Holm's correction over all ordered pairs of different attributes."""
    found = np.ones_like(p)
    others = ~np.eye(len(p), dtype=bool)
    found[others] = holm(p[others])
    return found


def _array(tensor: Tensor) -> Array:
    found: Array = tensor.double().numpy()
    return found
