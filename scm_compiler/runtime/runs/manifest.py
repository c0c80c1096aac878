"""What a run is and how it came about: its manifest, and its files held against that."""

import hashlib
import json
import sys
from collections.abc import Iterator, Mapping
from dataclasses import field
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal, TypeVar

import numpy as np

from scm_compiler.diagnostics import ScmError, refuse
from scm_compiler.files import holds, listed, reading
from scm_compiler.ir import Graph
from scm_compiler.ir.json import graph_from_json
from scm_compiler.runtime.controller.config import Config
from scm_compiler.runtime.heads.config import HeadConfig
from scm_compiler.runtime.runs.codes.runs import BadManifest, FileChanged, RunTooNew
from scm_compiler.runtime.runs.presence import MANIFEST, not_a_run
from scm_compiler.runtime.storage.strict import (
    Count,
    Digest,
    FileName,
    Metric,
    Moment,
    Seconds,
)
from scm_compiler.strict import Strict, read
from scm_compiler.version import __version__

M = TypeVar("M", bound=Strict)

CONFIG, GRAPH, PROGRAM = "config.json", "graph.json", "model.scm"

FORMAT = 1
"""The layout of run folders; a reader refuses a higher number."""

Status = Literal["training", "complete", "interrupted", "diverged"]
HeadStatus = Literal["waiting", "training", "complete", "interrupted", "diverged"]


class Format(Strict):
    """The part of a manifest that every version of scmc can read.

    Attributes:
        format: The layout of the folder.
    """

    format: int


class DataFacts(Strict):
    """The data of a run.

    Attributes:
        origin: Where they came from, such as `csv:faces.csv`.
        fingerprint: The SHA-256 of labels, distinct rows and counts.
        rows: The number of rows.
        cells: The number of distinct rows.
    """

    origin: str
    fingerprint: str
    rows: Count
    cells: Count


class HeadFacts(Strict):
    """How the training of one image's head stands.

    Attributes:
        head: The head's name.
        status: `waiting` for the labels; else as of the labels' training.
        steps: Steps taken.
        total: Steps in all.
        seconds: Time trained.
        metrics: Those of the last report.
    """

    head: str
    status: HeadStatus = "waiting"
    steps: Count = 0
    total: Count = 0
    seconds: Seconds = 0.0
    metrics: Mapping[str, Metric | None] = field(default_factory=dict)


class Manifest(Strict):
    """manifest.json: the run, its origin and the SHA-256 of its files.

    Attributes:
        format: The layout of the folder.
        status: `training` also where a process was killed; `complete` also where the time budget
            ended it, in which case `steps` is below `total`.
        created: When the run was begun, in UTC.
        name: The graph's name.
        graph_hash: The graph's hash.
        seed: The seed.
        trainer: The trainer's name.
        data: The data.
        versions: Of scmc, Python, torch and numpy.
        steps: Steps taken.
        total: Steps in all.
        seconds: Time trained.
        metrics: Those of the last report.
        files: The SHA-256 of each file that does not change any more.
        heads: The images' heads, by image; the fields above are the labels'.
    """

    format: int
    status: Status
    created: Moment
    name: str
    graph_hash: Digest
    seed: Count
    trainer: str
    data: DataFacts
    versions: Mapping[str, str]
    steps: Count = 0
    total: Count = 0
    seconds: Seconds = 0.0
    metrics: Mapping[str, Metric | None] = field(default_factory=dict)
    files: Mapping[FileName, Digest] = field(default_factory=dict)
    heads: Mapping[str, HeadFacts] = field(default_factory=dict)


def versions() -> dict[str, str]:
    """The versions that a run depends on."""
    import torch  # noqa: PLC0415  (takes a second, and a manifest is read without)

    return {
        "scmc": __version__,
        "python": ".".join(map(str, sys.version_info[:3])),
        "torch": str(torch.__version__),
        "numpy": np.__version__,
    }


