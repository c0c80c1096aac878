"""Decoded images, kept on the disk in the size in which they are needed.

An entry is a folder that is named after all that the pixels depend on. It is filled part by part;
each part is written whole, so that a killed process loses at most the part in work. When all parts
are there they become one file that can be mapped into memory, and last of all `facts.json`, which
makes the entry valid.
"""

import hashlib
import os
import shutil
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, BinaryIO

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from scm_compiler.diagnostics import refuse
from scm_compiler.files import make_folder, whole_file, write_whole
from scm_compiler.ir import Image
from scm_compiler.locks import locked
from scm_compiler.runtime.data.images.codes.images import CacheUnusable
from scm_compiler.runtime.data.images.image_spec import Part, Pictures
from scm_compiler.runtime.data.images.parts import (
    DAMAGED,
    Fault,
    image_bytes,
    part_rows,
    read_part,
)
from scm_compiler.runtime.progress import Progress

_FORMAT = 1


@dataclass(frozen=True, eq=False)
class Kept:
    """The decoded images of a source.

    Attributes:
        images: (N, C, H, W), mapped into memory, read-only: those that could be decoded.
        faults: Those that could not.
        digest: The SHA-256 of the pixels.
    """

    images: NDArray[np.uint8]
    faults: tuple[Fault, ...]
    digest: str


class _Facts(BaseModel):
    """What `facts.json` says."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    images: Annotated[int, Field(ge=0)]
    faults: list[tuple[Annotated[int, Field(ge=0)], str]]
    digest: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]

    def fit(self, total: int) -> bool:
        """Whether they may be of so many images: each is decoded, or a fault that is told of."""
        places = {place for place, _ in self.faults}
        told = len(places) == len(self.faults) and all(place < total for place in places)
        return told and self.images + len(places) == total


def cache_folder() -> Path:
    """Where decoded images are kept: `SCMC_CACHE`, else the system's folder for such files."""
    named, shared = os.environ.get("SCMC_CACHE"), os.environ.get("XDG_CACHE_HOME")
    if named:
        return Path(named)
    if shared:
        return Path(shared) / "scmc"
    try:
        home = Path.home()
    except RuntimeError:  # a user without a home, as in some containers
        return Path(tempfile.gettempdir()) / "scmc"
    if sys.platform == "darwin":
        return home / "Library" / "Caches" / "scmc"
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA", home)) / "scmc" / "Cache"
    return home / ".cache" / "scmc"


def keep(pictures: Pictures, image: Image, root: Path, workers: int, progress: Progress) -> Kept:
    """The decoded images: from the cache, or decoded now and kept there.

    Two processes that ask for the same images at a time do the work once.

    Args:
        pictures: The source's images.
        image: The shape in which they are wanted.
        root: The cache folder.
        workers: How many processes decode; 0 for this one.
        progress: Is told how many images are there.

    Raises:
        ScmError: E678 with exit code 2 if the cache cannot be written or read.
    """
    entry = root / "images" / _key(pictures, image)
    try:
        kept = _read(entry, image, len(pictures))
        if kept is None:
            make_folder(entry)
            with locked(entry / "lock") as alone:
                kept = _read(entry, image, len(pictures)) or _build(
                    _Building(entry, pictures, image, alone), workers, progress
                )
    except OSError as error:
        need = len(pictures) * image_bytes(image)
        reason = error.strerror or str(error)
        unusable = CacheUnusable(path=str(root), reason=reason, bytes_needed=need)
        raise refuse(unusable, exit_code=2) from error
    return kept


def _key(pictures: Pictures, image: Image) -> str:
    shape = f"{image.channels} {image.height} {image.width}"
    digest = hashlib.sha256(f"{_FORMAT} {shape} {len(pictures)}".encode())
    for line in pictures.identity():
        digest.update(b"\n" + line.encode("utf-8", "surrogateescape"))
    return digest.hexdigest()[:32]


