"""`celeba:DIR`: the attribute file of CelebA, as its authors or Kaggle publish it."""

from collections.abc import Iterable, Iterator
from itertools import chain
from pathlib import Path

from scm_compiler.diagnostics import ScmError, Source, refuse
from scm_compiler.ir import Graph
from scm_compiler.runtime.data.codes.data import DataNotFound, NotAttributes
from scm_compiler.runtime.data.csv_file import csv_sheet
from scm_compiler.runtime.data.options import parse
from scm_compiler.runtime.data.reading import read_sheet
from scm_compiler.runtime.data.sheet import Row, Sheet, text_lines
from scm_compiler.runtime.data.table import LabelTable

PLACES = (
    "list_attr_celeba.txt",
    "Anno/list_attr_celeba.txt",
    "list_attr_celeba.csv",
    "Anno/list_attr_celeba.csv",
)


def read_celeba(place: str, graph: Graph) -> LabelTable:
    """The labels of CelebA's attribute file.

    The original file begins with the number of images, then names the attributes; each further
    line is a file name and a value (-1 or 1) for each. The number may be missing. Kaggle's copy
    is a CSV file with a header.

    Args:
        place: The folder that holds the file (or holds it under `Anno/`), or the file itself;
            with `?missing=` behind it, see `options.Reading`.
        graph: Whose labels are read.

    Raises:
        ScmError: With exit code 2: E602 if there is no such file, E613 if it has another form or
            was cut short, and every finding of the table; see `read_sheet`.
    """
    names = [node.name for node in graph.labels]
    path, reading = parse(place, ("missing",))
    sheet = attribute_sheet(attribute_file(Path(path)), names)
    return read_sheet(graph, sheet, f"celeba:{place}", reading)


def attribute_sheet(path: Path, names: Iterable[str]) -> Sheet:
    """The sheet of an attribute file, whose first column names the images.

    Args:
        path: The file, in the original form or as CSV.
        names: The columns by which the separator of a CSV file is told.
    """
    if path.suffix != ".csv":
        return _attributes(path)
    sheet = csv_sheet(path, names)
    return Sheet(path, sheet.header, sheet.rows, tells_extra=False)


def attribute_file(path: Path) -> Path:
    """The attribute file at a path or in a folder; E602 if there is none."""
    found = [path] if path.is_file() else [path / name for name in PLACES]
    for candidate in found:
        if candidate.is_file():
            return candidate
    wanted = "attribute file in" if path.is_dir() else "file or folder"
    raise refuse(DataNotFound(path=str(path), wanted=wanted), exit_code=2)


def _attributes(path: Path) -> Sheet:
    lines = enumerate(text_lines(path), 1)
    number, first = next(lines, (1, ""))
    announced = int(first) if first.strip().isascii() and first.strip().isdecimal() else None
    if announced is not None:
        number, first = next(lines, (2, ""))
    header = first.split()
    if not header:
        raise _other(path, f"line {number} does not name the attributes")
    second = next(lines, None)
    fields = second[1].split() if second else []
    if len(fields) == len(header) + 1:
        header = ["image", *header]
    rest = lines if second is None else chain([second], lines)
    return Sheet(path, tuple(header), _rows(path, rest, announced), tells_extra=False)


def _rows(path: Path, lines: Iterator[tuple[int, str]], announced: int | None) -> Iterator[Row]:
    held = 0
    for number, line in lines:
        fields = line.split()
        if fields:
            held += 1
            yield number, fields
    if announced is not None and held != announced:
        raise _other(path, f"it announces {announced} images and holds {held}")


def _other(path: Path, reason: str) -> ScmError:
    found = NotAttributes(path=str(path), reason=reason)
    return refuse(found, source=Source(str(path), ""), exit_code=2)
