"""`tar:PATTERN`: WebDataset shards, read in place.

A sample is two members of one key: `0001.jpg` (or another image) and `0001.json`, or `0001.cls`
with the class alone. Nothing is ever unpacked: the members' names pair them and name no file.
"""

import glob
import os
import re
import stat
import tarfile
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from pathlib import Path, PurePosixPath

import numpy as np

from scm_compiler.diagnostics import refuse
from scm_compiler.runtime.data.images.codes.images import ImagesNotFound, NoImages
from scm_compiler.runtime.data.images.decode import SUFFIXES
from scm_compiler.runtime.data.images.files import FilePictures, unreadable
from scm_compiler.runtime.data.images.image_spec import ImageSpec, Listing
from scm_compiler.runtime.data.images.layouts import Asked, numbered_classes
from scm_compiler.runtime.data.images.names import is_hidden, printable, refuse_unsafe
from scm_compiler.runtime.data.images.pairing import left_over
from scm_compiler.runtime.data.images.picture import Picture
from scm_compiler.runtime.data.images.rows import (
    ImageRows,
    object_sheet,
    of_split,
    parsed,
    read_rows,
)
from scm_compiler.runtime.data.sheet import Sheet

_RANGE = re.compile(r"\{(\d{1,9})\.\.(\d{1,9})\}")
_MOST_SHARDS = 100_000
_MOST_JSON = 2**20
_RECORDS = (".json", ".cls")


@dataclass(frozen=True, slots=True)
class _Sample:
    """An image, and what says its labels: a member of the same shard, at (offset, size)."""

    picture: Picture
    suffix: str
    record: tuple[int, int]


def list_shards(pattern: str, spec: ImageSpec) -> Listing:
    """The images of tar shards, with the labels of the JSON objects beside them.

    Args:
        pattern: A path with `*`, `?`, `[…]`, or ranges such as `{000..009}`; `?label=NAME` behind
            it where `.cls` members tell the label NAME, and several have such values.
        spec: What is needed.

    Raises:
        ScmError: With exit code 2: E671 without a shard, E673 if one is damaged or compressed,
            E674 if one names files outside itself, E675, and what is wrong in the objects.
    """
    asked = Asked.of(pattern)
    pattern = asked.path
    samples: list[_Sample] = []
    lost: list[str] = []
    unnamed: list[str] = []
    for shard in shards(pattern):
        _scan(shard, samples, lost, unnamed)
    notes = left_over(lost, unnamed, len(samples) + len(lost), pattern)
    if not samples:
        raise refuse(NoImages(path=printable(pattern)), exit_code=2)
    samples = samples[: spec.limit]
    rows = read_rows(_sheet(samples, spec, asked), spec, None)
    if asked.split is not None:
        kept = np.flatnonzero(of_split(rows, asked.split))
        samples = [samples[row] for row in kept]
        split = None if rows.split is None else rows.split[kept]
        rows = ImageRows([], rows.labels[kept], split)
    pictures = FilePictures([sample.picture for sample in samples])
    return Listing(printable(pattern), pictures, rows.labels, rows.split, notes)


def shards(pattern: str) -> list[str]:
    """The files that a pattern names, in order.

    Raises:
        ScmError: E671 with exit code 2 if one is not there, or none is.
    """
    paths: list[str] = []
    for name in expanded(pattern):
        # A file of that very name goes before a pattern: names may hold brackets.
        matches = [name] if Path(name).is_file() else sorted(glob.glob(name))  # noqa: PTH207
        if not matches:
            absent = ImagesNotFound(path=printable(name), wanted="shard")
            raise refuse(absent, exit_code=2)
        paths += matches
    return paths


def expanded(pattern: str) -> list[str]:
    """The pattern with its ranges written out.

    Raises:
        ScmError: E671 with exit code 2 if that gives absurdly many names, or none.

    Example:
        >>> expanded("faces-{08..10}.tar")
        ['faces-08.tar', 'faces-09.tar', 'faces-10.tar']
    """
    bounds = [(first, int(first), int(last)) for first, last in _RANGE.findall(pattern)]
    count = 1
    for _, first, last in bounds:
        count *= last - first + 1 if last >= first else 0
    if not 0 < count <= _MOST_SHARDS:
        raise refuse(ImagesNotFound(path=pattern, wanted="sensible range in"), exit_code=2)
    ranges = [
        [str(number).zfill(len(text)) for number in range(first, last + 1)]
        for text, first, last in bounds
    ]
    pieces = _RANGE.sub("\0", pattern).split("\0")
    return [
        pieces[0] + "".join(a + b for a, b in zip(numbers, pieces[1:], strict=True))
        for numbers in product(*ranges)
    ]


