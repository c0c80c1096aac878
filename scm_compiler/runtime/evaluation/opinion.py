"""A second judge: one that has also learnt a label that was painted on photographs.

The first knows a mustache from men alone, so that it hardly counts one on a woman. The second has
seen it painted on everyone (`painting.py`), and says of a generator what the eye would.
"""

from dataclasses import dataclass, replace
from pathlib import Path

import torch
from torch import Tensor

from scm_compiler.diagnostics import refuse
from scm_compiler.ir import query as ir
from scm_compiler.runtime.evaluation.classifier import JudgeRecipe, train_judge
from scm_compiler.runtime.evaluation.codes.evaluation import NotPainted
from scm_compiler.runtime.evaluation.effects import Arrow, arrows
from scm_compiler.runtime.evaluation.estimate import Estimate, share
from scm_compiler.runtime.evaluation.learning import dice
from scm_compiler.runtime.evaluation.painting import PAINTERS
from scm_compiler.runtime.evaluation.real import RealImages
from scm_compiler.runtime.evaluation.regimes import KINDS, Key, Seen, Subject, see, see_each
from scm_compiler.runtime.evaluation.scores import Score
from scm_compiler.runtime.progress import Progress

TRIED = 1000
"""Held-out photographs that the judge is tried on, at most."""


@dataclass(frozen=True)
class Opinion:
    """What the second judge says of a generator, with how far it can be trusted.

    Attributes:
        label: The label that it has seen painted.
        own: Its score on photographs that it has not seen, as they are.
        painted: The share of held-out photographs without the label that show it to the judge
            once it is painted.
        bare: The share that shows it to the judge as they are.
        arrows: The arrows into the label, as this judge sees them.
    """

    label: str
    own: Score
    painted: Estimate
    bare: Estimate
    arrows: tuple[Arrow, ...]


def require_painter(name: str, real: RealImages) -> None:
    """Refuse a label that cannot be painted.

    Raises:
        ScmError: E666 if nothing paints it, the images do not read it, or they are drawn.
    """
    reason = ""
    if name not in PAINTERS:
        reason = f"only {', '.join(PAINTERS)} can be"
    elif name not in real.names:
        reason = "the image does not read it"
    elif real.renderer is not None:
        reason = "drawn faces show it with all other labels as it is"
    if reason:
        raise refuse(NotPainted(name=name, reason=reason), exit_code=2)


def second_opinion(
    subject: Subject,
    name: str,
    recipe: JudgeRecipe,
    *,
    rows: int,
    cache: Path | None,
    progress: Progress,
) -> Opinion:
    """Train the second judge, try it on photographs, and let it read generated images.

    Args:
        subject: What is evaluated, with the first judge.
        name: The label that is painted; see `require_painter`.
        recipe: How the first judge was trained.
        rows: Images of each regime.
        cache: The cache folder; the usual one if None.
        progress: Watches the training.
    """
    told = replace(recipe, painted=name)
    judge = train_judge(subject.real, subject.judge.coding, told, cache=cache, progress=progress)
    other = replace(subject, judge=judge)
    seen: dict[Key, Seen] = {}
    for kind in KINDS:
        seen |= see_each(other, kind, rows, only=(name, 1)).found
    found = arrows(seen, see(other, ir.Regime(), rows), subject.graph)
    bare = _without(subject.real, name)
    everyone = torch.ones(len(bare), dtype=torch.bool)
    painted = PAINTERS[name](bare, everyone, dice(subject.seed, "painted"))
    counts = [int((judge.read(images).looks(name) == 1).sum()) for images in (painted, bare)]
    return Opinion(
        label=name,
        own=judge.own[name],
        painted=share(counts[0], len(bare)),
        bare=share(counts[1], len(bare)),
        arrows=tuple(arrow for arrow in found if arrow.effect == name),
    )


def _without(real: RealImages, name: str) -> Tensor:
    """Held-out photographs that do not show a label."""
    images, labels = real.held_out()
    return images[labels[:, real.names.index(name)] == 0][:TRIED]
