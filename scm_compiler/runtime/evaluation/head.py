"""The evaluation of a trained image head."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic

import numpy as np
import torch
from torch import Tensor

from scm_compiler.diagnostics import Diagnostic, refuse
from scm_compiler.ir import query as ir
from scm_compiler.model.tables import Tables
from scm_compiler.runtime.evaluation.classifier import JudgeRecipe, joined, train_judge
from scm_compiler.runtime.evaluation.codes.evaluation import (
    BeyondTheData,
    ImageShapesDiffer,
    WeakJudge,
)
from scm_compiler.runtime.evaluation.diversity import diversity
from scm_compiler.runtime.evaluation.effects import Arrow, arrows, effects
from scm_compiler.runtime.evaluation.estimate import Estimate, share
from scm_compiler.runtime.evaluation.features import (
    TASK,
    FeatureRecipe,
    Features,
    train_features,
)
from scm_compiler.runtime.evaluation.head_report import (
    Coverage,
    HeadReport,
    LabelScores,
    PictureRows,
)
from scm_compiler.runtime.evaluation.opinion import require_painter, second_opinion
from scm_compiler.runtime.evaluation.real import RealImages
from scm_compiler.runtime.evaluation.realism import Realism, fid, kid, told_apart
from scm_compiler.runtime.evaluation.regimes import (
    KINDS,
    Drawing,
    Key,
    Seen,
    Subject,
    Swept,
    regime_of,
    see,
    see_each,
    settings,
    written,
)
from scm_compiler.runtime.evaluation.scores import Score
from scm_compiler.runtime.heads.head import ImageGenerator
from scm_compiler.runtime.progress import Progress, Silent
from scm_compiler.runtime.training.threads import quick_threads

FEW = 5
"""A combination of labels with fewer real training images than so many counts as not shown."""
WEAK = 0.7
"""A classifier with less AUC than this can hardly read a label."""


@dataclass(frozen=True)
class Effort:
    """How much is drawn and trained.

    Attributes:
        observed: Images under observation.
        regime: Images of each regime that sets one label.
        realism: The most images on each side of a distance; half of the held-out ones at most.
        detective: Training steps of the fresh real-or-generated classifier.
        vectors: Label vectors whose diversity is measured.
        spread: The most images of each.
        shown: Images in each row of the two-row picture.
        judge: How the classifier is trained.
        features: How the network of the features is trained.
        painted: A label that a second judge learns painted on photographs too; none for no such.
    """

    observed: int = 4000
    regime: int = 1000
    realism: int = 2000
    detective: int = 400
    vectors: int = 20
    spread: int = 60
    shown: int = 10
    judge: JudgeRecipe = field(default_factory=JudgeRecipe)
    features: FeatureRecipe = field(default_factory=FeatureRecipe)
    painted: str | None = None


Stage = Callable[[str], Progress]
"""Is told the name of each stage of the work, and gives what watches it."""


@contextmanager
def quick(stage: Stage) -> Iterator[Stage]:
    """The stages, each on as many threads as are quickest when it begins."""
    with quick_threads() as choose:

        def begin(name: str) -> Progress:
            choose()
            return stage(name)

        yield begin


def evaluate_head(
    node: str,
    generator: ImageGenerator,
    real: RealImages,
    tables: Tables,
    *,
    effort: Effort | None = None,
    seed: int = 0,
    cache: Path | None = None,
    stage: Stage = lambda _: Silent(),
) -> HeadReport:
    """Measure a generator against the real images and the label model.

    Args:
        node: The image's name.
        generator: In evaluation mode.
        real: The real images; see `real_images`.
        tables: The label model that its labels are drawn from.
        effort: How much is drawn and trained.
        seed: The same seed gives the same report.
        cache: Where the classifier and the features are kept; the usual folder if None.
        stage: Watches.

    Returns:
        The label scores with the realism scores beside them; there is no way to the one alone.

    Raises:
        ScmError: E691 if the images have another shape than the real ones, E666 if the label that
            is to be painted cannot be.
        ValueError: If the generator reads other labels than the images have.
    """
    effort = effort or Effort()
    refuse_shapes(node, generator, real)
    if effort.painted is not None:
        require_painter(effort.painted, real)
    judge = train_judge(
        real, generator.coding, effort.judge, cache=cache, progress=stage("classifier")
    )
    features = train_features(
        real, effort.features, cache=cache, progress=stage("features of realism")
    )
    subject = Subject(generator, tables, real, judge, seed)
    observed, done, given = _seen(subject, effort, stage("images of each regime"))
    realism = measure_realism(subject, features, effort, stage("real or generated"))
    stage("diversity")
    spreads = diversity(subject, features, vectors=effort.vectors, images=effort.spread)
    found = arrows({**done.found, **given.found}, observed, subject.graph)
    cover = coverage(subject, done.found)
    second = None
    if effort.painted is not None:
        second = second_opinion(
            subject,
            effort.painted,
            effort.judge,
            rows=effort.regime,
            cache=cache,
            progress=stage("second classifier"),
        )
    return HeadReport(
        node=node,
        data=real.table.origin,
        seed=seed,
        realism=realism,
        labels=label_scores(subject, observed, given.found, done.found),
        effects=effects(done.found, subject.graph),
        arrows=found,
        diversity=spreads,
        coverage=cover,
        truth_known=real.renderer is not None,
        left_out=(*done.left_out, *given.left_out),
        warnings=tuple(_warnings(subject, cover)),
        pictures=pictures(subject, found, effort.shown),
        second=second,
    )


def _seen(subject: Subject, effort: Effort, progress: Progress) -> tuple[Seen, Swept, Swept]:
    """What images show in observation, and in each regime that sets one label."""
    total = sum(len(settings(subject.graph, kind)) for kind in KINDS)
    started, done = monotonic(), 0

    def told() -> None:
        nonlocal done
        done += 1
        progress.move(done, monotonic() - started)

    progress.start(total, 0)
    try:
        observed = see(subject, ir.Regime(), effort.observed)
        swept = [see_each(subject, kind, effort.regime, told) for kind in KINDS]
    finally:
        progress.stop()
    return observed, swept[0], swept[1]


def measure_realism(
    subject: Drawing, features: Features, effort: Effort, progress: Progress
) -> Realism:
    """The distances of generated from held-out real images, with the floor of two real halves.

    The generator is asked for the labels of one half, so that generated and real images differ in
    nothing but what the generator drew: a label model that is off shows elsewhere.
    """
    held, labels = subject.real.held_out()
    n = min(effort.realism, len(held) // 2)
    halves = held[:n], held[n : 2 * n]
    known, known_labels = subject.real.table.rows(subject.real.train[: 2 * n])
    generated = subject.images(labels[n : 2 * n], "realism")
    reference, others, drawn = (features(part) for part in (*halves, generated))
    accuracy = told_apart(
        (known, subject.images(known_labels, "real or generated")),
        (halves[1], generated),
        steps=effort.detective,
        seed=subject.seed,
        progress=progress,
    )
    turn, damage = features.accuracy
    return Realism(
        fid=fid(reference, drawn),
        fid_floor=fid(reference, others),
        kid=kid(reference, drawn),
        kid_floor=kid(reference, others),
        told_apart=accuracy,
        images=n,
        features=f"{TASK}; held-out accuracy {turn:.2f} and {damage:.2f}",
    )


def label_scores(
    subject: Subject, observed: Seen, given: Mapping[Key, Seen], done: Mapping[Key, Seen]
) -> tuple[LabelScores, ...]:
    """The agreement of every label under observation, given and do, beside the judge's own."""
    sides: dict[str, list[Seen]] = {
        "observation": [observed],
        "given": list(given.values()),
        "do": list(done.values()),
    }
    generated = {kind: _pooled(seen, true=False) for kind, seen in sides.items() if seen}
    true = {kind: _pooled(seen, true=True) for kind, seen in sides.items() if seen}
    own = subject.judge.own
    return tuple(
        LabelScores(
            label=name,
            own=own[name],
            generated={kind: scores[name] for kind, scores in generated.items()},
            true={kind: scores[name] if scores else own[name] for kind, scores in true.items()},
        )
        for name in subject.judge.coding.names
    )


