"""`scmc query "P(Male=1 | do(Mustache=1))"`: answer a question on a trained model."""

import argparse
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from scm_compiler.cli.console import Console
from scm_compiler.cli.exits import OK
from scm_compiler.cli.options import seed

if TYPE_CHECKING:
    from scm_compiler.diagnostics import Source
    from scm_compiler.inference import Answer
    from scm_compiler.ir import Graph
    from scm_compiler.ir.query import Query
    from scm_compiler.model.tables import Tables
    from scm_compiler.syntax.query_tree import Query as Tree


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument(
        "query", help='such as "P(Male=1 | do(Mustache=1))", "ATE(A -> B)" or "do(Mustache=1)"'
    )
    parser.add_argument(
        "--run",
        metavar="DIR",
        type=Path,
        help="a run, or drawn_faces, which comes with scmc (default: the last one)",
    )
    parser.add_argument(
        "--method",
        choices=("auto", "exact", "weighted", "sample"),
        default="auto",
        help="exact: contraction of the tables; weighted: weighted draws; sample: the paper's "
        "rejection sampling; auto: exact where it fits, else weighted (default: auto)",
    )
    parser.add_argument(
        "--samples",
        metavar="N",
        type=_count,
        default=10_000,
        help="draws that `sample` must keep, or that weighted ones should be worth "
        "(default: 10,000)",
    )
    parser.add_argument(
        "--noise-model",
        choices=("threshold", "gumbel-max"),
        help="of counterfactuals (default: the label model's own)",
    )
    parser.add_argument("--seed", metavar="N", help="of everything that is drawn (default: 0)")
    parser.add_argument(
        "--explain", action="store_true", help="print how it would be answered, and stop"
    )
    parser.add_argument(
        "--identify",
        action="store_true",
        help="print the formula by which observation determines it, or why none does, and stop",
    )
    parser.add_argument(
        "--adjustment", action="store_true", help="print the minimal adjustment sets, and stop"
    )
    parser.add_argument(
        "--on",
        metavar="FILE",
        help="a .scm file or example for --identify and --adjustment, instead of a run",
    )


def run(args: argparse.Namespace, console: Console) -> int:
    """Parse, resolve, answer, print."""
    if args.identify or args.adjustment:
        from scm_compiler.cli.identification import run_identification  # noqa: PLC0415

        return run_identification(args, console)
    from scm_compiler.diagnostics import Report, Source  # noqa: PLC0415  (not needed by --help)

    source = Source("query", args.query)
    tree = _parsed(source)
    from scm_compiler.inference import explain  # noqa: PLC0415
    from scm_compiler.runtime.run import latest_run, open_run  # noqa: PLC0415  (torch)
    from scm_compiler.shipped import find_run  # noqa: PLC0415

    opened = latest_run() if args.run is None else open_run(find_run(args.run))
    query = _resolved(tree, opened.graph, source, opened.path)
    model = opened.distributions()
    where = {"run": str(opened.path)}
    if args.explain:
        plan = explain(
            query,
            model.graph,
            run=model.conditionals,
            estimated=bool(model.draws),
            text=args.query,
        )
        console.result(str(plan))
        console.document(plan.to_dict() | where)
        return OK
    found = opened.ask(
        query,
        args.query,
        method=args.method,
        seed=seed(args.seed),
        samples=args.samples,
        noise_model=args.noise_model,
    )
    console.result(found.how if args.run else f"{found.how}, on {opened.path}")
    console.result(_beside(found, query, model) or found.text)
    if found.formulas:
        console.result(found.formulas)
    console.show(Report(None, found.warnings))
    console.document(found.to_dict() | where)
    return OK


def _parsed(source: "Source") -> "Tree":
    from scm_compiler.diagnostics import Sink  # noqa: PLC0415
    from scm_compiler.syntax.query import parse_query  # noqa: PLC0415  (lark)

    sink = Sink(source)
    tree = parse_query(source, sink)
    sink.check()
    if tree is None:
        raise ValueError("a query without errors has no tree")
    return tree


def _resolved(tree: "Tree", graph: "Graph", source: "Source", path: Path) -> "Query":
    """The query of a run's graph; an unknown name is answered with what that graph has."""
    from scm_compiler.cli.owners import naming  # noqa: PLC0415
    from scm_compiler.diagnostics import Sink  # noqa: PLC0415
    from scm_compiler.semantics.query import resolve  # noqa: PLC0415

    sink = Sink(source)
    query = resolve(tree, graph, sink)
    with naming(str(path), graph):
        sink.check()
    if query is None:
        raise ValueError("a query without errors did not resolve")
    return query


def _beside(found: "Answer", query: "Query", model: "Tables") -> str | None:
    """A regime's table with, beside each `do`, what only seeing the same values would say."""
    from scm_compiler.diagnostics import ScmError  # noqa: PLC0415
    from scm_compiler.inference import Marginals, answer  # noqa: PLC0415
    from scm_compiler.inference.answers import columns  # noqa: PLC0415
    from scm_compiler.ir.query import Event, Regime, Variable  # noqa: PLC0415

    if not isinstance(query, Regime) or not query.do or not isinstance(found.value, Marginals):
        return None
    if found.rung > 2:  # several worlds: bounds stand beside the numbers
        return None
    held = tuple(Event(Variable(s.node), s.value) for s in query.do if isinstance(s.value, int))
    try:
        seen = answer(replace(query, do=(), given=(*held, *query.given)), model)
    except ScmError:
        return None  # these values never occur together, or only sampling could tell
    if not isinstance(seen.value, Marginals):
        raise TypeError("the answer to a regime has no marginals")
    lines = [
        (node, value, str(number), str(seen.value[node][value]))
        for node, table in found.value.items()
        for value, number in table.items()
        if tuple(table) != ("0", "1") or value == "1"
    ]
    return columns([("label", "value", found.query, seen.query), *lines])


def _count(text: str) -> int:
    number = int(text)
    if not 1 <= number <= 10_000_000:
        raise argparse.ArgumentTypeError("must be from 1 to 10000000")
    return number
