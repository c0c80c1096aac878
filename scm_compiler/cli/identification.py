"""`scmc query --identify` and `--adjustment`: what the graph alone says of a question."""

import argparse

from scm_compiler.cli.console import Console
from scm_compiler.cli.exits import OK, REFUSED
from scm_compiler.cli.opening import naming, opened_run
from scm_compiler.cli.options import seed
from scm_compiler.compiler import load
from scm_compiler.diagnostics import refuse
from scm_compiler.identify.adjustment import LIMIT, adjustment_sets
from scm_compiler.identify.codes.identification import NotOneEffect
from scm_compiler.identify.graph import CausalGraph
from scm_compiler.identify.identification import ask
from scm_compiler.identify.result import claims_of
from scm_compiler.ir import Claim


def run(args: argparse.Namespace, console: Console) -> int:
    """Say what the graph alone tells of the query: that of a program, else of the run."""
    seed(args.seed)  # it draws nothing, but a wrong one is refused
    if args.on is not None:
        owner, graph = args.on, load(args.on)
    else:
        opened = opened_run(args.run)
        owner, graph = str(opened.path), opened.graph
    with naming(owner, graph):
        tell = list_adjustment_sets if args.adjustment else print_identification
        return tell(args.query, graph, console)


def print_identification(query: str, graph: CausalGraph, console: Console) -> int:
    """Print the formulas of a query, and how they were derived.

    Raises:
        ScmError: E520 if the query is not identified.
    """
    identified = graph.identify(query)
    if identified.refusal is not None:
        raise refuse(identified.refusal)
    if not (identified.parts or identified.worlds):
        console.result(repr(identified))
    for formula in identified.formulas:
        console.result(formula)
    for part, by in zip(identified.found, identified.by, strict=True):
        console.result(str(part))
        if part.arbitrary:
            console.result(f"  any value of {', '.join(part.arbitrary)} gives the same")
        console.note(f"  by {by}")
        for step in part.steps:
            console.note(f"  {step}")
    console.document(identified.to_dict())
    return OK


def list_adjustment_sets(query: str, graph: CausalGraph, console: Console) -> int:
    """List what to adjust for; exit code 1 if no set will do.

    Raises:
        ScmError: E521 if adjustment does not fit the query.
    """
    claims = [claim for claim in claims_of(query, graph) if isinstance(claim, Claim)]
    shapes = {(len(c.outcomes), len(c.treatments), len(c.conditions)) for c in claims}
    if len(claims) != 1 or shapes != {(1, 1, 0)}:
        raise refuse(NotOneEffect(query))
    (cause,), (effect,) = claims[0].treatments, claims[0].outcomes
    sets = adjustment_sets(graph, cause, effect, limit=LIMIT + 1)
    shown = sets[:LIMIT]
    if shown:
        console.result(f"{ask([effect], [cause])}: adjust for one of these sets")
        for some in shown:
            console.result(f"  {{{', '.join(some)}}}")
    else:
        console.result(f"{ask([effect], [cause])}: no set of observed labels will do")
        console.note("`--identify` finds another formula, or shows that there is none")
    if len(sets) > LIMIT:
        console.note("there are more")
    listed = {"adjustment": [list(some) for some in shown], "complete": len(sets) <= LIMIT}
    console.document({"query": query, "ok": bool(shown), **listed})
    return OK if shown else REFUSED
