"""Counterfactuals of photos that a head has not seen, measured.

The measures are those of Monteiro et al. 2023 and Melistas et al. 2024: composition,
effectiveness, reversibility, minimality, realism; where the truth can be drawn, the error to it
says all of that. The photos' labels are given.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from math import nan
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from scm_compiler.inference.real.units import Held
from scm_compiler.ir import Finite
from scm_compiler.runtime.evaluation.association import Association, associated
from scm_compiler.runtime.evaluation.classifier import Judge, JudgeRecipe, Reading, train_judge
from scm_compiler.runtime.evaluation.counterfactual_report import CounterfactualReport, Turned
from scm_compiler.runtime.evaluation.direction import beside_declared
from scm_compiler.runtime.evaluation.disentanglement import (
    Disentanglement,
    component,
    disentangled,
)
from scm_compiler.runtime.evaluation.estimate import NOTHING, Array, Estimate, mean
from scm_compiler.runtime.evaluation.evaluate import load_real
from scm_compiler.runtime.evaluation.features import FeatureRecipe, Features, train_features
from scm_compiler.runtime.evaluation.head import Stage, quick
from scm_compiler.runtime.evaluation.real import RealImages, to_bytes, to_floats
from scm_compiler.runtime.evaluation.realism import fid
from scm_compiler.runtime.heads.causal_vae import CausalVaeGenerator, declared
from scm_compiler.runtime.heads.head import NUMBER, EncodingGenerator, ImageGenerator
from scm_compiler.runtime.heads.losses import NEAR
from scm_compiler.runtime.progress import Silent
from scm_compiler.runtime.runs.record import Record
from scm_compiler.runtime.runs.trained_head import TrainedHead
from scm_compiler.runtime.sampling.abducting import abducting
from scm_compiler.runtime.sampling.imagined_photos import Known
from scm_compiler.runtime.sampling.photos import followed, redrawn, units_shown
from scm_compiler.runtime.sampling.photos_of_numbers import worlds

SHOWN = 6
"""The photos of the figure."""


@dataclass(frozen=True)
class Care:
    """How much is measured.

    Attributes:
        photos: The most photos.
        values: The most values that each label is set to.
        coded: The most photos whose concepts are held against their labels.
        refine: The steps in which the noise that the encoder tells is made to fit each photo.
        judge: How the classifier is trained.
        features: How the network of the features is trained.
    """

    photos: int = 256
    values: int = 4
    coded: int = 1000
    refine: int = 0
    judge: JudgeRecipe = field(default_factory=JudgeRecipe)
    features: FeatureRecipe = field(default_factory=FeatureRecipe)


@dataclass(frozen=True, eq=False)
class _Trial:
    """The photos that are turned, what turns and judges them.

    Attributes:
        run: The run.
        head: The head.
        real: All photos.
        rows: Their places in the table.
        images: (B, C, H, W) in uint8.
        labels: (B, P).
        units: (B, V) all labels; none where some are numbers.
        judge: The classifier.
        seed: Of everything.
        refine: See `Care`.
    """

    run: Record
    head: TrainedHead
    generator: EncodingGenerator
    real: RealImages
    rows: NDArray[np.int64]
    images: Tensor
    labels: Tensor
    units: NDArray[np.int64] | None
    judge: Judge
    seed: int
    refine: int

    def redrawn(self, images: Tensor, before: Tensor, after: Tensor) -> tuple[Tensor, Tensor]:
        """Images rebuilt, and drawn under other labels; see `photos.redrawn`."""
        return redrawn(self.generator, images, before, after, self.refine)

    def after(self, places: NDArray[np.int64], rank: int, value: float) -> Tensor:
        """The labels (n, P) of photos with one of them set: the label model's own abduction."""
        coding, name = self.head.coding, self.head.coding.names[rank]
        if self.units is not None:
            held, noise = {name: int(value)}, self.run.noise_of()
            moved = followed(self.run, self.units[places], held, noise, self.seed)
            return torch.from_numpy(coding.select_rows(moved))
        held_at = (Held(name, repr(value), value if coding.sizes[rank] == NUMBER else int(value)),)
        rows = [worlds(self.run, self.known, int(at), held_at, self.seed)[1] for at in places]
        columns = [[float(row[label][0]) for label in coding.names] for row in rows]
        return torch.tensor(columns, dtype=torch.float64).view(-1, len(coding.names))

    @property
    def known(self) -> tuple[Known, ...]:
        """The photos' labels, as they are given."""
        columns = zip(self.head.coding.names, self.labels.T, strict=True)
        sure = np.ones(len(self.labels))
        return tuple(Known(name, column.numpy(), sure, given=True) for name, column in columns)

    @property
    def near(self) -> Array:
        """How far apart two values of each label (P,) may be that are the same."""
        coding = self.head.coding
        widths = [coding.scales.get(name, (0.0, 1.0))[1] for name in coding.names]
        numbers = np.array([size == NUMBER for size in coding.sizes])
        return np.where(numbers, NEAR * np.array(widths), 0.5)

    def turned(self, rank: int, value: float) -> NDArray[np.int64]:
        """The photos in which a label has another value."""
        away = np.abs(self.labels[:, rank].numpy() - value)
        return np.flatnonzero(away > self.near[rank])

    def values(self, rank: int, most: int) -> list[float]:
        """What a label is set to: its inner values, or shares of the numbers that photos have."""
        size = self.head.coding.sizes[rank]
        if size == NUMBER:
            shares = np.linspace(0, 1, most + 2)[1:-1]
            return [float(it) for it in np.quantile(self.labels[:, rank].numpy(), shares)]
        values = np.unique(np.linspace(0, size - 1, min(size, most + 2)).round().astype(int))
        return [float(it) for it in (values[1:-1] if size > most else values)]


