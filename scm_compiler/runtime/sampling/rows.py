"""Rows of labels in files: CSV, Parquet and NumPy's npz."""

import csv
import io
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from scm_compiler.files import write_parts, writing
from scm_compiler.ir import Graph
from scm_compiler.runtime.sampling.grid import pixels
from scm_compiler.runtime.sampling.job import pieces
from scm_compiler.runtime.sampling.parquet import write_groups
from scm_compiler.runtime.sampling.sample import Stream
from scm_compiler.runtime.storage.tensors import write_file

ROWS = 2**17
"""That are drawn at a time."""

Told = Callable[[int], None]


def _silent(_: int) -> None:
    """Nobody asks how many rows are there."""


def _drawn(
    stream: Stream, start: int, stop: int, told: Told
) -> Iterator[tuple[int, NDArray[np.int64]]]:
    """The labels of the rows from `start` to `stop` in pieces, and where each starts."""
    for first in range(start, max(stop, start + 1), ROWS):
        end = min(first + ROWS, stop)
        yield first, stream.labels(first, end)
        told(end - start)


def write_csv(
    path: Path, graph: Graph, stream: Stream, rows: int, start: int = 0, told: Told = _silent
) -> None:
    """Write the values' names, one column a label; the header stands before the first row alone.

    Args:
        path: The file.
        graph: Whose labels are the columns.
        stream: The sequence.
        rows: Behind the last row that is written.
        start: The first one.
        told: Is told how many are there.

    Raises:
        ScmError: E657 with exit code 2 if the file cannot be written.
    """
    with writing(path):
        write_parts(
            path,
            (
                csv_text(graph, labels, header=first == 0).encode()
                for first, labels in _drawn(stream, start, rows, told)
            ),
        )


def csv_text(
    graph: Graph,
    labels: NDArray[np.int64],
    first: dict[str, list[str]] | None = None,
    *,
    header: bool = True,
) -> str:
    """The text of a CSV file, which `csv:` reads as the same values.

    Names are written as they are, also those that a spreadsheet takes for a formula.

    Args:
        graph: Whose labels are the columns.
        labels: (B, V) value indices.
        first: Further columns, before the labels.
        header: Whether the names of the columns come first.
    """
    stream = io.StringIO()
    blank = any(name != name.strip() for name in _names(graph))  # lost where nothing quotes them
    plain = csv.writer(stream, lineterminator="\n")
    quoting = csv.writer(stream, lineterminator="\n", quoting=csv.QUOTE_ALL)
    writer = quoting if blank else plain
    extra = first or {}
    columns = [*extra.values(), *values_of(graph, labels)]
    if header:
        writer.writerow([*extra, *(node.name for node in graph.labels)])
    writer.writerows(zip(*columns, strict=True))
    return stream.getvalue()


def _names(graph: Graph) -> Iterator[str]:
    """What can stand in a table of a graph's labels."""
    for name, domain in graph.domains.items():
        yield name
        yield from domain.values


def values_of(graph: Graph, labels: NDArray[np.int64]) -> list[list[str]]:
    """The names of the values, one list a label."""
    return [
        np.array(domain.values, dtype=object)[labels[:, rank]].tolist()
        for rank, domain in enumerate(graph.domains.values())
    ]


def write_parquet(
    path: Path, graph: Graph, stream: Stream, rows: int, told: Told = _silent
) -> None:
    """Write the values' names, one column a label; whole numbers where all values are.

    Raises:
        ScmError: E717 with exit code 2 if pyarrow is not installed; E657 as above.
    """
    values = {name: np.array(_typed(domain.values)) for name, domain in graph.domains.items()}
    groups = (
        {name: named[labels[:, rank]] for rank, (name, named) in enumerate(values.items())}
        for _, labels in _drawn(stream, 0, rows, told)
    )
    write_groups(path, groups)


def _typed(values: tuple[str, ...]) -> list[int] | list[str]:
    """The names of values as what they are."""
    return [int(value) for value in values] if all(map(is_whole, values)) else list(values)


def write_npz(path: Path, stream: Stream, rows: int, told: Told = _silent) -> None:
    """Write `labels` (N, V) as value indices, `names` (V,), and `images` (N, H, W, C) as bytes.

    Of several images, each has an array `images_NAME`.

    Raises:
        ScmError: E657 with exit code 2 if the file cannot be written.
    """
    found: dict[str, list[NDArray[np.uint8]]] = {name: [] for name in stream.heads}
    for start, piece in pieces(stream, 0, rows) if found else ():
        told(start + len(piece))
        for name, images in piece.pictures.items():
            found[name].append(pixels(images).numpy())
    tell = _silent if found else told
    arrays: dict[str, Any] = {
        "labels": np.concatenate([labels for _, labels in _drawn(stream, 0, rows, tell)]),
        "names": np.array(stream.names),
    }
    for name, parts in found.items():
        key = "images" if len(found) == 1 else f"images_{name}"
        arrays[key] = np.concatenate(parts)
    content = io.BytesIO()
    np.savez_compressed(content, **arrays)
    write_file(path, content.getvalue(), resumable=False)


def is_whole(text: str) -> bool:
    """Whether a value's name is a whole number as it would be written."""
    return text.isascii() and text.isdecimal() and str(int(text)) == text
