"""Labelled images, drawn from as training goes on."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from scm_compiler.diagnostics import Diagnostic
from scm_compiler.runtime.data.images.image_spec import SPLITS, UNKNOWN_SPLIT, Codes, Truth

HELD_SHARE, HELD_MOST = 0.2, 6000
_CUT_SEED = 20_170_906


@dataclass(frozen=True, eq=False)
class ImageTable:
    """Images of one image node, with the values of its parents.

    The images stay on the disk; what is asked for is read.

    Attributes:
        names: The image's parents, in the order of declaration: the columns of `labels`.
        images: (N, C, H, W) in uint8, mapped into memory, read-only.
        labels: (N, P) value indices in int64; in float64 where a parent is real.
        split: (N,) places in `SPLITS`, -1 where the source does not say; None if it has none.
        fingerprint: Changes whenever an image or a label does.
        origin: Where the data came from, for people.
        notes: What was left out while reading.
        places: (N,) where each row's image lies in `images`; None if in the same order.
        truth: What draws its rows as they would have been; None if nobody can.

    Raises:
        ValueError: If the numbers of rows differ.
    """

    names: tuple[str, ...]
    images: NDArray[np.uint8]
    labels: Codes
    split: NDArray[np.int8] | None
    fingerprint: str
    origin: str
    notes: tuple[Diagnostic, ...] = field(default=())
    places: NDArray[np.int64] | None = None
    truth: Truth | None = None

    def __post_init__(self) -> None:
        held = len(self.images) if self.places is None else len(self.places)
        if self.labels.shape != (held, len(self.names)):
            raise ValueError(f"labels {self.labels.shape} for {held} images")
        if self.split is not None and len(self.split) != held:
            raise ValueError(f"{len(self.split)} splits for {held} images")

    def __len__(self) -> int:
        """N, the number of images."""
        return len(self.labels)

    @cached_property
    def splits(self) -> tuple[str, ...]:
        """The splits that have images."""
        held = () if self.split is None else np.unique(self.split)
        return tuple(SPLITS[code] for code in held if code != UNKNOWN_SPLIT)

    def rows(self, indices: Tensor | NDArray[np.int64] | Sequence[int]) -> tuple[Tensor, Tensor]:
        """The images (n, C, H, W) in uint8 and labels (n, P) of some rows, copied.

        Raises:
            IndexError: If a row is not there.
        """
        chosen = np.asarray(indices, dtype=np.int64)
        places = chosen if self.places is None else self.places[chosen]
        return torch.from_numpy(self.images[places]), torch.from_numpy(self.labels[chosen])

    def cut(self) -> tuple[Tensor, Tensor]:
        """The rows to learn from and the rows that are held out, each in random order.

        By the source's own splits, where it has more than `train`; else one image in five is held
        out, at most `HELD_MOST`. What a head is measured against it must not have learnt from.
        """
        order = torch.randperm(len(self), generator=torch.Generator().manual_seed(_CUT_SEED))
        if self.split is not None and {"train"} < set(self.splits):
            held = torch.from_numpy(np.isin(self.split, (1, 2)))[order]
            train = torch.from_numpy(self.split == 0)[order]
        else:
            held = torch.arange(len(order)) < min(int(HELD_SHARE * len(order)), HELD_MOST)
            train = ~held
        return order[train], order[held]

    def draw(self, n: int, generator: torch.Generator) -> tuple[Tensor, Tensor]:
        """`n` images to learn from (n, C, H, W) in uint8, and their labels (n, P).

        They are drawn with replacement from the rows that are not held out. Each is as likely as
        any other and independent of what was drawn before, so that the generator's state alone
        determines the batch.
        """
        rows = torch.randint(len(self._learnt), (n,), generator=generator)
        return self.rows(self._learnt[rows])

    def learnt_rows(self) -> tuple[Tensor, Tensor]:
        """All images that `draw` draws from, in its order, and their labels."""
        return self.rows(self._learnt)

    @cached_property
    def _learnt(self) -> Tensor:
        """The rows to learn from, in the order of the table."""
        return self.cut()[0].sort().values
