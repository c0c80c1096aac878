"""`scmc render FILE`: draw a graph."""

import argparse
from pathlib import Path

from scm_compiler import render
from scm_compiler.cli.console import Console
from scm_compiler.cli.exits import OK
from scm_compiler.cli.output_file import file_stem, write
from scm_compiler.compiler import load
from scm_compiler.diagnostics import refuse
from scm_compiler.files import is_stream
from scm_compiler.ir import Graph
from scm_compiler.ir.query import Regime
from scm_compiler.runtime.sampling.codes.samples import NotARegime
from scm_compiler.semantics.points import pointed
from scm_compiler.semantics.query import read_query


def run(args: argparse.Namespace, console: Console) -> int:
    """Draw the graph and return the exit code."""
    form: render.Format = "svg"
    if args.output is not None:  # what is wrong with it is said before any work is done
        console.make_way(args.output)
        if args.output.suffix or not is_stream(args.output):
            form = render.format_of(args.output)
    graph: Graph = load(args.file)
    output = args.output or Path(f"{file_stem(graph.name)}.svg")
    text = text_of(args.do, args.given)
    drawn = pointed(graph, text)
    write(output, render.draw(drawn, form, regime_of(drawn, text), engine=args.engine))
    console.result(f"wrote {output}")
    console.document(
        {
            "ok": True,
            "graph": {"name": graph.name, "hash": graph.hash},
            "format": form,
            "artifacts": [str(output)],
        }
    )
    return OK


def text_of(do: str | None, given: str | None) -> str:
    """The regime of `--do` and `--given`; empty if there is none."""
    asked = (f"do({do})" if do else "", f"given({given})" if given else "")
    return ", ".join(part for part in asked if part)


def regime_of(graph: Graph, text: str) -> Regime | None:
    """The regime that a text is; None if it is empty.

    Raises:
        ScmError: If it does not parse or names what the graph has not, with the query's codes;
            E719 if it holds or sees no values.
    """
    if not text:
        return None
    query = read_query(text, graph, "regime")
    if not isinstance(query, Regime):
        raise refuse(NotARegime(text=text))
    return query
