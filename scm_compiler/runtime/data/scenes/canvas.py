"""Painting in numpy: many pictures at once, each pixel by the share of it that a shape covers."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Colour = tuple[float, float, float]
Plane = NDArray[np.float32]
"""A number for each pixel of each picture, (N, H, W), or of shapes that spread to that."""

SPAN = 22.0
"""The width and the height of a canvas, in the units of a scene."""


def hexed(text: str) -> Colour:
    """A colour by its six digits.

    >>> hexed("ff0000")
    (1.0, 0.0, 0.0)
    """
    red, green, blue = bytes.fromhex(text)
    return red / 255, green / 255, blue / 255


@dataclass(frozen=True, eq=False)
class Canvas:
    """White pictures in the making, from (-1, -1) at the lower left to (21, 21).

    Attributes:
        pixels: (3, N, S, S) in [0, 1].
    """

    pixels: NDArray[np.float32]

    @classmethod
    def of(cls, count: int, size: int) -> "Canvas":
        """So many white pictures of `size` pixels a side."""
        return cls(np.ones((3, count, size, size), np.float32))

    @property
    def sharpness(self) -> float:
        """Pixels in a unit."""
        return float(self.pixels.shape[3] / SPAN)

    @cached_property
    def x(self) -> Plane:
        """How far to the right each pixel's middle is: (1, 1, S)."""
        middles = (np.arange(self.pixels.shape[3]) + 0.5) / self.sharpness - 1
        return middles.astype(np.float32)[None, None, :]

    @cached_property
    def y(self) -> Plane:
        """How high each pixel's middle is: (1, S, 1)."""
        return (SPAN - 2 - self.x).transpose(0, 2, 1)

    def paint(self, colour: Colour, share: Plane) -> None:
        """Lay a colour over the pixels, each covered by a share in [0, 1]."""
        tones = np.array(colour, np.float32)[:, None, None, None]
        self.pixels[...] += share * (tones - self.pixels)

    def within(self, along: Plane, low: Array | float, high: Array | float) -> Plane:
        """The share of a pixel with a coordinate from `low` (N,) to `high`; exact on an axis."""
        top = np.minimum(_spread(high), along + 0.5 / self.sharpness)
        bottom = np.maximum(_spread(low), along - 0.5 / self.sharpness)
        share: Plane = np.clip((top - bottom) * np.float32(self.sharpness), 0, 1)
        return share

    def box(
        self, left: Array | float, right: Array | float, low: Array | float, high: Array | float
    ) -> Plane:
        """The share of a pixel in an upright box."""
        return self.within(self.x, left, right) * self.within(self.y, low, high)

    def disc(self, x: Array | float, y: Array | float, radius: Array | float) -> Plane:
        """The share of a pixel in a disc; also in one that is smaller than a pixel."""
        distance = np.hypot(self.x - _spread(x), self.y - _spread(y))
        inside = self.within(distance, -np.asarray(radius), radius)
        full: Plane = np.minimum(1, 2 * _spread(radius) * np.float32(self.sharpness))
        return inside * full

    def rod(
        self, start: tuple[Array | float, Array | float], angle: Array, length: float, width: float
    ) -> Plane:
        """The share of a pixel in a straight rod that hangs from `start` at an angle (N,)."""
        sine, cosine = _spread(np.sin(angle)), _spread(np.cos(angle))
        right, down = self.x - _spread(start[0]), _spread(start[1]) - self.y
        along, across = right * sine + down * cosine, right * cosine - down * sine
        return self.within(along, 0, length) * self.within(across, -width / 2, width / 2)


def _spread(numbers: Array | float) -> Plane:
    """Numbers, one a picture, against the pixels: (N, 1, 1)."""
    return np.asarray(numbers, np.float32).reshape(-1, 1, 1)