def evaluate_counterfactuals(
    run: Record,
    node: str,
    *,
    images: str | None = None,
    care: Care | None = None,
    seed: int = 0,
    cache: Path | None = None,
    stage: Stage = lambda _: Silent(),
) -> CounterfactualReport:
    """Measure the counterfactuals of a head.

    Args:
        run: The run.
        node: The image.
        images: Where the photos come from; where the head's own came from if None.
        care: How much is measured.
        seed: As `evaluate_run`.
        cache: The cache folder; the usual one if None.
        stage: Watches.

    Raises:
        ScmError: E693 if the head does not tell the noise behind a photo, E690 if there are too
            few photos; and as `evaluate_run`.
    """
    with quick(stage) as begin:
        return _report(run, node, images, care or Care(), seed, cache, begin)


def _report(
    run: Record,
    node: str,
    images: str | None,
    care: Care,
    seed: int,
    cache: Path | None,
    stage: Stage,
) -> CounterfactualReport:
    head = run.head(node)
    generator = abducting(run, head, by_noise=care.refine > 0)
    real = load_real(run, node, images or head.config.source, cache, stage)
    judge = train_judge(real, head.coding, care.judge, cache=cache, progress=stage("classifier"))
    features = train_features(real, care.features, cache=cache, progress=stage("features"))
    stage("counterfactuals")
    rows = real.held[: care.photos]
    pixels, labels = real.table.rows(rows)
    chosen = rows.numpy()
    trial = _Trial(
        run, head, generator, real, chosen, pixels, labels, None, judge, seed, care.refine
    )
    if not run.graph.reals:
        trial = replace(trial, units=units_shown(run, trial.known, {}, seed, len(chosen)))
    turned = [_turned(trial, rank, care.values) for rank in range(len(head.coding.names))]
    floats = to_floats(pixels)
    rebuilt, _ = trial.redrawn(floats, labels, labels)
    drawn = to_bytes(torch.cat([images for _, images in turned]))
    read = (generator.tell(floats).values - labels).abs().numpy() <= trial.near
    others, _ = real.table.rows(real.train[: len(drawn)])
    reference = features(real.table.rows(real.held)[0])
    shown = [floats[:SHOWN], *(_shown(trial, rank) for rank in range(len(head.coding.names)))]
    association, disentanglement = _concepts(head.generator, real, care.coded)
    return CounterfactualReport(
        node=node,
        data=real.table.origin,
        composition=mean(_errors(rebuilt, floats)),
        features=_apart(features, pixels, to_bytes(rebuilt)),
        read=mean(read.mean(1)),
        realism=fid(reference, features(drawn)),
        floor=fid(reference, features(others)),
        labels=tuple(found for found, _ in turned),
        association=association,
        disentanglement=disentanglement,
        graph=tuple(_graph(head.generator)),
        pictures=torch.stack(shown, 1),
    )


def _turned(trial: _Trial, rank: int, most: int) -> tuple[Turned, Tensor]:
    """Photos with one label set to some of its values; the images (N, C, H, W), value by value."""
    name = trial.head.coding.names[rank]
    values = [it for it in trial.values(rank, most) if len(trial.turned(rank, it))]
    parts = [_set(trial, rank, value) for value in values]
    images = torch.cat([images for _, images in parts])
    measured = {key: np.concatenate([found[key] for found, _ in parts]) for key in parts[0][0]}
    found = {key: mean(column[np.isfinite(column)]) for key, column in measured.items()}
    return Turned(name, len(images), **found), images


