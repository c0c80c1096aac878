"""The few pieces of HTML that results show themselves with in a notebook."""

import base64
from collections.abc import Iterable, Sequence

from scm_compiler.markup import markup

MOST_ROWS = 60
"""Lines of a table; of more the rest is counted."""


def table(head: Sequence[object], rows: Iterable[Sequence[object]]) -> str:
    """A table; every cell is text and nothing in it is markup.

    >>> table(["label", "P"], [("A & B", 0.5)])
    '<table><tr><th>label</th><th>P</th></tr><tr><td>A &amp; B</td><td>0.5</td></tr></table>'
    """
    lines = list(rows)
    shown = [_row("th", head), *(_row("td", cells) for cells in lines[:MOST_ROWS])]
    more = len(lines) - MOST_ROWS
    if more > 0:
        shown.append(_row("td", (f"… and {more:,} more", *[""] * (len(head) - 1))))
    return f"<table>{''.join(shown)}</table>"


def paragraph(*lines: str) -> str:
    """Lines of text, the first in bold."""
    first, *others = (markup(line) for line in lines if line)
    return f"<p>{'<br>'.join([f'<b>{first}</b>', *others])}</p>"


def printed(text: str) -> str:
    """Text as a terminal shows it; empty for none."""
    return f"<pre>{markup(text)}</pre>" if text else ""


def formula(latex: str, said: str) -> str:
    r"""A formula in LaTeX, which notebooks typeset, and what is said of it.

    >>> formula(r"P(\mathit{<b>})", "the chain rule")
    '<p>$$P(\\mathit{&lt;b&gt;})$$ the chain rule</p>'
    """
    return f"<p>$${markup(latex)}$$ {markup(said)}</p>"


def code(*lines: str) -> str:
    """Lines of a program or formula, each a paragraph."""
    return "".join(f"<p><code>{markup(line)}</code></p>" for line in lines)


def picture(png: bytes) -> str:
    """A PNG picture, in the text itself."""
    return f'<img src="data:image/png;base64,{base64.b64encode(png).decode()}"/>'


def _row(tag: str, cells: Sequence[object]) -> str:
    return f"<tr>{''.join(f'<{tag}>{markup(str(cell))}</{tag}>' for cell in cells)}</tr>"
