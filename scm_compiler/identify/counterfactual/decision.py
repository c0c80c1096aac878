"""Whether observation determines a counterfactual, or each that a query rests on."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import product
from math import prod

from scm_compiler.diagnostics import refuse
from scm_compiler.identify.codes.counterfactuals import TooManyRows
from scm_compiler.identify.counterfactual.memory import Memory
from scm_compiler.identify.counterfactual.ratio import Decision, decide_ratio
from scm_compiler.identify.counterfactual.sums import decide_by_sums
from scm_compiler.ir import Graph
from scm_compiler.ir import query as ir

MOST_ROWS = 4096
"""How many values of what is asked and seen are looked at."""


def decide(
    graph: Graph,
    targets: Sequence[ir.Event],
    given: Sequence[ir.Event] = (),
    do: ir.World = (),
    memory: Memory | None = None,
) -> Decision:
    """Whether P determines P(targets | do, given), every event with a value.

    What happens in no model has probability zero, and is determined.

    Args:
        graph: A validated graph, possibly with hidden common causes.
        targets: What is asked for.
        given: The evidence.
        do: An intervention on every world.
        memory: What was found of the graph before, where there is more to ask of it.

    >>> from scm_compiler.ir import Edge, Node
    >>> from scm_compiler.ir.domain import BINARY
    >>> pair = Graph("g", (Node("X", "binary", BINARY), Node("Y", "binary", BINARY)),
    ...              (Edge("X", "Y"),))
    >>> treated, y = ir.Event(ir.Variable("X"), 1), ir.Variable("Y", (ir.Setting("X", 0),))
    >>> decide(pair, [ir.Event(y, 1)], [treated]).identified  # the effect on the treated
    True
    >>> decide(pair, [ir.Event(y, 1)], [treated, ir.Event(ir.Variable("Y"), 1)]).conflicts
    (Conflict(node='X', variables=('Y[X=0]', 'Y[X=1]')),)
    """
    memory = memory or Memory(graph)
    decided = decide_ratio(memory, targets, given, do)
    if not decided.conflicts:
        return decided
    return decide_by_sums(memory, targets, given, do) or decided


def decide_query(graph: Graph, query: ir.Query) -> tuple[tuple[ir.Probability, Decision], ...]:
    """Each probability that a counterfactual query rests on, with its decision.

    Args:
        graph: A validated graph, possibly with hidden common causes.
        query: Resolved against it; what it asks or sees may be without a value, for all of them.

    Returns:
        All of them, or those up to the first that P does not determine.

    Raises:
        ScmError: E454 if these are too many.
    """
    memory, decided = Memory(graph), list[tuple[ir.Probability, Decision]]()
    for one in _asked(graph, query):
        decided.append((one, decide(graph, one.targets, one.given, one.do, memory)))
        if not decided[-1][1].identified:
            break
    return tuple(decided)


def _asked(graph: Graph, query: ir.Query) -> Iterator[ir.Probability]:
    """The probabilities that a query rests on, each event with a value."""
    parts = (part for one in ir.plain(query) for part in _parts(graph, one))
    for part in dict.fromkeys(parts):
        yield from _valued(graph, part)


def _parts(
    graph: Graph, query: ir.Probability | ir.Expectation | ir.Regime
) -> Iterator[ir.Probability]:
    """The probabilities of a plain query, with values left open."""
    match query:
        case ir.Probability():
            yield query
        case ir.Expectation(target, do, given):
            yield ir.Probability((ir.Event(target),), do, given)
        case ir.Regime(do, given):
            for node in graph.tabular:
                yield ir.Probability((ir.Event(ir.Variable(node.name)),), do, given)


def _valued(graph: Graph, asked: ir.Probability) -> Iterator[ir.Probability]:
    """The probability at each value of what has none."""
    events = (*asked.targets, *asked.given)
    ranges = [_values(graph, event) for event in events]
    if (rows := prod(map(len, ranges))) > MOST_ROWS:
        raise refuse(TooManyRows(rows=rows, limit=MOST_ROWS))
    count = len(asked.targets)
    for values in product(*ranges):
        pairs = zip(events, values, strict=True)
        filled = tuple(replace(event, value=value) for event, value in pairs)
        yield ir.Probability(filled[:count], asked.do, filled[count:])


def _values(graph: Graph, event: ir.Event) -> Sequence[int]:
    if event.value is not None:
        return (event.value,)
    return range(graph.domain(event.variable.node).size)
