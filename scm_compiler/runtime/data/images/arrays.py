"""`npz:FILE`: images and labels as arrays, read as a stream."""

import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from tokenize import TokenError
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image as Pillow

from scm_compiler.diagnostics import Source, refuse
from scm_compiler.ir import Binned, Finite, Image, Node, Real
from scm_compiler.runtime.data.codes.columns import MissingColumn
from scm_compiler.runtime.data.codes.numbers import Place
from scm_compiler.runtime.data.coding import ColumnCoding
from scm_compiler.runtime.data.images.codes.images import ImagesNotFound, NoImages
from scm_compiler.runtime.data.images.decode import fitted
from scm_compiler.runtime.data.images.files import unreadable
from scm_compiler.runtime.data.images.image_spec import Codes, ImageSpec, Listing, Part
from scm_compiler.runtime.data.images.names import printable
from scm_compiler.runtime.data.images.parts import write_part
from scm_compiler.runtime.data.images.picture import DAMAGED_ZIP
from scm_compiler.runtime.data.images.rows import SPLIT_COLUMN, split_codes
from scm_compiler.runtime.data.numbers import RealColumn

IMAGES = "images"
_READERS = {
    (1, 0): np.lib.format.read_array_header_1_0,
    (2, 0): np.lib.format.read_array_header_2_0,
}
_NO_HEADER = (RecursionError, MemoryError, SyntaxError, TokenError, TypeError)
"""What reading an array's header raises, which is an expression of Python."""
_DAMAGED = (*DAMAGED_ZIP, OSError, ValueError, MemoryError)


@dataclass(frozen=True)
class _Header:
    """What an array in the file says of itself."""

    shape: tuple[int, ...]
    dtype: "np.dtype[Any]"
    by_column: bool


@dataclass(frozen=True)
class ArrayPictures:
    """The images of an npz file.

    Attributes:
        path: The file.
        count: How many are used.
        shape: (N, H, W, C), (N, C, H, W) or (N, H, W).
        first: Whether the channels come before height and width.
    """

    path: Path
    count: int
    shape: tuple[int, ...]
    first: bool

    def __len__(self) -> int:
        return self.count

    def identity(self) -> Iterator[str]:
        """The file's place, size and time."""
        facts = self.path.stat()
        yield f"npz {self.path.resolve()} {facts.st_size} {facts.st_mtime_ns} {self.first}"

    def name(self, index: int) -> str:
        """The image's number."""
        return f"image {index}"

    def write(self, parts: Sequence[Part], image: Image, workers: int) -> Iterator[Part]:
        """Copy the parts, resized where needed; this is a matter of the disk, not of workers."""
        del workers
        try:
            with zipfile.ZipFile(self.path) as archive, archive.open(f"{IMAGES}.npy") as stream:
                _header(stream)
                begin, size = stream.tell(), int(np.prod(self.shape[1:]))
                for part in parts:
                    stream.seek(begin + part.start * size)
                    images = [
                        self._next(stream, size, image) for _ in range(part.start, part.stop)
                    ]
                    write_part(part.path, images, [])
                    yield part
        except DAMAGED_ZIP as error:
            raise unreadable(self.path, f"it is damaged: {error}") from error

    def _next(self, stream: IO[bytes], size: int, image: Image) -> NDArray[np.uint8]:
        data = stream.read(size)
        if len(data) < size:
            raise EOFError("its images end too early")
        pixels = np.frombuffer(data, np.uint8).reshape(self.shape[1:])
        if self.first:
            pixels = pixels.transpose(1, 2, 0)
        if pixels.shape[2:] == (1,):
            pixels = pixels[:, :, 0]
        return fitted(Pillow.fromarray(np.ascontiguousarray(pixels)), image)


def list_arrays(place: str, spec: ImageSpec) -> Listing:
    """The images and labels of an npz file.

    `images` holds whole numbers from 0 to 255, shaped (N, H, W, C), (N, C, H, W) or (N, H, W) with
    one or three channels. Each label is an array (N,) of its name, or a column of `labels` (N, K)
    with `names` (K). Numbers are value indices, unless the values' names are numbers themselves;
    a binary label may be -1/1 or true/false; text names the values. A real one's are its numbers.
    An array `split` may say train, valid or test.

    Raises:
        ScmError: With exit code 2: E604 if a label is missing, E671 if there is no such file,
            E672 if it holds no images, E673 if it cannot be read.
    """
    path = Path(place)
    if not path.is_file():
        raise refuse(ImagesNotFound.at(path, "file"), exit_code=2)
    try:
        headers = _headers(path)
        pictures = _pictures(path, headers, spec)
        labels = _labels(path, headers, spec)[: spec.limit]
        split = None
        if SPLIT_COLUMN in headers and SPLIT_COLUMN not in spec.names:
            texts = _load(path, headers, SPLIT_COLUMN, pictures.shape[:1])
            split = split_codes(str(text) for text in texts[: spec.limit].tolist())
    except _DAMAGED as error:
        raise unreadable(path, str(error) or type(error).__name__) from error
    return Listing(printable(place), pictures, labels, split)


