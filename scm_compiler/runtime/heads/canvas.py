"""The canvas on which a head draws: the least one that holds the image and can be halved evenly.

Strided convolutions halve an image several times. An image of other sides lies in the middle of a
larger canvas: what is drawn is cut to it, and what is looked at is framed in zeros. Torch is not
imported.
"""

from math import ceil
from typing import TYPE_CHECKING

from scm_compiler.ir.domain import Domain, Image

if TYPE_CHECKING:
    from torch import Tensor

LARGEST = 256
"""The longest side that the built-in heads can draw."""
_TIMES = range(2, 7)


def halvings(height: int, width: int) -> int | None:
    """How often both sides can be halved so that the shorter ends at 4 to 7; None if they cannot.

    >>> halvings(64, 64), halvings(32, 64), halvings(28, 28), halvings(50, 50)
    (4, 3, 2, None)
    """
    for times in _TIMES:
        even = height % (1 << times) == 0 and width % (1 << times) == 0
        if even and 4 <= min(height, width) >> times <= 7 and max(height, width) <= LARGEST:
            return times
    return None


def canvas(image: Image) -> Image:
    """The least canvas of an image: itself, if it can be halved.

    Raises:
        ValueError: If a side is longer than `LARGEST`; `HeadSpec.check` says it to the user.

    >>> canvas(Image(3, 64, 64)) == Image(3, 64, 64)
    True
    >>> canvas(Image(3, 50, 200)) == Image(3, 56, 200)
    True
    """
    if max(image.height, image.width) > LARGEST:
        raise ValueError(f"no head can draw {image.height} by {image.width} pixels")
    sides = [(_rounded(image.height, n), _rounded(image.width, n)) for n in _TIMES]
    height, width = min((it for it in sides if halvings(*it)), key=lambda it: it[0] * it[1])
    return Image(image.channels, height, width)


def _rounded(side: int, times: int) -> int:
    """The least side from this one on that can be halved so often, down to 4 at least."""
    return max(4, ceil(side / (1 << times))) << times


def fitting(image: Domain) -> Image:
    """The nearest image that the built-in heads can draw: any up to `LARGEST` on a side.

    >>> fitting(Image(3, 50, 200)) == Image(3, 50, 200), fitting(Image(1, 300, 20)).height
    (True, 256)
    """
    assert isinstance(image, Image)
    return Image(image.channels, min(image.height, LARGEST), min(image.width, LARGEST))


def cut(drawn: "Tensor", image: Image) -> "Tensor":
    """The middle of what was drawn (B, C, H', W'): the image (B, C, H, W)."""
    top, left = _margins(image)
    return drawn[..., top : top + image.height, left : left + image.width]


def framed(images: "Tensor", image: Image) -> "Tensor":
    """The images (B, C, H, W) in the middle of their canvas, with zeros around."""
    whole, (top, left) = canvas(image), _margins(image)
    if (whole.height, whole.width) == (image.height, image.width):
        return images
    held = images.new_zeros(*images.shape[:-2], whole.height, whole.width)
    held[..., top : top + image.height, left : left + image.width] = images
    return held


def _margins(image: Image) -> tuple[int, int]:
    whole = canvas(image)
    return (whole.height - image.height) // 2, (whole.width - image.width) // 2
