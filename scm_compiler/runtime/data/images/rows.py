"""Tables that say which labels belong to which image."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from scm_compiler.diagnostics import ScmError
from scm_compiler.runtime.data.columns import read_ordered
from scm_compiler.runtime.data.images.image_spec import UNKNOWN_SPLIT, Codes, ImageSpec
from scm_compiler.runtime.data.sheet import Row, Sheet, existing_file, no_table, text_lines

SPLIT_COLUMN = "split"
_SPLITS = {
    **dict.fromkeys(("train", "training", "0"), 0),
    **dict.fromkeys(("valid", "validation", "val", "dev", "1"), 1),
    **dict.fromkeys(("test", "testing", "2"), 2),
}


@dataclass(frozen=True)
class ImageRows:
    """The rows of a table.

    Attributes:
        names: The image of each.
        labels: (R, P) value indices; in float64 where one of them is real.
        split: (R,) places in `SPLITS`, -1 where unknown; None without such a column.
    """

    names: list[str]
    labels: Codes
    split: NDArray[np.int8] | None


def read_rows(sheet: Sheet, spec: ImageSpec, column: str | None) -> ImageRows:
    """Read a table, with every error's row and column.

    Args:
        sheet: The text.
        spec: Which labels are needed.
        column: The column that names the images; None if the rows have no names.

    Raises:
        ScmError: With exit code 2; see `read_ordered`.
    """
    splits = SPLIT_COLUMN in sheet.header and SPLIT_COLUMN not in spec.names
    columns = [name for name in (column, SPLIT_COLUMN if splits else None) if name is not None]
    recorded, texts = _recorded(sheet, columns)
    labels = read_ordered(spec.columns, recorded)
    names = [] if column is None else texts[column]
    return ImageRows(names, labels, split_codes(texts[SPLIT_COLUMN]) if splits else None)


def split_codes(texts: Iterable[str]) -> NDArray[np.int8] | None:
    """The split of each row, from its name or CelebA's number; None if no row says one.

    >>> split_codes(["train", "Test", ""]).tolist()
    [0, 2, -1]
    """
    numbers = [_SPLITS.get(text.strip().casefold(), UNKNOWN_SPLIT) for text in texts]
    codes = np.array(numbers, dtype=np.int8)
    return codes if (codes != UNKNOWN_SPLIT).any() else None


def is_split_folder(name: str) -> bool:
    """Whether a folder's name says a split.

    >>> is_split_folder("Test"), is_split_folder("2")
    (True, False)
    """
    return name.casefold() in _SPLITS and not name.isdecimal()


def folder_splits(names: Sequence[str]) -> NDArray[np.int8] | None:
    """The split of each image by the outermost folder that says one; None if any has none.

    >>> folder_splits(["set/train/a.png", "set/test/b.png"]).tolist()
    [0, 2]
    """
    folders = [name.split("/")[:-1] for name in names]
    said = [next(filter(is_split_folder, held), "") for held in folders]
    return split_codes(said) if said and all(said) else None


def of_split(rows: ImageRows, split: str) -> NDArray[np.bool_]:
    """Which rows are of a split; none of them where the split is not known."""
    code = _SPLITS.get(split.casefold(), UNKNOWN_SPLIT)
    if rows.split is None or code == UNKNOWN_SPLIT:
        return np.zeros(len(rows.names), np.bool_)
    return np.equal(rows.split, code)


def joined(parts: Sequence[ImageRows]) -> ImageRows:
    """The rows of several tables."""
    if len(parts) == 1:
        return parts[0]
    names = [name for part in parts for name in part.names]
    labels = np.concatenate([part.labels for part in parts])
    splits = [part.split for part in parts if part.split is not None]
    return ImageRows(names, labels, np.concatenate(splits) if len(splits) == len(parts) else None)


def jsonl_sheet(path: Path) -> Sheet:
    """The sheet of a file with one JSON object a line; the first one names the columns.

    Raises:
        ScmError: E602 if there is no file, E603 if it is no such file.
    """
    lines = text_lines(existing_file(path))
    records = ((n, line) for n, line in enumerate(lines, 1) if line.strip())
    objects = ((n, parsed(line, path, f"line {n}")) for n, line in records)
    return object_sheet(path, objects)


def object_sheet(path: Path, objects: Iterator[tuple[int, Mapping[str, Any]]]) -> Sheet:
    """The sheet of numbered JSON objects; the first one names the columns.

    Raises:
        ScmError: E603 if there is none.
    """
    first = next(objects, None)
    if first is None:
        raise no_table(path, "it is empty")
    header = tuple(first[1])

    def rows() -> Iterator[Row]:
        yield first[0], [_text(first[1][name]) for name in header]
        for number, held in objects:
            yield number, [_text(held.get(name)) for name in header]

    return Sheet(path, header, rows(), tells_extra=False)


def parsed(text: str | bytes, path: Path, place: str) -> dict[str, Any]:
    """A JSON object.

    Raises:
        ScmError: E603 if the text is none.
    """
    try:
        row = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise _no_object(path, place) from error
    if not isinstance(row, dict):
        raise _no_object(path, place)
    return row


def _no_object(path: Path, place: str) -> ScmError:
    return no_table(path, f"{place} is no JSON object")


def _text(value: object) -> str:
    """A JSON value as a table would write it; nothing for null."""
    if value is None:
        return ""
    return str(value) if isinstance(value, (str, bool, int, float)) else json.dumps(value)


def _recorded(sheet: Sheet, columns: Sequence[str]) -> tuple[Sheet, dict[str, list[str]]]:
    """The sheet, and the text of some columns, which grows as its rows are read."""
    texts: dict[str, list[str]] = {name: [] for name in columns}
    pairs = [(sheet.header.index(name), texts[name]) for name in columns]
    width = len(sheet.header)

    def rows() -> Iterator[Row]:
        for line, fields in sheet.rows:
            if len(fields) == width:  # others are refused by who reads the sheet
                for place, held in pairs:
                    held.append(fields[place].strip())
            yield line, fields

    return replace(sheet, rows=rows()), texts
