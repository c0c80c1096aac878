"""`scmc export RUN|FILE -o g.bif`: a graph, or a run with its tables, for another program."""

import argparse
from collections.abc import Sequence
from pathlib import Path

from scm_compiler.cli.codes.interchange import NoTables
from scm_compiler.cli.console import Console
from scm_compiler.cli.exits import OK
from scm_compiler.cli.output_file import refuse_existing, write_text
from scm_compiler.compiler import read_program
from scm_compiler.diagnostics import Diagnostic, Report, Sink, refuse, render_json
from scm_compiler.interop import Document, read_document
from scm_compiler.interop.codes.interchange import CannotHold
from scm_compiler.interop.formats import FORMATS, format_of, losses
from scm_compiler.interop.positions import positions_of
from scm_compiler.render import draw_mermaid
from scm_compiler.runtime.run import open_run
from scm_compiler.syntax.parser import parse

_MERMAID = {".mmd": "mermaid", ".mermaid": "mermaid"}


def run(args: argparse.Namespace, console: Console) -> int:
    """Read, say what will be lost, write."""
    console.make_way(args.output)
    form = args.format or format_of(args.output, "writes", _MERMAID)
    refuse_existing(args.output, force=args.force)
    tabled = form in FORMATS and "tables" in FORMATS[form].keeps
    document = _read(args.source, with_tables=tabled)
    if tabled and document.graph.reals:
        what = f"the real node `{document.graph.reals[0].name}`"
        raise refuse(CannotHold(FORMATS[form].title, what), exit_code=2)
    if tabled and document.tables is None:
        raise refuse(NoTables(FORMATS[form].title, args.source), exit_code=2)
    text, lost = _written(document, form)
    report = Report(None, tuple(lost))
    console.show(document.report)
    console.show(report)
    write_text(args.output, text)
    console.result(f"wrote {args.output}")
    graph = document.graph
    console.document(
        {
            "ok": True,
            "diagnostics": [*render_json(document.report), *render_json(report)],
            "graph": {"name": graph.name, "hash": graph.hash},
            "format": form,
            "artifacts": [str(args.output)],
        }
    )
    return OK


def _written(document: Document, form: str) -> tuple[str, Sequence[Diagnostic]]:
    """The text, and what is not in it."""
    if form == "mermaid":
        return draw_mermaid(document.graph), ()
    write = FORMATS[form].write
    assert write is not None
    return write(document), losses(document, form)


def _read(source: str, *, with_tables: bool) -> Document:
    """The document that a word of the command line means.

    Raises:
        ScmError: As `open_run`, `load` and `read_document` have it.
    """
    path = Path(source)
    if (path / "manifest.json").is_file() and (path / "config.json").is_file():
        opened = open_run(path)
        return Document(opened.graph, opened.tables() if with_tables else None)
    if path.is_file() and path.suffix.lower() != ".scm":
        return read_document(path)
    return _of_program(source)


def _of_program(source: str) -> Document:
    """A program, with the positions that its comments tell."""
    graph, text, report = read_program(source)
    return Document(graph, positions=positions_of(parse(text, Sink(text))), report=report)
