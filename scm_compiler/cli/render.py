"""`scmc render FILE`: draw a graph."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from scm_compiler.cli.exits import OK

if TYPE_CHECKING:
    from scm_compiler.cli.console import Console
    from scm_compiler.ir import Graph
    from scm_compiler.ir.query import Regime


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of the verb."""
    parser.add_argument("file", metavar="FILE", help="a .scm file or the name of an example")
    parser.add_argument(
        "-o",
        "--output",
        type=Path,
        metavar="OUT",
        help="where to; .svg, .png, .dot or .mmd chooses the format; - is standard output, as "
        "SVG (default: NAME.svg here)",
    )
    parser.add_argument("--do", metavar="A=1,…", help="draw the graph mutilated by do(A=1, …)")
    parser.add_argument("--given", metavar="A=1,…", help="shade the evidence A=1, …")
    parser.add_argument(
        "--engine",
        choices=("auto", "graphviz-pure", "dot", "built-in"),
        default="auto",
        help="what lays the graph out (default: the first that is there)",
    )


def run(args: argparse.Namespace, console: Console) -> int:
    """Draw the graph and return the exit code."""
    from scm_compiler import render  # noqa: PLC0415  (the verb is known by now)
    from scm_compiler.compiler import load  # noqa: PLC0415
    from scm_compiler.files import (  # noqa: PLC0415
        is_stream,
        make_folder,
        write_whole,
        writing,
    )

    form: render.Format = "svg"
    if args.output is not None:  # what is wrong with it is said before any work is done
        console.make_way(args.output)
        if args.output.suffix or not is_stream(args.output):
            form = render.format_of(args.output)
    graph = load(args.file)
    output = args.output or Path(f"{_stem(graph.name)}.svg")
    regime = _regime(graph, args.do, args.given)
    picture = render.draw(graph, form, regime, engine=args.engine)
    with writing(output):
        make_folder(output.parent)
        write_whole(output, picture)
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


def _stem(name: str) -> str:
    """The graph's name as a file name."""
    return "".join(c if c.isalnum() or c in "_-." else "_" for c in name).lstrip(".") or "graph"


def _regime(graph: Graph, do: str | None, given: str | None) -> Regime | None:
    """The regime of `--do` and `--given`; None if there is none.

    Raises:
        ScmError: If it does not parse or names what the graph has not, with the query's codes.
    """
    asked = (f"do({do})" if do else "", f"given({given})" if given else "")
    text = ", ".join(part for part in asked if part)
    if not text:
        return None
    from scm_compiler.diagnostics import Sink, Source  # noqa: PLC0415
    from scm_compiler.ir.query import Regime  # noqa: PLC0415
    from scm_compiler.semantics.query import resolve  # noqa: PLC0415
    from scm_compiler.syntax.query import parse_query  # noqa: PLC0415

    source = Source("regime", text)
    sink = Sink(source)
    tree = parse_query(source, sink)
    sink.check()
    query = resolve(tree, graph, sink) if tree is not None else None
    sink.check()
    if not isinstance(query, Regime):
        raise ValueError(f"`{text}` did not resolve to a regime")  # noqa: TRY004
    return query
