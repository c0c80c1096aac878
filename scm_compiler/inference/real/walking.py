"""The plain questions that a question to a model with real nodes is made of."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import cast

from scm_compiler.syntax import query_tree as tree

Plain = (
    tree.Probability
    | tree.Best
    | tree.Expectation
    | tree.Quantile
    | tree.Density
    | tree.Effect
    | tree.Regime
)
"""A question with an intervention and evidence of its own."""


def plain(query: tree.Query) -> Iterator[Plain]:
    """The plain questions, from left to right."""
    match query:
        case tree.Sum(terms):
            for _, term in terms:
                yield from plain(term)
        case tree.Ratio(above, below):
            yield from plain(above)
            yield from plain(below)
        case tree.LocalEffect():
            return
        case _:
            yield query


def rewritten(query: tree.Query, change: Callable[[Plain], Plain]) -> tree.Query:
    """The question with each of its plain ones changed."""
    match query:
        case tree.Sum(terms):
            changed = ((plus, cast(tree.Number, rewritten(t, change))) for plus, t in terms)
            return replace(query, terms=tuple(changed))
        case tree.Ratio(above, below):
            top, bottom = (cast(tree.Number, rewritten(p, change)) for p in (above, below))
            return replace(query, above=top, below=bottom)
        case tree.LocalEffect():
            return query
        case _:
            return change(query)
