"""`scmc verify DIR`: the certificate of a build or run again."""

import argparse
from collections.abc import Iterator
from pathlib import Path

from scm_compiler.cli.compile import verdict
from scm_compiler.cli.console import Console, Seldom
from scm_compiler.cli.exits import OK
from scm_compiler.diagnostics import ScmError, refuse
from scm_compiler.emit.build import is_build
from scm_compiler.emit.certificate import Certificate
from scm_compiler.emit.checks.contract import Check
from scm_compiler.emit.codes.certificate import BuildFileMissing
from scm_compiler.emit.verification import verify_build, verify_certificate
from scm_compiler.runtime.run import open_run
from scm_compiler.runtime.runs.codes.runs import FileChanged
from scm_compiler.runtime.runs.head_certificate import check_heads
from scm_compiler.runtime.runs.model_files import check_tables
from scm_compiler.runtime.runs.numbers import TABLES
from scm_compiler.telling import Told


def run(args: argparse.Namespace, console: Console) -> int:
    """Re-check and return the exit code."""
    what = "run" if _is_run(args.folder) and not is_build(args.folder) else "build"
    verified = _verify_run if what == "run" else verify_build
    certificate = verified(args.folder, Seldom(console))
    console.result(f"{args.folder}: every file is as it was written")
    console.result(verdict(certificate))
    console.document(
        {
            "ok": True,
            "kind": what,
            "graph_hash": certificate.graph_hash,
            "certificate": certificate.document(),
        }
    )
    return OK


def _is_run(folder: Path) -> bool:
    """Whether a folder looks like a run: those alone have a config."""
    from scm_compiler.files import holds  # noqa: PLC0415

    return holds(folder, "config.json") or holds(folder, "metrics.jsonl")


def _verify_run(folder: Path, tell: Told) -> Certificate:
    """Open a run, which checks its files, compute its tables and certify its module again."""
    try:
        opened = open_run(folder)
        module = opened.module()
        heads = [opened.head(image) for image in opened.images]
    except ScmError as error:
        changed = all(isinstance(entry, FileChanged) for entry in error.diagnostics)
        raise (ScmError(*error.reports) if changed else error) from error
    if TABLES in opened.manifest.files:
        check_tables(folder, opened.label_module(), opened.manifest.seed)
    path = folder / "certificate.json"
    try:
        stored = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise refuse(BuildFileMissing(path=str(path))) from error
    graph = opened.graph

    def further(seed: int) -> Iterator[Check]:
        return check_heads(graph, heads, seed)

    return verify_certificate(module, stored, path, further, tell)