def _shown(trial: _Trial, rank: int) -> Tensor:
    """The first photos with one label set to the value in the middle."""
    coding = trial.head.coding
    value = coding.scales.get(coding.names[rank], (coding.sizes[rank] // 2, 0))[0]
    after = trial.after(np.arange(len(trial.labels))[:SHOWN], rank, value)
    photos = to_floats(trial.images[:SHOWN])
    return trial.redrawn(photos, trial.labels[:SHOWN], after)[1]


def _set(trial: _Trial, rank: int, value: float) -> tuple[dict[str, Array], Tensor]:
    """The photos that have another value, set to this one: each measure, photo by photo."""
    name, near = trial.head.coding.names[rank], trial.near
    chosen = torch.from_numpy(trial.turned(rank, value))
    before, after = trial.labels[chosen], trial.after(chosen.numpy(), rank, value)
    photos = to_floats(trial.images[chosen])
    _, drawn = trial.redrawn(photos, before, after)
    _, back = trial.redrawn(drawn, after, before)
    reading = trial.judge.read(to_bytes(drawn))
    seen = trial.judge.read(trial.images[chosen])
    looks, looked = _looks(reading), _looks(seen)
    moved = (after - before).abs().numpy() > near
    right, same = np.abs(looks - after.numpy()) <= near, np.abs(looks - looked) <= near
    others = moved.copy()
    others[:, rank] = False
    kept = ~moved
    true = _truth(trial, chosen.numpy(), {name: value}, after)
    return {
        "effect": right[:, rank].astype(float),
        "off": _off(trial, name, reading, value),
        "follow": _share(right, others),
        "keep": _share(same, kept),
        "back": _errors(back, photos),
        "truth": np.full(len(photos), nan) if true is None else _errors(drawn, true),
        "edit": np.full(len(photos), nan) if true is None else _errors(photos, true),
    }, drawn


def _truth(
    trial: _Trial, chosen: NDArray[np.int64], held: Mapping[str, float], after: Tensor
) -> Tensor | None:
    """The true counterfactuals: by the true mechanisms, else under the label model's labels."""
    truth = trial.real.table.truth
    if truth is None:
        return None
    rows = trial.rows[chosen]
    true = truth.imagined(rows, held)
    return to_floats(
        torch.from_numpy(true if true is not None else truth.redrawn(rows, after.numpy()))
    )


def _off(trial: _Trial, name: str, reading: Reading, value: float) -> Array:
    """How far off a label's value is read, as the mean of the judge's chances has it."""
    domain = trial.run.graph.by_name[name].domain
    if not isinstance(domain, Finite):
        return np.abs(reading.of(name)[:, 0] - value)
    try:
        numbers = np.array([float(it) for it in domain.values])
    except ValueError:
        return np.full(len(reading.of(name)), nan)
    found: Array = np.abs(reading.of(name) @ numbers - numbers[int(value)])
    return found


def _looks(reading: Reading) -> Array:
    """The value index or the number (n, P) that is read of each label."""
    columns = [
        it[:, 0] if it.shape[1] == 1 else it.argmax(1).astype(float) for it in reading.chances
    ]
    return np.stack(columns, 1)


def _share(hits: NDArray[np.bool_], where: NDArray[np.bool_]) -> Array:
    """The share of hits in each row where they count; NaN where none does."""
    with np.errstate(invalid="ignore"):
        found: Array = (hits & where).sum(1) / where.sum(1)
    return found


def _errors(left: Tensor, right: Tensor) -> Array:
    """The mean difference of images in [-1, 1], each a share of the range."""
    found: Array = ((left - right).abs().mean((1, 2, 3)) / 2).double().numpy()
    return found


def _apart(features: Features, photos: Tensor, rebuilt: Tensor) -> Estimate:
    """How far rebuilt photos are in features, over how far two photos are."""
    own, again = features(photos), features(rebuilt)
    far = np.linalg.norm(own - np.roll(own, 1, 0), axis=1).mean()
    return mean(np.linalg.norm(own - again, axis=1) / far) if far else NOTHING


def _concepts(
    generator: ImageGenerator, real: RealImages, most: int
) -> tuple[dict[str, Association], Disentanglement | None]:
    """The codes of concepts, where labels are read and not given, held against the labels."""
    if not isinstance(generator, CausalVaeGenerator):
        return {}, None
    pixels, labels = real.held_out(most)
    images, told = to_floats(pixels), labels.double().numpy()
    read = generator.tell(images).values
    with torch.no_grad():
        codes = generator.concepts_of(images, generator.coding.encode(read)).double().numpy()
    found = {
        name: associated(component(codes[:, rank]), told[:, rank])
        for rank, name in enumerate(generator.coding.names)
    }
    return found, disentangled(codes, told)


def _graph(generator: ImageGenerator) -> list[str]:
    """A beside the declared edges, where it was learnt."""
    if not isinstance(generator, CausalVaeGenerator) or not generator.options.learn_graph:
        return []
    learnt, said = generator.layer.adjacency.numpy(), declared(generator.coding).numpy()
    told = beside_declared(generator.coding.names, learnt, said)
    return ["", "A as it was learnt, beside the declared graph:", *told]