def _read(entry: Path, image: Image, total: int) -> Kept | None:
    """A complete entry; None if it is not, or was damaged later."""
    try:
        facts = _Facts.model_validate_json((entry / "facts.json").read_bytes())
        images = _mapped(entry / "images.npy", facts.images, image)
    except (FileNotFoundError, ValidationError, *DAMAGED):
        return None
    shape = (facts.images, image.channels, image.height, image.width)
    if images.shape != shape or images.dtype != np.uint8 or not facts.fit(total):
        return None
    faults = tuple(Fault(index, reason) for index, reason in facts.faults)
    return Kept(images, faults, facts.digest)


def _mapped(path: Path, count: int, image: Image) -> NDArray[np.uint8]:
    if count == 0:  # nothing cannot be mapped
        return np.zeros((0, image.channels, image.height, image.width), np.uint8)
    mapped: NDArray[np.uint8] = np.load(path, mmap_mode="r", allow_pickle=False)
    return np.asarray(mapped)


@dataclass(frozen=True)
class _Building:
    """An entry in work.

    Attributes:
        entry: Its folder.
        pictures: What is decoded.
        image: To which shape.
        alone: Whether no other process can be at work on it.
    """

    entry: Path
    pictures: Pictures
    image: Image
    alone: bool

    @property
    def folder(self) -> Path:
        """The folder of the parts."""
        return self.entry / "parts"

    @property
    def parts(self) -> list[Part]:
        """All of them."""
        rows, total = part_rows(self.image), len(self.pictures)
        return [
            Part(self.folder / f"{rank:06d}.npz", start, min(start + rows, total))
            for rank, start in enumerate(range(0, total, rows))
        ]


def _build(work: _Building, workers: int, progress: Progress) -> Kept:
    """Decode what is missing, join the parts, and read the entry."""
    work.folder.mkdir(exist_ok=True)
    if work.alone:
        _sweep(work.entry)
    _decode(work, workers, progress)
    facts = _join(work)
    write_whole(work.entry / "facts.json", facts.model_dump_json())
    shutil.rmtree(work.folder, ignore_errors=True)
    kept = _read(work.entry, work.image, len(work.pictures))
    if kept is None:
        raise OSError("the decoded images cannot be read back")
    return kept


def _sweep(entry: Path) -> None:
    """Remove what a killed process left: files under temporary names."""
    for folder in (entry, entry / "parts"):
        for left in folder.glob(".*"):
            left.unlink(missing_ok=True)


def _decode(work: _Building, workers: int, progress: Progress) -> None:
    parts = work.parts
    missing = [part for part in parts if not part.path.exists()]
    total = len(work.pictures)
    done = total - sum(part.stop - part.start for part in missing)
    progress.start(total, done)
    try:
        for part in work.pictures.write(missing, work.image, workers) if missing else ():
            done += part.stop - part.start
            progress.move(done, 0.0)
    finally:
        progress.stop()


def _join(work: _Building) -> _Facts:
    """Make one file of the parts; a damaged part is removed, so that it is decoded again."""
    faults: list[Fault] = []
    digest = hashlib.sha256()
    with whole_file(work.entry / "images.npy") as stream:
        # The number of images is known at the end; the header has room for it.
        _header(stream, work.image, len(work.pictures))
        start = stream.tell()
        for part in work.parts:
            try:
                decoded = read_part(part.path)
            except DAMAGED as error:
                part.path.unlink()
                raise OSError(f"{part.path.name} is damaged and was removed; try again") from error
            faults += decoded.faults
            content = np.ascontiguousarray(decoded.images).data
            digest.update(content)
            stream.write(content)
        held = len(work.pictures) - len(faults)
        stream.seek(0)
        _header(stream, work.image, held)
        if stream.tell() != start:
            raise OSError("the header of the decoded images has another length")
    pairs = [(fault.index, fault.reason) for fault in faults]
    return _Facts(images=held, faults=pairs, digest=digest.hexdigest())


def _header(stream: BinaryIO, image: Image, count: int) -> None:
    shape = (count, image.channels, image.height, image.width)
    header = {"descr": "|u1", "fortran_order": False, "shape": shape}
    np.lib.format.write_array_header_1_0(stream, header)
