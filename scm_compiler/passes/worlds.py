"""Bring a query to the lowest rung that it really stands on.

Writing a variable as `Y[X=1]` does not make a query counterfactual: `P(Y[X=1])` is the same as
`P(Y | do(X=1))`. A query is one of rung 2 or 1 if all its variables live in one world, and none
whose whole table is asked is another target there. Three
rules of structural models find that world (Pearl 2009, section 7.3): composition, effectiveness
(a node held at a value has it) and exclusion (a node does not change with what does not cause
it).
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TypeVar, cast

from scm_compiler.ir.graph import Graph
from scm_compiler.ir.query import (
    Best,
    Derived,
    Event,
    Expectation,
    LocalEffect,
    Probability,
    Product,
    Quantity,
    Query,
    Ratio,
    Regime,
    Setting,
    Sum,
    Variable,
    World,
    plain,
)
from scm_compiler.passes.twin import unite

_Form = TypeVar("_Form", bound=Query | Quantity)


def flatten(query: _Form, graph: Graph) -> _Form:
    """The same query with its worlds moved into `do` wherever one world holds everything.

    Args:
        query: A resolved query.
        graph: The graph that it was resolved against.

    Returns:
        An equal query. If a `[...]` is left in it, it is one of rung 3.
    """
    found: Query | Quantity
    match query:
        case LocalEffect():  # who is moved is said in two worlds
            found = query
        case Sum(terms):
            found = Sum(tuple((weight, flatten(term, graph)) for weight, term in terms))
        case Product(left, right):
            found = Product(flatten(left, graph), flatten(right, graph))
        case Ratio(above, below):
            found = replace(query, above=flatten(above, graph), below=flatten(below, graph))
        case Derived(rows=rows):
            found = replace(query, rows=tuple((row, flatten(q, graph)) for row, q in rows))
        case Best(table=table):
            found = replace(query, table=flatten(table, graph))
        case plain_query:
            found = _flat(cast(Probability | Expectation | Regime, plain_query), graph)
    return cast(_Form, found)


def _flat(
    query: Probability | Expectation | Regime, graph: Graph
) -> Probability | Expectation | Regime:
    match query:
        case Expectation(target, do, given):
            single = _single_world((Event(target), *given), do, graph)
            if single is None:
                return query
            return Expectation(single.events[0].variable, single.do, single.events[1:])
        case Probability(targets, do, given):
            single = _single_world((*targets, *given), do, graph)
            count = len(targets)
            if single is None or _tabled_twice(single.events[:count]):
                return query
            return Probability(single.events[:count], single.do, single.events[count:])
        case Regime(do, given):
            labels = tuple(Event(Variable(node.name)) for node in graph.tabular)
            single = _single_world((*labels, *given), do, graph)
            return query if single is None else Regime(single.do, single.events[len(labels) :])


def rung(query: Query) -> int:
    """1 to observe, 2 to intervene, 3 for counterfactuals; the query must be flattened."""
    return max(map(_rung_of, plain(query)), default=1)


def _rung_of(query: Probability | Expectation | Regime) -> int:
    match query:
        case Probability(targets, _, given):
            worlds = [event.variable.world for event in (*targets, *given)]
        case Expectation(target, _, given):
            worlds = [target.world, *(event.variable.world for event in given)]
        case Regime(_, given):
            worlds = [event.variable.world for event in given]
    nested = any(isinstance(setting.value, Variable) for setting in query.do)
    return 3 if nested or any(worlds) else 2 if query.do else 1


def never(query: Query, graph: Graph) -> bool:
    """Whether a flattened query asks for what happens in no model; its probability is zero.

    Args:
        query: Of any rung.
        graph: Its graph.
    """
    if not isinstance(query, Probability) or rung(query) < 3:
        return isinstance(query, Probability) and query.never
    valued = [event for event in (*query.given, *query.targets) if event.value is not None]
    return unite(graph, valued, query.do) is None


@dataclass(frozen=True, slots=True)
class _SingleWorld:
    events: tuple[Event, ...]
    do: World


def _single_world(events: Sequence[Event], do: World, graph: Graph) -> _SingleWorld | None:
    if not any(event.variable.world for event in events):
        return None
    outer = _held(do)
    own = [_held(event.variable.world) for event in events]
    if outer is None or None in own:
        return None
    worlds = [outer | (world or {}) for world in own]
    needed = [
        _felt(event.variable.node, world, graph)
        for event, world in zip(events, worlds, strict=True)
    ]
    union: dict[str, int] = {}
    for world in needed:
        if any(union.get(node, value) != value for node, value in world.items()):
            return None
        union |= world
    for event, world in zip(events, needed, strict=True):
        if _felt(event.variable.node, union, graph) != world:
            return None
    plain = tuple(Event(Variable(event.variable.node), event.value) for event in events)
    return _SingleWorld(plain, tuple(Setting(node, value) for node, value in union.items()))


def _tabled_twice(targets: Sequence[Event]) -> bool:
    """Whether a target whose table is asked is another target too, as in P(X, X[Z=1])."""
    variables = [event.variable for event in targets]
    return any(event.value is None and variables.count(event.variable) > 1 for event in targets)


def _held(world: World) -> dict[str, int] | None:
    """The values that a world holds; None if one of them depends on another world."""
    values = {s.node: s.value for s in world if isinstance(s.value, int)}
    return values if len(values) == len(world) else None


def _felt(node: str, world: dict[str, int], graph: Graph) -> dict[str, int]:
    """The part of a world that reaches a node: what is held on it, or next above it."""
    if node in world:
        return {node: world[node]}
    felt: dict[str, int] = {}
    waiting, seen = [node], {node}
    while waiting:
        for parent in graph.parents[waiting.pop()]:
            if parent in world:
                felt[parent] = world[parent]
            elif parent not in seen:
                seen.add(parent)
                waiting.append(parent)
    return felt
