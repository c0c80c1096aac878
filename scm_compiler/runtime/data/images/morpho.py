"""`morpho:FOLDER`: handwritten digits whose strokes' thickness decides their intensity.

Morpho-MNIST (Castro et al. 2019) as Pawlowski et al. 2020 have it. A digit of thickness t, in
pixels, was given the intensity I, from 64 to 255, of logit((I - 64) / 191) = 2 t - 5 + e / 2 with
standard normal e. So it is known what doing anything to the one does to the other.
"""

import gzip
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray
from PIL import Image as Pillow

from scm_compiler.diagnostics import refuse
from scm_compiler.ir import Image, Node, Real
from scm_compiler.runtime.data.csv_file import csv_sheet
from scm_compiler.runtime.data.images.codes.images import ImagesNotFound
from scm_compiler.runtime.data.images.decode import fitted
from scm_compiler.runtime.data.images.files import unreadable
from scm_compiler.runtime.data.images.image_spec import ANY_IMAGE, ImageSpec, Listing, Part
from scm_compiler.runtime.data.images.names import printable
from scm_compiler.runtime.data.images.parts import write_part
from scm_compiler.runtime.data.images.rows import ImageRows, joined, read_rows
from scm_compiler.runtime.data.known import Array, UnitsKnown

CAUSE, EFFECT = "Thickness", "Intensity"
PARTS: Mapping[str, int] = MappingProxyType({"train": 0, "t10k": 2})
"""What the names of files begin with, and the split that they are."""
IMAGES, MEASURES = "-images-idx3-ubyte.gz", "-morpho.csv"
_MAGIC = 0x803
"""What a file of images with one byte a pixel begins with."""


@dataclass(frozen=True)
class Digits:
    """The digits of some files, one behind the other.

    Attributes:
        files: The files.
        count: How many are used.
    """

    files: tuple[Path, ...]
    count: int

    def __len__(self) -> int:
        return self.count

    def identity(self) -> Iterator[str]:
        """Each file's place, size and time."""
        for file in self.files:
            facts = file.stat()
            yield f"idx {file.resolve()} {facts.st_size} {facts.st_mtime_ns}"

    def name(self, index: int) -> str:
        """The digit's number."""
        return f"digit {index}"

    def write(self, parts: Sequence[Part], image: Image, workers: int) -> Iterator[Part]:
        """Write the parts, resized where needed."""
        del workers
        pixels = np.concatenate([read_images(file) for file in self.files])
        for part in parts:
            some = pixels[part.start : part.stop]
            write_part(part.path, [fitted(Pillow.fromarray(it), image) for it in some], [])
            yield part


def list_digits(place: str, spec: ImageSpec) -> Listing:
    """The digits of a folder, with their thickness and intensity.

    It has `t10k-images-idx3-ubyte.gz` and `t10k-morpho.csv`, or those of `train`, or both; the
    first is then the test.

    Raises:
        ScmError: With exit code 2: E671 if it has neither, E673 if a file cannot be read, and what
            is wrong in a table.
    """
    starts = _starts(place)
    rows = joined([_measures(place, start, spec) for start in starts])
    files = tuple(Path(place) / f"{start}{IMAGES}" for start in starts)
    counts = [_count(file) for file in files]
    if sum(counts) != len(rows.labels):
        reason = f"there are {sum(counts):,} images and {len(rows.labels):,} rows of measures"
        raise unreadable(place, reason)
    split = np.repeat([PARTS[start] for start in starts], counts).astype(np.int8)
    kept = slice(spec.limit)
    digits = Digits(files, len(rows.labels[kept]))
    return Listing(
        printable(place), digits, rows.labels[kept], split[kept] if len(starts) > 1 else None
    )


def known_digits(place: str) -> UnitsKnown:
    """The mechanism, for digits of the folder's thicknesses, with noise that is drawn once."""
    node = Node(CAUSE, "real", Real())
    spec = ImageSpec("Digit", ANY_IMAGE, (node,))
    thickness = np.concatenate(
        [_measures(place, start, spec).labels[:, 0] for start in _starts(place)]
    )
    noise = np.random.default_rng(0).standard_normal(len(thickness))
    return UnitsKnown(np.stack([thickness, noise], 1), _values)


def _values(units: Array, held: Mapping[str, float]) -> dict[str, Array]:
    """Thickness and intensity of units (n, 2): their own thickness, and the noise."""
    thickness, noise = units.T
    thickness = np.full_like(thickness, held.get(CAUSE, np.nan)) if CAUSE in held else thickness
    intensity = 64 + 191 / (1 + np.exp(5 - 2 * thickness - noise / 2))
    if EFFECT in held:
        intensity = np.full_like(intensity, held[EFFECT])
    return {CAUSE: thickness, EFFECT: intensity}


def _starts(place: str) -> list[str]:
    """Which of the files are there."""
    found = [start for start in PARTS if (Path(place) / f"{start}{MEASURES}").is_file()]
    if not found:
        wanted = f"`t10k{MEASURES}` or `train{MEASURES}` in"
        raise refuse(ImagesNotFound(path=printable(place), wanted=wanted), exit_code=2)
    return found


def _measures(place: str, start: str, spec: ImageSpec) -> ImageRows:
    """The rows of a table of measures, whose columns are named as nodes are."""
    sheet = csv_sheet(Path(place) / f"{start}{MEASURES}", (CAUSE.lower(), EFFECT.lower()))
    header = tuple(name.capitalize() for name in sheet.header)
    return read_rows(replace(sheet, header=header, tells_extra=False), spec, None)


def _count(file: Path) -> int:
    """How many images a file says that it has."""
    try:
        with gzip.open(file) as stream:
            return int(np.frombuffer(stream.read(8), ">u4")[1])
    except (OSError, EOFError, zlib.error, IndexError, ValueError) as error:
        raise unreadable(file, str(error) or "it is damaged") from error


def read_images(file: Path) -> NDArray[np.uint8]:
    """The images (N, H, W) of a packed idx file.

    Raises:
        ScmError: E673 with exit code 2 if it is none.
    """
    try:
        content = gzip.decompress(file.read_bytes())
        magic, *shape = np.frombuffer(content, ">u4", count=4).tolist()
        pixels = np.frombuffer(content, np.uint8, offset=16).reshape(shape)
    except (OSError, EOFError, zlib.error, ValueError) as error:
        raise unreadable(file, str(error) or "it is damaged") from error
    if magic != _MAGIC:
        raise unreadable(file, "it holds no images of one byte a pixel")
    return pixels
