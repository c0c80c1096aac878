"""`scmc playground [RUN|FILE]`: a page to write, draw and ask a program on; a folder with it."""

import argparse
import webbrowser
from pathlib import Path

from scm_compiler.cli.codes.playground import (
    NoNumpyForPage,
    PageFolderTaken,
    PortTaken,
    PyodideMissing,
    WheelBroken,
)
from scm_compiler.cli.console import Console, Seldom
from scm_compiler.cli.exits import OK
from scm_compiler.cli.opening import opened_run
from scm_compiler.cli.options import whole
from scm_compiler.compiler import read_source
from scm_compiler.diagnostics import Report, ScmError, refuse, render_json
from scm_compiler.files import listed, writing
from scm_compiler.interop.document import stem
from scm_compiler.making import room_beside
from scm_compiler.playground.folder import fill, missing, pyodide_in
from scm_compiler.playground.server import Playground
from scm_compiler.playground.session import Session
from scm_compiler.playground.sources import Spec
from scm_compiler.runtime.data.drafting import draft
from scm_compiler.runtime.data.options import divide
from scm_compiler.runtime.data.sources import require_data
from scm_compiler.runtime.data.survey import survey
from scm_compiler.runtime.runs.presence import MANIFEST
from scm_compiler.shipped import find_program, find_run
from scm_compiler.telling import telling


def run(args: argparse.Namespace, console: Console) -> int:
    """Serve the page until it is interrupted, or write it."""
    port = 0 if args.port == "0" else whole("--port", args.port, 1, 65535)
    if args.export is not None:
        return _export(args.export, args.pyodide, console)
    with telling(Seldom(console)):
        session = _session(args.run, args.data, console)
    try:
        server = Playground(session, port)
    except OSError as error:
        raise refuse(PortTaken(port, error.strerror or str(error)), exit_code=2) from error
    with server:
        console.result(f"the playground is at {server.address}")
        console.note("only this machine can reach it; Ctrl+C ends it")
        console.document({"ok": True, "address": server.address})
        if not args.no_open:
            webbrowser.open(server.address)
        server.serve_forever()
    return OK


def _session(path: Path | None, data: str | None, console: Console) -> Session:
    """What the page begins with: a run or a program, and the data; a draft for data alone."""
    if path is not None and data is None and divide(str(path))[0].endswith((".csv", ".csv.gz")):
        path, data = None, str(path)
    source = None if data is None else Spec(data)
    if data is not None:
        require_data(data)
    if path is not None:
        program = _program(path)
        run = opened_run(path) if program is None else None
        return Session(run, None if program is None else read_source(program).text, source)
    if data is None:
        return Session()
    table = survey(data)
    if table.told:
        console.note(table.told)
    return Session(None, draft(table, stem(Path(table.path)), data), source)


def _program(path: Path) -> Path | None:
    """The program that a word means, a file, a folder with one or an example; None of a run."""
    if (find_run(path) / MANIFEST).exists():
        return None
    try:
        found = find_program(path)
    except ScmError:
        return None if path.suffix != ".scm" else path
    return None if found.is_dir() else found


def _export(target: Path, pyodide: Path, console: Console) -> int:
    """Write the folder, whole or not at all."""
    if listed(target):
        raise refuse(PageFolderTaken(str(target)), exit_code=2)
    lacking = missing(pyodide)
    if lacking:
        raise refuse(PyodideMissing(str(pyodide), lacking), exit_code=2)
    release = pyodide_in(pyodide)
    if release.broken:
        raise refuse(WheelBroken(str(pyodide), release.wheel, release.address), exit_code=2)
    with writing(target), room_beside(target) as room:
        built = room / "page"
        built.mkdir()
        size = fill(built, release)
        built.replace(target)
    lost = () if release.numpy else (NoNumpyForPage(str(pyodide), release.wheel, release.address),)
    console.result(f"wrote {target}: {size / 1e6:.1f} MB; open it through any server of files")
    console.show(Report(None, lost))
    report = render_json(Report(None, lost))
    console.document(
        {"ok": True, "bytes": size, "diagnostics": report, "artifacts": [str(target)]}
    )
    return OK
