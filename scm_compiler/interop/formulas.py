"""Graphs written as formulas: lavaan's models and the calls of ggdag's `dagify`.

`Y ~ X + Z` says that X and Z cause Y, `X ~~ Y` that they share a hidden cause, and lavaan's
`F =~ X + Y` that the unobserved F causes X and Y. Nothing is run: what is no formula is refused.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from scm_compiler.diagnostics import ScmError, Source, Span, refuse
from scm_compiler.interop.codes.graph_files import GraphSyntax
from scm_compiler.interop.document import Document
from scm_compiler.interop.graph_text import Edge, GraphText
from scm_compiler.interop.graph_tokens import Token
from scm_compiler.interop.translate import translate

_COMMENT = re.compile(r"[#!][^\n]*")
_ASSIGNED = re.compile(
    r"\s*(?:[\w.]+\s*(?:<-|=(?!~))\s*)?(?P<quote>['\"])(?P<text>.*)(?P=quote)\s*", re.S
)
_CONTINUED = re.compile(r"(?<=[+~*])[ \t]*\n|\n(?=[ \t\n]{0,99}[+~*])")
_OPERATOR = re.compile(r"=~|<~|~~|:=|==|~|<|>|\|")
_SILENT = (":=", "==", "<", ">", "|")
"""What is said of parameters and thresholds, and not of arrows."""

_NAME = re.compile(r"[^\W\d][\w.]*|\.[\w.]+|`[^`\n]+`")
_ZERO = re.compile(r"[+-]?0*\.?0+")
_NUMBER = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?")
_CALL = re.compile(r"\s*(?:[\w.]+\s*(?:<-|=)\s*)?(?:ggdag::)?dagify\s*\(")
_NAMED = re.compile(r"\s*([\w.]+)\s*=(?![=~])")
_MARKS = ("exposure", "outcome", "latent")
_SKIPPED = ("labels", "coords")


def read_lavaan(source: Source, name: str = "graph") -> Document:
    """The graph of a model of lavaan, perhaps in the quotes of an assignment of R.

    Latent variables are left out by latent projection. Variances, intercepts, thresholds and what
    is said of parameters are skipped; a term that is fixed to zero is no arrow.

    Raises:
        ScmError: E821 with exit code 2 where it cannot be read, and as `translate`.
    """
    text = _blanked(_COMMENT, source.text)
    quoted = _ASSIGNED.fullmatch(text)
    start, end = quoted.span("text") if quoted else (0, len(text))
    whole = _CONTINUED.sub(lambda found: " " * len(found[0]), text[:end])
    formulas = _Formulas(source)
    for match in re.compile(r"[^\n;]+").finditer(whole, start):
        if match[0].strip():
            formulas.add(_Piece(match[0], match.start()))
    return formulas.document(name)


def read_dagify(source: Source, name: str = "graph") -> Document:
    """The graph of a call of `dagify`, perhaps assigned: its formulas, exposure, outcome, latents.

    Raises:
        ScmError: E821 with exit code 2 where it cannot be read, and as `translate`.
    """
    text = _blanked(re.compile(r"#[^\n]*"), source.text)
    formulas = _Formulas(source)
    call = _CALL.match(text)
    whole = _Piece(text, 0)
    if call is None:
        raise formulas.expected("`dagify(`", whole.stripped())
    pieces, end = _arguments(text, call.end())
    if text[end - 1 : end] != ")":
        raise formulas.expected("`)`", _Piece("", len(text.rstrip())))
    if text[end:].strip():
        raise formulas.expected("the end of the file", _Piece(text[end:], end).stripped())
    for piece in pieces:
        named = _NAMED.match(piece.text)
        if named is None:
            formulas.add(piece)
        elif named[1] in _MARKS:
            formulas.mark(named[1], _Piece(piece.text[named.end() :], piece.start + named.end()))
        elif named[1] not in _SKIPPED:
            raise formulas.expected("a formula, `exposure`, `outcome` or `latent`", piece)
    return formulas.document(name)


@dataclass(frozen=True)
class _Piece:
    """A part of the text, and where it begins."""

    text: str
    start: int

    def stripped(self) -> "_Piece":
        left = len(self.text) - len(self.text.lstrip())
        return _Piece(self.text.strip(), self.start + left)

    def split(self, sign: str) -> Iterator["_Piece"]:
        """The parts between a sign that stands outside of brackets and quotes."""
        depth, quote, begin = 0, "", 0
        for place, letter in enumerate(self.text):
            if quote:
                quote = "" if letter == quote else quote
            elif letter in "'\"`":
                quote = letter
            elif letter == sign and not depth:
                yield _Piece(self.text[begin:place], self.start + begin).stripped()
                begin = place + 1
            else:
                depth += {"(": 1, ")": -1}.get(letter, 0)
        yield _Piece(self.text[begin:], self.start + begin).stripped()

    @property
    def span(self) -> Span:
        return Span(self.start, self.start + max(1, len(self.text)))


class _Formulas:
    """Collects formulas into the text of a graph."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.found = GraphText()

    def document(self, name: str) -> Document:
        if not self.found.nodes:
            raise self.expected(
                "a formula such as `Y ~ X`", _Piece(self.source.text, 0).stripped()
            )
        return translate(self.source, self.found, name, (1.0, 1.0))

    def add(self, piece: _Piece) -> None:
        """Read `LEFT OPERATOR TERM + TERM`."""
        piece = piece.stripped()
        operator = _OPERATOR.search(piece.text)
        if operator is None:
            raise self.expected("a formula such as `Y ~ X`", piece)
        if operator[0] in _SILENT:
            return
        left = _Piece(piece.text[: operator.start()], piece.start)
        right = _Piece(piece.text[operator.end() :], piece.start + operator.end())
        lefts = [self._node(one) for one in left.split("+")]
        if operator[0] == "=~":
            for node in lefts:
                self.found.attributes[node.text]["latent"] = ""
        for term in right.split("+"):
            self._term(lefts, operator[0], term)

    def mark(self, mark: str, piece: _Piece) -> None:
        """Read the names of `"x"` or `c("x", "y")`."""
        for match in re.finditer(r"""(['"])(.+?)\1""", piece.text):
            span = Span(piece.start + match.start(), piece.start + match.end())
            self._mention(match[2], span)
            self.found.attributes[match[2]][mark] = ""

    def _term(self, lefts: list[Token], operator: str, term: _Piece) -> None:
        *modifiers, variable = term.split("*")
        fixed = any(_ZERO.fullmatch(modifier.text) for modifier in modifiers)
        if fixed or _NUMBER.fullmatch(variable.text):  # no arrow, or an intercept
            return
        node = self._node(variable)
        for left in lefts:
            ends = (left, node) if operator in ("=~", "~~") else (node, left)
            if operator != "~~":
                self.found.edges.append(Edge(ends[0], "->", ends[1], {}))
            elif left.text != node.text:  # else it is a variance
                ends = (min(ends, key=_text), max(ends, key=_text))
                self.found.edges.append(Edge(ends[0], "<->", ends[1], {}))

    def _node(self, piece: _Piece) -> Token:
        if not _NAME.fullmatch(piece.text):
            raise self.expected("a name", piece)
        return self._mention(piece.text.strip("`"), piece.span)

    def _mention(self, name: str, span: Span) -> Token:
        token = Token(name, "word", span, bare=False)
        self.found.nodes.setdefault(name, token)
        self.found.attributes.setdefault(name, {})
        return token

    def expected(self, what: str, piece: _Piece) -> ScmError:
        """The refusal of a piece."""
        found = piece.text.partition("\n")[0]
        wrong = GraphSyntax(what, found, span=_Piece(found, piece.start).span)
        return refuse(wrong, source=self.source, exit_code=2)


def _arguments(text: str, start: int) -> tuple[list[_Piece], int]:
    """The arguments of a call, and the place behind its closing bracket."""
    depth, quote, end = 1, "", start
    while depth and end < len(text):
        letter = text[end]
        if quote:
            quote = "" if letter == quote else quote
        elif letter in "'\"`":
            quote = letter
        else:
            depth += {"(": 1, ")": -1}.get(letter, 0)
        end += 1
    inner = _Piece(text[start : end - 1 if not depth else end], start)
    return [piece for piece in inner.split(",") if piece.text], end if not depth else start


def _blanked(pattern: re.Pattern[str], text: str) -> str:
    """The text with blanks in place of a pattern, so that places stay."""
    return pattern.sub(lambda found: " " * len(found[0]), text)


def _text(token: Token) -> str:
    return token.text
