"""Bayesian networks in Hugin's `.net`, as Hugin, SamIam, bnlearn and pyAgrum write them."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from scm_compiler.diagnostics import ScmError, Source, Span
from scm_compiler.interop.codes.trees import NoTableNode
from scm_compiler.interop.document import Document
from scm_compiler.interop.network import Blocks, Conditional, Word, network_of, refusal
from scm_compiler.interop.network_xml import Parts
from scm_compiler.interop.told import Told, told, word
from scm_compiler.model.tables import Tables

FORM = "`.net`"
_TOKEN = re.compile(
    r"""(?P<skip>\s+|%[^\n]*)
      | (?P<quoted>"(?:[^"\\]|\\.)*")
      | (?P<sign>[{}();=|])
      | (?P<word>[^\s{}();=|"%]+)""",
    re.VERBOSE | re.DOTALL,
)
_NODES = ("node", "discrete")
_OTHERS = ("decision", "utility", "continuous", "function", "instance")


def read_net(source: Source, name: str | None = None) -> Document:
    """The network of a text; nodes are called by their names, not by their labels.

    Raises:
        ScmError: With exit code 2: E837 where it is no NET, E838 for nodes without a table, and
            as `network_of`.
    """
    return network_of(source, _Reader(source).read(), name)


def net_text(tables: Tables) -> str:
    """The network as Hugin reads it, the variable's own value changing fastest.

    Raises:
        ScmError: E827 if the tables cannot be told.
    """
    found = told(tables, FORM)
    lines = ["net {", f"  name = {word(tables.graph.name)};", "}"]
    lines += [line for one in found for line in _node(one)]
    lines += [line for one in found for line in _potential(one)]
    return "\n".join([*lines, ""])


def _node(one: Told) -> Iterator[str]:
    yield f"node {one.name} {{"
    states = " ".join(f'"{value}"' for value in one.values)
    yield f"  states = ({states});"
    yield from (f'  {key} = "{value}";' for key, value in one.properties.items())
    yield "}"


def _potential(one: Told) -> Iterator[str]:
    given = " ".join(parent.name for parent in one.parents)
    yield f"potential ({one.name}{f' | {given}' if given else ''}) {{"
    yield f"  data = {_nested(one.table.tolist())};"
    yield "}"


def _nested(numbers: object) -> str:
    """Numbers within brackets, as deep as the table."""
    if isinstance(numbers, list):
        return f"({' '.join(map(_nested, numbers))})"
    return repr(numbers)


@dataclass(frozen=True, slots=True)
class _Token:
    """A word, a quoted text without its quotes, or a sign."""

    text: str
    sort: str
    span: Span


class _Reader:
    """Reads tokens into blocks."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.parts = Parts(source, FORM)
        self.tokens = self._tokens()
        self.ahead = next(self.tokens, None)
        self.name = "network"

    def read(self) -> Blocks:
        while self.ahead is not None:
            first = self._next("`net`, `node` or `potential`")
            sort = first.text.lower()
            if first.sort == "word" and sort in ("net", "class"):
                self._net(sort)
            elif first.sort == "word" and sort in (*_NODES, *_OTHERS):
                self._node(first)
            elif first.sort == "word" and sort == "potential":
                self._potential()
            elif first.sort == "word" and self.ahead is not None and self.ahead.text == "=":
                self._until(";")  # an attribute of a class
            elif not (first.text == "}" and self.ahead is None):  # of `class NAME {`
                raise self._expected("`net`, `node` or `potential`", first)
        if not self.parts.variables:
            raise self._expected("a `node`", None)
        return Blocks(self.name, self.parts.variables, self.parts.tables)

    def _net(self, sort: str) -> None:
        if sort == "class":
            self.name = self._word("the name of the class").text
            self._sign("{")
            return
        told = self._attributes()
        self.name = " ".join(token.text for token in told.get("name", [])) or self.name

    def _node(self, first: _Token) -> None:
        sort, token = first.text.lower(), self._word("a node's name")
        if token.text.lower() == "node":
            token = self._word("a node's name")
        if sort in _OTHERS:
            raise refusal(self.source, NoTableNode(token.text, sort, span=token.span))
        said = self._attributes()
        values = [state.text for state in said.get("states", []) if state.sort != "sign"]
        properties = {
            key: tuple(" ".join(token.text for token in tokens).split())
            for key, tokens in said.items()
            if key.startswith("scmc_")
        }
        self.parts.declare(Word(token.text, token.span), values, properties)

    def _potential(self) -> None:
        self._sign("(")
        tokens = self._until(")")
        bars = [place for place, token in enumerate(tokens) if token.text == "|"]
        names = [Word(token.text, token.span) for token in tokens if token.sort != "sign"]
        if not names or len(bars) > 1 or bars not in ([], [1]) or (not bars and len(names) > 1):
            raise self._expected("a variable, perhaps `|` and its parents", self.last)
        said = self._attributes()
        child, *parents = names
        if "data" not in said:
            sort = "formula" if said else "potential without `data`"
            raise refusal(self.source, NoTableNode(child.text, sort, span=child.span))
        flat = [
            self.parts.number(token.text, token.span)
            for token in said["data"]
            if token.sort != "sign"
        ]
        table = Conditional(tuple(parents), child.span, flat=flat, fastest=True)
        self.parts.define(child, table)

    def _attributes(self) -> dict[str, list[_Token]]:
        """`{ name = value; … }`, the tokens of each value."""
        found: dict[str, list[_Token]] = {}
        self._sign("{")
        while (token := self._next("an attribute or `}`")).text != "}" or token.sort != "sign":
            if token.sort != "word":
                raise self._expected("an attribute or `}`", token)
            self._sign("=")
            found[token.text] = self._until(";")
        return found

    def _until(self, end: str) -> list[_Token]:
        found: list[_Token] = []
        while (token := self._next(f"`{end}`")).text != end or token.sort != "sign":
            if token.sort == "sign" and token.text in "{}":
                raise self._expected(f"`{end}`", token)
            found.append(token)
        return found

    def _word(self, what: str) -> _Token:
        token = self._next(what)
        if token.sort == "sign":
            raise self._expected(what, token)
        return token

    def _sign(self, text: str) -> None:
        token = self._next(f"`{text}`")
        if token.text != text or token.sort != "sign":
            raise self._expected(f"`{text}`", token)

    def _next(self, expected: str) -> _Token:
        token = self.ahead
        if token is None:
            raise self._expected(expected, None)
        self.ahead = next(self.tokens, None)
        self.last = token
        return token

    def _expected(self, what: str, token: _Token | None) -> ScmError:
        end = len(self.source.text.rstrip())
        span, found = (Span(end, end), "") if token is None else (token.span, token.text)
        return self.parts.wrong(what, found, span)

    def _tokens(self) -> Iterator[_Token]:
        text, at = self.source.text, 0
        while at < len(text):
            match = _TOKEN.match(text, at)
            if match is None:  # a quote that does not end
                raise self.parts.wrong("a name", text[at], Span(at, at + 1))
            at = match.end()
            if match.lastgroup != "skip":
                quoted = match.lastgroup == "quoted"
                body = match.group()[1:-1].replace('\\"', '"') if quoted else match.group()
                yield _Token(body, str(match.lastgroup), Span(*match.span()))