def _scan(shard: str, samples: list[_Sample], lost: list[str], unnamed: list[str]) -> None:
    """Sort a shard's members into samples, objects without image and images without object.

    Of several members that say the same of a key the last counts, and the others are left over; an
    object counts before a class.
    """
    images: dict[str, Picture] = {}
    records: dict[str, tuple[str, tuple[int, int]]] = {}
    for member, picture in _members(shard):
        key, suffix = _key(member.name)
        if suffix in _RECORDS:
            before = records.get(key, ("", (0, 0)))[0]
            if before == suffix:
                lost.append(f"{key}{suffix}")
            if before != _RECORDS[0] or suffix == before:
                records[key] = suffix, (member.offset_data, member.size)
        elif suffix in SUFFIXES:
            if key in images:
                unnamed.append(images[key].name)
            images[key] = picture
    samples += [_Sample(it, *records[key]) for key, it in images.items() if key in records]
    unnamed += [it.name for key, it in images.items() if key not in records]
    lost += [f"{key}{record[0]}" for key, record in records.items() if key not in images]


def _members(shard: str) -> Iterator[tuple[tarfile.TarInfo, Picture]]:
    """The plain files of a shard, and each as a picture."""
    try:
        facts = Path(shard).stat()
        if not stat.S_ISREG(facts.st_mode):  # a pipe would never end
            raise unreadable(shard, "it is no file")
        with tarfile.open(shard, "r:") as archive:
            for member in archive:
                refuse_unsafe([member.name], shard)
                if not member.isfile() or member.issparse() or is_hidden(member.name):
                    continue
                offset, size = member.offset_data, member.size
                if offset + size > facts.st_size:
                    raise unreadable(shard, f"it was cut short within {printable(member.name)}")
                yield member, Picture(member.name, shard, offset, size, facts.st_mtime_ns)
                archive.members = []  # type: ignore[attr-defined]  # it would keep every one
            end = archive.offset  # of the first block that is no header
        if not _ends(shard, end):
            raise unreadable(shard, f"it was cut short or is damaged at byte {end}")
    except RecursionError as error:  # the library calls itself for each of them
        raise unreadable(shard, "a member has too many headers") from error
    except (tarfile.TarError, OSError, ValueError, EOFError, OverflowError) as error:
        reason = "it is damaged, or no tar file, or a compressed one"
        raise unreadable(shard, reason) from error


def _ends(shard: str, offset: int) -> bool:
    """Whether an archive ends at a place as it must, with a block of zeros.

    The library takes a header that it cannot read, or none, for the end.
    """
    with Path(shard).open("rb") as stream:
        stream.seek(offset)
        return stream.read(tarfile.BLOCKSIZE) == bytes(tarfile.BLOCKSIZE)


def _key(name: str) -> tuple[str, str]:
    """A member's key, which ends at the first full stop of the last part, and its last suffix.

    >>> _key("a.b/0001.cam.jpg")
    ('a.b/0001', '.jpg')
    """
    path = PurePosixPath(name)
    return str(path.parent / path.name.split(".")[0]), path.suffix.lower()


def _sheet(samples: list[_Sample], spec: ImageSpec, asked: Asked) -> Sheet:
    """What the samples say of their labels."""
    path = Path(asked.path)
    if samples[0].suffix == ".json":
        objects = (
            (row, parsed(text, Path(it.picture.file), f"`{_stem(it)}.json`"))
            for row, (it, text) in enumerate(_records(samples), 1)
        )
        return object_sheet(path, objects)
    texts = (text.decode("utf-8", "replace").strip() for _, text in _records(samples))
    classes = {f"{row}": text for row, text in enumerate(texts)}
    return numbered_classes(path, classes, spec.labels, asked.label).sheet


def _records(samples: list[_Sample]) -> Iterator[tuple[_Sample, bytes]]:
    """What stands in the member that says each sample's labels."""
    for shard, held in _by_shard(samples):
        with Path(shard).open("rb") as stream:
            for sample in held:
                if sample.suffix != samples[0].suffix:
                    reason = f"`{_stem(sample)}` has no {samples[0].suffix}, as others have"
                    raise unreadable(shard, reason)
                offset, size = sample.record
                stream.seek(offset)
                yield sample, stream.read(min(size, _MOST_JSON + 1))


def _stem(sample: _Sample) -> str:
    return printable(os.path.splitext(sample.picture.name)[0])  # noqa: PTH122  (no path)


def _by_shard(samples: list[_Sample]) -> Iterator[tuple[str, list[_Sample]]]:
    held: dict[str, list[_Sample]] = {}
    for sample in samples:
        held.setdefault(sample.picture.file, []).append(sample)
    yield from held.items()
