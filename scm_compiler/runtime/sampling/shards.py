"""Large samples: a folder of PNG files, or tar shards, written by several processes.

    faces/                           faces-{000..009}.tar
      sample.json   what it holds      faces.json      what they hold
      metadata.csv  the labels         faces-000.tar   000000.png, 000000.json, 000001.png, …
      000000.png, …                    …

The folder is in the form of a Hugging Face imagefolder, the shards in that of WebDataset. Both are
written part by part; a part that is whole is never written again, so that a sample that was
stopped goes on. How many processes write does not change a byte.
"""

import io
import json
import re
import tarfile
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from functools import lru_cache, partial
from multiprocessing import get_context
from pathlib import Path

import torch
from torch import Tensor

from scm_compiler.diagnostics import refuse
from scm_compiler.files import make_folder
from scm_compiler.ir import Graph
from scm_compiler.model.naming import identifiers
from scm_compiler.runtime.runs.record import open_record
from scm_compiler.runtime.sampling.codes.samples import CannotSampleTo, SamplerEnded
from scm_compiler.runtime.sampling.grid import grid_of_one, png
from scm_compiler.runtime.sampling.job import Job, at_work, claim, pieces
from scm_compiler.runtime.sampling.on_ray import each
from scm_compiler.runtime.sampling.rows import csv_text, is_whole, values_of
from scm_compiler.runtime.sampling.sample import Sample, Stream
from scm_compiler.runtime.storage.tensors import cannot_write, write_file

PART = 1000
"""Rows of a folder that one process writes at a time."""

SHARD = 10_000
"""Rows of a shard if nothing is said."""

MOST_SHARDS = 100_000

Told = Callable[[int], None]
"""Is told how many rows are there."""


@dataclass(frozen=True)
class ShardPart:
    """Some rows of a job.

    Attributes:
        start: The first row.
        stop: Behind the last one.
        path: The shard; the folder for a part of one.
    """

    start: int
    stop: int
    path: Path


def write_folder(
    folder: Path, job: Job, *, processes: int = 1, told: Told = lambda _: None
) -> None:
    """Write a PNG for each row and image, and `metadata.csv`.

    Args:
        folder: Where to; made if it is not there.
        job: The sample.
        processes: How many processes draw.
        told: Is told how many rows are there.

    Raises:
        ScmError: E716 if the folder holds another sample, E724 if it holds other files, E657 if
            it cannot be written.
    """
    _made(folder)
    there = [path for path in sorted(folder.iterdir()) if not path.name.startswith(".")]
    claim(folder / "sample.json", job, 1, there)
    parts = [
        ShardPart(start, min(start + PART, job.rows), folder) for start in range(0, job.rows, PART)
    ]
    opened = open_record(job.run)
    missing = [part for part in parts if not _all_there(part, job)]
    places = {(folder / _picture(job, image, 0)).parent for image in job.images}
    with at_work(folder / "sample.json", _is_of_folder, {folder, *places}):
        _run(_write_pictures, job, missing, processes, _since(parts, missing, told))
    labels = job.stream().labels(0, job.rows)
    names = {
        _column(job, image): [_picture(job, image, row) for row in range(job.rows)]
        for image in job.images
    }
    text = csv_text(opened.graph, labels, names)
    write_file(folder / "metadata.csv", text, resumable=False)


