"""What DOT and dagitty have in common when they are written: quoted names and attributes."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from math import ceil, log10

from scm_compiler.diagnostics import refuse
from scm_compiler.interop.codes.interchange import CannotHold
from scm_compiler.interop.document import Document, Position
from scm_compiler.ir import Discrete, Graph, Node  # noqa: F401  (Discrete: the doctest)
from scm_compiler.kinds import BUILTIN
from scm_compiler.semantics.program import kind_tree
from scm_compiler.syntax.printer import print_kind

HEADERS = ("dag", "pdag", "mag", "pag", "digraph", "graph", "node", "edge", "strict", "subgraph")

_ESCAPES = re.compile(r"""(?<!\\)(\\\\)*\\("|$)""")
"""An odd number of backslashes before a quote or the end."""


def quoted(text: str, form: str) -> str:
    r"""A name or a value as either format reads it: in quotes, unless it is a plain word.

    >>> quoted("Male", "DOT"), quoted("Node", "DOT"), quoted('<5 "kg"', "DOT")
    ('Male', '"Node"', '"<5 \\"kg\\""')

    Raises:
        ScmError: E827 for a text with a backslash at its end or before a quote: neither format
            can tell it from a quoted quote.
    """
    if _ESCAPES.search(text):
        raise refuse(CannotHold(form, f"`{text}`: a backslash stands before a quote", ""))
    if re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", text) and text.lower() not in HEADERS:
        return text
    return '"{}"'.format(text.replace('"', '\\"'))


def attributes(words: Iterable[str], values: Mapping[str, str], form: str) -> str:
    """` [word, name="value"]`, or nothing."""
    found = [*words, *(f'{name}="{_escaped(value, form)}"' for name, value in values.items())]
    return f" [{', '.join(found)}]" if found else ""


def kind_text(node: Node) -> str | None:
    """A node's kind as it is declared; None for `binary`, which needs no telling.

    Of a kind from another package the values are told, as `categorical`.

    >>> from scm_compiler.ir.domain import BINARY
    >>> kind_text(Node("A", "binary", BINARY)), kind_text(Node("H", "h", Discrete(("a b", "1"))))
    (None, 'categorical("a b", 1)')
    """
    if node.kind == "binary":
        return None
    told = node if node.kind in BUILTIN else replace(node, kind="categorical")
    return print_kind(kind_tree(told))


def foreign_kinds(graph: Graph) -> tuple[str, ...]:
    """The nodes whose kind comes from another package, which no format but JSON keeps."""
    return tuple(node.name for node in graph.nodes if node.kind not in BUILTIN)


def shown(position: Position, unit: Position) -> str:
    """A position as `x,y`, to a millionth of an inch: what is read again is not more exact.

    >>> shown((-1.5, 0.1), (72, -72)), shown((-0.013889, 0.013889), (72, 72))
    ('-108,-7.2', '-1,1')
    """
    return ",".join(
        f"{round(inches * size, 6 - ceil(log10(abs(size)))) + 0.0:.10g}"
        for inches, size in zip(position, unit, strict=True)
    )


def positioned(document: Document, name: str, unit: Position) -> dict[str, str]:
    """The `pos` attribute of a node that has one."""
    position = document.positions.get(name)
    return {} if position is None else {"pos": shown(position, unit)}


def _escaped(value: str, form: str) -> str:
    text = quoted(f" {value}", form)
    return text[2:-1]
