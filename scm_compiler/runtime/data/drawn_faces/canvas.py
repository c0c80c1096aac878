"""Where a face is drawn: pixels, and the coordinates of the face at every pixel.

The batch is the innermost axis: a number per image then broadcasts over contiguous memory, and a
part of the face that needs only a box of the image works on a slice whose rows stay contiguous.
"""

import math
from dataclasses import dataclass
from functools import lru_cache
from typing import TypeAlias

import torch
from torch import Tensor

from scm_compiler.runtime.data.drawn_faces.person import Nuisance, between

MAX_SHIFT = 0.08
MAX_TILT = math.radians(9)
ZOOM = (0.92, 1.04)
MAX_YAW = 0.08
MAX_PITCH = 0.03
FORESHORTENING = 3.0

Box: TypeAlias = tuple[float, float, float, float]
"""Left, top, right, bottom of a part, in coordinates of the face."""
Slices: TypeAlias = tuple[slice, slice]


@dataclass(frozen=True)
class Window:
    """A box of the image: its pixels and the coordinates of the face there.

    `u` and `v` (H, W, B) run to the right and downwards from the middle of the head, whose
    half-width is about 0.6; `f` and `g` are the same for the features (eyes, nose, mouth), which
    move and shrink sideways as the head turns.
    """

    pixels: Tensor
    u: Tensor
    v: Tensor
    f: Tensor
    g: Tensor
    sharpness: Tensor

    def paint(self, colour: Tensor, share: Tensor) -> None:
        """Lay a colour (3, B) over the pixels, each covered by a share (H, W, B)."""
        self.pixels.lerp_(colour[:, None, None, :], share)

    def glaze(self, factor: Tensor) -> None:
        """Darken or lighten the pixels by a factor (H, W, B)."""
        self.pixels.mul_(factor)


class Canvas:
    """The pixels (3, H, W, B) of a batch of images in the making, in [0, 1].

    Args:
        size: height and width.
        nuisance: gives the pose.
    """

    def __init__(self, size: int, nuisance: Nuisance) -> None:
        n = nuisance
        self.size = size
        batch = n.tilt.shape[0]
        middle = (torch.arange(size, dtype=torch.float32) + 0.5) * (2 / size) - 1
        self.x, self.y = middle[None, :, None], middle[:, None, None]
        zoom = between(*ZOOM, n.zoom)
        tilt = between(-MAX_TILT, MAX_TILT, n.tilt)
        along, across = torch.cos(tilt) / zoom, torch.sin(tilt) / zoom
        x = self.x - between(-MAX_SHIFT, MAX_SHIFT, n.shift_x)
        y = self.y - between(-MAX_SHIFT, MAX_SHIFT, n.shift_y)
        yaw = between(-MAX_YAW, MAX_YAW, n.yaw)
        u = x * along + y * across
        v = y * along - x * across
        turned = u - yaw
        self.whole = Window(
            pixels=torch.empty(3, size, size, batch),
            u=u,
            v=v,
            f=turned * (1 + FORESHORTENING * yaw * turned),
            g=v - between(-MAX_PITCH, MAX_PITCH, n.pitch),
            sharpness=zoom * (size / 2),
        )

    def window(self, box: Box) -> Window:
        """The part of the image that a box of the face can reach in any pose."""
        where = reach(box, self.size)
        whole = self.whole
        return Window(
            pixels=whole.pixels[:, *where],
            u=whole.u[where],
            v=whole.v[where],
            f=whole.f[where],
            g=whole.g[where],
            sharpness=whole.sharpness,
        )


@lru_cache(maxsize=1024)
def reach(box: Box, size: int) -> Slices:
    """Rows and columns that a box of the face can touch in any pose."""
    left, top, right, bottom = box
    turned = MAX_YAW * (1 + FORESHORTENING * min(max(-left, right), 1) ** 2)
    corners = [
        (zoom * (u * math.cos(t) - v * math.sin(t)), zoom * (v * math.cos(t) + u * math.sin(t)))
        for u in (left - turned, right + turned)
        for v in (top - MAX_PITCH, bottom + MAX_PITCH)
        for t in (-MAX_TILT, MAX_TILT)
        for zoom in ZOOM
    ]

    def span(places: list[float]) -> slice:
        low, high = min(places) - MAX_SHIFT, max(places) + MAX_SHIFT
        # Half a pixel on each side for the soft edge.
        first = math.floor((low + 1) * size / 2 - 0.5)
        last = math.ceil((high + 1) * size / 2 + 0.5)
        return slice(min(max(first, 0), size), min(max(last, 0), size))

    return span([y for _, y in corners]), span([x for x, _ in corners])