def _headers(path: Path) -> dict[str, _Header]:
    with zipfile.ZipFile(path) as archive:
        headers = {}
        for member in archive.namelist():
            if member.endswith(".npy"):
                with archive.open(member) as stream:
                    headers[member.removesuffix(".npy")] = _header(stream)
    return headers


def _header(stream: IO[bytes]) -> _Header:
    version = np.lib.format.read_magic(stream)
    if version not in _READERS:
        raise ValueError(f"an array is of version {version}")
    try:
        shape, by_column, dtype = _READERS[version](stream)
    except _NO_HEADER as error:
        raise ValueError("an array's header cannot be read") from error
    return _Header(shape, dtype, by_column)


def _pictures(path: Path, headers: Mapping[str, _Header], spec: ImageSpec) -> ArrayPictures:
    header = headers.get(IMAGES)
    if header is None:
        raise ValueError("it has no array `images`")
    if header.dtype != np.uint8:
        raise ValueError(f"`images` holds {header.dtype}, not whole numbers from 0 to 255 (uint8)")
    if header.by_column:
        raise ValueError("`images` is stored in Fortran order")
    first = _channels_first(header.shape, spec.image)
    if not header.shape[0]:
        raise refuse(NoImages(path=printable(str(path))), exit_code=2)
    count = min(header.shape[0], spec.limit or header.shape[0])
    return ArrayPictures(path, count, header.shape, first)


def _channels_first(shape: tuple[int, ...], image: Image) -> bool:
    """Whether images of this shape have their channels first; ValueError if it is no shape."""
    front = len(shape) == 4 and shape[1] in (1, 3)
    back = len(shape) == 4 and shape[3] in (1, 3)
    sound = len(shape) == 3 or front or back
    if not sound or not all(1 <= side <= 2**15 for side in shape[1:]):
        raise ValueError(f"`images` has the shape {shape}, not N H W C, N C H W or N H W")
    same = shape[1:] == (image.channels, image.height, image.width)
    return front and (not back or same)


def _labels(path: Path, headers: Mapping[str, _Header], spec: ImageSpec) -> Codes:
    count = headers[IMAGES].shape[:1]
    joined: dict[str, NDArray[Any]] = {}
    if {"labels", "names"} <= headers.keys() and spec.labels:
        names = [str(name) for name in _load(path, headers, "names").reshape(-1).tolist()]
        table = _load(path, headers, "labels", (*count, len(names)))
        joined = dict(zip(names, table.T, strict=True))
    columns = tuple(joined) or tuple(sorted(headers.keys() - {IMAGES, SPLIT_COLUMN}))
    absent = [name for name in spec.names if name not in columns]
    if absent:
        raise refuse(*(MissingColumn(name=name, columns=columns) for name in absent), exit_code=2)
    held: list[NDArray[Any]] = [
        _values(path, joined[it.name] if joined else _load(path, headers, it.name, count), it)
        for it in spec.labels
    ]
    return np.stack(held, axis=1) if held else np.zeros((*count, 0), np.int64)


def _load(
    path: Path, headers: Mapping[str, _Header], name: str, shape: tuple[int, ...] | None = None
) -> NDArray[Any]:
    """An array, if it is plain and has the shape that it must have."""
    header = headers[name]
    if shape is not None and header.shape != shape:
        entries = f"{header.shape[0] if header.shape else 1} entries for {shape[0]} images"
        wrong = entries if header.shape[1:] == shape[1:] else f"the shape {header.shape}"
        raise ValueError(f"`{name}` has {wrong}")
    if header.dtype.hasobject:
        raise ValueError(f"`{name}` holds Python objects, which are never loaded")
    with np.load(path, allow_pickle=False) as held:
        array: NDArray[Any] = held[name]
    return array


def _values(path: Path, array: NDArray[Any], node: Node) -> Codes:
    """The value indices of a label's array, or the numbers of a real one's."""
    if isinstance(node.domain, Real):
        return _reals(path, array, node)
    assert isinstance(node.domain, Finite)
    distinct, places = np.unique(array, return_inverse=True)
    coding = ColumnCoding(node.domain)
    numbered = isinstance(node.domain, Binned) or any(map(_is_number, node.domain.values))
    indices = array.dtype.kind in "iu" and not numbered
    codes = np.empty(len(distinct), np.int64)
    for rank, value in enumerate(distinct.tolist()):
        if indices:
            codes[rank] = value if 0 <= value < node.domain.size else -1
        else:
            codes[rank] = coding.code(value.decode() if isinstance(value, bytes) else str(value))
        if codes[rank] < 0:
            raise ValueError(f"`{node.name}` holds `{value}`, which is not a value of it")
    if coding.mixed:
        raise ValueError(f"`{node.name}` holds both 0 and -1")
    return codes[places.reshape(-1)]


def _reals(path: Path, array: NDArray[Any], node: Node) -> Codes:
    """The numbers of a real node's array, each read as a table's would be.

    Raises:
        ScmError: E616 to E619 with exit code 2 of numbers that cannot be.
    """
    column, cells = RealColumn(node), array.tolist()
    column.add(cells, lambda rank: Place(rank, None, str(cells[rank])))
    found = list(column.faults("refuse"))
    if found:
        raise refuse(*found, source=Source(printable(str(path)), ""), exit_code=2)
    return column.numbers


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True
