"""`scmc import FILE -o g.scm`: a graph, and its tables, from a file of another program."""

from __future__ import annotations

import argparse
import shlex
from pathlib import Path
from typing import TYPE_CHECKING

from scm_compiler.cli.codes.interchange import NotAProgram
from scm_compiler.cli.console import Console, Seldom
from scm_compiler.cli.exits import OK
from scm_compiler.cli.kinds_of_table import with_kinds
from scm_compiler.cli.output_file import file_stem, refuse_existing, require_place, write_text
from scm_compiler.collector import collector_paused
from scm_compiler.compiler import check
from scm_compiler.diagnostics import Report, ScmError, Source, refuse, render_json
from scm_compiler.interop import Document
from scm_compiler.interop.formats import format_of, program_losses, read_document
from scm_compiler.interop.positions import remarks
from scm_compiler.ir import Finite, Node
from scm_compiler.runtime.data.codes.data import noted
from scm_compiler.runtime.data.survey import survey
from scm_compiler.semantics.program import program_text
from scm_compiler.syntax.printer import print_name, writable

if TYPE_CHECKING:
    from scm_compiler.runtime.runs.record import Record

_MOST_SHOWN = 60


@collector_paused()
def run(args: argparse.Namespace, console: Console) -> int:
    """Read, translate, write; where there are tables, make a run of them."""
    if args.output is not None:
        console.make_way(args.output)
    document = read_document(args.file, args.format)
    if args.data is not None:
        table = survey(args.data, document.graph.by_name)
        document = with_kinds(document, table.columns, args.data)
        if table.told:
            console.note(f"{table.told}: train with --data {shlex.quote(table.spec)}")
    output = args.output or Path(f"{file_stem(document.graph.name)}.scm")
    refuse_existing(output, force=args.force)
    text = program_text(document.graph, remarks(document.positions))
    graph, report = check(Source(str(output), text))
    if graph is None or graph.hash != document.graph.hash:
        raise _not_a_program(args.file, document, report, text)
    findings = Report(
        document.report.source, (*document.report.diagnostics, *program_losses(document))
    )
    console.show(findings)
    require_place(output)
    made = _make_run(args, console, document, text)
    write_text(output, text)
    _tell(console, document, output, made)
    console.document(
        {
            "ok": True,
            "diagnostics": render_json(findings),
            "graph": {"name": graph.name, "hash": graph.hash},
            "marks": {mark: list(document.marked(mark)) for mark in ("exposure", "outcome")},
            "artifacts": [str(output)],
            "run": None if made is None else str(made.path),
        }
    )
    return OK


def _not_a_program(path: Path, document: Document, report: Report, text: str) -> ScmError:
    """The refusal of a graph that its text would not be, with the place in the file."""
    node = next(filter(_unwritable, document.graph.nodes), None)
    reason = "its text would be another graph"
    first = next((entry for entry in report.diagnostics if entry.severity == "error"), None)
    if node is not None and '"' in node.name:
        reason = f"a name cannot hold a double quote: `{node.name[:_MOST_SHOWN]}`"
    elif first is not None:
        line = "" if first.span is None else text[first.span.start :].partition("\n")[0]
        reason = first.message() + (f": `{line[:_MOST_SHOWN]}`" if line else "")
    wrong = NotAProgram(str(path), reason, span=None if node is None else node.span)
    return refuse(wrong, source=document.report.source, exit_code=2)


def _unwritable(node: Node) -> bool:
    """Whether a program cannot declare a node: for its name, or for its values."""
    domain = node.domain
    values = domain.values if isinstance(domain, Finite) else ("0", "1")
    return len(values) == 1 or not all(map(writable, (node.name, *values)))


def _make_run(
    args: argparse.Namespace, console: Console, document: Document, program: str
) -> Record | None:
    """The run of the tables, if there are any and one is wanted."""
    if args.no_run:
        return None
    if document.untold is not None:
        raise refuse(document.untold, source=document.report.source, exit_code=2)
    if document.tables is None:
        return None
    from scm_compiler.runtime.runs.from_tables import run_of_tables  # noqa: PLC0415  (torch)

    form = args.format or format_of(args.file, "reads")
    origin, tell = f"{form}:{noted(args.file)}", Seldom(console)
    return run_of_tables(document.tables, origin, program=program, path=args.run, tell=tell)


def _tell(console: Console, document: Document, output: Path, made: Record | None) -> None:
    console.result(f"wrote {output}: {document.graph.counts}")
    if made is not None:
        console.result(f"run   {made.path}")
    cause, effect = document.marked("exposure"), document.marked("outcome")
    if len(cause) == len(effect) == 1:
        asked = f"ATE({print_name(cause[0])} -> {print_name(effect[0])})"
        console.note(f"next: scmc query --adjustment '{asked}' --on {output}")
    elif made is not None:
        from scm_compiler.cli.proposal import question  # noqa: PLC0415  (torch)

        console.note(f"next: {question(made)}")
