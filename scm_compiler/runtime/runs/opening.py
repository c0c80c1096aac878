"""The files of a run, read and held against what its manifest says of them."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from scm_compiler.diagnostics import ScmError, refuse
from scm_compiler.files import holds, listed, reading
from scm_compiler.ir import Graph
from scm_compiler.ir.json import graph_from_json
from scm_compiler.runtime.controller.config import Config
from scm_compiler.runtime.heads.config import HeadConfig
from scm_compiler.runtime.runs.codes.runs import FileChanged, RunTooNew
from scm_compiler.runtime.runs.manifest import (
    FORMAT,
    Format,
    Manifest,
    bad_file,
    digest,
    read_model,
)
from scm_compiler.runtime.runs.presence import MANIFEST, require_run

CONFIG, GRAPH, PROGRAM = "config.json", "graph.json", "model.scm"


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
    require_run(folder)
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
    for field, found in (
        ("name", graph.name),
        ("trainer", config.trainer),
        ("seed", config.seed),
    ):
        if getattr(manifest, field) != found:
            raise bad_file(folder / MANIFEST, f"{field}: it is not {json.dumps(found)}")
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
