"""`scmc query "P(Male=1 | do(Mustache=1))"`: answer a question on a trained model."""

import argparse
from typing import TYPE_CHECKING

from scm_compiler.cli.console import Console
from scm_compiler.cli.exits import OK
from scm_compiler.cli.opening import naming, opened_run
from scm_compiler.diagnostics import Report, Sink, Source
from scm_compiler.inference import Answer, plan, sensitivity
from scm_compiler.ir import Graph
from scm_compiler.ir.query import Query
from scm_compiler.runtime.run import Run
from scm_compiler.semantics.query import resolve
from scm_compiler.syntax.query import parse_query
from scm_compiler.syntax.query_tree import Query as Tree

if TYPE_CHECKING:
    from scm_compiler.inference.real.planning import RealPlan


def run(args: argparse.Namespace, console: Console) -> int:
    """Parse, resolve, answer, print."""
    source = Source("query", args.query)
    tree = _parsed(source)
    opened = opened_run(args.run)
    place = {"run": str(opened.path)}
    graph = opened.graph
    if graph.reals:
        if args.sensitivity:
            opened.require_labels_alone("`--sensitivity`")
        drawn, graph = _of_reals(opened, args), opened.label_graph
        if drawn is not None:
            return _answer_reals(drawn, args, console, place)
    query = _resolved(tree, graph, source, str(opened.path))
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
        seed=args.seed,
        samples=args.samples,
        noise_model=args.noise_model,
        level=args.level,
    )
    return _tell(answered, args, console, place)


def _tell(
    answered: Answer, args: argparse.Namespace, console: Console, place: dict[str, str]
) -> int:
    """Print an answer."""
    console.result(answered.how if args.run else f"{answered.how}, on {place['run']}")
    console.result(answered.text)
    if answered.formulas:
        console.result(answered.formulas)
    console.show(Report(None, answered.warnings))
    console.document(answered.to_dict() | place)
    return OK


def _of_reals(opened: Run, args: argparse.Namespace) -> "RealPlan | None":
    """The plan of a question about real nodes; None of any other."""
    with naming(str(opened.path), opened.graph):
        return opened.plan_of_reals(args.query, args.method)


def _answer_reals(
    drawn: "RealPlan", args: argparse.Namespace, console: Console, place: dict[str, str]
) -> int:
    """Answer a question about real nodes, or say how it would be."""
    if args.explain:
        console.result(str(drawn))
        console.document(drawn.to_dict() | place)
        return OK
    if args.output is None:
        answered = drawn.run(seed=args.seed, samples=args.samples, level=args.level)
        return _tell(answered, args, console, place)
    from scm_compiler.cli.query_curve import answer_and_draw  # noqa: PLC0415  (few need it)

    answered = answer_and_draw(drawn, args)
    told = _tell(answered, args, console, place | {"picture": str(args.output)})
    console.result(f"picture  {args.output}")
    return told


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
    with naming(owner, graph):
        sink.check()
    if query is None:
        raise ValueError("a query without errors did not resolve")
    return query
