"""The evaluation of a head whose run has real nodes: numbers are read off images by regression.

Each label of the image is set, and seen, at some of its values: a number at some quantiles of what
the images have. What is read says whether images show what they were asked for and, of `do`,
what it makes of the other numbers, beside what the mechanisms make of them: those that were learnt
and, where the source of the images knows them, the true ones.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from time import monotonic

import numpy as np
import torch
from torch import Tensor

from scm_compiler.diagnostics import ScmError, refuse
from scm_compiler.ir import Finite
from scm_compiler.runtime.data.known import Known
from scm_compiler.runtime.evaluation.classifier import Judge, Reading, joined, train_judge
from scm_compiler.runtime.evaluation.closeness import Closeness, Course, closeness, course_of
from scm_compiler.runtime.evaluation.codes.evaluation import NotPainted
from scm_compiler.runtime.evaluation.features import train_features
from scm_compiler.runtime.evaluation.head import Effort, Stage, measure_realism, refuse_shapes
from scm_compiler.runtime.evaluation.head_report import (
    HeadReport,
    LabelScores,
    Moved,
    NumberScores,
    PictureRows,
)
from scm_compiler.runtime.evaluation.learning import seed_of
from scm_compiler.runtime.evaluation.real import RealImages
from scm_compiler.runtime.evaluation.regimes import KINDS, Kind, drawn_images
from scm_compiler.runtime.heads.head import NUMBER
from scm_compiler.runtime.progress import Progress, Silent
from scm_compiler.runtime.runs.record import Record
from scm_compiler.runtime.runs.trained_head import TrainedHead
from scm_compiler.runtime.sampling.mixed import mixed_stream
from scm_compiler.syntax.query_printer import print_value, quoted

SHARES = (0.1, 0.3, 0.5, 0.7, 0.9)
"""A number is set to what so large shares of the real images have at most."""
UNITS = 8192
"""Units whose numbers are drawn to say what mechanisms make of a regime."""


@dataclass(frozen=True)
class Setting:
    """A regime that sets one label.

    Attributes:
        kind: How.
        name: Which.
        value: To which value, as a query writes it.
    """

    kind: Kind
    name: str
    value: str

    def __str__(self) -> str:
        return f"{self.kind}({quoted(self.name)}={self.value})"


@dataclass(frozen=True, eq=False)
class Seen:
    """What the judge read in a regime: the labels (n, P) that were asked for, and the reading."""

    asked: Tensor
    reading: Reading


@dataclass(frozen=True, eq=False)
class Examined:
    """What is evaluated.

    Attributes:
        run: The run.
        head: The image's trained head.
        real: The real images.
        judge: The independent reader.
        seed: Of all that is drawn.
    """

    run: Record
    head: TrainedHead
    real: RealImages
    judge: Judge
    seed: int

    def images(self, asked: Tensor, *purpose: object) -> Tensor:
        """Generated images in uint8 of labels (n, P); the purpose chooses the noise."""
        return drawn_images(self.head.generator, asked, self.seed, *purpose)

    def labels(self, regime: str, rows: int) -> Tensor:
        """The image's labels (rows, P) in a regime.

        Raises:
            ScmError: E574 if nothing fits the evidence.
        """
        seed = seed_of(self.seed, "y", regime)
        stream = mixed_stream(regime, self.run.graph, self.run.mechanisms, seed)
        return stream.read_by(self.head, rows)

    def see(self, regime: str, rows: int) -> Seen:
        """Draw labels and images in a regime, and read the images."""
        asked = self.labels(regime, rows)
        return Seen(asked, self.judge.read(self.images(asked, regime)))

    @property
    def numbers(self) -> list[tuple[int, str]]:
        """The place and the name of each label that is a number."""
        coding = self.head.coding
        return [(i, it) for i, it in enumerate(coding.names) if coding.sizes[i] == NUMBER]


def evaluate_of_numbers(
    run: Record,
    node: str,
    real: RealImages,
    known: Known | None = None,
    *,
    effort: Effort | None = None,
    seed: int = 0,
    cache: Path | None = None,
    stage: Stage = lambda _: Silent(),
) -> HeadReport:
    """Measure a head against the real images and the mechanisms that were learnt.

    Args:
        run: The run.
        node: The image's name.
        real: The real images.
        known: The true mechanisms of the labels, where they are known.
        effort: How much is drawn and trained.
        seed: The same seed gives the same report.
        cache: Where the judge and the features are kept; the usual folder if None.
        stage: Watches.

    Raises:
        ScmError: E691 if the images have another shape than the real ones, E666 if a label is to
            be painted.
    """
    effort, head = effort or Effort(), run.head(node)
    refuse_shapes(node, head.generator, real)
    if effort.painted is not None:
        raise refuse(
            NotPainted(name=effort.painted, reason="the graph has real nodes"), exit_code=2
        )
    judge = train_judge(real, head.coding, effort.judge, cache=cache, progress=stage("judge"))
    features = train_features(real, effort.features, cache=cache, progress=stage("features"))
    subject = Examined(run, head, real, judge, seed)
    observed = subject.see("", effort.observed)
    seen, left_out = _swept(subject, effort.regime, stage("images of each regime"))
    sides = {"observation": [observed]}
    sides |= {str(kind): _of(kind, seen) for kind in KINDS}
    return HeadReport(
        node=node,
        data=real.table.origin,
        seed=seed,
        realism=measure_realism(subject, features, effort, stage("real or generated")),
        labels=_label_scores(subject, sides),
        effects=(),
        arrows=(),
        diversity=(),
        coverage=(),
        truth_known=False,
        left_out=left_out,
        pictures=_pictures(subject, seen, effort.shown),
        numbers=_number_scores(subject, sides),
        moved=tuple(_moved(subject, seen, known)),
        mechanism_known=known is not None,
    )


def settings_of(subject: Examined) -> Iterator[Setting]:
    """Every regime that sets one label to one of its values, or to a share of its numbers."""
    labels = subject.real.training_labels().double().numpy()
    for kind in KINDS:
        for rank, name in enumerate(subject.head.coding.names):
            domain = subject.run.graph.by_name[name].domain
            if isinstance(domain, Finite):
                values = [print_value(value) for value in domain.values]
            else:
                values = [f"{it:.4g}" for it in np.quantile(labels[:, rank], SHARES)]
            yield from (Setting(kind, name, value) for value in dict.fromkeys(values))


def _swept(
    subject: Examined, rows: int, progress: Progress
) -> tuple[dict[Setting, Seen], tuple[str, ...]]:
    """What is read in each regime that sets one label, and why some are left out."""
    every, started = list(settings_of(subject)), monotonic()
    found: dict[Setting, Seen] = {}
    left_out: list[str] = []
    progress.start(len(every), 0)
    try:
        for done, setting in enumerate(every, 1):
            try:
                found[setting] = subject.see(str(setting), rows)
            except ScmError as error:
                reason = "; ".join(f"{d.code}: {d.message()}" for d in error.diagnostics)
                left_out.append(f"{setting}: {reason}")
            progress.move(done, monotonic() - started)
    finally:
        progress.stop()
    return found, tuple(left_out)


def _of(kind: Kind, seen: Mapping[Setting, Seen]) -> list[Seen]:
    return [found for setting, found in seen.items() if setting.kind == kind]


def _pooled(parts: Iterable[Seen]) -> Seen:
    """Several regimes together."""
    held = list(parts)
    return Seen(torch.cat([it.asked for it in held]), joined([it.reading for it in held]))


def _label_scores(subject: Examined, sides: Mapping[str, list[Seen]]) -> tuple[LabelScores, ...]:
    """The agreement of every label that is no number, beside that on held-out real images."""
    pooled = {kind: _pooled(parts) for kind, parts in sides.items() if parts}
    scores = {kind: it.reading.scores(it.asked) for kind, it in pooled.items()}
    return tuple(
        LabelScores(
            label=name,
            own=own,
            generated={kind: found[name] for kind, found in scores.items()},
            true=dict.fromkeys(scores, own),
        )
        for name, own in subject.judge.own.items()
    )


def _number_scores(subject: Examined, sides: Mapping[str, list[Seen]]) -> tuple[NumberScores, ...]:
    """How near every number is to what was asked for, beside how near the judge comes itself."""
    images, labels = subject.real.held_out()
    own = Seen(labels, subject.judge.read(images))
    pooled = {kind: _pooled(parts) for kind, parts in sides.items() if parts}
    return tuple(
        NumberScores(
            label=name,
            own=_close(own, rank, name),
            generated={kind: _close(found, rank, name) for kind, found in pooled.items()},
        )
        for rank, name in subject.numbers
    )


def _close(seen: Seen, rank: int, name: str) -> Closeness:
    return closeness(seen.asked[:, rank].double().numpy(), seen.reading.of(name)[:, 0])


def _moved(
    subject: Examined, seen: Mapping[Setting, Seen], known: Known | None
) -> Iterator[Moved]:
    """What each `do` makes of each number: by the mechanisms, and in the images."""
    coding = subject.head.coding
    for setting, found in seen.items():
        if setting.kind != "do":
            continue
        real = coding.sizes[coding.names.index(setting.name)] == NUMBER
        true = _true(setting, known) if known is not None and real else {}
        learnt = subject.labels(str(setting), UNITS).double().numpy()
        for rank, name in subject.numbers:
            yield Moved(
                regime=str(setting),
                label=name,
                known=true.get(name),
                learnt=course_of(learnt[:, rank]),
                shown=course_of(found.reading.of(name)[:, 0]),
            )


def _true(setting: Setting, known: Known) -> dict[str, Course]:
    random = np.random.default_rng(0)
    drawn = known.drawn({setting.name: float(setting.value)}, UNITS, random)
    return {name: course_of(numbers) for name, numbers in drawn.items()}


def _pictures(subject: Examined, seen: Mapping[Setting, Seen], shown: int) -> PictureRows | None:
    """The same number set, and seen, at its highest: of the first label with a cause beside it."""
    names = subject.head.coding.names
    effect = next((names[i] for _, i in subject.head.coding.edges), None)
    last = {it.kind: it for it in seen if it.name == effect}
    if len(last) < len(KINDS):
        return None
    rows = [subject.images(seen[last[kind]].asked[:shown], "picture", kind) for kind in KINDS]
    return PictureRows(tuple(str(last[kind]) for kind in KINDS), torch.stack(rows))
