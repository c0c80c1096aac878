"""manifest.json and config.json of a run: what it is, how it came about, what its files were."""

import hashlib
import sys
from collections.abc import Mapping
from dataclasses import field
from pathlib import Path
from typing import Literal, TypeVar

import numpy as np

from scm_compiler.diagnostics import ScmError, refuse
from scm_compiler.files import reading
from scm_compiler.runtime.runs.codes.runs import BadManifest
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
