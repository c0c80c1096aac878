"""XML as a tree of elements, each with its place.

Expat reads it; entities of the file's own and whatever lies outside of it are refused, since a few
lines of either are gigabytes or other people's files.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import NoReturn
from xml.parsers import expat

from scm_compiler.diagnostics import ScmError, Source, Span, refuse
from scm_compiler.interop.codes.graph_files import TooLarge
from scm_compiler.interop.codes.trees import TreeSyntax

DEEPEST = 100


@dataclass(slots=True)
class Element:
    """An element.

    Attributes:
        tag: Its name without a namespace.
        attributes: By name, without namespaces.
        span: Its opening tag.
        children: The elements in it.
        text: The text in it, that of its children left out.
    """

    tag: str
    attributes: dict[str, str]
    span: Span
    children: list["Element"] = field(default_factory=list)
    text: str = ""

    def all(self, tag: str) -> Iterator["Element"]:
        """The children with a name, in any case."""
        return (child for child in self.children if child.tag.lower() == tag.lower())

    def first(self, tag: str) -> "Element | None":
        """The first child with a name."""
        return next(self.all(tag), None)

    def within(self) -> Iterator["Element"]:
        """All elements in it, at any depth."""
        for child in self.children:
            yield child
            yield from child.within()


def read_xml(source: Source, root: str, form: str) -> Element:
    """The root of a text.

    Args:
        source: The text.
        root: The name that it must have, in any case.
        form: What messages call the format.

    Raises:
        ScmError: With exit code 2: E837 where it is no XML, has entities or another root, E824 if
            it is too deep.
    """
    found = _Reader(source, form).read()
    if found.tag.lower() != root.lower():
        wrong = TreeSyntax(form, f"`<{root}>`", f"<{found.tag[:40]}>", span=found.span)
        raise refuse(wrong, source=source, exit_code=2)
    return found


class _Reader:
    """Takes the events of expat."""

    def __init__(self, source: Source, form: str) -> None:
        self.source = source
        self.form = form
        self.raw = source.text.encode()
        self.open: list[Element] = []
        self.root: Element | None = None
        self.known = (0, 0)
        self.parser = expat.ParserCreate("utf-8")
        self.parser.buffer_text = True
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._text
        self.parser.EntityDeclHandler = self._entity
        self.parser.ExternalEntityRefHandler = self._entity
        self.parser.SkippedEntityHandler = self._entity

    def read(self) -> Element:
        try:
            self.parser.Parse(self.raw, True)
        except expat.ExpatError as error:
            reason = expat.ErrorString(error.code)
            raise self._wrong(f"XML ({reason})", self._text_at_fault()) from None
        assert self.root is not None
        return self.root

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        if len(self.open) > DEEPEST:
            what = f"elements lie {DEEPEST} deep"
            raise refuse(TooLarge(what, span=self._span()), source=self.source, exit_code=2)
        told = {name.rpartition(":")[2]: value for name, value in attributes.items()}
        element = Element(tag.rpartition(":")[2], told, self._span())
        if self.open:
            self.open[-1].children.append(element)
        else:
            self.root = element
        self.open.append(element)

    def _end(self, _: str) -> None:
        self.open.pop()

    def _text(self, text: str) -> None:
        if self.open:
            self.open[-1].text += text

    def _entity(self, *_: object) -> NoReturn:
        raise self._wrong("no entities of the file's own", "<!ENTITY")

    def _span(self) -> Span:
        """The place of the event: expat counts bytes, spans count characters."""
        byte, place = self.known
        now = max(byte, self.parser.CurrentByteIndex)
        place += len(self.raw[byte:now].decode(errors="replace"))
        self.known = now, place
        end = self.source.text.find(">", place) + 1
        return Span(place, end or place + 1)

    def _text_at_fault(self) -> str:
        place = self.raw[: self.parser.ErrorByteIndex].decode(errors="replace")
        return self.source.text[len(place) :].partition("\n")[0][:20]

    def _wrong(self, expected: str, found: str) -> ScmError:
        place = len(self.raw[: max(0, self.parser.ErrorByteIndex)].decode(errors="replace"))
        span = Span(place, place + 1)
        wrong = TreeSyntax(self.form, expected, found, span=span)
        return refuse(wrong, source=self.source, exit_code=2)
