"""psi of CAGE: classifiers of what a generator gives, trained on labelled data alone."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor, nn
from torch.nn.functional import binary_cross_entropy_with_logits

from scm_compiler.diagnostics import refuse
from scm_compiler.model.module import one_thread
from scm_compiler.runtime.audit.codes.generator import OneClass
from scm_compiler.runtime.audit.linear import balanced
from scm_compiler.runtime.evaluation.classifier import JudgeRecipe, train_judge
from scm_compiler.runtime.evaluation.estimate import Estimate
from scm_compiler.runtime.evaluation.learning import dice
from scm_compiler.runtime.evaluation.real import RealImages, to_bytes, to_floats
from scm_compiler.runtime.heads.head import LabelCoding
from scm_compiler.runtime.heads.networks import seeded
from scm_compiler.runtime.progress import Progress, Silent

LEAST = 10
"""Examples of each value without which an attribute is not learnt."""
_STEPS, _BATCH, _WIDTH, _MOST = 1500, 128, 64, 8000


@dataclass(frozen=True, eq=False)
class Labelled:
    """Labelled data: what a generator's outputs look like, and their attributes.

    Attributes:
        names: The attributes.
        values: (N, ...), in random order: images in [-1, 1], or rows of numbers.
        labels: (N, P) of 0 and 1.
        origin: Where they came from, for people.
    """

    names: tuple[str, ...]
    values: Tensor
    labels: Tensor
    origin: str


@dataclass(frozen=True, eq=False)
class Reader:
    """Reads the attributes off outputs.

    Attributes:
        names: The attributes.
        read: Their probabilities (n, P), of outputs (n, ...).
        accuracy: The balanced accuracy of each on data that it has not seen.
    """

    names: tuple[str, ...]
    read: Callable[[Tensor], Tensor]
    accuracy: tuple[Estimate, ...]


def require_both(labels: Tensor, names: tuple[str, ...], origin: str, least: int = LEAST) -> None:
    """Refuse attributes that are nearly always alike.

    Raises:
        ScmError: E864 with exit code 2, naming each.
    """
    ones = labels.sum(0).long().tolist()
    rows = len(labels)
    alike = [
        OneClass(name, min(one, rows - one), rows, origin, least)
        for name, one in zip(names, ones, strict=True)
        if min(one, rows - one) < least
    ]
    if alike:
        raise refuse(*alike, exit_code=2)


def image_reader(
    real: RealImages,
    coding: LabelCoding,
    names: tuple[str, ...],
    recipe: JudgeRecipe | None,
    cache: Path | None,
    progress: Progress,
) -> Reader:
    """The evaluation's judge of real images, as a reader of some labels of two values."""
    judge = train_judge(real, coding, recipe or JudgeRecipe(), cache=cache, progress=progress)

    def read(images: Tensor) -> Tensor:
        found = judge.read(to_bytes(images))
        return torch.stack([torch.from_numpy(found.of(n)[:, 1]) for n in names], dim=1)

    return Reader(names, read, tuple(judge.own[name].balanced for name in names))


def row_reader(data: Labelled, seed: int, progress: Progress | None = None) -> Reader:
    """A small network for rows of numbers and for images too small for the judge."""
    values = data.values[:_MOST].flatten(1).float()
    labels = data.labels[:_MOST].float()
    cut = int(0.8 * len(values))
    middle, spread = values[:cut].mean(0), values[:cut].std(0).clamp_min(1e-6)
    draws = dice(seed, "row reader")
    with seeded(draws):
        network = nn.Sequential(
            nn.Linear(values.shape[1], _WIDTH), nn.SiLU(), nn.Linear(_WIDTH, _WIDTH), nn.SiLU(),
            nn.Linear(_WIDTH, labels.shape[1]),
        )  # fmt: skip
    optimiser = torch.optim.AdamW(network.parameters(), lr=3e-3, weight_decay=1e-3)
    watch = progress or Silent()
    watch.start(_STEPS, 0)
    with one_thread():  # the same network again, whatever is quickest now
        for step in range(_STEPS):
            for group in optimiser.param_groups:
                group["lr"] = 3e-3 * (1 - step / _STEPS)
            rows = torch.randint(cut, (_BATCH,), generator=draws)
            loss = binary_cross_entropy_with_logits(
                network((values[rows] - middle) / spread), labels[rows]
            )
            optimiser.zero_grad()
            torch.autograd.backward(loss)
            optimiser.step()
    watch.stop()

    @torch.no_grad()
    def logits(outputs: Tensor) -> Tensor:
        found: Tensor = network((outputs.flatten(1).float() - middle) / spread)
        return found.double()

    tried = logits(values[cut:])
    columns = zip(tried.T, labels[cut:].T, labels[:cut].T, strict=True)
    accuracy = tuple(balanced(*column) for column in columns)
    return Reader(data.names, lambda outputs: logits(outputs).sigmoid(), accuracy)


def labelled_images(real: RealImages, names: tuple[str, ...], most: int) -> Labelled:
    """Some labelled images as floats, in the random order of the table's cut."""
    order = torch.cat([real.train, real.held])
    chosen = order[torch.randperm(len(order), generator=dice(0, "labelled"))][:most]
    images, labels = real.table.rows(chosen)
    columns = [real.names.index(name) for name in names]
    return Labelled(names, to_floats(images), labels[:, columns], real.table.origin)
