"""What is measured of a trained generator of faces, by the judges of `scmc eval`."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from benchmarks.paper.published import SWEPT, TWO_ROWS
from benchmarks.paper.task import Task
from scm_compiler.diagnostics import ScmError
from scm_compiler.ir import query as ir
from scm_compiler.model.tables import Tables
from scm_compiler.runtime.evaluation.classifier import Judge, JudgeRecipe, train_judge
from scm_compiler.runtime.evaluation.diversity import diversity
from scm_compiler.runtime.evaluation.effects import arrows
from scm_compiler.runtime.evaluation.estimate import Estimate, share
from scm_compiler.runtime.evaluation.features import FeatureRecipe, Features, train_features
from scm_compiler.runtime.evaluation.head import Effort, measure_realism
from scm_compiler.runtime.evaluation.learning import dice
from scm_compiler.runtime.evaluation.real import RealImages, to_bytes
from scm_compiler.runtime.evaluation.realism import kid
from scm_compiler.runtime.evaluation.regimes import KINDS, Key, Seen, Subject, regime_of, see
from scm_compiler.runtime.evaluation.report import plain
from scm_compiler.runtime.heads.head import ImageGenerator, LabelCoding
from scm_compiler.runtime.progress import Silent

RARE = "Mustache"
"""The rare label of Figure 20."""
STEPS = 8
"""The columns of a label sweep."""
SWEPT_ROWS = 256


@dataclass(frozen=True, eq=False)
class Judges:
    """The classifier that reads labels, and the features of realism.

    Attributes:
        judge: Reads the labels.
        features: Of a network that never saw a label.
    """

    judge: Judge
    features: Features


def train_judges(task: Task, real: RealImages, coding: LabelCoding) -> Judges:
    """Both networks, from the cache or trained now; they learn from real images alone."""
    scale = task.scale
    judge = train_judge(real, coding, JudgeRecipe(steps=scale.judge_steps))
    return Judges(judge, train_features(real, FeatureRecipe(steps=scale.feature_steps)))


def measured(
    task: Task, generator: ImageGenerator, tables: Tables, real: RealImages
) -> dict[str, Any]:
    """All that the report says of a generator and its label model, as plain data."""
    scale = task.scale
    judges = train_judges(task, real, generator.coding)
    subject = Subject(generator, tables, real, judges.judge, task.seed)
    observed = see(subject, ir.Regime(), scale.observed)
    scores = observed.reading.scores(observed.asked)
    seen = dict(_regimes(subject, scale.regime))
    effort = Effort(realism=scale.realism, detective=scale.detective)
    among = diversity(subject, judges.features, vectors=20, images=60)
    found = {
        "realism": measure_realism(subject, judges.features, effort, Silent()),
        "labels": {
            name: {
                "accuracy": scores[name].accuracy,
                "auc": scores[name].auc,
                "own": judges.judge.own[name].accuracy,
                "own_auc": judges.judge.own[name].auc,
            }
            for name in generator.coding.names
        },
        "arrows": {f"{a.cause},{a.effect}": a for a in arrows(seen, observed, subject.graph)},
        "sweeps": {name: sweep_shares(subject, name) for name in SWEPT},
        "diversity": {part.among: part.ratio for part in among[:1]},
        "rare": {str(value): rare_distance(subject, judges, value) for value in (0, 1)},
    }
    return dict(plain(found))


def _regimes(subject: Subject, rows: int) -> Iterator[tuple[Key, Seen]]:
    """The regimes of the figures of two rows; one that cannot be drawn is left out."""
    for figure in TWO_ROWS:
        for kind in KINDS:
            key: Key = (kind, figure.effect, 1)
            try:
                yield key, see(subject, regime_of(key), rows)
            except ScmError:  # the label model never shows the effect
                continue


def rare_distance(subject: Subject, judges: Judges, value: int) -> Estimate:
    """The KID of images under do(Mustache = value) to true ones.

    Where the truth can be drawn it is drawn for the very same labels. Else the images are asked
    for the labels of the real images that have the value, and compared with these.
    """
    renderer = subject.real.renderer
    purpose = ("rare", value)
    if renderer is not None:
        asked = subject.labels(regime_of(("do", RARE, value)), 1000, *purpose)
        true = renderer(asked, dice(subject.seed, "rare truth", value))
    else:
        images, labels = subject.real.held_out()
        chosen = labels[:, subject.real.names.index(RARE)] == value
        true, asked = images[chosen][:1000], labels[chosen][:1000]
    drawn = subject.images(asked, *purpose)
    return kid(judges.features(true), judges.features(drawn))


@torch.no_grad()
def sweep_shares(subject: Subject, name: str) -> list[Estimate]:
    """The share of images that look to have a label, as its input goes from 0 to 1 in steps."""
    generator = subject.generator
    coding = generator.coding
    asked = subject.labels(ir.Regime(), SWEPT_ROWS, "sweep", name)
    noise = generator.draw_noise(SWEPT_ROWS, generator=dice(subject.seed, "sweep", name))
    encoded = coding.encode(asked)
    place = coding.encoded[coding.names.index(name)].start
    found = []
    for level in torch.linspace(0, 1, STEPS).tolist():
        encoded[:, place] = level
        looks = subject.judge.read(_rendered(generator, encoded, noise)).looks(name)
        found.append(share(int(looks.sum()), len(looks)))
    return found


def _rendered(generator: ImageGenerator, encoded: Tensor, noise: Tensor) -> Tensor:
    parts = zip(encoded.split(64), noise.split(64), strict=True)
    return to_bytes(torch.cat([generator(*part) for part in parts]))