def digest(path: Path) -> str:
    """The SHA-256 of a file, in hexadecimal."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def read_model(path: Path, kind: type[M]) -> M:
    """A JSON file of a run as its model.

    Raises:
        ScmError: With exit code 2: E114 if it may not be read, E656 if it holds something else.
    """
    with reading(path):
        content = path.read_bytes()
    try:
        return read(kind, content)
    except ValueError as error:
        raise bad_file(path, str(error)) from error


def bad_file(path: Path, reason: str) -> ScmError:
    """The refusal of a file that describes a run."""
    return refuse(BadManifest(path=str(path), reason=reason), exit_code=2)


def read_manifests(folder: Path) -> list[tuple[Path, Manifest | ScmError]]:
    """The runs in a folder, unchecked, in the order in which they were begun.

    In the place of a manifest that cannot be read stands what is wrong with it.

    Raises:
        ScmError: E114 with exit code 2 if the folder may not be listed.
    """
    inside = (path for path in listed(folder) if not path.name.startswith("."))
    found = [(path, read) for path in inside if (read := _manifest_or_error(path)) is not None]
    return sorted(found, key=lambda pair: (_begun(*pair), pair[0].name))


def _manifest_or_error(folder: Path) -> Manifest | ScmError | None:
    """The manifest, or what is wrong with it; None if there is none."""
    try:
        return read_manifest(folder) if holds(folder, MANIFEST) else None
    except ScmError as error:
        return error


def _begun(folder: Path, manifest: Manifest | ScmError) -> str:
    """When a run was begun, in UTC; as its oldest file tells where the manifest does not.

    Of a folder that may not be searched, as it tells itself.
    """
    if isinstance(manifest, Manifest):
        return manifest.created
    try:
        oldest = min(path.stat().st_mtime for path in folder.iterdir())
    except PermissionError:
        oldest = folder.stat().st_mtime
    return datetime.fromtimestamp(oldest, UTC).isoformat(timespec="microseconds")


def read_manifest(folder: Path) -> Manifest:
    """What a run is and how it came about.

    Raises:
        ScmError: With exit code 2: E651 if it is no run, E655 if a later version wrote it, E114 if
            the file may not be read, E656 if it holds something else.
    """
    path = folder / MANIFEST
    if not holds(folder, MANIFEST):
        raise not_a_run(folder)
    found = read_model(path, Format).format
    if found > FORMAT:
        raise refuse(RunTooNew(path=str(folder), found=found, known=FORMAT), exit_code=2)
    return read_model(path, Manifest)


def changed_files(folder: Path, manifest: Manifest) -> Iterator[FileChanged]:
    """The files that are not what was written."""
    for name, expected in manifest.files.items():
        path = folder / name
        if Path(name).name != name or not holds(folder, name):
            yield FileChanged(path=str(path), missing=True)
        else:
            with reading(path):
                found = digest(path)
            if found != expected:
                yield FileChanged(path=str(path))


def refuse_mixed(folder: Path, manifest: Manifest, config: Config, graph: Graph) -> None:
    """Refuse a manifest that tells of another training than the files beside it.

    Raises:
        ScmError: E656 with exit code 2.
    """
    for item, found in (
        ("name", graph.name),
        ("trainer", config.trainer),
        ("seed", config.seed),
    ):
        if getattr(manifest, item) != found:
            raise bad_file(folder / MANIFEST, f"{item}: it is not {json.dumps(found)}")
    images = {node.name for node in graph.images}
    for name in manifest.heads:
        if name not in images:
            raise bad_file(folder / MANIFEST, f"heads: the graph has no image {json.dumps(name)}")


def read_head_config(path: Path, image: str) -> HeadConfig:
    """What was asked for of an image's head, checked with the head where that is installed.

    Raises:
        ScmError: E656 with exit code 2 if the file does not say it.
    """
    from scm_compiler.runtime.heads.registry import installed  # noqa: PLC0415  (100 ms)

    config = read_model(path, HeadConfig)
    if config.image != image:
        raise bad_file(path, f"image: it is not {json.dumps(image)}")
    head = installed().get(config.head)
    try:
        if head is not None:
            head.stored_options(config.options)
    except ValueError as error:
        raise bad_file(path, str(error)) from error
    return config


def read_graph(path: Path) -> Graph:
    """The graph of a run.

    Raises:
        ScmError: E114, E504 or E505 if it cannot be read.
    """
    with reading(path):
        content = path.read_bytes()
    return graph_from_json(content, str(path))
