"""What a run's generator shows under the graph's own `do`, beside what graph and label model say.

Each unit is drawn twice with the same noise, once under do(c = 1) and once under do(c = 0). Real
images of the same labels, or the rates at which the judge reads real images of such labels, say
what the judge would read if the generator drew the truth: what it takes a mustache for is none of
the generator's doing.
"""

from collections.abc import Callable
from dataclasses import dataclass
from math import erfc, sqrt
from typing import Literal

import numpy as np
import torch
from torch import Tensor

from scm_compiler.ir import Graph
from scm_compiler.passes.prune import ancestors
from scm_compiler.runtime.audit.head_codes import HeadCodes
from scm_compiler.runtime.audit.null import holm
from scm_compiler.runtime.audit.readers import Reader
from scm_compiler.runtime.evaluation.estimate import Estimate
from scm_compiler.runtime.evaluation.learning import dice
from scm_compiler.runtime.evaluation.real import RealImages, to_floats

Says = Literal["itself", "effect", "none", "forbidden"]
"""What a graph says of setting one label to another: forbidden is against the direction of a
path."""

Finds = Literal["as declared", "leak", "unshown", "unknown"]


@dataclass(frozen=True)
class Declared:
    """One effect, as it is shown and as it should be.

    Attributes:
        cause: The label that is set.
        outcome: The label that is looked at.
        says: What the graph says of it.
        model: P(outcome | do(cause = 1)) - P(outcome | do(cause = 0)) in the label model, in the
            units that were drawn.
        shown: What the judge reads of the generated images.
        real: What it would read if they were real.
        excess: The first less the second, unit by unit where that can be.
        p: That |excess| is no more than the tolerance, corrected for their number; of `unshown`
            that at least half of the effect is there.
        finds: The verdict.
    """

    cause: str
    outcome: str
    says: Says
    model: float
    shown: Estimate
    real: Estimate
    excess: Estimate
    p: float
    finds: Finds

    def __str__(self) -> str:
        moves = f"do({self.cause}) moves {self.outcome} by {signed(self.shown)}"
        return f"{moves} where real images show {self.real.value:+.3f}"


def signed(number: Estimate) -> str:
    """A number with its sign: `+0.412 ± 0.011`."""
    return f"{number.value:+.3f} ± {number.error:.3f}"


Real = tuple[Tensor, Tensor]
"""What the judge reads (n, P) of real images, and the errors (P,) that all units share."""
Truth = Callable[[Tensor, str, int], Real]
"""Gives it for labels (n, Q), of which one is set to a value."""


def declared(
    codes: HeadCodes,
    reader: Reader,
    truth: Truth,
    graph: Graph,
    drawn: Tensor,
    *,
    tolerance: float,
    level: float,
) -> tuple[Declared, ...]:
    """Every effect of setting an attribute on another and on itself.

    Args:
        codes: The run's head.
        reader: psi.
        truth: What it would read of real images.
        graph: The graph that was declared.
        drawn: (n, D) codes from the prior.
        tolerance: How far an effect may be off.
        level: Of the verdicts.
    """
    names = reader.names
    says = [[_says(graph, cause, outcome, codes) for outcome in names] for cause in names]
    found = [_seen(codes, reader, truth, cause, drawn) for cause in names]
    tested = np.array([_p_of(says[c], found[c], tolerance) for c in range(len(names))])
    p = holm(tested)
    return tuple(
        _verdict(cause, outcome, says[c][e], found[c], e, float(p[c, e]), level)
        for c, cause in enumerate(names)
        for e, outcome in enumerate(names)
    )


@dataclass(frozen=True, eq=False)
class _Seen:
    """What setting one label does to all: mean and error (P,) of what is shown and should be."""

    model: Tensor
    shown: tuple[Tensor, Tensor]
    real: tuple[Tensor, Tensor]
    excess: tuple[Tensor, Tensor]


def _seen(codes: HeadCodes, reader: Reader, truth: Truth, cause: str, drawn: Tensor) -> _Seen:
    columns = [codes.head.coding.names.index(name) for name in reader.names]
    labels = [codes.labels(drawn, {cause: value}) for value in (1, 0)]
    images = [codes.images(drawn, {cause: value}) for value in (1, 0)]
    shown = reader.read(images[0]) - reader.read(images[1])
    (up, up_error), (down, down_error) = truth(labels[0], cause, 1), truth(labels[1], cause, 0)
    shared = torch.hypot(up_error, down_error)
    model = (labels[0] - labels[1])[:, columns].double().mean(0)
    excess = shown - (up - down)
    return _Seen(model, _mean(shown), _mean(up - down, shared), _mean(excess, shared))


