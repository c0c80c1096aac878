"""What a scene is: labels with their mechanisms, and how they look."""

from abc import ABC, abstractmethod
from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from scm_compiler.runtime.data.scenes.canvas import Array, Canvas

CHUNK_PIXELS = 1 << 20
"""Pixels that are painted at once."""


class Scene(ABC):
    """A scene: a structural causal model whose last variable is a picture.

    A unit is what its mechanisms leave open, (K,) numbers. Everything else follows from these:
    its labels, also where some are held, and its picture.

    Attributes:
        name: Of the source.
        labels: What causes the picture.
        noise: What the columns of units are. A label of that name is that number.
        ranges: Between which two numbers each of them lies.
        every: One in so many of the grid's pictures is held out, as the paper has it.
    """

    name: str
    labels: tuple[str, ...]
    noise: tuple[str, ...]
    ranges: tuple[tuple[float, float], ...]
    every: int

    @abstractmethod
    def grid(self) -> Array:
        """The units (N, K) of the paper's grid, in its order."""

    @abstractmethod
    def values(self, units: Array, held: Mapping[str, Array | float]) -> dict[str, Array]:
        """The labels' values (N,) of units (N, K), some of them held."""

    @abstractmethod
    def paint(self, canvas: Canvas, values: Mapping[str, Array]) -> None:
        """Paint the pictures of the labels' values (N,)."""

    def between(self, count: int, random: np.random.Generator) -> Array:
        """Units (count, K) anywhere in the ranges, each number uniform and independent."""
        low, high = np.array(self.ranges).T
        found: Array = low + (high - low) * random.random((count, len(self.noise)))
        return found

    def draw(self, values: Mapping[str, Array], size: int) -> NDArray[np.uint8]:
        """The pictures (N, 3, size, size) of the labels' values (N,)."""
        count = len(next(iter(values.values())))
        drawn = np.empty((count, 3, size, size), np.uint8)
        step = max(1, CHUNK_PIXELS // size**2)
        for start in range(0, count, step):
            rows = slice(start, start + step)
            part = {name: column[rows] for name, column in values.items()}
            canvas = Canvas.of(len(drawn[rows]), size)
            self.paint(canvas, part)
            drawn[rows] = np.rint(canvas.pixels * 255).astype(np.uint8).transpose(1, 0, 2, 3)
        return drawn
