"""Which row belongs to which picture, and what is left over."""

from collections.abc import Callable, Mapping, Sequence

import numpy as np

from scm_compiler.diagnostics import refuse
from scm_compiler.runtime.data.images.codes.image_faults import (
    ImagesWithoutRow,
    LeftOut,
    RepeatedRows,
    RowsWithoutImage,
    TooManyFaults,
    UnreadableImages,
)
from scm_compiler.runtime.data.images.codes.images import NoImages
from scm_compiler.runtime.data.images.files import FilePictures
from scm_compiler.runtime.data.images.image_spec import ImageSpec, Listing
from scm_compiler.runtime.data.images.names import printable
from scm_compiler.runtime.data.images.picture import Picture
from scm_compiler.runtime.data.images.rows import ImageRows

MOST_FAULTS = 0.01
"""The share of images and rows that may be left out."""

_NAMED = 3


def paired(
    rows: ImageRows,
    pictures: Mapping[str, Picture],
    spec: ImageSpec,
    path: object,
    *,
    crop: int | None = None,
    find: Callable[[str], Picture | None] = lambda _: None,
) -> Listing:
    """The rows that have a picture, in the table's order.

    Args:
        rows: The table.
        pictures: What there is, by the names that the table uses.
        spec: How many are needed.
        path: What to call the source.
        crop: As `decode` takes it.
        find: Looks for a picture that is not in `pictures`.

    Raises:
        ScmError: With exit code 2: E672 if there are no pictures at all, E675 if more than 1 % of
            rows and pictures are left over.
    """
    first = {name: row for row, name in reversed(list(enumerate(rows.names)))}
    matched = [pictures.get(name) or find(name) for name in rows.names]
    if not pictures and not any(matched):
        raise refuse(NoImages(path=printable(str(path))), exit_code=2)
    lost = [name for name, picture in zip(rows.names, matched, strict=True) if picture is None]
    again = [name for row, name in enumerate(rows.names) if matched[row] and first[name] != row]
    unnamed = sorted(pictures.keys() - first.keys())
    notes = left_over(lost, unnamed, len(rows.names), path, again=again)
    places = [row for row in sorted(first.values()) if matched[row]][: spec.limit]
    kept = np.array(places, np.int64)
    chosen = [picture for row in places if (picture := matched[row]) is not None]
    split = None if rows.split is None else rows.split[kept]
    return Listing(
        printable(str(path)), FilePictures(chosen, crop), rows.labels[kept], split, notes
    )


def left_over(
    lost: Sequence[str],
    unnamed: Sequence[str],
    rows: int,
    path: object,
    *,
    again: Sequence[str] = (),
) -> tuple[LeftOut, ...]:
    """Warnings of rows without an image, images without a row, and rows of an image before.

    Args:
        lost: The images that rows name and that are not there.
        unnamed: The images without a row.
        rows: The number of rows.
        path: What to call the source.
        again: The images that are named once more.

    Raises:
        ScmError: E675 with exit code 2 if they are more than 1 % of all.
    """
    notes: list[LeftOut] = []
    if lost:
        near = next((it for it in unnamed if it.casefold() == lost[0].casefold()), None)
        shown = None if near is None else printable(near)
        notes.append(RowsWithoutImage(count=len(lost), first=_first(lost), near=shown))
    if unnamed:
        notes.append(ImagesWithoutRow(count=len(unnamed), first=_first(unnamed)))
    if again:
        notes.append(RepeatedRows(count=len(again), first=_first(again)))
    refuse_many(notes, rows + len(unnamed), path)
    return tuple(notes)


def undecoded(
    faults: Sequence[tuple[str, str]], total: int, path: object, before: Sequence[LeftOut] = ()
) -> tuple[LeftOut, ...]:
    """All that was left out, with the images that could not be decoded: (name, reason) each.

    Args:
        faults: Those images.
        total: How many there are to decode.
        path: What to call the source.
        before: What was left out before.

    Raises:
        ScmError: E675 with exit code 2 if all together are more than 1 %.
    """
    if not faults:
        return tuple(before)
    first = tuple(faults[:_NAMED])
    notes = [*before, UnreadableImages(count=len(faults), total=total, first=first)]
    refuse_many(notes, total + sum(note.count for note in before), path)
    return tuple(notes)


def refuse_many(notes: Sequence[LeftOut], total: int, path: object) -> None:
    """Refuse the data if more than 1 % cannot be used, together with the warnings."""
    faulty = sum(note.count for note in notes)
    if faulty > MOST_FAULTS * total:
        many = TooManyFaults(path=printable(str(path)), faulty=faulty, total=total)
        raise refuse(*notes, many, exit_code=2)


def _first(names: Sequence[str]) -> tuple[str, ...]:
    return tuple(printable(name) for name in names[:_NAMED])
