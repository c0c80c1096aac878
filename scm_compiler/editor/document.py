"""A program that is being written: what is known of it, errors or not."""

from dataclasses import dataclass
from functools import cached_property, lru_cache

from scm_compiler.compiler import check, kinds_of
from scm_compiler.diagnostics import Report, Sink, Source, Span
from scm_compiler.editor.edit import Edit
from scm_compiler.editor.mentions import Mention, mentions
from scm_compiler.ir import Graph
from scm_compiler.kinds import Kinds
from scm_compiler.semantics.lower import Wiring, wire
from scm_compiler.semantics.names import Scope, declare
from scm_compiler.syntax import tree
from scm_compiler.syntax.parser import Chunk, parse, statements


@dataclass(frozen=True)
class Document:
    """A program's text; everything else is worked out when it is asked for.

    Attributes:
        source: The text and its name.
    """

    source: Source

    @property
    def text(self) -> str:
        """The program as it stands."""
        return self.source.text

    @cached_property
    def _checked(self) -> tuple[Graph | None, Report]:
        return check(self.source)

    @property
    def graph(self) -> Graph | None:
        """The graph; None while there are errors."""
        return self._checked[0]

    @property
    def report(self) -> Report:
        """What is to be said of the program."""
        return self._checked[1]

    @cached_property
    def program(self) -> tree.File:
        """The tree of the statements that can be read."""
        return parse(self.source, Sink())

    @cached_property
    def kinds(self) -> Kinds:
        """The node kinds that it may use."""
        return kinds_of(self.program)

    @cached_property
    def scope(self) -> Scope:
        """The nodes that are declared, those among errors too."""
        return declare(self.program, self.kinds, Sink())

    @cached_property
    def wiring(self) -> Wiring:
        """The edges and hidden common causes that can be made out."""
        return wire(self.program, self.scope, Sink())

    @cached_property
    def mentions(self) -> tuple[Mention, ...]:
        """Where it names nodes."""
        return tuple(mentions(self.text))

    def mention(self, offset: int) -> Mention | None:
        """The name at a place, or the one that ends there."""
        found = [m for m in self.mentions if m.span.start <= offset <= m.span.end]
        return found[-1] if found else None

    def places(self, name: str, *, declared: bool = True) -> tuple[Span, ...]:
        """Where a node is named.

        Args:
            name: The node's.
            declared: Whether the place of its declaration counts.
        """
        return tuple(
            m.span for m in self.mentions if m.name == name and (declared or not m.declares)
        )

    def statement(self, span: Span) -> tree.Statement | None:
        """The statement that holds a place; None if it could not be read."""
        for statement in self.program.statements:
            if statement.span.start <= span.start and span.end <= statement.span.end:
                return statement
        return None

    def chunk(self, offset: int) -> Chunk | None:
        """The tokens of the statement that holds a place, or is the last before it."""
        found = None
        for piece in statements(self.text):
            if isinstance(piece, Chunk):
                if piece.tokens[0].start > offset:
                    break
                found = piece
        return found

    def declared(self, line: str) -> Edit:
        """The edit that puts a declaration below the last one, or below the graph's name."""
        for sort in (tree.Declaration, tree.Header):
            ends = [s.span.end for s in self.program.statements if isinstance(s, sort)]
            if ends:
                return self._below(ends[-1], line)
        return Edit(Span(0, 0), line + self.newline)

    def appended(self, line: str) -> Edit:
        """The edit that puts a statement at the end."""
        end = len(self.text)
        before = "" if self.text.endswith("\n") else self.newline
        return Edit(Span(end, end), before + line + self.newline)

    def _below(self, offset: int, line: str) -> Edit:
        """A line of its own below one that ends with a statement and perhaps a comment."""
        stop = self.text.find("\n", offset)
        stop = len(self.text) if stop < 0 else stop
        rest = self.text[offset:stop].lstrip(" \t;")
        at = offset if rest.strip() and not rest.startswith("#") else stop
        if self.text[at - 1 : at + 1] == "\r\n":
            at -= 1
        return Edit(Span(at, at), self.newline + line)

    @property
    def newline(self) -> str:
        """How its lines end."""
        return "\r\n" if "\r\n" in self.text else "\n"


@lru_cache(maxsize=16)
def opened(text: str, name: str = "program") -> Document:
    """The document of a text, worked out once however often it is asked for."""
    return Document(Source(name, text))