def _mean(values: Tensor, shared: Tensor | float = 0.0) -> tuple[Tensor, Tensor]:
    """The means (P,) and their standard errors; one unit of n that differs is never ruled out."""
    count = len(values)
    own = (values.std(0) / sqrt(count)).clamp_min(1.0 / count)
    return values.mean(0), (own**2 + shared**2) ** 0.5


def _says(graph: Graph, cause: str, outcome: str, codes: HeadCodes) -> Says:
    if cause == outcome:
        return "itself"
    if codes.module is not None and cause in ancestors(graph, [outcome]):
        return "effect"
    return "forbidden" if outcome in ancestors(graph, [cause]) else "none"


def _p_of(says: list[Says], seen: _Seen, tolerance: float) -> list[float]:
    """Each effect's p-value: of a leak where none is declared, else of one that is not shown."""
    found = []
    for e, what in enumerate(says):
        if what in ("none", "forbidden"):
            beyond = abs(float(seen.excess[0][e])) - tolerance
            found.append(_tail(beyond, float(seen.excess[1][e])))
        else:
            real = float(seen.real[0][e])
            if abs(real) <= tolerance:
                found.append(1.0)
                continue
            short = abs(real) / 2 - float(seen.shown[0][e]) * (1 if real > 0 else -1)
            error = sqrt(float(seen.shown[1][e]) ** 2 + float(seen.real[1][e]) ** 2 / 4)
            found.append(_tail(short, error))
    return found


def _tail(value: float, error: float) -> float:
    """P(Z >= value / error) of a standard normal Z."""
    return 1.0 if np.isnan(value) else erfc(value / error / sqrt(2)) / 2


def _verdict(
    cause: str, outcome: str, says: Says, seen: _Seen, e: int, p: float, level: float
) -> Declared:
    shown, real, excess = (
        Estimate(float(part[0][e]), float(part[1][e]))
        for part in (seen.shown, seen.real, seen.excess)
    )
    finds: Finds = "as declared"
    if np.isnan(real.value):
        finds = "unknown"
    elif p < level:
        finds = "leak" if says in ("none", "forbidden") else "unshown"
    return Declared(cause, outcome, says, float(seen.model[e]), shown, real, excess, p, finds)


def truth_of(real: RealImages, reader: Reader, seed: int) -> Truth:
    """What the judge reads of real images: drawn ones of the very labels, or held-out ones."""
    renderer = real.renderer
    if renderer is None:
        return _rates(real, reader)

    def drawn(labels: Tensor, cause: str, value: int) -> Real:
        # the same dice for both values: the two images of a unit differ in what labels change
        images = renderer(labels, dice(seed, "truth", cause))
        return reader.read(to_floats(images)), torch.zeros(len(reader.names), dtype=torch.float64)

    return drawn


FEW = 5
"""Held-out images of a combination without which nothing is known of how the judge reads it."""


def _rates(real: RealImages, reader: Reader) -> Truth:
    """By the mean reading of each outcome on real images of its value and the cause's.

    Where next to no image has both, as no woman a mustache, by that of the outcome's value alone.
    """
    images, labels = real.held_out()
    readings = torch.cat([reader.read(to_floats(part)) for part in torch.split(images, 512)])
    columns = dict(zip(real.names, labels.T, strict=True))

    def rates(asked: Tensor, cause: str, value: int) -> Real:
        place = [real.names.index(name) for name in reader.names]
        wanted = asked[:, place].clamp(0, 1)
        means, errors = [], []
        for e, name in enumerate(reader.names):
            cells = [
                _cell(readings[:, e], columns[name] == v, columns[cause] == value) for v in (0, 1)
            ]
            rate, error = torch.tensor(cells, dtype=torch.float64).T
            share = wanted[:, e].double().mean()
            means.append(rate[wanted[:, e]])
            errors.append(torch.hypot((1 - share) * error[0], share * error[1]))
        return torch.stack(means, dim=1), torch.stack(errors)

    return rates


def _cell(readings: Tensor, has: Tensor, together: Tensor) -> tuple[float, float]:
    """The mean reading and its error where both hold, or where the first does; NaN if unknown."""
    rows = has & together if int((has & together).sum()) >= FEW else has
    count = int(rows.sum())
    if count < FEW:
        return float("nan"), float("nan")
    chosen = readings[rows]
    return float(chosen.mean()), float(chosen.std().clamp_min(1 / count)) / sqrt(count)
