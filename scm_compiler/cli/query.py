"""`scmc query "P(Male=1 | do(Mustache=1))"`: answer a question on a trained model."""

import argparse
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from scm_compiler.cli.console import Console
from scm_compiler.cli.exits import OK
from scm_compiler.cli.identification import list_adjustment_sets, print_identification
from scm_compiler.cli.opening import opened_run
from scm_compiler.cli.options import seed
from scm_compiler.compiler import load
from scm_compiler.diagnostics import Report, ScmError, Sink, Source
from scm_compiler.inference import plan, sensitivity
from scm_compiler.ir import Graph
from scm_compiler.ir.query import Query
from scm_compiler.semantics.codes.queries import UnknownNode
from scm_compiler.semantics.query import resolve
from scm_compiler.syntax.query import parse_query
from scm_compiler.syntax.query_tree import Query as Tree


def run(args: argparse.Namespace, console: Console) -> int:
    """Parse, resolve, answer, print."""
    if args.identify or args.adjustment:
        return _identify(args, console)
    source = Source("query", args.query)
    tree = _parsed(source)
    opened = opened_run(args.run)
    query = _resolved(tree, opened.graph, source, str(opened.path))
    place = {"run": str(opened.path)}
    if args.sensitivity:
        measured = sensitivity(query, opened.distributions(), text=args.query)
        console.result(str(measured))
        console.document(measured.to_dict() | place)
        return OK
    if args.explain:
        planned = plan(query, opened.distributions(), method=args.method, text=args.query)
        console.result(str(planned))
        console.document(planned.to_dict() | place)
        return OK
    answered = opened.ask(
        query,
        args.query,
        method=args.method,
        seed=seed(args.seed),
        samples=args.samples,
        noise_model=args.noise_model,
    )
    console.result(answered.how if args.run else f"{answered.how}, on {opened.path}")
    console.result(answered.text)
    if answered.formulas:
        console.result(answered.formulas)
    console.show(Report(None, answered.warnings))
    console.document(answered.to_dict() | place)
    return OK


def _identify(args: argparse.Namespace, console: Console) -> int:
    """Say what the graph alone tells of the query: that of a program, else of the run."""
    if args.on is not None:
        owner, graph = args.on, load(args.on)
    else:
        opened = opened_run(args.run)
        owner, graph = str(opened.path), opened.graph
    with _naming(owner, graph):
        tell = list_adjustment_sets if args.adjustment else print_identification
        return tell(args.query, graph, console)


def _parsed(source: Source) -> Tree:
    sink = Sink(source)
    tree = parse_query(source, sink)
    sink.check()
    if tree is None:
        raise ValueError("a query without errors has no tree")
    return tree


def _resolved(tree: Tree, graph: Graph, source: Source, owner: str) -> Query:
    """The query of a run's graph; an unknown name is answered with what that graph has."""
    sink = Sink(source)
    query = resolve(tree, graph, sink)
    with _naming(owner, graph):
        sink.check()
    if query is None:
        raise ValueError("a query without errors did not resolve")
    return query


@contextmanager
def _naming(owner: str, graph: Graph) -> Iterator[None]:
    """Add the graph's name and its nodes to every E410 raised inside.

    Args:
        owner: The run or the program.
        graph: Its graph.
    """
    names = tuple(node.name for node in graph.nodes)
    try:
        yield
    except ScmError as error:
        reports = (
            replace(
                report,
                diagnostics=tuple(
                    replace(d, model=owner, nodes=names) if isinstance(d, UnknownNode) else d
                    for d in report.diagnostics
                ),
            )
            for report in error.reports
        )
        raise ScmError(*reports, exit_code=error.exit_code) from None
