"""Networks that say which of two images looks more real, in place of the paper's annotators.

The *detective* has learnt to tell real images from those that the generator draws. *Neighbours*
never sees a drawn image: it says how near an image is to a real one in features that were learnt
without labels (the realism score of Kynkäänniemi et al. 2019). Neither is a person.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from math import comb
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from scm_compiler.runtime.audit.generator import Generator
from scm_compiler.runtime.evaluation.estimate import Array, Estimate, share
from scm_compiler.runtime.evaluation.features import train_features
from scm_compiler.runtime.evaluation.head import Stage
from scm_compiler.runtime.evaluation.learning import apply, dice
from scm_compiler.runtime.evaluation.real import RealImages, to_bytes
from scm_compiler.runtime.evaluation.realism import detective

_MOST = 2000
_TRIED = 500
_NEAREST = 3


@dataclass(frozen=True, eq=False)
class Annotators:
    """What stands in for people.

    Attributes:
        scores: By name, how real images (n, C, H, W) in uint8 are: (n,), more is more real.
        own: How often each prefers a real image to a drawn one, both unseen.
    """

    scores: Mapping[str, Callable[[Tensor], Tensor]]
    own: Mapping[str, Estimate]

    def of(self, images: Tensor) -> Tensor:
        """The scores (J, n) of all."""
        return torch.stack([score(images).double() for score in self.scores.values()])


def annotators(
    generator: Generator, real: RealImages, seed: int, cache: Path | None, stage: Stage
) -> Annotators:
    """Train them on real images, and on what the generator draws."""
    known, _ = real.table.rows(real.train[:_MOST])
    drawn = to_bytes(generator.outputs(generator.draw(len(known), dice(seed, "known drawn"))))
    learnt = detective((known, drawn), seed=seed, progress=stage("real or drawn"))
    features = train_features(real, cache=cache, progress=stage("features of realism"))
    near = neighbours(features(known))
    scores: dict[str, Callable[[Tensor], Tensor]] = {
        "detective": lambda images: -apply(learnt, images),
        "neighbours": lambda images: near(features(images)),
    }
    unseen, _ = real.held_out(_TRIED)
    other = to_bytes(generator.outputs(generator.draw(len(unseen), dice(seed, "unseen drawn"))))
    own = {name: preference(score(unseen), score(other))[0] for name, score in scores.items()}
    return Annotators(scores, own)


def neighbours(real: Array) -> Callable[[Array], Tensor]:
    """The realism score of features (n, F): the most that a real one's reach is of the distance.

    The reach of a real image is the distance of its third neighbour among the real ones; those
    that reach farther than the median are left out.

    Args:
        real: Features (m, F) of real images.
    """
    points = torch.from_numpy(real).double()
    reach = torch.cdist(points, points).kthvalue(min(_NEAREST + 1, len(points)), dim=1).values
    kept = reach <= reach.median()

    def score(features: Array) -> Tensor:
        apart = torch.cdist(torch.from_numpy(features).double(), points[kept])
        return (reach[kept] / apart.clamp_min(1e-9)).amax(1)

    return score


def preference(left: Tensor, right: Tensor) -> tuple[Estimate, float]:
    """How often the left one of two scores is the higher, and the p-value of the sign test.

    Args:
        left: (n,); ties are left out.
        right: (n,).

    Example:
        >>> found, p = preference(torch.arange(10), torch.arange(10) - 1)
        >>> str(found), round(p, 4)
        ('1.000 ± 0.087', 0.002)
    """
    hits, total = int((left > right).sum()), int((left != right).sum())
    fewer = min(hits, total - hits)
    tail = sum(comb(total, k) for k in range(fewer + 1)) / 2**total
    return share(hits, total), float(np.minimum(1.0, 2 * tail))
