"""What stands at the two ends of an edge of DOT, as Graphviz draws it.

`dir` says which ends bear a mark at all, `arrowtail` and `arrowhead` which mark that is: up to
four shapes on top of each other, each with modifiers, such as `odot` or `lteenormal`.
"""

import re
from difflib import get_close_matches

from scm_compiler.diagnostics import ScmError, Source, closest, refuse
from scm_compiler.interop.codes.graph_attributes import UnknownEnd
from scm_compiler.interop.graph_text import ENDS, Edge

_DRAWN = {"->": "forward", "<-": "back", "<->": "both", "--": "none"}
"""The direction that an arrow has without any attribute."""

_HEADS = {"normal", "mpty", "vee", "pen"}
"""What shows the effect; with modifiers also `onormal`, `empty`, `open` and `halfopen`."""

_SHAPES = (*_HEADS, "crow", "tee", "box", "diamond", "dot", "none", "inv", "icurve", "curve")
_SHAPE = re.compile(rf"(?:half|[elor])*({'|'.join(_SHAPES)})|invempty")
_ARROW = re.compile(rf"(?:{_SHAPE.pattern}){{1,4}}")
_KNOWN = {
    "dir": ("forward", "back", "both", "none"),
    "arrow": ("normal", "vee", "empty", "open", "none", "dot", "odot", "tee", "box", "diamond"),
}


def drawn(source: Source | None, edge: Edge) -> str:
    """The arrow that an edge is: `->`, `<-`, `<->`, or one with an open end, as `o->`, `--`, `-|`.

    Raises:
        ScmError: E840 with exit code 2 for a direction or a shape that DOT does not know.
    """
    for name, value in edge.attributes.items():
        near = misspelt(name, ENDS)
        if near and (near != "dir" or value in _KNOWN["dir"]):
            raise _unknown(source, edge, name, value, f"{near}={value}")
    if edge.arrow not in _DRAWN:  # dagitty's, which has no attributes for its ends
        return edge.arrow
    direction = edge.attributes.get("dir") or _DRAWN[edge.arrow]
    if direction not in _KNOWN["dir"]:
        raise _unknown(source, edge, "dir", direction)
    if edge.arrow in ("<-", "<->") and direction != _DRAWN[edge.arrow]:  # it contradicts itself
        raise _unknown(source, edge, "dir", direction)
    marks = {"both": ("<", ">"), "forward": ("", ">"), "back": ("<", ""), "none": ("", "")}
    tail, head = marks[direction]
    tail = tail and _mark(source, edge, "arrowtail", "<")
    head = head and _mark(source, edge, "arrowhead", ">")
    return f"{tail}-{head}" if tail or head else "--"


def _mark(source: Source | None, edge: Edge, end: str, head: str) -> str:
    """The mark at an end that bears one: `head`, `` for none, else `o`, `|` or `?`."""
    text = edge.attributes.get(end) or "normal"
    if not _ARROW.fullmatch(text):
        raise _unknown(source, edge, end, text)
    shapes = {match[1] or "inv" for match in _SHAPE.finditer(text)} - {"none"}
    if not shapes:
        return ""
    if "dot" in shapes:
        return "o"
    if shapes & _HEADS and shapes <= _HEADS | {"tee"}:
        return head
    return "|" if shapes == {"tee"} else "?"


def misspelt(name: str, known: tuple[str, ...]) -> str | None:
    """What a name is like, and is not.

    >>> misspelt("latnet", ("observed", "latent")), misspelt("label", ("observed", "latent"))
    ('latent', None)
    """
    cutoff = 0.66 if len(name) <= 3 else 0.8
    near = [] if name in known else get_close_matches(name, known, n=1, cutoff=cutoff)
    return near[0] if near else None


def _unknown(
    source: Source | None, edge: Edge, attribute: str, value: str, near: str | None = None
) -> ScmError:
    known = _KNOWN["dir" if attribute == "dir" else "arrow"]
    near = near or (None if value in known else closest(value, known))
    span = edge.left.span.cover(edge.right.span)
    wrong = UnknownEnd(attribute, value, near, span=span)
    return refuse(wrong, source=source, exit_code=2)
