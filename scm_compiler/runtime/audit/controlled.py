"""Controlled generation (section 4.1 of Bose et al. 2022): is the cause or the effect moved?

*Same source*: of one unit the one attribute is turned over, and in its stead the other. *Same
destination*: two units that differ in both arrive at the same values, one of them by the one
attribute, the other by the other. A code is moved along an attribute's direction only as far as
the classifier of images needs to be sure: both moves have the same effect on what they turn over.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from scm_compiler.runtime.audit.annotators import annotators, preference
from scm_compiler.runtime.audit.generator import Generator
from scm_compiler.runtime.audit.kept import Parts
from scm_compiler.runtime.audit.null import holm
from scm_compiler.runtime.audit.readers import Reader
from scm_compiler.runtime.audit.report import Control, Controlled, Preference
from scm_compiler.runtime.audit.subject import Subject
from scm_compiler.runtime.evaluation.estimate import Estimate
from scm_compiler.runtime.evaluation.head import Stage
from scm_compiler.runtime.evaluation.head_report import PictureRows
from scm_compiler.runtime.evaluation.learning import dice
from scm_compiler.runtime.evaluation.real import to_bytes

UNITS = 400
"""Units that are moved, unless it is said how many."""
SURE = 0.9
"""The classifier's probability at which an attribute counts as turned over."""
_FARTHEST, _HALVINGS, _SHOWN = 2.0, 6, 8
_POOL = 8
"""Codes that are looked through for rare values, for each unit that is moved."""

Pairs = tuple[Tensor, Tensor]
"""The units of which the first attribute is turned over, and those of which the second is."""


@dataclass(frozen=True, eq=False)
class Turned:
    """Units of which each attribute in its turn was turned over.

    Attributes:
        evened: (n,), whether a unit was chosen so that rare values occur, and not as it came.
        before: (n, P), what is read of them.
        strengths: (P, n), how far and which way; NaN where that was not enough.
        after: (P, n, P), what is read then.
        realism: (J, P, n), how real the images look to each annotator.
    """

    evened: Tensor
    before: Tensor
    strengths: Tensor
    after: Tensor
    realism: Tensor


def controlled_generation(
    subject: Subject,
    directions: Tensor,
    units: int,
    farthest: float,
    *,
    seed: int,
    parts: Parts,
    cache: Path | None,
    stage: Stage,
) -> tuple[tuple[Controlled, ...], Mapping[str, Estimate]]:
    """Both settings for every pair of attributes, and how good the annotators are.

    Args:
        subject: What is audited, with its labelled images.
        directions: (P, D), of length 1.
        units: How many are moved: half of them as they come, half with rare values among them.
        farthest: The largest strength of the audit; a code is moved twice as far at most.
        seed: Of everything that is drawn.
        parts: Keeps what is done.
        cache: Where networks are kept.
        stage: Watches.

    Raises:
        ValueError: If there are no labelled images.
    """
    real = subject.real
    if real is None:
        raise ValueError("controlled generation compares images, and there are none")

    codes, evened = _units(subject, units, seed)

    def work() -> Mapping[str, Tensor]:
        judges = annotators(subject.generator, real, seed, cache, stage)
        stage("controlled generation")
        most = _FARTHEST * farthest
        found = turned(
            subject.generator, subject.reader, judges.of, directions, (codes, evened), most
        )
        own = [[one.value, one.error] for one in judges.own.values()]
        return vars(found) | {"own": torch.tensor(own, dtype=torch.float64)}

    kept = dict(parts.part("controlled", work))
    judges = ("detective", "neighbours")
    own = dict(zip(judges, (Estimate(*row.tolist()) for row in kept.pop("own")), strict=True))
    sheets = _Sheets(subject, codes, directions, Turned(**kept))
    return comparisons(sheets.turned, subject.reader.names, judges, sheets.of), own


