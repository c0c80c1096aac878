"""A build: the folder that a program compiles to.

    model.scm         the program
    model.py          torch source that runs without scmc
    graph.json        the graph
    certificate.json  the certificate of Definition 1
    graph.svg         a picture
    model.safetensors  the weights, of a build of a run with real nodes
    manifest.json     the graph's hash, the spec of the mechanisms, the SHA-256 of each file

Equal programs give equal bytes. A folder is written under another name and then takes the place
of the old one in one step, so that a killed process or a full disk leaves the old build whole.
"""

import ctypes
import hashlib
import json
import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import torch
from pydantic import BaseModel, ConfigDict, ValidationError
from safetensors import SafetensorError
from safetensors.torch import load, save

from scm_compiler.diagnostics import Diagnostic, Source, refuse
from scm_compiler.emit.certificate import Certificate, certify, require_consistent
from scm_compiler.emit.codes.certificate import (
    BuildFileChanged,
    BuildFileMissing,
    FolderTaken,
    NotABuild,
)
from scm_compiler.emit.source import emit_source
from scm_compiler.files import holds, is_stream, reading, write_whole, writing
from scm_compiler.ir import Graph
from scm_compiler.ir.json import graph_from_json, graph_to_json
from scm_compiler.making import room_beside
from scm_compiler.model.compilation import (
    compile_module,
    spec_for,
    spec_from_json,
    spec_to_json,
)
from scm_compiler.model.module import CausalModule
from scm_compiler.model.real.mixed import require_fitting_spec
from scm_compiler.model.spec import Family, MixedSpec, Spec
from scm_compiler.telling import Told, untold

MANIFEST, SOURCE, GRAPH = "manifest.json", "model.py", "graph.json"
CERTIFICATE, PICTURE, PROGRAM = "certificate.json", "graph.svg", "model.scm"
WEIGHTS = "model.safetensors"
PARTS = frozenset([SOURCE, GRAPH, CERTIFICATE, PICTURE, PROGRAM])
FORMAT = 1

SEED = 0
"""Of a build's initial weights and of its certificate."""


class _Manifest(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)

    kind: Literal["build"]
    format: Literal[1]
    name: str
    graph_hash: str
    spec: dict[str, Any]
    files: dict[str, str]


@dataclass(frozen=True)
class Build:
    """A build whose files are what was written.

    Attributes:
        path: The folder.
        graph: The graph.
        spec: What the mechanisms are.
    """

    path: Path
    graph: Graph
    spec: Spec

    def load_weights(self, module: CausalModule) -> None:
        """Give a module the weights of the build, if it holds some.

        Raises:
            ScmError: E502 if they are not those of the module.
        """
        file = self.path / WEIGHTS
        if not file.is_file():
            return
        try:
            module.load_node_weights(load(file.read_bytes()))
        except (OSError, ValueError, RuntimeError, SafetensorError) as error:
            raise refuse(BuildFileChanged(path=str(file))) from error

    @property
    def certificate(self) -> str:
        """The text of the stored certificate."""
        return (self.path / CERTIFICATE).read_text(encoding="utf-8", errors="replace")


@dataclass(frozen=True)
class Products:
    """A compiled graph: the module, its certificate, and the build's files."""

    module: CausalModule
    certificate: Certificate
    files: dict[str, str | bytes]


def compile_files(
    graph: Graph,
    family: Family,
    source: Source | None = None,
    tell: Told = untold,
    trained: CausalModule | None = None,
) -> Products:
    """Compile a graph, certify the module and print the files.

    Args:
        graph: The validated graph.
        family: Of the mechanisms.
        source: The program, whose lines the emitted source quotes.
        tell: What is told how far the certificate has come.
        trained: A trained module of the graph, whose weights are one of the files; one with
            weights of its own is made if None.

    Raises:
        ScmError: E303 if the graph has real nodes and the family is implicit, E570 if a hidden
            cause reaches one, E501 if the certificate says no.
    """
    module = trained or compile_module(
        graph, spec_for(graph, family), generator=torch.Generator().manual_seed(SEED)
    )
    text = emit_source(graph, module.spec, source)
    certificate = certify(module, seed=SEED, tell=tell)
    require_consistent(certificate)
    files: dict[str, str | bytes] = {
        SOURCE: text,
        GRAPH: graph_to_json(graph),
        CERTIFICATE: certificate.to_json(),
    }
    if trained is not None:
        files[WEIGHTS] = save(trained.node_weights())
    return Products(module, certificate, files)


def write_build(path: Path, graph: Graph, spec: Spec, files: Mapping[str, str | bytes]) -> None:
    """Write a build; an earlier one at the same place is replaced as a whole.

    Args:
        path: The folder to make.
        graph: The graph.
        spec: What the mechanisms are.
        files: The content of each of PARTS, and perhaps the WEIGHTS.

    Raises:
        ScmError: With exit code 2: E508 if the folder holds something else than a build, E657 if
            it cannot be written. What was there is then as it was.
    """
    if not _replaceable(path):
        raise refuse(FolderTaken(path=str(path), folder=path.is_dir()), exit_code=2)
    texts = {**files, MANIFEST: _manifest(graph, spec, files)}
    with writing(path):
        target = path.resolve()
        with room_beside(target) as room:
            fresh = room / "build"
            fresh.mkdir()
            for name, text in texts.items():
                write_whole(fresh / name, text)
            _take_place(fresh, target)


