"""Nodes without a value in `do` or behind the bar: a row of a table for each of their values.

A label has all of its values. A real node has the deciles of what it is where nothing is held.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from math import floor, isfinite, log10

from scm_compiler.ir import Finite, Graph, Real
from scm_compiler.syntax import query_tree as tree

LEVELS = tuple(f"0.{rank}" for rank in range(1, 10))
"""Of which quantiles a real node takes the values."""

MOST = 1000
"""Rows that a table of open nodes may have."""

DIGITS = 2
"""How many digits of what the deciles span are written."""


def opened(query: tree.Query) -> tuple[tree.Variable, ...]:
    """The nodes that stand without a value in `do` or behind the bar, each once.

    A sum, a ratio and a regime have none: there a value is missing.
    """
    if isinstance(query, tree.Sum | tree.Ratio | tree.LocalEffect | tree.Regime):
        return ()
    done = (tree.Variable(action.node) for action in query.do if isinstance(action, tree.Each))
    seen = (p.variable for p in query.given if isinstance(p, tree.Event) and p.value is None)
    return tuple(dict.fromkeys((*done, *seen)))


def filled(query: tree.Query, values: Mapping[tree.Variable, str]) -> tree.Query:
    """The question with values in their place."""

    def action(each: tree.Action) -> tree.Action:
        if not isinstance(each, tree.Each):
            return each
        word = tree.Word(values[tree.Variable(each.node)], each.span)
        return tree.Assignment(each.node, word, each.span)

    def evidence(each: tree.Proposition) -> tree.Proposition:
        if not isinstance(each, tree.Event) or each.value is not None:
            return each
        return replace(each, value=tree.Word(values[each.variable], each.span))

    def change(part: tree.Plain) -> tree.Plain:
        done, seen = tuple(map(action, part.do)), tuple(map(evidence, part.given))
        return replace(part, do=done, given=seen)

    return tree.rewritten(query, change)


def at_first(query: tree.Query, graph: Graph) -> tree.Query:
    """The question at one value of each open node, which says what it rests on."""
    values = {variable: _first(variable.node.text, graph) for variable in opened(query)}
    return filled(query, values) if values else query


def written_as(deciles: Sequence[float], domain: Real) -> tuple[str, ...]:
    """Deciles as texts, with as many digits as tell them apart.

    >>> written_as([1000.1234, 1000.5678, 1001.5], Real())
    ('1000.12', '1000.57', '1001.5')
    """
    span = max(deciles) - min(deciles)
    if not span or not isfinite(span):
        return tuple(dict.fromkeys(map(repr, deciles)))
    places = DIGITS - floor(log10(span))
    short = (round(number, places) for number in deciles)
    own = (s if s in domain else n for s, n in zip(short, deciles, strict=True))
    return tuple(dict.fromkeys(f"{number:.15g}" for number in own))


def some_number(domain: Real) -> float:
    """A number of a domain."""
    return next(filter(isfinite, (domain.low, domain.high)), 0.0)


def _first(name: str, graph: Graph) -> str:
    node = graph.by_name.get(name)
    domain = None if node is None else node.domain
    if isinstance(domain, Finite):
        return domain.values[0]
    return repr(some_number(domain)) if isinstance(domain, Real) else "0"
