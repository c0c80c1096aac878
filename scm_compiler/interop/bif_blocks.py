"""BIF as text: the blocks that a file consists of, each with its place.

What the blocks say together is another matter; see `bif.py`.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from scm_compiler.diagnostics import Diagnostic, ScmError, Source, Span, refuse
from scm_compiler.interop.codes.bif import BifSyntax, BifTwice

_NUMBERS = re.compile(r"([0-9eE.+,\s-]*);")
_TOKEN = re.compile(
    r"""(?P<skip>\s+|//[^\n]*|/\*.*?\*/)
      | (?P<quoted>"[^"\n]*")
      | (?P<sign>[][{}(),;|])
      | (?P<word>(?:(?!//|/\*)[^][\s{}(),;|"])+)""",
    re.VERBOSE | re.DOTALL,
)


def read_blocks(source: Source) -> "Blocks":
    """The blocks of a file.

    Raises:
        ScmError: E680 or E683 with exit code 2 where the text is no BIF or says a thing twice.
    """
    return _Reader(source).read()


@dataclass(frozen=True, slots=True)
class Token:
    """A word, a quoted name without its quotes, or a sign."""

    text: str
    sign: bool
    span: Span


@dataclass(frozen=True, slots=True)
class Variable:
    """A `variable` block.

    Attributes:
        values: As the tables name them.
        span: Where it is declared.
        properties: The words of each property, by its name.
    """

    values: tuple[str, ...]
    span: Span
    properties: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Conditional:
    """A `probability` block as written."""

    parents: tuple[Token, ...]
    span: Span
    rows: list[tuple[tuple[Token, ...], list[float]]] = field(default_factory=list)
    flat: list[float] = field(default_factory=list)
    default: list[float] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Blocks:
    """What a file says, block by block.

    Attributes:
        name: Of the `network` block.
        variables: By their name in the file.
        conditionals: The `probability` block of each variable that has one.
    """

    name: str
    variables: dict[str, Variable]
    conditionals: dict[str, Conditional]


class _Reader:
    """Reads tokens into blocks."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.tokens = _tokens(source)
        self.ahead = next(self.tokens, None)
        self.name = "network"
        self.variables: dict[str, Variable] = {}
        self.conditionals: dict[str, Conditional] = {}

    def read(self) -> Blocks:
        while self.ahead is not None:
            keyword = self._next("`network`, `variable` or `probability`")
            if keyword.text == "network":
                self.name = self._word("the network's name").text
                self._skip_block()
            elif keyword.text == "variable":
                self._variable()
            elif keyword.text == "probability":
                self._conditional()
            else:
                raise self._expected("`network`, `variable` or `probability`", keyword)
        if not self.variables:
            raise self._expected("a `variable` block", None)
        return Blocks(self.name, self.variables, self.conditionals)

    def _skip_block(self) -> None:
        self._sign("{")
        depth = 1
        while depth:
            text = self._next("`}`").text
            depth += {"{": 1, "}": -1}.get(text, 0)

    def _variable(self) -> None:
        name = self._word("a variable's name")
        self._first("variable", name, self.variables.get(name.text))
        self._sign("{")
        values: tuple[str, ...] = ()
        properties: dict[str, tuple[str, ...]] = {}
        while (token := self._next("`type` or `}`")).text != "}":
            if token.text == "type" and not values:
                values = self._type()
            elif token.text == "property":
                key, *words = self._property()
                properties[key] = tuple(word for word in words if word != "=")
            else:
                raise self._expected("`type`, `property` or `}`", token)
        if not values:
            raise self._expected("`type discrete`", token)
        self.variables[name.text] = Variable(values, name.span, properties)

    def _type(self) -> tuple[str, ...]:
        self._sign("discrete")
        self._sign("[")
        count = self._word("the number of values")
        self._sign("]")
        self._sign("{")
        values = self._list("}", "a value")
        self._sign(";")
        if str(len(values)) != count.text:
            raise self._expected(f"{len(values)}, the number of values listed", count)
        if len({value.text for value in values}) != len(values):
            raise self._expected("values that differ", values[-1])
        return tuple(value.text for value in values)

    def _conditional(self) -> None:
        self._sign("(")
        name = self._word("a variable's name")
        self._first("table of", name, self.conditionals.get(name.text))
        token = self._next("`|` or `)`")
        if token.text not in ("|", ")"):
            raise self._expected("`|` or `)`", token)
        parents = tuple(self._list(")", "a parent's name")) if token.text == "|" else ()
        self._refuse_repeated(name, parents)
        block = self.conditionals[name.text] = Conditional(parents, name.span)
        self._sign("{")
        while (token := self._next("a row or `}`")).text != "}":
            if token.text == "(":
                block.rows.append((tuple(self._list(")", "a value")), self._numbers()))
            elif token.text == "table":
                block.flat.extend(self._numbers())
            elif token.text == "default":
                block.default.extend(self._numbers())
            elif token.text == "property":
                self._property()
            else:
                raise self._expected("`table`, `default`, a row or `}`", token)

    def _refuse_repeated(self, name: Token, parents: Sequence[Token]) -> None:
        first: dict[str, Span] = {}
        for parent in parents:
            place = first.setdefault(parent.text, parent.span)
            if place is not parent.span:
                wrong = BifTwice(f"parent of `{name.text}`", parent.text, place, span=parent.span)
                raise refusal(self.source, wrong)

    def _first(self, what: str, name: Token, other: Variable | Conditional | None) -> None:
        if other is not None:
            raise refusal(self.source, BifTwice(what, name.text, other.span, span=name.span))

    def _list(self, end: str, what: str) -> list[Token]:
        items: list[Token] = []
        while (token := self._next(f"{what} or `{end}`")).text != end or not token.sign:
            if token.sign and token.text != ",":
                raise self._expected(f"{what} or `{end}`", token)
            if not token.sign:
                items.append(token)
        return items

    def _numbers(self) -> list[float]:
        """The numbers up to `;`, at once where nothing else stands among them."""
        start = len(self.source.text) if self.ahead is None else self.ahead.span.start
        plain = _NUMBERS.match(self.source.text, start)
        try:
            found = [float(one) for one in plain[1].replace(",", " ").split()] if plain else []
        except ValueError:
            found = []
        if plain and found and min(found) >= 0 and max(found) < float("inf"):
            self.tokens = _tokens(self.source, plain.end())
            self.ahead = next(self.tokens, None)
            return found
        return [self._number(token) for token in self._list(";", "a number")]

    def _number(self, token: Token) -> float:
        try:
            number = float(token.text)
        except ValueError:
            raise self._expected("a number", token) from None
        if not 0 <= number < float("inf"):
            raise self._expected("a probability", token)
        return number

    def _property(self) -> list[str]:
        """The words up to `;`; at least one."""
        words = [self._next("a property").text]
        while (token := self._next("`;`")).text != ";":
            words.append(token.text)
        return words

    def _word(self, what: str) -> Token:
        token = self._next(what)
        if token.sign:
            raise self._expected(what, token)
        return token

    def _sign(self, text: str) -> None:
        token = self._next(f"`{text}`")
        if token.text != text:
            raise self._expected(f"`{text}`", token)

    def _next(self, expected: str) -> Token:
        token = self.ahead
        if token is None:
            raise self._expected(expected, None)
        self.ahead = next(self.tokens, None)
        return token

    def _expected(self, what: str, token: Token | None) -> ScmError:
        end = len(self.source.text.rstrip())
        span, found = (Span(end, end), "") if token is None else (token.span, token.text)
        return refusal(self.source, BifSyntax(what, found, span=span))


def _tokens(source: Source, at: int = 0) -> Iterator[Token]:
    text = source.text
    while at < len(text):
        match = _TOKEN.match(text, at)
        if match is None:  # a quote or a comment that does not end
            wrong = BifSyntax("a name", text[at], span=Span(at, at + 1))
            raise refusal(source, wrong)
        at = match.end()
        if match.lastgroup != "skip":
            written = match.group()
            quoted = match.lastgroup == "quoted"
            body = written[1:-1] if quoted else written
            yield Token(body, match.lastgroup == "sign", Span(*match.span()))


def refusal(source: Source, wrong: Diagnostic) -> ScmError:
    """The refusal of a file."""
    return refuse(wrong, source=source, exit_code=2)