def _pooled(seen: Iterable[Seen], *, true: bool) -> dict[str, Score]:
    """The scores over several regimes together; empty where the truth cannot be drawn."""
    parts = [(s.asked, s.true if true else s.reading) for s in seen]
    readings = [reading for _, reading in parts if reading is not None]
    if not readings:
        return {}
    return joined(readings).scores(torch.cat([asked for asked, _ in parts]))


def coverage(subject: Subject, done: Mapping[Key, Seen]) -> tuple[Coverage, ...]:
    """For each intervention, the share of labels that the real training images hardly show."""
    coding = subject.judge.coding
    ranks, counts = np.unique(coding.joint(subject.real.training_labels()), return_counts=True)
    shown = torch.from_numpy(ranks[counts >= FEW])
    return tuple(
        Coverage(written(key, subject.graph), _absent(coding.joint(seen.asked), shown), FEW)
        for key, seen in done.items()
    )


def _absent(combinations: Tensor, shown: Tensor) -> Estimate:
    absent = ~torch.isin(combinations, shown)
    return share(int(absent.sum()), len(absent))


def pictures(subject: Subject, found: tuple[Arrow, ...], shown: int) -> PictureRows | None:
    """The two rows of the arrow whose cause do and given move most apart."""
    if not found:
        return None
    telling = max(found, key=lambda arrow: abs(arrow.expected.value - arrow.unmoved.value))
    keys: tuple[Key, Key] = ("do", telling.effect, 1), ("given", telling.effect, 1)
    rows = []
    for key in keys:
        asked = subject.labels(regime_of(key), shown, "picture", key)
        rows.append(subject.images(asked, "picture", key))
    return PictureRows(tuple(written(key, subject.graph) for key in keys), torch.stack(rows))


def _warnings(subject: Subject, cover: tuple[Coverage, ...]) -> Iterable[Diagnostic]:
    for name, own in subject.judge.own.items():
        if own.auc.value < WEAK:
            yield WeakJudge(name=name, auc=own.auc.value)
    beyond = [c for c in cover if c.absent.value > 0.05]
    if beyond and subject.real.renderer is None:
        worst = max(beyond, key=lambda c: c.absent.value)
        yield BeyondTheData(
            regime=worst.regime, share=worst.absent.value, fewer=FEW, others=len(beyond) - 1
        )


def refuse_shapes(node: str, generator: ImageGenerator, real: RealImages) -> None:
    """Refuse images of another shape than the real ones.

    Raises:
        ScmError: E691 with exit code 2.
    """
    image = generator.image
    shape = image.channels, image.height, image.width
    if shape != real.shape:
        wrong = ImageShapesDiffer(
            node=node, generated=shape, origin=real.table.origin, real=real.shape
        )
        raise refuse(wrong, exit_code=2)
