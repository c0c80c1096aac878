"""What identification says of a whole query: `graph.identify("P(Y | do(X))")`."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from scm_compiler.diagnostics import (
    Diagnostic,
    Report,
    ScmError,
    Sink,
    Source,
    refuse,
    render_json,
    render_text,
)
from scm_compiler.identify.codes.identification import (
    NotIdentifiable,
    OnlyInterventions,
    WorldsDisagree,
)
from scm_compiler.identify.counterfactual import Decision, decide_query, written
from scm_compiler.identify.criterion import criterion
from scm_compiler.identify.estimand import latex, listed
from scm_compiler.identify.identification import Identified, NotIdentified, identify
from scm_compiler.identify.refusal import questions, refusal, worlds_refusal
from scm_compiler.ir import Claim, CounterfactualClaim, Graph
from scm_compiler.ir import query as ir
from scm_compiler.notebook import code, formula, printed
from scm_compiler.passes.worlds import flatten, rung
from scm_compiler.semantics.claims import read_counterfactual, read_question
from scm_compiler.semantics.points import pointed
from scm_compiler.semantics.query import on_one_line, phrase

_SETTLED = "what it holds or sees, or for what never happens"


@dataclass(frozen=True)
class Identification:
    """Whether observation determines a query, by what, or why not.

    Attributes:
        query: As it was asked.
        graph: The graph that it was asked of.
        parts: One for each distribution that the query rests on; up to the first that is not
            identified.
        worlds: Of a counterfactual, each probability that it rests on, at every value of what has
            none; up to the first that is not identified.
    """

    query: str
    graph: Graph
    parts: tuple[Identified | NotIdentified, ...]
    worlds: tuple[tuple[ir.Probability, Decision], ...] = ()

    @property
    def identified(self) -> bool:
        """Whether every distribution of the query is a function of what is observed."""
        decisions = (decision for _, decision in self.worlds)
        lost = any(isinstance(part, NotIdentified) for part in self.parts)
        return not lost and all(decision.identified for decision in decisions)

    def __bool__(self) -> bool:
        return self.identified

    @property
    def found(self) -> tuple[Identified, ...]:
        """The parts that are identified, with their formulas and derivations."""
        return tuple(part for part in self.parts if isinstance(part, Identified))

    @property
    def by(self) -> tuple[str, ...]:
        """By what each part is identified, such as `the front-door formula`."""
        return tuple(map(criterion, self.found))

    @cached_property
    def refusal(self) -> NotIdentifiable | WorldsDisagree | None:
        """Why not, with the hedge and what would help; None if the query is identified."""
        for _, decision in self.worlds:
            if not decision.identified:
                return worlds_refusal(self.graph, decision, query=self.query)
        for part in self.parts:
            if isinstance(part, NotIdentified):
                return refusal(self.graph, part, query=self.query)
        return None

    @property
    def formulas(self) -> tuple[str, ...]:
        """Of a counterfactual, each probability as a formula over distributions under `do`."""
        return tuple(
            f"{phrase(asked, self.graph)} = {written(self.graph, decision)}"
            for asked, decision in self.worlds
            if decision.identified
        )

    def to_dict(self) -> dict[str, Any]:
        """The same as plain data, in the form that `scmc query --identify --json` prints."""
        found: dict[str, Any] = {
            "query": self.query,
            "ok": self.identified,
            "identified": self.identified,
            "estimands": [described(part) for part in self.found],
        }
        if self.worlds:
            found["counterfactuals"] = list(self.formulas)
        if self.refusal is None:
            return found
        return found | {"diagnostics": render_json(Report(None, (self.refusal,)))}

    def __repr__(self) -> str:
        if self.refusal is not None:
            return render_text(Report(None, (self.refusal,)))
        lines = list(self.formulas)
        for part, by in zip(self.found, self.by, strict=True):
            lines += [str(part), f"  by {by}"]
            if part.arbitrary:
                lines.append(f"  any value of {', '.join(part.arbitrary)} gives the same")
        return "\n".join(lines) or f"{self.query} asks for {_SETTLED}"

    def _repr_html_(self) -> str:
        """The formulas as a notebook shows them, in LaTeX."""
        if self.refusal is not None:
            return printed(repr(self))
        shown = (
            formula(f"{_asked(part)} = {latex(part.estimand)}", f"by {by}")
            for part, by in zip(self.found, self.by, strict=True)
        )
        return code(*self.formulas) + "".join(shown)


def identify_text(graph: Graph, query: str) -> Identification:
    """Whether observation determines what a text asks.

    Args:
        graph: A validated graph.
        query: Such as `P(Y | do(X))`; values may be left out.

    Raises:
        ScmError: E40x, E41x, E420 or E451 if it is no question, E454 if it is about too many
            values, E522 if it is about an image.
    """
    graph = pointed(graph, query)
    parts: list[Identified | NotIdentified] = []
    for claim in dict.fromkeys(claims_of(query, graph)):
        if isinstance(claim, CounterfactualClaim):
            return _identify_worlds(graph, query)
        parts.append(identify(graph, claim.outcomes, claim.treatments, claim.conditions))
        if isinstance(parts[-1], NotIdentified):
            break
    return Identification(on_one_line(query), graph, tuple(parts))


def _identify_worlds(graph: Graph, query: str) -> Identification:
    """A counterfactual; one that a single world holds is a question about `do`."""
    sink = Sink(Source("query", query))
    resolved = read_counterfactual(query, graph, sink)
    sink.check()
    assert resolved is not None
    flat = flatten(resolved, graph)
    if rung(flat) < 3:
        parts = tuple(identify(graph, *asked) for asked in questions(flat, graph))
        return Identification(on_one_line(query), graph, parts)
    decided = decide_query(graph, flat)
    lost = not all(decision.identified for _, decision in decided)
    factors = dict.fromkeys(part for _, decision in decided for part in decision.factors)
    return Identification(on_one_line(query), graph, () if lost else tuple(factors), decided)


def refused_claims(graph: Graph) -> Iterator[Diagnostic]:
    """An error for each `assert identified` of a graph that does not hold."""
    for claim in graph.claims:
        try:
            refusal = _decided(graph, claim).refusal
        except ScmError as error:  # values that a node does not have, or too many
            yield from (replace(found, span=claim.span) for found in error.diagnostics)
            continue
        if refusal is not None:
            yield replace(refusal, span=claim.span)


def _decided(graph: Graph, claim: Claim | CounterfactualClaim) -> Identification:
    if isinstance(claim, CounterfactualClaim):
        return _identify_worlds(pointed(graph, claim.query), claim.query)
    found = identify(graph, claim.outcomes, claim.treatments, claim.conditions)
    return Identification(claim.query, graph, (found,))


def claims_of(query: str, graph: Graph) -> tuple[Claim | CounterfactualClaim, ...]:
    """The distributions that the text of a query rests on; a counterfactual is one of its own.

    Raises:
        ScmError: As for `identify_text`.
    """
    sink = Sink(Source("query", query))
    claims = read_question(query, graph, sink)
    sink.check()
    if sink.close().diagnostics:
        raise refuse(OnlyInterventions(query))
    return claims


def described(found: Identified) -> dict[str, Any]:
    """An identified distribution as plain data."""
    return {
        "outcomes": list(found.outcomes),
        "treatments": list(found.treatments),
        "conditions": list(found.conditions),
        "by": criterion(found),
        "estimand": str(found.estimand),
        "latex": latex(found.estimand),
        "arbitrary": list(found.arbitrary),
        "steps": [{"line": step.line, "text": step.text} for step in found.steps],
    }


def _asked(found: Identified) -> str:
    """The query in LaTeX."""
    held = [rf"\mathrm{{do}}({listed(found.treatments)})"] if found.treatments else []
    given = ", ".join([*held, *([listed(found.conditions)] if found.conditions else [])])
    bar = r" \mid " if given else ""
    return f"P({listed(found.outcomes)}{bar}{given})"
