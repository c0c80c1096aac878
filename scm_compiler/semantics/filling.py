"""Queries whose evidence is filled in, row by row."""

from collections.abc import Iterator, Mapping
from dataclasses import replace

from scm_compiler.syntax import query_tree as tree


def open_names(query: tree.Query) -> tuple[str, ...]:
    """The nodes whose value as evidence is left open, each once."""
    return tuple(dict.fromkeys(_open(query)))


def filled(query: tree.Query, values: Mapping[str, str]) -> tree.Query:
    """The query with a value for each node that is open, and without those that have none."""
    match query:
        case tree.Sum(terms):
            return replace(query, terms=tuple((plus, _number(t, values)) for plus, t in terms))
        case tree.Ratio(above, below):
            return replace(query, above=_number(above, values), below=_number(below, values))
        case tree.LocalEffect():
            return query
        case _:
            given = tuple(
                replace(event, value=tree.Word(values[name], event.span))
                if (name := _name(event)) is not None and isinstance(event, tree.Event)
                else event
                for event in query.given
                if _name(event) is None or _name(event) in values
            )
            return replace(query, given=given)


def _number(query: tree.Number, values: Mapping[str, str]) -> tree.Number:
    found = filled(query, values)
    assert isinstance(found, tree.Number)
    return found


def _open(query: tree.Query) -> Iterator[str]:
    match query:
        case tree.Sum(terms):
            for _, term in terms:
                yield from _open(term)
        case tree.Ratio(above, below):
            yield from _open(above)
            yield from _open(below)
        case tree.LocalEffect():
            return
        case _:
            yield from (name for name in map(_name, query.given) if name is not None)


def _name(written: tree.Proposition) -> str | None:
    """The node of an event that is open; what has a world of its own is no row's."""
    if not isinstance(written, tree.Event) or written.value is not None:
        return None
    return None if written.variable.world else written.variable.node.text
