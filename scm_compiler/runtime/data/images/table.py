"""Labelled images, drawn from as training goes on."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from scm_compiler.diagnostics import Diagnostic
from scm_compiler.runtime.data.images.wanted import SPLITS, UNKNOWN_SPLIT


@dataclass(frozen=True, eq=False)
class ImageTable:
    """Images of one image node, with the values of its parents.

    The images stay on the disk; what is asked for is read.

    Attributes:
        names: The image's parents, in the order of declaration: the columns of `labels`.
        images: (N, C, H, W) in uint8, mapped into memory, read-only.
        labels: (N, P) value indices in int64.
        split: (N,) places in `SPLITS`, -1 where the source does not say; None if it has none.
        fingerprint: Changes whenever an image or a label does.
        origin: Where the data came from, for people.
        notes: What was left out while reading.
        places: (N,) where each row's image lies in `images`; None if in the same order.

    Raises:
        ValueError: If the numbers of rows differ.
    """

    names: tuple[str, ...]
    images: NDArray[np.uint8]
    labels: NDArray[np.int64]
    split: NDArray[np.int8] | None
    fingerprint: str
    origin: str
    notes: tuple[Diagnostic, ...] = field(default=())
    places: NDArray[np.int64] | None = None

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

    def draw(self, n: int, generator: torch.Generator) -> tuple[Tensor, Tensor]:
        """`n` images (n, C, H, W) in uint8 and their labels (n, P), drawn with replacement.

        Each row is as likely as any other and independent of what was drawn before, so that the
        generator's state alone determines the batch.
        """
        return self.rows(torch.randint(len(self), (n,), generator=generator))

    def only(self, *splits: str) -> "ImageTable":
        """The rows of some splits, such as `only("train", "valid")`.

        Raises:
            ValueError: If the source has no such split.
        """
        absent = [name for name in splits if name not in self.splits]
        if absent or self.split is None:
            raise ValueError(f"no split {absent} among {self.splits}")
        kept = np.flatnonzero(np.isin(self.split, [SPLITS.index(name) for name in splits]))
        digest = hashlib.sha256(f"{self.fingerprint} {sorted(splits)}".encode())
        return replace(
            self,
            labels=self.labels[kept],
            split=self.split[kept],
            places=kept if self.places is None else self.places[kept],
            fingerprint=digest.hexdigest(),
        )
