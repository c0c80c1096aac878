"""One cell of table 1: a model trained on a set from a seed, its codes beside the labels."""

from dataclasses import asdict, dataclass
from pathlib import Path
from time import process_time
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from benchmarks.table1.models import MODELS, Model, codes
from benchmarks.table1.scenes import SETS
from scm_compiler.ir.domain import Image
from scm_compiler.runtime.data.images import ImageTable
from scm_compiler.runtime.data.images.loading import load_images
from scm_compiler.runtime.evaluation.association import associated, characteristic
from scm_compiler.runtime.evaluation.real import to_floats
from scm_compiler.runtime.heads.encoding import TrainedByRebuilding
from scm_compiler.runtime.heads.head import HeadTask, LabelCoding
from scm_compiler.runtime.stages.plan import scales_of

Array = NDArray[np.float64]
Found = dict[str, Any]

MEASURED, CHOOSING = 1000, 500
"""The held-out pictures that are measured, and the learnt ones by which codes are chosen."""


@dataclass(frozen=True)
class Recipe:
    """What is the same for all models of a set.

    Attributes:
        size: The side of the pictures.
        steps: Of each training; those of the set if None.
        faces: The zip file of real faces.
    """

    size: int
    steps: int | None
    faces: Path


@dataclass(frozen=True, eq=False)
class Sample:
    """Pictures that are measured.

    Attributes:
        pictures: (n, 3, S, S) in [-1, 1].
        labels: (n, 4).
    """

    pictures: Tensor
    labels: Tensor

    @classmethod
    def of(cls, table: ImageTable, rows: Tensor) -> "Sample":
        """Some rows of a table."""
        pixels, labels = table.rows(rows)
        return cls(to_floats(pixels), labels)


def measured(name: str, model_name: str, seed: int, recipe: Recipe) -> Found:
    """A cell, as plain data: of each label what its code tells, and of what that is to be seen."""
    chosen, model = SETS[name], MODELS[model_name]
    spec = chosen.spec(recipe.faces)
    whole = load_images(spec, chosen.graph(recipe.size), "Picture")
    started = process_time()
    generator = trained(name, model, seed, recipe)
    seconds = process_time() - started
    learnt, held = whole.cut()
    sample = Sample.of(whole, held[:MEASURED])
    own = codes(generator, sample.pictures, read(generator, sample))
    places = list(range(len(chosen.labels)))
    if not model.named:
        places = best_places(generator, Sample.of(whole, learnt[:CHOOSING]))
    labels = sample.labels.double().numpy()
    found: Found = {"seconds": seconds, "labels": {}}
    for rank, label in enumerate(chosen.labels):
        told = asdict(associated(own[:, places[rank]], labels[:, rank]))
        in_place = max(characteristic(own[:, rank], labels[:, rank]))
        found["labels"][label] = told | {"in_place": in_place}
        found["labels"][label] |= supervised(generator, sample, rank) if model.named else {}
    return found


def trained(name: str, model: Model, seed: int, recipe: Recipe) -> TrainedByRebuilding:
    """A model, trained."""
    graph = SETS[name].graph(recipe.size, edges=model.edges)
    table = load_images(SETS[name].spec(recipe.faces), graph, "Picture")
    coding = LabelCoding.of(graph, "Picture", scales_of(graph, "Picture", table))
    image = Image(3, recipe.size, recipe.size)
    steps = model.steps or recipe.steps or SETS[name].steps
    task = HeadTask("Picture", image, coding, table, None, seed, steps)  # type: ignore[arg-type]
    trainer = model.trainer(task)
    trainer.advance(steps)
    made: TrainedByRebuilding = trainer.model()
    return made


def best_places(generator: TrainedByRebuilding, sample: Sample) -> list[int]:
    """Of each label the code that has the largest MIC with it."""
    tried = codes(generator, sample.pictures, read(generator, sample))
    return [
        int(np.argmax([max(characteristic(code, label)) for code in tried.T]))
        for label in sample.labels.double().numpy().T
    ]


def read(generator: TrainedByRebuilding, sample: Sample) -> Tensor:
    """The encoded labels, as the reader sees them in pictures."""
    with torch.no_grad():
        return generator.coding.encode(generator.tell(sample.pictures).values)


def supervised(generator: TrainedByRebuilding, sample: Sample, rank: int) -> dict[str, float]:
    """The MIC of what the reader says, and of a code whose encoder is given the labels."""
    label = sample.labels[:, rank].double().numpy()
    with torch.no_grad():
        said = generator.estimate(sample.pictures)[rank]
    number = said[:, -1].double().numpy()
    given = codes(generator, sample.pictures, generator.coding.encode(sample.labels))
    return {
        "read": max(characteristic(number, label)),
        "given": max(characteristic(given[:, rank], label)),
    }
