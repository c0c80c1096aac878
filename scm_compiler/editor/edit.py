"""Edits of a text."""

from collections.abc import Iterable
from dataclasses import dataclass

from scm_compiler.diagnostics import Span


@dataclass(frozen=True, slots=True)
class Edit:
    """A piece of a text, and what is to stand in its place."""

    span: Span
    text: str


@dataclass(frozen=True, slots=True)
class Mend:
    """What would make a finding go away.

    Attributes:
        title: What it does, as a command.
        edits: None overlaps another.
    """

    title: str
    edits: tuple[Edit, ...]


def edited(text: str, edits: Iterable[Edit]) -> str:
    """The text after all edits.

    >>> edited("A -> B", [Edit(Span(0, 1), "Rain"), Edit(Span(5, 6), "Wet")])
    'Rain -> Wet'
    """
    for edit in sorted(edits, key=lambda edit: edit.span, reverse=True):
        text = text[: edit.span.start] + edit.text + text[edit.span.end :]
    return text
