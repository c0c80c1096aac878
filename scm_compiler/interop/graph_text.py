"""Reads the text of DOT and of dagitty, which is a dialect of DOT, into statements.

More is read than either grammar allows, since what people have in files is more: names with any
signs (`<5`, `Asy/Patch`), comments in dagitty, dagitty's arrows in DOT, a node called `Node`.
`node`, `edge` and `graph` are keywords only in small letters and only before `[` or `=`.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from scm_compiler.diagnostics import Diagnostic, ScmError, Source, Span, refuse
from scm_compiler.diagnostics.codes.graph_files import GraphSyntax, TooLarge

MOST_EDGES, MOST_NODES = 1_000_000, 200_000
DEEPEST = 100
HEADERS = ("dag", "pdag", "mag", "pag", "digraph", "graph")
ARROWS = ("->", "<-", "<->", "--", "@->", "<-@", "@-@", "@--", "--@")

# No group is repeated possessively: Python 3.11.2 then overlooks the lookahead in it.
_TOKEN = re.compile(
    r"""(?P<skip>[\s;,]++|//[^\n]*+|/\*.*?\*/)
      | (?P<arrow>@->|<-@|@-@|@--|--@|<->|->|<-|--)
      | (?P<quoted>"[^"\\]*+(?:\\.[^"\\]*+)*")
      | (?P<sign>[][{}=:+])
      | (?P<word>(?:(?!@->|@-@|@--|--|->|<-|//|/\*)[^][\s{}=:;,"+])+)""",
    re.VERBOSE | re.DOTALL,
)
_EDGES = re.compile(r"->|<-|--")

Attributes = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Token:
    """A word, a sign or an arrow.

    Attributes:
        text: Without quotes.
        sort: `word` (also a quoted one), `sign` or `arrow`.
        span: Where it stands.
        bare: Whether it stands without quotes.
    """

    text: str
    sort: str
    span: Span
    bare: bool = True


@dataclass(frozen=True, slots=True)
class Edge:
    """An edge as written: `left ARROW right`."""

    left: Token
    arrow: str
    right: Token
    attributes: Attributes


@dataclass
class GraphText:
    """What a text says, in order.

    Attributes:
        header: Such as `digraph`; `dag` if the text has none.
        name: The graph's name, if it has one.
        nodes: The first mention of each node.
        attributes: Of each node, by name; an attribute without a value has an empty one.
        edges: Every pair of every edge statement.
    """

    header: str = "dag"
    name: str | None = None
    nodes: dict[str, Token] = field(default_factory=dict)
    attributes: dict[str, dict[str, str]] = field(default_factory=dict)
    edges: list[Edge] = field(default_factory=list)


def read_graph_text(source: Source) -> GraphText:
    """The statements of a text.

    Raises:
        ScmError: With exit code 2: E821 where it cannot be read, E824 if it says too much.
    """
    return _Reader(source).read()


@dataclass(slots=True)
class _Scope:
    """The attributes that nodes and edges have if they say nothing else."""

    node: Attributes = field(default_factory=dict)
    edge: Attributes = field(default_factory=dict)


class _Reader:
    """Reads tokens into a `GraphText`, one token ahead."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.at = 0
        self.now = self._next()
        self.found = GraphText()

    def read(self) -> GraphText:
        if not self._header():
            if not _EDGES.search(self.source.text):  # dagitty's own rule for a text without one
                raise self._expected("`digraph {` or `dag {`")
            self._statements(_Scope(), 0)
        if self.now is not None:
            raise self._expected("the end of the file")
        return self.found

    def _header(self) -> bool:
        """Read `strict digraph NAME { … }`; False, and nothing read, if there is no header."""
        while self._is_word("strict"):
            self._take()
        if self.now is None or self.now.text.lower() not in HEADERS or not self.now.bare:
            return False
        self.found.header = self._take().text.lower()
        if self.now is not None and self.now.sort == "word":
            self.found.name = self._word("a name").text
        self._sign("{")
        self._statements(_Scope(), 0)
        self._sign("}")
        return True

    def _statements(self, scope: _Scope, depth: int) -> dict[str, Token]:
        """Statements up to `}` or the end; the nodes that they mention."""
        if depth > DEEPEST:
            raise self._wrong(TooLarge(f"subgraphs lie {depth} deep", span=self._here))
        met: dict[str, Token] = {}
        while self.now is not None and not self._at("}"):
            met.update(self._statement(scope, depth))
        return met

    def _statement(self, scope: _Scope, depth: int) -> dict[str, Token]:
        side = self._side(scope, depth)
        if self._at("="):  # of the graph, such as dagitty's bb
            self._take()
            self._word("a value")
            return {}
        if isinstance(side, Token) and _is_keyword(side) and self._at("["):
            self._default(side.text, scope)
            return {}
        sides, arrows = [self._members(side, scope)], []
        while self.now is not None and self.now.sort == "arrow":
            arrows.append(self._take())
            sides.append(self._members(self._side(scope, depth), scope))
        attributes = self._attributes()
        if arrows:
            self._edges(sides, arrows, {**scope.edge, **attributes})
        elif isinstance(side, Token):
            self.found.attributes[side.text].update(attributes)
        return {name: token for some in sides for name, token in some.items()}

    def _side(self, scope: _Scope, depth: int) -> Token | dict[str, Token]:
        """A name, or the nodes of a subgraph."""
        if self._is_word("subgraph"):
            self._take()
            if self.now is not None and self.now.sort == "word":
                self._word("a name")
        if not self._at("{"):
            token = self._word("a name, `{` or `}`")
            self._skip_port()
            return token
        self._take()
        met = self._statements(_Scope(scope.node, scope.edge), depth + 1)
        self._sign("}")
        return met

    def _members(self, side: Token | dict[str, Token], scope: _Scope) -> dict[str, Token]:
        """The nodes of a side, noted as mentioned."""
        if not isinstance(side, Token):
            return side
        if side.text not in self.found.nodes:
            if len(self.found.nodes) == MOST_NODES:
                raise self._wrong(TooLarge(f"it has over {MOST_NODES:,} nodes", span=side.span))
            self.found.nodes[side.text] = side
            self.found.attributes[side.text] = dict(scope.node)
        return {side.text: side}

    def _edges(
        self, sides: list[dict[str, Token]], arrows: list[Token], attributes: Attributes
    ) -> None:
        for arrow, left, right in zip(arrows, sides, sides[1:], strict=False):
            if len(self.found.edges) + len(left) * len(right) > MOST_EDGES:
                raise self._wrong(TooLarge(f"it has over {MOST_EDGES:,} edges", span=arrow.span))
            pairs = ((a, b) for a in left.values() for b in right.values())
            self.found.edges.extend(Edge(a, arrow.text, b, attributes) for a, b in pairs)

    def _default(self, keyword: str, scope: _Scope) -> None:
        attributes = self._attributes()
        if keyword == "node":
            scope.node = {**scope.node, **attributes}
        elif keyword == "edge":
            scope.edge = {**scope.edge, **attributes}

    def _attributes(self) -> dict[str, str]:
        """`[a=b, c]`, perhaps several times."""
        found: dict[str, str] = {}
        while self._at("["):
            self._take()
            while not self._at("]"):
                name = self._word("an attribute or `]`").text.lower()
                found[name] = ""
                if self._at("="):
                    self._take()
                    found[name] = self._word("a value").text
            self._take()
        return found

    def _skip_port(self) -> None:
        """DOT's `node:port:compass`, where an edge is drawn to."""
        while self._at(":"):
            self._take()
            self._word("a port")

    def _word(self, what: str) -> Token:
        """A name or value; DOT joins quoted ones by `+`."""
        if self.now is None or self.now.sort != "word":
            raise self._expected(what)
        token = self._take()
        while not token.bare and self._at("+"):
            self._take()
            more = self._word("a quoted text")
            token = Token(token.text + more.text, "word", token.span.cover(more.span), bare=False)
        return token

    def _sign(self, text: str) -> None:
        if not self._at(text):
            raise self._expected(f"`{text}`")
        self._take()

    def _at(self, sign: str) -> bool:
        return self.now is not None and self.now.sort == "sign" and self.now.text == sign

    def _is_word(self, text: str) -> bool:
        return self.now is not None and self.now.bare and self.now.text.lower() == text

    def _take(self) -> Token:
        token = self.now
        assert token is not None
        self.now = self._next(value=token.sort == "sign" and token.text == "=")
        return token

    def _next(self, *, value: bool = False) -> Token | None:
        """The token that follows; None at the end.

        Args:
            value: Whether an attribute's value is due, which may be DOT's `<markup>`.
        """
        text = self.source.text
        while self.at < len(text):
            start = self.at
            if text[start] == "#" and not value:
                self.at = (text.find("\n", start) + 1) or len(text)
                continue
            if text[start] == "<" and value:
                return self._markup(start)
            match = _TOKEN.match(text, start)
            if match is None:  # a quote or a comment that does not end
                raise self._wrong(GraphSyntax("a name", text[start], span=Span(start, start + 1)))
            self.at = match.end()
            if match.lastgroup != "skip":
                return _token(match)
        return None

    def _markup(self, start: int) -> Token:
        """DOT's HTML-like text, up to the `>` that closes it."""
        depth = 0
        for match in re.compile("[<>]").finditer(self.source.text, start):
            depth += 1 if match.group() == "<" else -1
            if not depth:
                self.at = match.end()
                span = Span(start, self.at)
                return Token(self.source.text[start : self.at], "word", span, bare=False)
        raise self._wrong(GraphSyntax("`>`", "", span=Span(start, start + 1)))

    @property
    def _here(self) -> Span:
        end = len(self.source.text.rstrip())
        return self.now.span if self.now is not None else Span(end, end)

    def _expected(self, what: str) -> ScmError:
        found = "" if self.now is None else self.now.text
        return self._wrong(GraphSyntax(what, found, span=self._here))

    def _wrong(self, found: Diagnostic) -> ScmError:
        return refuse(found, source=self.source, exit_code=2)


def _token(match: re.Match[str]) -> Token:
    sort, text, span = str(match.lastgroup), match.group(), Span(*match.span())
    if sort != "quoted":
        return Token(text, sort, span)
    body = text[1:-1].replace('\\"', '"').replace("\\\n", "")
    return Token(body, "word", span, bare=False)


def _is_keyword(token: Token) -> bool:
    return token.bare and token.text in ("node", "edge", "graph")
