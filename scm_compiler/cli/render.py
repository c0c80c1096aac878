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
from scm_compiler.semantics.question import read_query


def run(args: argparse.Namespace, console: Console) -> int:
    """Draw the graph and return the exit code."""
    form: render.Format = "svg"
    if args.output is not None:  # what is wrong with it is said before any work is done
        console.make_way(args.output)
        if args.output.suffix or not is_stream(args.output):
            form = render.format_of(args.output)
    graph = load(args.file)
    output = args.output or Path(f"{file_stem(graph.name)}.svg")
    regime = regime_of(graph, args.do, args.given)
    write(output, render.draw(graph, form, regime, engine=args.engine))
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


def regime_of(graph: Graph, do: str | None, given: str | None) -> Regime | None:
    """The regime of `--do` and `--given`; None if there is none.

    Raises:
        ScmError: If it does not parse or names what the graph has not, with the query's codes;
            E719 if it holds or sees no values.
    """
    asked = (f"do({do})" if do else "", f"given({given})" if given else "")
    text = ", ".join(part for part in asked if part)
    if not text:
        return None
    query = read_query(text, graph, "regime")
    if not isinstance(query, Regime):
        raise refuse(NotARegime(text=text))
    return query