def write_shards(
    paths: list[Path],
    job: Job,
    *,
    only: slice = slice(None),
    processes: int = 1,
    on_cluster: bool = False,
    told: Told = lambda _: None,
) -> None:
    """Write tar shards of about equal length.

    Args:
        paths: The shards, in the order of their rows.
        job: The sample.
        only: Which of them this process writes; others write the rest.
        processes: How many processes draw.
        on_cluster: Whether the workers of a Ray cluster draw.
        told: Is told how many rows are there.

    Raises:
        ScmError: E642 if Ray is not installed; E716 if the shards hold another sample, E724 if
            they came from elsewhere, E657 if they cannot be written.
    """
    _made(paths[0].parent)
    claim(_facts(paths), job, len(paths), [path for path in paths if path.exists()])
    bounds = [job.rows * place // len(paths) for place in range(len(paths) + 1)]
    parts = [
        ShardPart(start, stop, path)
        for start, stop, path in zip(bounds[:-1], bounds[1:], paths, strict=True)
    ]
    missing = [part for part in parts[only] if not part.path.is_file()]
    names = {path.name[:40] for path in paths}
    with at_work(_facts(paths), names.__contains__, {path.parent for path in paths}):
        tell = _since(parts[only], missing, told)
        if on_cluster:
            for part in each(partial(_draw_shard, job), missing, str(paths[0])):
                tell(part.stop - part.start)
        else:
            _run(_write_shard, job, missing, processes, tell)


@dataclass(frozen=True)
class Share:
    """The part of a sample that one of several processes draws.

    Attributes:
        place: Which part, from 0.
        count: How many there are.
    """

    place: int
    count: int

    def of(self, total: int) -> slice:
        """The part of so many things.

        >>> [Share(place, 3).of(10) for place in range(3)]
        [slice(0, 3, None), slice(3, 6, None), slice(6, 10, None)]
        """
        return slice(total * self.place // self.count, total * (self.place + 1) // self.count)


WHOLE = Share(0, 1)


def shard_paths(pattern: str, shards: int) -> list[Path]:
    """The names of the shards of a pattern.

    Args:
        pattern: `faces-{000..009}.tar`, or `faces.tar`, which is numbered if there are several.
        shards: How many; the pattern's own range wins.

    Raises:
        ScmError: E715 with exit code 2 if the range is empty, or absurdly long.

    >>> [str(path) for path in shard_paths("a-{08..10}.tar", 1)]
    ['a-08.tar', 'a-09.tar', 'a-10.tar']
    >>> [str(path) for path in shard_paths("a.tar", 2)]
    ['a-000.tar', 'a-001.tar']
    """
    found = re.search(r"\{(\d+)\.\.(\d+)\}", pattern)
    if found:
        head, tail = pattern[: found.start()], pattern[found.end() :]
        numbers = range(int(found[1]), int(found[2]) + 1)
        if not 0 < len(numbers) <= MOST_SHARDS:
            reason = f"`{found[0]}` is no range of 1 to {MOST_SHARDS:,} shards"
            raise refuse(CannotSampleTo(path=pattern, reason=reason), exit_code=2)
        return [Path(f"{head}{number:0{len(found[1])}d}{tail}") for number in numbers]
    path = Path(pattern)
    if shards == 1:
        return [path]
    digits = max(3, len(str(shards - 1)))
    return [path.with_name(f"{path.stem}-{n:0{digits}d}{path.suffix}") for n in range(shards)]


def _run(
    write: Callable[[Stream, Graph, Job, ShardPart], None],
    job: Job,
    parts: list[ShardPart],
    processes: int,
    told: Told,
) -> None:
    if not parts:
        return
    if processes < 2:
        stream, graph = job.stream(), open_record(job.run).graph
        for part in parts:
            write(stream, graph, job, part)
            told(part.stop - part.start)
        return
    workers = min(processes, len(parts))
    try:
        with ProcessPoolExecutor(
            workers, mp_context=get_context("spawn"), initializer=_open, initargs=(job,)
        ) as pool:
            for part in _in_order(pool, write, job, parts):
                told(part.stop - part.start)
    except BrokenProcessPool as error:
        raise refuse(SamplerEnded(path=str(parts[0].path)), exit_code=2) from error


def _in_order(
    pool: ProcessPoolExecutor,
    write: Callable[[Stream, Graph, Job, ShardPart], None],
    job: Job,
    parts: list[ShardPart],
) -> Iterator[ShardPart]:
    tasks = [pool.submit(_write, write, job, part) for part in parts]
    for task, part in zip(tasks, parts, strict=True):
        task.result()
        yield part


_OPENED: dict[Job, tuple[Stream, Graph]] = {}
"""What a worker has read: the run is opened once a process."""


def _open(job: Job) -> None:
    torch.set_num_threads(1)
    _OPENED[job] = (job.stream(), open_record(job.run).graph)


def _write(
    write: Callable[[Stream, Graph, Job, ShardPart], None], job: Job, part: ShardPart
) -> None:
    write(*_OPENED[job], job, part)


def _draw_shard(job: Job, part: ShardPart) -> None:
    """Write a shard in a worker of a cluster, which reads the run once."""
    if job not in _OPENED:
        _open(job)
    _write(_write_shard, job, part)


def _write_pictures(stream: Stream, _graph: Graph, job: Job, part: ShardPart) -> None:
    for start, piece in pieces(stream, part.start, part.stop):
        for image, images in piece.pictures.items():
            for row in range(len(piece)):
                path = part.path / _picture(job, image, start + row)
                if not path.is_file():
                    path.parent.mkdir(exist_ok=True)
                    write_file(path, _png(images[row]), resumable=False)


def _write_shard(stream: Stream, graph: Graph, job: Job, part: ShardPart) -> None:
    content = io.BytesIO()
    with tarfile.open(fileobj=content, mode="w", format=tarfile.USTAR_FORMAT) as archive:
        for start, piece in pieces(stream, part.start, part.stop):
            for row, labels in enumerate(_records(graph, piece)):
                key = _key(job, start + row)
                for image, images in piece.pictures.items():
                    end = "png" if len(job.images) == 1 else f"{_plain(job)[image]}.png"
                    _add(archive, f"{key}.{end}", _png(images[row]))
                _add(archive, f"{key}.json", json.dumps(labels).encode())
    write_file(part.path, content.getvalue(), resumable=False)


def _records(graph: Graph, piece: Sample) -> Iterator[dict[str, str | int]]:
    """The labels of each row; whole numbers as such."""
    columns = values_of(graph, piece.rows)
    for values in zip(*columns, strict=True):
        named = zip(piece.names, values, strict=True)
        yield {name: int(value) if is_whole(value) else value for name, value in named}


def _add(archive: tarfile.TarFile, name: str, content: bytes) -> None:
    """Add a file of which nothing but name and content is recorded."""
    entry = tarfile.TarInfo(name)
    entry.size = len(content)
    archive.addfile(entry, io.BytesIO(content))


def _png(image: Tensor) -> bytes:
    return png(grid_of_one(image))


def _key(job: Job, row: int) -> str:
    return f"{row:0{max(6, len(str(job.rows - 1)))}d}"


def _picture(job: Job, image: str, row: int) -> str:
    name = f"{_key(job, row)}.png"
    return name if len(job.images) == 1 else f"{_plain(job)[image]}/{name}"


def _column(job: Job, image: str) -> str:
    return "file_name" if len(job.images) == 1 else f"{_plain(job)[image]}_file_name"


@lru_cache(maxsize=8)
def _plain(job: Job) -> dict[str, str]:
    """What each image is called in names of files; no two are called the same."""
    return identifiers(job.images)


def _is_of_folder(name: str) -> bool:
    return name == "metadata.csv" or re.fullmatch(r"\d+\.png", name) is not None


def _all_there(part: ShardPart, job: Job) -> bool:
    rows = range(part.start, part.stop)
    return all((part.path / _picture(job, im, row)).is_file() for im in job.images for row in rows)


def _since(parts: list[ShardPart], missing: list[ShardPart], told: Told) -> Told:
    """Tell the rows that are there in all, those of earlier parts included."""
    count = [sum(part.stop - part.start for part in parts if part not in missing)]

    def tell(rows: int) -> None:
        count[0] += rows
        told(count[0])

    told(count[0])
    return tell


def _facts(paths: list[Path]) -> Path:
    stem = re.sub(r"[-_.]?\d+$", "", paths[0].stem) if len(paths) > 1 else paths[0].stem
    return paths[0].with_name(f"{stem or 'shards'}.json")


def _made(folder: Path) -> None:
    try:
        make_folder(folder)
    except OSError as error:
        raise cannot_write(folder, error, resumable=False) from error
