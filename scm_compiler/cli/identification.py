"""`scmc query --identify` and `--adjustment`: what the graph alone says of a question."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import argparse

    from scm_compiler.cli.console import Console
    from scm_compiler.identify import Identified
    from scm_compiler.ir import Claim, Graph


def run_identification(args: argparse.Namespace, console: Console) -> int:
    """Identify the query, or list what to adjust for; exit code 1 if it cannot be done.

    Raises:
        ScmError: E520 if the query is not identified, E521 if adjustment does not fit it.
    """
    graph = _graph(args)
    claims = _claims(args.query, graph)
    if args.adjustment:
        return _adjustment(args.query, graph, claims, console)
    return _identify(args.query, graph, claims, console)


def _graph(args: argparse.Namespace) -> Graph:
    """The graph of the program, else of the run."""
    if args.on is not None:
        from scm_compiler.compiler import load  # noqa: PLC0415

        return load(args.on)
    from scm_compiler.runtime.run import latest_run, open_run  # noqa: PLC0415  (torch)

    return (latest_run() if args.run is None else open_run(args.run)).graph


def _claims(text: str, graph: Graph) -> tuple[Claim, ...]:
    """The distributions that the query rests on.

    Raises:
        ScmError: If it cannot be read, or is a counterfactual or about an image (E522).
    """
    from scm_compiler.diagnostics import Sink, Source, refuse  # noqa: PLC0415
    from scm_compiler.diagnostics.codes.identification import OnlyInterventions  # noqa: PLC0415
    from scm_compiler.semantics.claims import read_question  # noqa: PLC0415  (lark)

    source = Source("query", text)
    sink = Sink(source)
    claims = read_question(text, graph, sink)
    sink.check()
    if sink.close().diagnostics:
        raise refuse(OnlyInterventions(text))
    return claims


def _identify(query: str, graph: Graph, claims: tuple[Claim, ...], console: Console) -> int:
    from scm_compiler.cli.exits import OK  # noqa: PLC0415
    from scm_compiler.diagnostics import refuse  # noqa: PLC0415
    from scm_compiler.identify import NotIdentified, identify, refusal  # noqa: PLC0415

    found: list[Identified] = []
    for claim in dict.fromkeys(claims):
        one = identify(graph, claim.outcomes, claim.treatments, claim.conditions)
        if isinstance(one, NotIdentified):
            raise refuse(refusal(graph, one, query=query))
        found.append(one)
    for one in found:
        console.result(str(one))
        if one.arbitrary:
            console.result(f"  any value of {', '.join(one.arbitrary)} gives the same")
        for step in one.steps:
            console.note(f"  {step}")
    console.document(
        {
            "query": query,
            "ok": True,
            "identified": True,
            "estimands": [_document(f) for f in found],
        }
    )
    return OK


def _document(found: Identified) -> dict[str, Any]:
    from scm_compiler.identify.notation import latex  # noqa: PLC0415

    return {
        "outcomes": list(found.outcomes),
        "treatments": list(found.treatments),
        "conditions": list(found.conditions),
        "estimand": str(found.estimand),
        "latex": latex(found.estimand),
        "arbitrary": list(found.arbitrary),
        "steps": [{"line": step.line, "text": step.text} for step in found.steps],
    }


def _adjustment(query: str, graph: Graph, claims: tuple[Claim, ...], console: Console) -> int:
    from scm_compiler.cli.exits import OK, REFUSED  # noqa: PLC0415
    from scm_compiler.diagnostics import refuse  # noqa: PLC0415
    from scm_compiler.diagnostics.codes.identification import NotOneEffect  # noqa: PLC0415
    from scm_compiler.identify import adjustment_sets  # noqa: PLC0415
    from scm_compiler.identify.adjustment import LIMIT  # noqa: PLC0415
    from scm_compiler.identify.identification import ask  # noqa: PLC0415

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
