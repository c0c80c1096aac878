"""A counterfactual as a ratio of sums of products of districts."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace

from scm_compiler.identify.admg import Nodes
from scm_compiler.identify.counterfactual.districts import (
    Conflict,
    District,
    Name,
    Naming,
    Piece,
    conflict_of,
    torn,
)
from scm_compiler.identify.counterfactual.memory import Memory
from scm_compiler.identify.identification import Identified, NotIdentified
from scm_compiler.ir import query as ir
from scm_compiler.passes.twin import unite

MOST_SHOWN = 16
"""How many disagreements are told of: a long graph can have one at each node."""

Terms = tuple[tuple[District, ...], ...]
"""Products of districts, to be summed."""


@dataclass(frozen=True)
class Decision:
    """Whether P determines a counterfactual: a ratio of sums of products of districts.

    Attributes:
        above: The terms of the numerator; none if it is 0, one without districts if it is 1.
        below: Those of the denominator.
        factors: What the districts are, each identified from P.
        conflicts: Districts that no experiment shows.
        unidentified: Districts that experiments show, and observation does not.
        sums: Numerator and denominator, where they are sums of others: each with its sign.
    """

    above: Terms = ((),)
    below: Terms = ((),)
    factors: tuple[Identified, ...] = ()
    conflicts: tuple[Conflict, ...] = ()
    unidentified: tuple[NotIdentified, ...] = ()
    sums: "tuple[Signed, Signed] | None" = None

    @property
    def identified(self) -> bool:
        """Whether it does."""
        return not (self.conflicts or self.unidentified)


Signed = tuple[tuple[float, Decision], ...]
"""Probabilities to be added or taken away; none of them is a sum."""

NEVER = Decision(above=())
"""Of what happens in no model, or is asked of evidence that does not."""


def decide_ratio(
    memory: Memory, targets: Sequence[ir.Event], given: Sequence[ir.Event], do: ir.World
) -> Decision:
    """Whether P determines P(targets | do, given) by its districts; see `decide`."""
    graph, naming = memory.graph, memory.naming
    whole, evidence = unite(graph, (*given, *targets), do), unite(graph, given, do)
    if whole is None or evidence is None:
        return NEVER
    both = naming.pieces(whole), naming.pieces(evidence)
    cancelled = both[0].keys() & both[1].keys()
    above, below = (list(naming.terms(worlds, cancelled)) for worlds in (whole, evidence))
    if not (above and below):
        return NEVER
    common = set.intersection(*(set(term) for term in (*above, *below)))
    decided = _decided(memory, _without(above, common), _without(below, common))
    if decided.identified:
        return decided
    if _certain(naming, targets, given, do):
        return Decision()
    # What disagrees before any value is supposed is what the query itself says.
    plain = [
        district
        for pieces in both
        for key, piece in pieces.items()
        if key not in cancelled
        for district in piece
    ]
    shown = decided.conflicts and _conflicts(memory, plain)
    return replace(decided, conflicts=shown or decided.conflicts)


def decide_joint(memory: Memory, events: Sequence[ir.Event], do: ir.World) -> bool:
    """Whether P determines a conjunction by its districts."""
    whole = unite(memory.graph, events, do)
    return whole is None or all(
        memory.determines(district)
        for term in memory.naming.terms(whole)
        for piece in term.values()
        for district in piece
    )


def _certain(
    naming: Naming, targets: Sequence[ir.Event], given: Sequence[ir.Event], do: ir.World
) -> bool:
    """Whether the evidence says the targets already: nothing else can be."""
    for event in targets:
        for value in range(naming.graph.domain(event.variable.node).size):
            other = unite(naming.graph, (*given, replace(event, value=value)), do)
            if value != event.value and other is not None and any(naming.terms(other)):
                return False
    return True


def _without(terms: Sequence[dict[Name, Piece]], common: Collection[Name]) -> Terms:
    """The districts of each term, but for those of common pieces."""
    return tuple(
        tuple(district for key, piece in term.items() if key not in common for district in piece)
        for term in terms
    )


def _conflicts(memory: Memory, districts: Iterable[District]) -> tuple[Conflict, ...]:
    """The first disagreements among the districts, by the order of the graph."""
    rank = {name: place for place, name in enumerate(memory.graph.topological)}
    met = [(rank[node], one) for one in districts if (node := torn(memory.graph, one)) is not None]
    first = sorted(met, key=lambda found: found[0])[:MOST_SHOWN]
    found = (conflict_of(memory.graph, district) for _, district in first)
    return tuple(dict.fromkeys(conflict for conflict in found if conflict is not None))


def _decided(memory: Memory, above: Terms, below: Terms) -> Decision:
    districts = [district for term in (*above, *below) for district in term]
    districts.sort(key=lambda one: sorted(one.nodes))
    if conflicts := _conflicts(memory, districts):
        return Decision(above, below, conflicts=conflicts)
    factors: dict[Identified, None] = {}
    unidentified: dict[tuple[Nodes, Nodes], NotIdentified] = {}
    for district in districts:
        found = memory.factor(district)
        if isinstance(found, Identified):
            factors[found] = None
        else:
            unidentified[district.nodes, district.read(memory.graph)] = found
    return Decision(above, below, tuple(factors), (), tuple(unidentified.values()))