def is_build(path: Path) -> bool:
    """Whether a folder says that it is a build; it may still be damaged.

    Raises:
        ScmError: E114 with exit code 2 if it may not be searched.
    """
    if not holds(path, MANIFEST):
        return False
    try:
        document = json.loads((path / MANIFEST).read_bytes())
    except (OSError, ValueError, RecursionError):
        return False
    return isinstance(document, dict) and document.get("kind") == "build"


def read_build(path: Path) -> Build:
    """Open a build and check that its files are what was written.

    Raises:
        ScmError: E506 (exit code 2) if there is no build; else with exit code 1: E502 and E503
            for each file that was changed or is missing, E504 or E505 if the graph is not one,
            E502 if `model.py` does not have the mechanisms that the manifest names.
    """
    manifest = _read_manifest(path)
    wrong: list[Diagnostic] = []
    for name, digest in manifest.files.items():
        file = path / name
        try:
            found = _digest(file.read_bytes())
        except OSError:
            wrong.append(BuildFileMissing(path=str(file)))
            continue
        if found != digest:
            wrong.append(BuildFileChanged(path=str(file)))
    if wrong:
        raise refuse(*wrong)
    graph = graph_from_json((path / GRAPH).read_bytes(), str(path / GRAPH))
    try:
        spec = spec_from_json(manifest.spec)
        if isinstance(spec, MixedSpec):
            require_fitting_spec(graph, spec)
    except ValueError as error:
        raise refuse(BuildFileChanged(path=str(path / MANIFEST))) from error
    if (graph.hash, graph.name) != (manifest.graph_hash, manifest.name):
        raise refuse(BuildFileChanged(path=str(path / MANIFEST)))
    source = (path / SOURCE).read_text(encoding="utf-8", errors="replace")
    if _statements(source) != _statements(emit_source(graph, spec)):
        raise refuse(BuildFileChanged(path=str(path / MANIFEST)))
    return Build(path, graph, spec)


def _statements(source: str) -> list[str]:
    """The lines of a source that are no comments: those alone follow from graph and spec."""
    return [line for line in source.splitlines() if not line.lstrip().startswith("#")]


def _manifest(graph: Graph, spec: Spec, files: Mapping[str, str | bytes]) -> str:
    document = {
        "kind": "build",
        "format": FORMAT,
        "name": graph.name,
        "graph_hash": graph.hash,
        "spec": spec_to_json(spec),
        "files": {
            name: _digest(content.encode() if isinstance(content, str) else content)
            for name, content in sorted(files.items())
        },
    }
    return json.dumps(document, indent=2) + "\n"


def _read_manifest(path: Path) -> _Manifest:
    if not path.is_dir():
        reason = "it is a file" if path.exists() else "there is no such folder"
        raise refuse(NotABuild(path=str(path), reason=reason), exit_code=2)
    file = path / MANIFEST
    if not holds(path, MANIFEST):
        raise refuse(NotABuild(path=str(path), reason=f"it has no {MANIFEST}"), exit_code=2)
    with reading(file):
        text = file.read_bytes()
    try:
        manifest = _Manifest.model_validate_json(text)
    except ValidationError as error:
        raise refuse(BuildFileChanged(path=str(file))) from error
    if manifest.files.keys() - {WEIGHTS} != PARTS:
        raise refuse(BuildFileChanged(path=str(file)))
    return manifest


def _replaceable(path: Path) -> bool:
    """Whether nothing is lost by replacing this path: it is absent, empty, or a build alone."""
    if not path.exists() and not path.is_symlink():
        return not is_stream(path)  # `-` is standard output, where no folder can be
    if not path.is_dir():
        return False
    names = {entry.name for entry in path.iterdir()} - {"__pycache__"}
    return names <= {MANIFEST, WEIGHTS, *PARTS} and (MANIFEST in names or not names)


def _take_place(fresh: Path, target: Path) -> None:
    """Put a folder in the place of another in one step where the system can exchange two names."""
    if not target.exists():
        fresh.rename(target)
    elif not _exchange(fresh, target):
        old = fresh.with_name("old")
        target.rename(old)
        try:
            fresh.rename(target)
        except OSError:
            old.rename(target)
            raise


def _exchange(first: Path, second: Path) -> bool:
    """Exchange two names in one step (Linux); false where that cannot be done."""
    if not sys.platform.startswith("linux"):
        return False
    try:
        rename = ctypes.CDLL(None).renameat2
    except (AttributeError, OSError):
        return False
    here, exchange = -100, 2
    done: int = rename(here, os.fsencode(first), here, os.fsencode(second), exchange)
    return done == 0


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