def _units(subject: Subject, count: int, seed: int) -> tuple[Tensor, Tensor]:
    """Codes (n, D), the first half as they come, and whether each was chosen for rare values."""
    draws = dice(seed, "controlled units")
    pool = subject.generator.draw(_POOL * count, draws)
    first = count - count // 2
    has = subject.reader.read(subject.generator.outputs(pool[first:])) > 0.5
    shared = torch.where(has, has.double().mean(0), 1 - has.double().mean(0))
    chosen = torch.multinomial(1 / shared.amin(1), count // 2, generator=draws)
    return torch.cat([pool[:first], pool[first:][chosen]]), torch.arange(count) >= first


@torch.no_grad()
def turned(
    generator: Generator,
    reader: Reader,
    realism: Callable[[Tensor], Tensor],
    directions: Tensor,
    units: tuple[Tensor, Tensor],
    most: float,
) -> Turned:
    """Turn each attribute of each unit over, by the least strength that does it.

    Args:
        generator: G.
        reader: psi.
        realism: How real images in uint8 look to each annotator: (J, n).
        directions: (P, D), of length 1.
        units: The codes (n, D), and which of them are evened.
        most: The largest strength.
    """
    codes, evened = units
    before = reader.read(generator.outputs(codes))
    strengths, after, scores = [], [], []
    for p, direction in enumerate(directions.to(codes)):
        sign = torch.where(before[:, p] > 0.5, -1.0, 1.0).to(codes)

        def images(by: Tensor, along: Tensor = direction) -> Tensor:
            return generator.outputs(codes + by[:, None] * along)

        def done(by: Tensor, p: int = p, sign: Tensor = sign) -> Tensor:
            found = reader.read(images(sign * by))[:, p]
            return torch.where(sign > 0, found, 1 - found) >= SURE

        low, high = torch.zeros_like(sign), torch.full_like(sign, most)
        enough = done(high)
        for _ in range(_HALVINGS):
            middle = (low + high) / 2
            there = done(middle)
            low, high = torch.where(there, low, middle), torch.where(there, middle, high)
        moved = images(sign * high)
        strengths.append(torch.where(enough, sign * high, torch.nan))
        after.append(reader.read(moved))
        scores.append(realism(to_bytes(moved)))
    return Turned(
        evened, before, torch.stack(strengths), torch.stack(after), torch.stack(scores, dim=1)
    )


def comparisons(
    found: Turned,
    names: Sequence[str],
    judges: Sequence[str],
    sheet: Callable[[int, int, Pairs], PictureRows | None] = lambda *_: None,
) -> tuple[Controlled, ...]:
    """Every pair of attributes once, with Holm's correction over them.

    Args:
        found: What was moved.
        names: The attributes.
        judges: The annotators.
        sheet: Draws the pictures of a pair of attributes and of units.
    """
    places = [(i, j) for i in range(len(names)) for j in range(i + 1, len(names))]
    sides = []
    for choose in (same_source, same_destination):
        chosen = [choose(found, i, j) for i, j in places]
        preferred = _preferred(found, places, chosen, judges)
        sides.append(
            [
                Control(
                    pairs=len(units[0]),
                    strengths=(_median(found, i, units[0]), _median(found, j, units[1])),
                    preferred=dict(zip(judges, row, strict=True)),
                    pictures=sheet(i, j, units),
                )
                for (i, j), units, row in zip(places, chosen, preferred, strict=True)
            ]
        )
    both = zip(places, *sides, strict=True)
    return tuple(Controlled(names[i], names[j], *controls) for (i, j), *controls in both)


def same_source(found: Turned, i: int, j: int) -> Pairs:
    """The units, as they come, of which either attribute can be turned over."""
    both = found.strengths[[i, j]].isfinite().all(0)
    rows = torch.nonzero(both & ~found.evened).flatten()
    return rows, rows


def same_destination(found: Turned, i: int, j: int) -> Pairs:
    """Units that differ in both attributes and arrive at the same values of both.

    Each unit counts at most once on either side.
    """
    has = found.before[:, [i, j]] > 0.5
    left, right = [], []
    for a, b in ((False, False), (False, True), (True, False), (True, True)):
        wanted = torch.tensor([a, b])
        starts = (
            has == wanted ^ torch.tensor([True, False]),
            has == wanted ^ torch.tensor([False, True]),
        )
        arrived = [
            ((found.after[p][:, [i, j]] > 0.5) == wanted).all(1)
            & found.strengths[p].isfinite()
            & start.all(1)
            for p, start in zip((i, j), starts, strict=True)
        ]
        rows = [torch.nonzero(there).flatten() for there in arrived]
        count = min(map(len, rows))
        left.append(rows[0][:count])
        right.append(rows[1][:count])
    return torch.cat(left), torch.cat(right)


def _preferred(
    found: Turned,
    places: Sequence[tuple[int, int]],
    chosen: Sequence[Pairs],
    judges: Sequence[str],
) -> list[list[Preference]]:
    """What each annotator says of each pair of attributes."""
    said = [
        [preference(scores[i, units[0]], scores[j, units[1]]) for scores in found.realism]
        for (i, j), units in zip(places, chosen, strict=True)
    ]
    p = np.array([[one[1] for one in row] for row in said])
    p = np.stack([holm(p[:, rank]) for rank in range(len(judges))], axis=1)
    return [
        [Preference(one[0], float(p[row, rank])) for rank, one in enumerate(line)]
        for row, line in enumerate(said)
    ]


def _median(found: Turned, p: int, units: Tensor) -> float:
    return float(found.strengths[p, units].abs().median())  # NaN of none


@dataclass(frozen=True, eq=False)
class _Sheets:
    """Draws pairs side by side."""

    subject: Subject
    codes: Tensor
    directions: Tensor
    turned: Turned

    def of(self, i: int, j: int, units: Pairs) -> PictureRows | None:
        """Rows of starts and of what became of them; None where no unit is left."""
        left, right = (rows[_spread(len(rows))] for rows in units)
        if not len(left):
            return None
        names = self.subject.reader.names
        rows = [self._images(left), self._images(left, i)]
        said = ["start", f"{names[i]} turned over", f"{names[j]} turned over"]
        if not torch.equal(left, right):
            rows.append(self._images(right))
            said.insert(2, "other start")
        return PictureRows(tuple(said), torch.stack([*rows, self._images(right, j)]))

    def _images(self, units: Tensor, p: int | None = None) -> Tensor:
        codes = self.codes[units]
        if p is not None:
            codes = codes + self.turned.strengths[p, units][:, None] * self.directions[p].to(codes)
        return to_bytes(self.subject.generator.outputs(codes))


def _spread(count: int) -> Tensor:
    """Places of a few of so many, evenly."""
    return torch.linspace(0, max(0, count - 1), min(count, _SHOWN)).long()
