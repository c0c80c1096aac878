"""Reads the text of DOT and of dagitty, which is a dialect of DOT, into statements.

More is read than either grammar allows, since what people have in files is more: names with signs
(`<5`, `Asy/Patch`), comments in dagitty, dagitty's arrows in DOT, a node called `Node`. `node`,
`edge` and `graph` are keywords only in small letters and only before `[` or `=`.

What no name holds without quotes, such as brackets, is the sign of another language and is
refused (`wording.py`): a script that was read as a list of names would be another graph.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from scm_compiler.diagnostics import Diagnostic, ScmError, Source, Span, refuse
from scm_compiler.interop.codes.graph_files import GraphSyntax, TooLarge
from scm_compiler.interop.graph_tokens import Token, Tokens
from scm_compiler.interop.wording import QUOTES, embedded, is_name, way_out

MOST_EDGES, MOST_NODES = 1_000_000, 200_000
DEEPEST = 100
ENDS = ("dir", "arrowhead", "arrowtail")
DOT_HEADERS = ("digraph", "graph")
HEADERS = ("dag", "pdag", "mag", "pag", *DOT_HEADERS)

_EDGES = re.compile(r"->|<-|--")
Attributes = Mapping[str, str]


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
        strict: Whether edges with the same ends are one edge, as DOT's `strict` has it.
    """

    header: str = "dag"
    name: str | None = None
    nodes: dict[str, Token] = field(default_factory=dict)
    attributes: dict[str, dict[str, str]] = field(default_factory=dict)
    edges: list[Edge] = field(default_factory=list)
    strict: bool = False


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
    named: dict[str, "tuple[_Scope, dict[str, Token]]"] = field(default_factory=dict)

    def inner(self, name: str | None) -> "tuple[_Scope, dict[str, Token]]":
        """The scope and the nodes of a subgraph, which goes on if its name was there before."""
        new = _Scope(self.node, self.edge), dict[str, Token]()
        return new if name is None else self.named.setdefault(name, new)


