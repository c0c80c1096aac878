"""Samples: rows of labels in a regime, and the images of those rows.

A sample is a part of an endless sequence of rows that the run, the regime and the seed fix. The
sequence is drawn in blocks, each from a seed of its own, so that any part of it can be drawn by
itself: in one process or in several, in one file or in many, rows and images are the same.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from scm_compiler.diagnostics import refuse
from scm_compiler.frames import categories, data_frame
from scm_compiler.inference.draws import Draws, draws_of
from scm_compiler.inference.real.codes.reals import NotWithReals
from scm_compiler.inference.table import columns
from scm_compiler.ir import query as ir
from scm_compiler.ir.domain import BINARY
from scm_compiler.notebook import paragraph, picture, table
from scm_compiler.runtime.runs.trained_head import TrainedHead
from scm_compiler.runtime.sampling.grid import grid, png

if TYPE_CHECKING:
    import pandas

    from scm_compiler.runtime.runs.record import Record

BLOCK = 1024
"""Rows that are drawn from one seed."""

FEW = 5
"""Rows of a sample that its `repr` shows."""

PICTURES = 8
"""Images of a sample that a notebook shows."""


@dataclass(frozen=True, eq=False)
class Sample:
    """Rows of labels, and their images.

    Attributes:
        names: The labels in the order of declaration.
        rows: Value indices, shape (B, V).
        pictures: The images (B, C, H, W) in [-1, 1] of each image node that was drawn.
        domains: The names of each label's values.
    """

    names: tuple[str, ...]
    rows: NDArray[np.int64]
    pictures: Mapping[str, Tensor] = field(default_factory=dict)
    domains: tuple[tuple[str, ...], ...] = ()

    @property
    def images(self) -> Tensor | None:
        """The images (B, C, H, W) of the first image node; None where no head is trained."""
        return next(iter(self.pictures.values()), None)

    def __getitem__(self, name: str) -> NDArray[np.int64]:
        """The column of one label, shape (B,)."""
        return self.rows[:, self.names.index(name)]

    def __len__(self) -> int:
        return len(self.rows)

    def values(self, name: str) -> list[str]:
        """The names of one label's values, row by row."""
        domain = self.domains[self.names.index(name)]
        return [domain[index] for index in self[name].tolist()]

    def to_dict(self) -> dict[str, list[str]]:
        """The names of the values of every label, such as a data frame takes."""
        return {name: self.values(name) for name in self.names}

    def to_pandas(self) -> "pandas.DataFrame":
        """The labels as a frame: 0 and 1 of a binary label, of another the names of its values.

        Raises:
            ImportError: If there is no pandas.
        """
        return data_frame(
            (name, self[name] if values == BINARY.values else categories(self[name], values))
            for name, values in zip(self.names, self.domains, strict=True)
        )

    def head(self, rows: int = FEW) -> "Sample":
        """The first rows, with their images."""
        pictures = {name: images[:rows] for name, images in self.pictures.items()}
        return Sample(self.names, self.rows[:rows], pictures, self.domains)

    def __repr__(self) -> str:
        more = [f"… {len(self):,} rows in all"] if len(self) > FEW else []
        return "\n".join([columns([self.names, *self._lines]), *more])

    def _repr_html_(self) -> str:
        """The first rows, and the first images of each image node."""
        counted = f"{len(self):,} rows of {len(self.names)} labels"
        shown = "".join(
            paragraph(name) + picture(png(grid(images[:PICTURES], PICTURES)))
            for name, images in self.pictures.items()
        )
        return paragraph(counted) + table(self.names, self._lines) + shown

    @property
    def _lines(self) -> list[tuple[str, ...]]:
        """The first rows, by the names of their values."""
        return list(zip(*self.head().to_dict().values(), strict=True))


