"""The files that hold some decoded images each, until all are there."""

import io
import tokenize
import zipfile
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from math import prod
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from scm_compiler.files import write_whole
from scm_compiler.ir import Image

DAMAGED = (
    ValueError,
    KeyError,
    EOFError,
    OverflowError,
    RuntimeError,
    tokenize.TokenError,
    zipfile.BadZipFile,
    zlib.error,
)
"""What reading a damaged array raises, beside OSError."""

_PART_BYTES = 8 * 2**20
_PART_ROWS = 1024


@dataclass(frozen=True, slots=True)
class Fault:
    """An image that cannot be decoded.

    Attributes:
        index: Its place among the source's images.
        reason: What is wrong with it.
    """

    index: int
    reason: str


@dataclass(frozen=True)
class Decoded:
    """The images of one part: those that could be decoded (n, C, H, W), and the faults."""

    images: NDArray[np.uint8]
    faults: tuple[Fault, ...] = ()


def image_bytes(image: Image) -> int:
    """The size of one decoded image."""
    return image.channels * image.height * image.width


def part_rows(image: Image) -> int:
    """How many images a part holds: a few megabytes.

    >>> part_rows(Image(3, 32, 32)), part_rows(Image(3, 4096, 4096))
    (1024, 1)
    """
    return max(1, min(_PART_ROWS, _PART_BYTES // image_bytes(image)))


def write_part(path: Path, images: Sequence[NDArray[np.uint8]], faults: Sequence[Fault]) -> None:
    """Write a part in one step; `images` may be empty."""
    held = np.stack(images) if len(images) else np.zeros((0, 1, 1, 1), np.uint8)
    stream = io.BytesIO()
    places = np.array([fault.index for fault in faults], dtype=np.int64)
    reasons = np.array([fault.reason[:200] for fault in faults], dtype=np.str_)
    np.savez(stream, images=held, places=places, reasons=reasons)
    write_whole(path, stream.getvalue())


def read_part(path: Path) -> Decoded:
    """Read a part back.

    Raises:
        OSError and those of `DAMAGED`: If the file is damaged.
    """
    _require_room(path)
    with np.load(path, allow_pickle=False) as held:
        pairs = zip(held["places"].tolist(), held["reasons"].tolist(), strict=True)
        return Decoded(held["images"], tuple(Fault(place, reason) for place, reason in pairs))


def _require_room(path: Path) -> None:
    """Refuse a file whose arrays are said to be larger than itself: numpy makes room for them."""
    with zipfile.ZipFile(path) as archive:
        for member in archive.namelist():
            with archive.open(member) as stream:
                np.lib.format.read_magic(stream)
                shape, _, kind = np.lib.format.read_array_header_1_0(stream)
            if kind.itemsize * prod(shape) > path.stat().st_size:
                raise ValueError(f"{member} is larger than the file")
