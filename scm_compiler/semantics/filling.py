"""Queries whose evidence is filled in, row by row."""

from collections.abc import Mapping
from dataclasses import replace

from scm_compiler.syntax import query_tree as tree


def open_names(query: tree.Query) -> tuple[str, ...]:
    """The nodes whose value as evidence is left open, each once."""
    names = (_name(event) for part in tree.plain(query) for event in part.given)
    return tuple(dict.fromkeys(name for name in names if name is not None))


def filled(query: tree.Query, values: Mapping[str, str]) -> tree.Query:
    """The query with a value for each node that is open, and without those that have none."""

    def change(part: tree.Plain) -> tree.Plain:
        given = tuple(
            replace(event, value=tree.Word(values[name], event.span))
            if (name := _name(event)) is not None and isinstance(event, tree.Event)
            else event
            for event in part.given
            if _name(event) is None or _name(event) in values
        )
        return replace(part, given=given)

    return tree.rewritten(query, change)


def _name(written: tree.Proposition) -> str | None:
    """The node of an event that is open; what has a world of its own is no row's."""
    if not isinstance(written, tree.Event) or written.value is not None:
        return None
    return None if written.variable.world else written.variable.node.text
