"""Making a run's folder, and saying in its manifest how the training stands."""

import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from types import MappingProxyType

from scm_compiler.diagnostics import ScmError, refuse
from scm_compiler.diagnostics.codes.writing import CannotWrite
from scm_compiler.files import listed
from scm_compiler.ir import Graph
from scm_compiler.ir.json import graph_to_json
from scm_compiler.making import room_beside
from scm_compiler.model.real.parts import discrete_part
from scm_compiler.runtime.controller.config import Config
from scm_compiler.runtime.data.columns import Table
from scm_compiler.runtime.data.table import LabelTable
from scm_compiler.runtime.heads.config import HeadConfig
from scm_compiler.runtime.runs.codes.runs import FolderTaken
from scm_compiler.runtime.runs.head_files import files_of
from scm_compiler.runtime.runs.heads import add_heads, write_manifest
from scm_compiler.runtime.runs.manifest import (
    CONFIG,
    FORMAT,
    GRAPH,
    PROGRAM,
    DataFacts,
    Manifest,
    Status,
    digest,
    versions,
)
from scm_compiler.runtime.runs.model_files import write_cells, write_rows
from scm_compiler.runtime.runs.numbers import CELLS, ROWS
from scm_compiler.runtime.runs.presence import MANIFEST, RUNS
from scm_compiler.runtime.runs.record import Record, open_record
from scm_compiler.runtime.storage.tensors import cannot_write, write_file
from scm_compiler.runtime.training.loop import CHECKPOINT, Outcome
from scm_compiler.semantics.program import program_text

INPUTS = (PROGRAM, GRAPH, CONFIG, CELLS, ROWS)
"""What a run is made from; the rest is what comes out of the training."""


def create_run(
    graph: Graph,
    table: LabelTable | Table,
    config: Config,
    *,
    program: str | None = None,
    path: Path | None = None,
    parent: Path = RUNS,
    heads: Mapping[str, HeadConfig] = MappingProxyType({}),
    fill: Callable[[Record], object] | None = None,
) -> Record:
    """Make a run's folder, ready to be trained; it appears whole or not at all.

    Args:
        graph: The graph.
        table: The data.
        config: What is asked for.
        program: The exact text that the graph came from; written from the graph if None.
        path: The folder; `parent/<graph>-<n>` with the next free number if None.
        parent: Where runs are.
        heads: What is asked for of the images' heads, to be trained after the labels.
        fill: Writes more into the folder before it appears.

    Raises:
        ScmError: With exit code 2: E709 if the folder holds something, E657 if it cannot be made,
            E114 if the free numbers in `parent` cannot be told.
    """
    target = path or _next(parent, graph.name)
    if path is not None and path.exists() and not _empty(path):
        raise refuse(FolderTaken(path=str(path)), exit_code=2)
    try:
        with room_beside(target) as room:
            built = room / "run"
            built.mkdir()
            _fill(built, graph, table, config, program)
            created = add_heads(open_record(built), heads)
            if fill is not None:
                fill(created)
            return open_record(_place(built, target, graph.name if path is None else None))
    except OSError as error:
        raise cannot_write(target, error, resumable=False) from error
    except ScmError as error:
        raise _of_target(error, target) from error


def restart(run: Record) -> Record:
    """The run with its training going on: what came out of it so far is no longer vouched for."""
    for left in run.path.glob(
        "replicate-*"
    ):  # of another end of the training than the one to come
        left.unlink()
    inputs = {*INPUTS, *(files_of(run.graph, image).config for image in run.manifest.heads)}
    files = {name: held for name, held in run.manifest.files.items() if name in inputs}
    changes = {"status": "training", "files": files}
    return write_manifest(run, run.manifest.model_copy(update=changes))


def finish(run: Record, outcome: Outcome, total: int, metrics: Mapping[str, float]) -> Record:
    """The run as it stands after a training, with the digests of all of its files.

    A checkpoint that nothing is left to do from is removed.
    """
    status: Status = outcome.ending if outcome.ending != "budget" else "complete"
    names = sorted(p.name for p in run.path.iterdir() if p.is_file() and _is_vouched_for(p.name))
    changes = {
        "status": status,
        "steps": outcome.step,
        "total": total,
        "seconds": round(outcome.seconds, 3),
        "metrics": dict(metrics),
        "files": {name: digest(run.path / name) for name in names},
    }
    finished = write_manifest(run, run.manifest.model_copy(update=changes))
    if outcome.step >= total:
        (run.path / CHECKPOINT).unlink(missing_ok=True)
    return finished


def _is_vouched_for(name: str) -> bool:
    return (
        name != MANIFEST and not name.endswith(CHECKPOINT) and not name.startswith((".", "eval."))
    )


def _fill(
    folder: Path, graph: Graph, table: LabelTable | Table, config: Config, program: str | None
) -> None:
    write_file(folder / PROGRAM, program_text(graph) if program is None else program)
    write_file(folder / GRAPH, graph_to_json(graph))
    write_file(folder / CONFIG, config.model_dump_json(indent=2) + "\n")
    part = discrete_part(graph)
    labels = table
    if isinstance(table, Table):
        write_rows(folder, graph, table)
        labels = table.labels(part)
    assert isinstance(labels, LabelTable)
    write_cells(folder, part, labels)
    data = DataFacts(
        origin=table.origin,
        fingerprint=labels.fingerprint,
        rows=labels.rows,
        cells=len(labels.counts),
    )
    manifest = Manifest(
        format=FORMAT,
        status="training",
        created=datetime.now(UTC).isoformat(timespec="microseconds"),
        name=graph.name,
        graph_hash=graph.hash,
        seed=config.seed,
        trainer=config.trainer,
        data=data,
        versions=versions(),
        files={name: digest(folder / name) for name in INPUTS if (folder / name).exists()},
    )
    write_file(folder / MANIFEST, manifest.model_dump_json(indent=2) + "\n")


def _next(parent: Path, name: str) -> Path:
    """`parent/<name>-<n>`, with n above that of every run of this name."""
    stem = re.sub(r"[^\w.-]+", "_", name).lstrip(".") or "graph"
    pattern = re.compile(re.escape(stem) + r"-(\d+)")
    others = (pattern.fullmatch(path.name) for path in listed(parent))
    number = max((int(other[1]) for other in others if other), default=0) + 1
    return parent / f"{stem}-{number}"


def _place(built: Path, target: Path, name: str | None) -> Path:
    """Give a finished folder its name; if another process took it, the next free number."""
    while True:
        try:
            return built.rename(target)
        except OSError:
            if name is None or not target.exists():
                raise
            target = _next(target.parent, name)


def _of_target(error: ScmError, target: Path) -> ScmError:
    """A failed write of the folder's first files, told of the folder: no run is left to resume."""
    failure = error.diagnostics[0]
    if not isinstance(failure, CannotWrite):
        return error
    return refuse(CannotWrite(path=str(target), reason=failure.reason), exit_code=2)


def _empty(path: Path) -> bool:
    return path.is_dir() and not any(path.iterdir())
