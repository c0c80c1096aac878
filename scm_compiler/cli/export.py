"""`scmc export RUN|FILE -o g.bif`: a graph, or a run with its tables, for another program."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from scm_compiler.cli.exchange import FORMATS, refuse_existing, write
from scm_compiler.cli.exits import OK

if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence

    from scm_compiler.cli.console import Console
    from scm_compiler.diagnostics import Diagnostic
    from scm_compiler.interop import Document

_MERMAID = {".mmd": "mermaid", ".mermaid": "mermaid"}


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of the verb."""
    add = parser.add_argument
    add(
        "source",
        metavar="RUN|FILE",
        help="a run, a .scm file, an example, or a graph file of another program",
    )
    add(
        "-o",
        "--output",
        type=Path,
        metavar="OUT",
        required=True,
        help=".bif, .dagitty (or .txt), .dot (or .gv), .csv, .json or .mmd chooses the format; "
        "- is standard output, and needs --format",
    )
    add("--format", choices=(*FORMATS, "mermaid"), help="of OUT (default: what its suffix says)")
    add("--force", action="store_true", help="replace OUT if it exists")


def run(args: argparse.Namespace, console: Console) -> int:
    """Read, say what will be lost, write."""
    from scm_compiler.cli.codes.interchange import NoTables  # noqa: PLC0415
    from scm_compiler.diagnostics import Report, refuse, render_json  # noqa: PLC0415
    from scm_compiler.interop.formats import format_of  # noqa: PLC0415

    console.make_way(args.output)
    form = args.format or format_of(args.output, "writes", _MERMAID)
    refuse_existing(args.output, args)
    document = _read(args.source, with_tables=form == "bif")
    if form == "bif" and document.tables is None:
        raise refuse(NoTables(args.source), exit_code=2)
    text, lost = _written(document, form)
    report = Report(None, tuple(lost))
    console.show(document.report)
    console.show(report)
    write(args.output, text)
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
        from scm_compiler.render import draw_mermaid  # noqa: PLC0415

        return draw_mermaid(document.graph), ()
    from scm_compiler.interop.formats import FORMATS as known  # noqa: PLC0415, N811
    from scm_compiler.interop.formats import losses  # noqa: PLC0415

    return known[form].write(document), losses(document, form)


def _read(source: str, *, with_tables: bool) -> Document:
    """The document that a word of the command line means.

    Raises:
        ScmError: As `open_run`, `load` and `read_document` have it.
    """
    path = Path(source)
    if (path / "manifest.json").is_file() and (path / "config.json").is_file():
        return _of_run(path, with_tables=with_tables)
    if path.is_file() and path.suffix.lower() != ".scm":
        from scm_compiler.interop import read_document  # noqa: PLC0415

        return read_document(path)
    return _of_program(source)


def _of_run(path: Path, *, with_tables: bool) -> Document:
    from scm_compiler.interop import Document  # noqa: PLC0415
    from scm_compiler.runtime.run import open_run  # noqa: PLC0415

    opened = open_run(path)
    return Document(opened.graph, opened.tables() if with_tables else None)


def _of_program(source: str) -> Document:
    """A program, with the positions that its comments tell."""
    from scm_compiler.compiler import check  # noqa: PLC0415
    from scm_compiler.diagnostics import ScmError, Sink  # noqa: PLC0415
    from scm_compiler.interop import Document  # noqa: PLC0415
    from scm_compiler.interop.positions import positions_of  # noqa: PLC0415
    from scm_compiler.shipped import find_program  # noqa: PLC0415
    from scm_compiler.syntax.parser import parse  # noqa: PLC0415
    from scm_compiler.syntax.source import read_source  # noqa: PLC0415

    text = read_source(find_program(source))
    graph, report = check(text)
    if graph is None:
        raise ScmError(report)
    return Document(graph, positions=positions_of(parse(text, Sink(text))), report=report)