@dataclass(frozen=True, eq=False)
class Stream:
    """The endless sequence of rows of a regime and a seed.

    Attributes:
        names: The labels in the order of declaration.
        draws: What draws the labels.
        heads: What draws the images, by image.
        seed: Of everything.
        domains: The names of each label's values.
    """

    names: tuple[str, ...]
    draws: Draws
    heads: Mapping[str, TrainedHead]
    seed: int
    domains: tuple[tuple[str, ...], ...]

    def sample(self, start: int, stop: int) -> Sample:
        """The rows from `start` up to `stop`, with their images."""
        labels = self.labels(start, stop)
        return Sample(self.names, labels, self.pictures(labels, start, stop), self.domains)

    def pictures(self, labels: NDArray[np.int64], start: int, stop: int) -> dict[str, Tensor]:
        """The images of some rows, whose labels may be others than they were drawn with."""
        world = dict(zip(self.names, labels.T, strict=True))
        return {
            image: torch.from_numpy(head.sample(world, self.noise(image, start, stop).numpy()))
            for image, head in self.heads.items()
        }

    def labels(self, start: int, stop: int) -> NDArray[np.int64]:
        """The labels (stop - start, V) alone."""
        blocks = cut(start, stop)
        parts = [self.draws.rows(BLOCK, self.seed_of(block))[part] for block, part in blocks]
        return np.concatenate(parts) if parts else self.draws.rows(0, 0)

    def noise(self, image: str, start: int, stop: int) -> Tensor:
        """The noise (stop - start, Z) of an image: the same in every regime."""
        return image_noise(self.heads, image, self.seed, start, stop)

    def read_by(self, head: TrainedHead, rows: int) -> Tensor:
        """The labels (rows, P) that an image's head reads, of the first rows."""
        return head.coding.select(torch.from_numpy(self.labels(0, rows)))

    def seed_of(self, *place: int) -> int:
        """The seed of a block, or of something in it."""
        return seed_of(self.seed, *place)


def image_noise(
    heads: Mapping[str, TrainedHead], image: str, seed: int, start: int, stop: int
) -> Tensor:
    """The noise (stop - start, Z) of an image in a sequence: the same in every regime."""
    head, place = heads[image], list(heads).index(image) + 1
    parts = []
    for block, part in cut(start, stop):
        random = torch.Generator().manual_seed(seed_of(seed, block, place))
        parts.append(head.draw_noise(BLOCK, generator=random)[part])
    return torch.cat(parts) if parts else head.draw_noise(0)


def seed_of(seed: int, *place: int) -> int:
    """The seed of a block of a sequence, or of something in it."""
    words = np.random.SeedSequence([seed, *place]).generate_state(2, np.uint32)
    return int(words[0]) << 31 ^ int(words[1])


def stream_of(
    run: "Record", regime: ir.Regime, *, seed: int = 0, images: Sequence[str] | None = None
) -> Stream:
    """The sequence of a regime.

    Args:
        run: The trained model.
        regime: Resolved against its graph.
        seed: Of everything that is drawn.
        images: The images to draw; those with a trained head if None.

    Raises:
        ScmError: E431 if the evidence is impossible; E710 if an image has no trained head; and
            as `draw_labels`.
    """
    if run.graph.reals:  # what is drawn here comes from the tables of the labels alone
        way = f"`{run.graph.reals[0].name}` is real; ask questions, or draw rows"
        raise refuse(NotWithReals("a sample of this sort", way), exit_code=2)
    chosen = run.images if images is None else tuple(images)
    heads = {image: run.head(image) for image in chosen}
    names = tuple(node.name for node in run.graph.labels)
    domains = tuple(domain.values for domain in run.graph.domains.values())
    return Stream(names, draws_of(regime, run.distributions()), heads, seed, domains)


def cut(start: int, stop: int) -> list[tuple[int, slice]]:
    """The blocks that hold some rows, and which rows of each."""
    blocks = range(start // BLOCK, -(-stop // BLOCK) if stop > start else start // BLOCK)
    return [
        (block, slice(max(start - block * BLOCK, 0), min(stop - block * BLOCK, BLOCK)))
        for block in blocks
    ]
