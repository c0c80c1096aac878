"""Which row belongs to which picture, and what is left over."""

from collections.abc import Callable, Mapping, Sequence

import numpy as np

from scm_compiler.diagnostics import Diagnostic, refuse
from scm_compiler.diagnostics.codes.image_faults import (
    ImagesWithoutRow,
    RowsWithoutImage,
    TooManyFaults,
    UnreadableImages,
)
from scm_compiler.diagnostics.codes.images import NoImages
from scm_compiler.runtime.data.images.files import FilePictures
from scm_compiler.runtime.data.images.names import printable
from scm_compiler.runtime.data.images.picture import Picture
from scm_compiler.runtime.data.images.rows import Rows
from scm_compiler.runtime.data.images.wanted import Listing, Wanted

MOST_FAULTS = 0.01
"""The share of images and rows that may be left out."""

_NAMED = 3


def paired(
    rows: Rows,
    pictures: Mapping[str, Picture],
    wanted: Wanted,
    path: object,
    *,
    crop: int | None = None,
    find: Callable[[str], Picture | None] = lambda _: None,
) -> Listing:
    """The rows that have a picture, in the table's order.

    Args:
        rows: The table.
        pictures: What there is, by the names that the table uses.
        wanted: How many are needed.
        path: What to call the source.
        crop: As `decode` takes it.
        find: Looks for a picture that is not in `pictures`.

    Raises:
        ScmError: With exit code 2: E672 if there are no pictures at all, E675 if more than 1 % of
            rows and pictures are left over.
    """
    found = [pictures.get(name) or find(name) for name in rows.names]
    if not pictures and not any(found):
        raise refuse(NoImages(path=printable(str(path))), exit_code=2)
    lost = [name for name, picture in zip(rows.names, found, strict=True) if picture is None]
    unnamed = sorted(pictures.keys() - set(rows.names))
    notes = left_over(lost, unnamed, len(rows.names), path)
    kept = np.array([i for i, it in enumerate(found) if it is not None][: wanted.limit], np.int64)
    chosen = [picture for picture in found if picture is not None][: wanted.limit]
    split = None if rows.split is None else rows.split[kept]
    return Listing(
        printable(str(path)), FilePictures(chosen, crop), rows.labels[kept], split, notes
    )


def left_over(
    lost: Sequence[str], unnamed: Sequence[str], rows: int, path: object
) -> tuple[Diagnostic, ...]:
    """Warnings of rows without an image and images without a row.

    Args:
        lost: The images that rows name and that are not there.
        unnamed: The images without a row.
        rows: The number of rows.
        path: What to call the source.

    Raises:
        ScmError: E675 with exit code 2 if they are more than 1 % of all.
    """
    notes: list[Diagnostic] = []
    if lost:
        notes.append(RowsWithoutImage(count=len(lost), first=_first(lost)))
    if unnamed:
        notes.append(ImagesWithoutRow(count=len(unnamed), first=_first(unnamed)))
    refuse_many(len(lost) + len(unnamed), rows + len(unnamed), notes, path)
    return tuple(notes)


def undecoded(
    faults: Sequence[tuple[str, str]], total: int, path: object
) -> tuple[Diagnostic, ...]:
    """The warning of images that could not be decoded: (name, reason) each.

    Raises:
        ScmError: E675 with exit code 2 if they are more than 1 % of all.
    """
    if not faults:
        return ()
    first = tuple(faults[:_NAMED])
    notes = [UnreadableImages(count=len(faults), total=total, first=first)]
    refuse_many(len(faults), total, notes, path)
    return tuple(notes)


def refuse_many(faulty: int, total: int, notes: Sequence[Diagnostic], path: object) -> None:
    """Refuse the data if more than 1 % cannot be used, together with the warnings."""
    if faulty > MOST_FAULTS * total:
        many = TooManyFaults(path=printable(str(path)), faulty=faulty, total=total)
        raise refuse(*notes, many, exit_code=2)


def _first(names: Sequence[str]) -> tuple[str, ...]:
    return tuple(printable(name) for name in names[:_NAMED])