class _Reader:
    """Reads tokens into a `GraphText`, one token ahead."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.text = embedded(source.text)
        self.tokens = Tokens(self.text, self._wrong)
        self.end = 0
        self.headed = True
        self.found = GraphText()
        self.strict: dict[tuple[str, str, str], int] = {}
        self.assigned: list[Token] = []
        self.copied = 0
        self.now = self.tokens.after(None)

    def read(self) -> GraphText:
        if not self._header():
            if not _EDGES.search(self.text):  # dagitty's own rule for a text without one
                raise self._expected("`digraph {` or `dag {`")
            self.headed = False
            self._statements(_Scope(), 0)
            if not self.found.edges:  # those in the text stand in comments or quotes
                raise self._expected("`digraph {` or `dag {`")
        if self.now is not None:
            raise self._expected("the end of the file")
        for token in self.assigned:
            if token.text in self.found.nodes:
                raise self._expected("an arrow behind a node", token)
        return self.found

    def _header(self) -> bool:
        """Read `strict digraph NAME { … }`; False, and nothing read, if there is no header."""
        while self._is_word("strict"):
            self._take()
            self.found.strict = True
        if self.now is None or self.now.text.lower() not in HEADERS or not self.now.bare:
            if self.found.strict:
                raise self._expected("`digraph {`")
            return False
        self.found.header = self._take().text.lower()
        if self.now is not None and self.now.sort == "word":
            self.found.name = self._name("a name").text
        self._sign("{")
        self._statements(_Scope(), 0)
        self._sign("}")
        return True

    @property
    def _dot(self) -> bool:
        return self.headed and self.found.header in DOT_HEADERS

    def _statements(self, scope: _Scope, depth: int) -> dict[str, Token]:
        """Statements up to `}` or the end; the nodes that they mention."""
        if depth > DEEPEST:
            raise self._wrong(TooLarge(f"subgraphs lie {depth} deep", span=self._here))
        met: dict[str, Token] = {}
        while self.now is not None and not self._at("}"):
            met.update(self._statement(scope, depth))
        return met

    def _statement(self, scope: _Scope, depth: int) -> dict[str, Token]:
        if not depth:
            self._refuse_prose()
        listed = "," in self.tokens.between
        side = self._side(scope, depth)
        if self._at("="):  # of the graph, such as dagitty's bb
            self._take()
            value = self._word("a value")
            if value.bare and (value.text.startswith(">") or not self._dot):
                raise self._expected("a statement", value)  # `A => B`, `Y = X`
            if isinstance(side, Token):
                self.assigned.append(side)
            return {}
        if isinstance(side, Token) and _is_keyword(side) and self._at("["):
            self._default(side.text, scope)
            return {}
        sides, arrows = [self._members(side, scope)], []
        while self.now is not None and self.now.sort == "arrow":
            arrows.append(self._arrow())
            sides.append(self._members(self._side(scope, depth), scope))
        attributes = self._attributes()
        if arrows:
            more = self.now is not None and not self._at("}")
            if listed or (more and "," in self.tokens.between):
                raise self._wrong(GraphSyntax("`;` or `{A B}`", ",", span=arrows[0].span))
            self._edges(sides, arrows, scope.edge, attributes)
        elif isinstance(side, Token):
            self._node(side, attributes)
        return {name: token for some in sides for name, token in some.items()}

    def _arrow(self) -> Token:
        """An arrow, which no comma or semicolon parts from its ends."""
        parted = self.tokens.between
        arrow = self._take()
        if parted or self.tokens.between:
            raise self._expected("a name at both ends of an arrow", arrow)
        if self.now is not None and self.now.bare and self.now.text.startswith(">"):
            raise self._expected("a name")  # `-> >`
        return arrow

    def _node(self, node: Token, attributes: Attributes) -> None:
        """A node of its own; what belongs to an edge or begins a subgraph is no node."""
        bare = self.text[self.end - 1] != "]"
        if (bare and self.end > node.span.end) or any(end in attributes for end in ENDS):
            raise self._expected("an edge, which alone has such attributes and ports", node)
        first = not self.headed and len(self.found.nodes) == 1
        between = self.text[self.end : self.now.span.start] if self.now is not None else ""
        if bare and self._at("{") and (first or not re.search(r"[\n;,]", between)):
            raise self._expected("`digraph`, `dag` or `subgraph` before `{`", node)
        self.found.attributes[node.text].update(attributes)

    def _side(self, scope: _Scope, depth: int) -> Token | dict[str, Token]:
        """A name, or the nodes of a subgraph."""
        name = None
        if self._is_word("subgraph"):
            self._take()
            if self.now is not None and self.now.sort == "word":
                name = self._name("a name").text
        if not self._at("{"):
            token = self._name("a name, `{` or `}`")
            self._skip_port()
            return token
        here = self._take().span
        within, held = scope.inner(name)
        held.update(self._statements(within, depth + 1))
        self._sign("}")
        self.copied += len(held)
        if self.copied > MOST_EDGES:
            raise self._wrong(TooLarge("its subgraphs repeat their nodes too often", span=here))
        return held

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
        self,
        sides: list[dict[str, Token]],
        arrows: list[Token],
        defaults: Attributes,
        attributes: Attributes,
    ) -> None:
        said = {**defaults, **attributes}
        for arrow, left, right in zip(arrows, sides, sides[1:], strict=False):
            if len(self.found.edges) + len(left) * len(right) > MOST_EDGES:
                raise self._wrong(TooLarge(f"it has over {MOST_EDGES:,} edges", span=arrow.span))
            pairs = ((a, b) for a in left.values() for b in right.values())
            for edge in (Edge(a, arrow.text, b, said) for a, b in pairs):
                if not (self.found.strict and self._merged(edge, attributes)):
                    self.found.edges.append(edge)

    def _merged(self, edge: Edge, attributes: Attributes) -> bool:
        """Whether a strict graph has the edge already, which then takes the attributes."""
        ends = edge.left.text, edge.right.text
        if self.found.header == "graph":
            ends = min(ends), max(ends)
        place = self.strict.setdefault((*ends, edge.arrow), len(self.found.edges))
        if place == len(self.found.edges):
            return False
        first = self.found.edges[place]
        self.found.edges[place] = replace(first, attributes={**first.attributes, **attributes})
        return True

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
                name = self._name("an attribute or `]`").text.lower()
                found[name] = ""
                if self._at("="):
                    self._take()
                    value = self._word("a value")
                    if value.bare and value.text[0] in QUOTES:
                        raise self._expected("a value in straight quotes", value)
                    found[name] = value.text
            self._take()
        return found

    def _skip_port(self) -> None:
        """DOT's `node:port:compass`, where an edge is drawn to."""
        while self._at(":") and self._dot:
            self._take()
            self._name("a port")

    def _refuse_prose(self) -> None:
        """Without braces a statement ends with its line: else any sentence would be a graph."""
        if self.headed or not self.end or self.now is None or self.now.sort != "word":
            return
        between = self.text[self.end - 1 : self.now.span.start]
        if not re.search(r"[]}\n;,]", between):
            raise self._expected("an arrow or the end of the line")

    def _name(self, what: str) -> Token:
        """A name; without quotes it holds no sign that only another language has."""
        token = self._word(what)
        if token.bare and not is_name(token.text):
            raise self._expected(what, token)
        return token

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
        self.end = token.span.end
        self.now = self.tokens.after(token)
        return token

    @property
    def _here(self) -> Span:
        end = len(self.text.rstrip())
        return self.now.span if self.now is not None else Span(end, end)

    def _expected(self, what: str, token: Token | None = None) -> ScmError:
        token = token or self.now
        found, span = ("", self._here) if token is None else (token.text, token.span)
        return self._wrong(GraphSyntax(what, found, span=span))

    def _wrong(self, found: Diagnostic) -> ScmError:
        if isinstance(found, GraphSyntax):
            found = replace(found, hint=way_out(self.source.text))
        return refuse(found, source=self.source, exit_code=2)


def _is_keyword(token: Token) -> bool:
    return token.bare and token.text in ("node", "edge", "graph")
