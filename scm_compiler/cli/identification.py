"""`scmc query --identify` and `--adjustment`: what the graph alone says of a question."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import argparse

    from scm_compiler.cli.console import Console
    from scm_compiler.identify.graph import CausalGraph


def run_identification(args: argparse.Namespace, console: Console) -> int:
    """Identify the query, or list what to adjust for; exit code 1 if it cannot be done.

    Raises:
        ScmError: E520 if the query is not identified, E521 if adjustment does not fit it.
    """
    from scm_compiler.cli.owners import naming  # noqa: PLC0415

    owner, graph = _owner(args)
    with naming(owner, graph):
        if args.adjustment:
            return _adjustment(args.query, graph, console)
        return _identify(args.query, graph, console)


def _owner(args: argparse.Namespace) -> tuple[str, CausalGraph]:
    """The program, else the run, and its graph."""
    if args.on is not None:
        from scm_compiler.compiler import load  # noqa: PLC0415

        return args.on, load(args.on)
    from scm_compiler.runtime.run import latest_run, open_run  # noqa: PLC0415  (torch)
    from scm_compiler.shipped import find_run  # noqa: PLC0415

    opened = latest_run() if args.run is None else open_run(find_run(args.run))
    return str(opened.path), opened.graph


def _identify(query: str, graph: CausalGraph, console: Console) -> int:
    from scm_compiler.cli.exits import OK  # noqa: PLC0415
    from scm_compiler.diagnostics import refuse  # noqa: PLC0415

    found = graph.identify(query)
    if found.refusal is not None:
        raise refuse(found.refusal)
    if not (found.parts or found.worlds):
        console.result(repr(found))
    for formula in found.formulas:
        console.result(formula)
    for part, by in zip(found.found, found.by, strict=True):
        console.result(str(part))
        if part.arbitrary:
            console.result(f"  any value of {', '.join(part.arbitrary)} gives the same")
        console.note(f"  by {by}")
        for step in part.steps:
            console.note(f"  {step}")
    console.document(found.to_dict())
    return OK


def _adjustment(query: str, graph: CausalGraph, console: Console) -> int:
    from scm_compiler.cli.exits import OK, REFUSED  # noqa: PLC0415
    from scm_compiler.diagnostics import refuse  # noqa: PLC0415
    from scm_compiler.identify.adjustment import LIMIT, adjustment_sets  # noqa: PLC0415
    from scm_compiler.identify.codes.identification import NotOneEffect  # noqa: PLC0415
    from scm_compiler.identify.identification import ask  # noqa: PLC0415
    from scm_compiler.identify.result import claims_of  # noqa: PLC0415
    from scm_compiler.ir import Claim  # noqa: PLC0415

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
    found = {"adjustment": [list(some) for some in shown], "complete": len(sets) <= LIMIT}
    console.document({"query": query, "ok": bool(shown), **found})
    return OK if shown else REFUSED
