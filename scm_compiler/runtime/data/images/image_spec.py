"""What an image node needs of a source, and what a source gives."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from scm_compiler.ir import Graph, Image, Node
from scm_compiler.runtime.data.images.codes.image_faults import LeftOut

Codes = NDArray[np.int64] | NDArray[np.float64]
"""Value indices of labels, or numbers where one of them is real."""

SPLITS = ("train", "valid", "test")
UNKNOWN_SPLIT = -1
DRAWN = "drawn-faces"
"""The source of images that come with scmc."""
ANY_IMAGE = Image(3, 64, 64)
"""The shape to ask for where only the labels matter."""


@dataclass(frozen=True)
class ImageSpec:
    """What an image node needs.

    Attributes:
        node: The image's name.
        image: Its shape.
        labels: Its parents, in the order of declaration.
        limit: The most images that are wanted; None if all.
    """

    node: str
    image: Image
    labels: tuple[Node, ...]
    limit: int | None = None

    @classmethod
    def of(cls, graph: Graph, image: str, limit: int | None = None) -> "ImageSpec":
        """What `image` needs in `graph`; ValueError if it is no image."""
        node = graph.by_name.get(image)
        if node is None or not isinstance(node.domain, Image):
            raise ValueError(f"{image!r} is no image of the graph")
        if limit is not None and limit < 1:
            raise ValueError(f"limit must be at least 1, not {limit}")
        labels = tuple(graph.by_name[name] for name in graph.parents[image])
        return cls(image, node.domain, labels, limit)

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the labels."""
        return tuple(node.name for node in self.labels)

    @property
    def columns(self) -> Graph:
        """The labels alone, as a graph that a table's columns are matched with."""
        return Graph(self.node, self.labels)


@dataclass(frozen=True, slots=True)
class Part:
    """Some consecutive images of a source, and the file that holds them decoded."""

    path: Path
    start: int
    stop: int


class Pictures(Protocol):
    """The images of a source, not yet decoded."""

    def __len__(self) -> int:
        """How many they are."""

    def identity(self) -> Iterable[str]:
        """All that the pixels depend on, apart from the image node: names, sizes, times."""

    def name(self, index: int) -> str:
        """What to call an image."""

    def write(self, parts: Sequence[Part], image: Image, workers: int) -> Iterator[Part]:
        """Decode some parts and write their files; yields each part when its file is there."""


class Truth(Protocol):
    """What draws the pictures of a source's rows as they would have been.

    The rows are those of the listing, by their place (n,).
    """

    def redrawn(self, rows: NDArray[np.int64], labels: NDArray[Any]) -> NDArray[np.uint8]:
        """The pictures (n, C, H, W) of rows whose labels had been (n, P), their noise the same."""

    def imagined(
        self, rows: NDArray[np.int64], held: Mapping[str, float]
    ) -> NDArray[np.uint8] | None:
        """The pictures of rows had labels been held, and what they cause followed.

        None where nobody knows what the labels' own mechanisms are.
        """


@dataclass(frozen=True)
class Listing:
    """What a source holds.

    Attributes:
        path: What to call the source.
        pictures: The images.
        labels: (N, P) value indices; in float64 where a parent is real.
        split: (N,) places in `SPLITS`, -1 where unknown; None if the source has no splits.
        notes: What was left out.
        truth: What draws its rows as they would have been; None if nobody can.
    """

    path: str
    pictures: Pictures
    labels: Codes
    split: NDArray[np.int8] | None = None
    notes: tuple[LeftOut, ...] = ()
    truth: Truth | None = None


def learnable(split: NDArray[np.int8] | None, count: int) -> NDArray[np.bool_]:
    """Which images may be learnt from: those to train on, where a source keeps others apart."""
    if split is None or not (split == 0).any() or not (split > 0).any():
        return np.ones(count, np.bool_)
    return np.equal(split, 0)
