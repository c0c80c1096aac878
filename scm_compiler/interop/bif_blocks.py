"""BIF as text: the blocks that a file consists of, each with its place.

A name or a value may be several words, or hold brackets and commas, as classes that `cut` of R and
of pandas names. How a list is to be split is told by how many values there are to be, and by the
names and values that the file declares. What the blocks say together is another matter; see
`network.py`.
"""

import re
from collections.abc import Callable, Container, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from scm_compiler.diagnostics import ScmError, Source, Span
from scm_compiler.interop.codes.bif import BifSyntax, BifTwice
from scm_compiler.interop.network import UNKNOWN, Blocks, Conditional, Variable, Word, refusal

_PLAIN = r'[^][(){}"/;|]*'
_NUMBERS = re.compile(r"([0-9eE.+,\s-]*);")
_ROW = re.compile(rf"\s*\(({_PLAIN})\)([0-9eE.+,\s-]*);")
_TOKEN = re.compile(
    r"""(?P<skip>\s+|//[^\n]*|/\*.*?\*/)
      | (?P<quoted>"[^"\n]*")
      | (?P<sign>[][{}(),;|])
      | (?P<word>(?:(?!//|/\*)[^][\s{}(),;|"])+)""",
    re.VERBOSE | re.DOTALL,
)


def read_blocks(source: Source) -> Blocks:
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
class _Written:
    """A `probability` block before it is known which names and values there are.

    Attributes:
        head: What stands in its brackets.
        bar: The place of the bar in the head; None without one.
        rows: Where the values of each row stand, and its numbers.
        flat: The numbers behind `table`.
        default: The numbers behind `default`.
    """

    head: tuple[Token, ...]
    bar: int | None
    rows: list[tuple[Span, list[float]]] = field(default_factory=list)
    flat: list[float] = field(default_factory=list)
    default: list[float] = field(default_factory=list)


class _Reader:
    """Reads tokens into blocks."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self._go_on(0)
        self.last: Token | None = None
        self.name = "network"
        self.variables: dict[str, Variable] = {}
        self.written: list[_Written] = []

    def read(self) -> Blocks:
        while self.ahead is not None:
            keyword = self._next("`network`, `variable` or `probability`")
            if keyword.text == "network":
                self.name = self._name("the network's name").text
                self._skip_block()
            elif keyword.text == "variable":
                self._variable()
            elif keyword.text == "probability":
                self._conditional()
            else:
                raise self._expected("`network`, `variable` or `probability`", keyword)
        if not self.variables:
            raise self._expected("a `variable` block", None)
        return Blocks(self.name, self.variables, dict(self._conditionals()))

    def _skip_block(self) -> None:
        depth = 1
        while depth:
            text = self._next("`}`").text
            depth += {"{": 1, "}": -1}.get(text, 0)

    def _variable(self) -> None:
        name = self._name("a variable's name")
        if name.text in self.variables:
            first = self.variables[name.text].span
            raise refusal(self.source, BifTwice("variable", name.text, first, span=name.span))
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
        listed = self._until("}", "a value or `}`", "{;|")
        self._sign(";")
        ways = list(self._splits(listed))
        values = next((way for way in ways if str(len(way)) == count.text), None)
        if values is None:
            found = f"{len(ways[0])}, the number of values listed" if ways else "values"
            raise self._expected(found, count)
        if len({value.text for value in values}) != len(values):
            raise self._expected("values that differ", listed[-1])
        return tuple(value.text for value in values)

    def _conditional(self) -> None:
        self._sign("(")
        head = self._until("{", "`|` or `)`", ";}")
        if len(head) < 2 or head[-1].text != ")" or not head[-1].sign:
            raise self._expected("a variable's name and `)`", head[-1] if head else self.last)
        del head[-1]
        bars = [place for place, token in enumerate(head) if token.sign and token.text == "|"]
        if len(bars) > 1 or bars == [0]:
            raise self._expected("a variable's name", head[bars[-1]])
        block = _Written(tuple(head), bars[0] if bars else None)
        self.written.append(block)
        while (token := self._next("a row or `}`")).text != "}":
            if token.text == "(" and token.sign:
                block.rows.extend(self._rows(token.span.start))
            elif token.text == "table":
                block.flat.extend(self._numbers())
            elif token.text == "default":
                block.default.extend(self._numbers())
            elif token.text == "property":
                self._property()
            else:
                raise self._expected("`table`, `default`, a row or `}`", token)

    def _rows(self, start: int) -> Iterator[tuple[Span, list[float]]]:
        """Where the values of rows stand, and their numbers: plain ones one after another."""
        at = start
        while plain := _ROW.match(self.source.text, at):
            numbers = _floats(plain[2])
            if not numbers:
                break
            at = plain.end()
            yield Span(*plain.span(1)), numbers
        if at > start:
            self._go_on(at)
            return
        tokens = self._until(";", "a value or `)`", "{}|")
        ends = [place for place, token in enumerate(tokens) if token.sign and token.text == ")"]
        if not ends:
            raise self._expected("a value or `)`", tokens[-1] if tokens else None)
        listed = Span(start + 1, tokens[ends[-1]].span.start)
        yield listed, self._each(tokens[ends[-1] + 1 :])

    def _conditionals(self) -> Iterator[tuple[str, Conditional]]:
        """The tables, once all variables are known."""
        first: dict[str, Span] = {}
        for block in self.written:
            name, parents = self._head(block)
            place = first.setdefault(name.text, name.span)
            if place is not name.span:
                wrong = BifTwice("table of", name.text, place, span=name.span)
                raise refusal(self.source, wrong)
            self._refuse_repeated(name, parents)
            known = [self._values(parent.text) for parent in parents]
            rows = [(self._values_of(at, known), numbers) for at, numbers in block.rows]
            yield (
                name.text,
                Conditional(tuple(parents), name.span, rows, block.flat, block.default),
            )

    def _head(self, block: _Written) -> tuple[Word, list[Word]]:
        """The variable and its parents; JavaBayes writes no bar between them."""

        def known(_: int) -> Container[str]:
            return self.variables

        if block.bar is None:
            name, *parents = self._chosen(block.head, known)
            return name, parents
        name = self._joined(block.head[: block.bar])
        return name, self._chosen(block.head[block.bar + 1 :], known)

    def _values(self, name: str) -> frozenset[str]:
        found = self.variables.get(name)
        return frozenset() if found is None else frozenset(found.values)

    def _values_of(self, at: Span, known: Sequence[frozenset[str]]) -> list[Word]:
        """The values in the brackets of a row."""
        text = self.source.text[at.start : at.end]
        if "," in text or len(known) == 1:
            simple = [piece.strip() for piece in text.split(",")]
            if len(simple) == len(known) and all(map(frozenset.__contains__, known, simple)):
                return [Word(piece, at) for piece in simple]
        tokens = list(_tokens(self.source, at.start, at.end))
        return self._chosen(
            tokens, lambda rank: known[rank] if rank < len(known) else (), len(known)
        )

    def _chosen(
        self,
        tokens: Sequence[Token],
        known: Callable[[int], Container[str]],
        count: int | None = None,
    ) -> list[Word]:
        """A list split so that all its entries are known, or as it is most likely meant."""
        ways = list(self._splits(tokens))
        for way in ways:
            every = all(word.text in known(rank) for rank, word in enumerate(way))
            if every and count in (None, len(way)):
                return way
        listed = any(token.sign and token.text == "," for token in tokens)
        usual = ways if listed else ways[::-1]
        return next((way for way in usual if len(way) == count), usual[0] if usual else [])

    def _splits(self, tokens: Sequence[Token]) -> Iterator[list[Word]]:
        """The ways to read a list: by commas outside of brackets, by commas, by words."""
        for nested in (True, False):
            pieces: list[list[Token]] = [[]]
            depth = 0
            for token in tokens:
                depth += nested and token.sign and {"[": 1, "(": 1}.get(token.text, 0)
                depth -= nested and token.sign and token.text in "])" and depth > 0
                if token.sign and token.text == "," and not depth:
                    pieces.append([])
                else:
                    pieces[-1].append(token)
            if any(pieces):
                yield [self._joined(piece) for piece in pieces if piece]
        words = [Word(token.text, token.span) for token in tokens if not token.sign]
        if words and all(not token.sign or token.text == "," for token in tokens):
            yield words

    def _joined(self, tokens: Sequence[Token]) -> Word:
        """Tokens as one name, with a blank where anything stood between them."""
        text = tokens[0].text
        for before, token in pairwise(tokens):
            text += (" " if before.span.end < token.span.start else "") + token.text
        return Word(text, tokens[0].span.cover(tokens[-1].span))

    def _refuse_repeated(self, name: Word, parents: Sequence[Word]) -> None:
        first: dict[str, Span] = {}
        for parent in parents:
            place = first.setdefault(parent.text, parent.span)
            if place is not parent.span:
                wrong = BifTwice(f"parent of `{name.text}`", parent.text, place, span=parent.span)
                raise refusal(self.source, wrong)

    def _name(self, what: str) -> Word:
        """A name of one or more words, and the brace behind it."""
        tokens = self._until("{", what, "}|;")
        for before, token in pairwise(tokens):
            if (before.text, token.text) == ("type", "discrete"):
                raise self._expected("`{`", before)
        if not tokens:
            raise self._expected(what, self.last)
        return self._joined(tokens)

    def _until(self, end: str, what: str, wrong: str) -> list[Token]:
        """The tokens before a sign, which is passed; signs of other places are refused."""
        found: list[Token] = []
        while (token := self._next(what)).text != end or not token.sign:
            if token.sign and token.text in wrong:
                raise self._expected(what, token)
            found.append(token)
        return found

    def _numbers(self) -> list[float]:
        """The numbers up to `;`, at once where nothing else stands among them."""
        start = len(self.source.text) if self.ahead is None else self.ahead.span.start
        plain = _NUMBERS.match(self.source.text, start)
        found = _floats(plain[1]) if plain else []
        if plain and found:
            self._go_on(plain.end())
            return found
        return self._each(self._until(";", "a number or `;`", "{}|"))

    def _each(self, tokens: Sequence[Token]) -> list[float]:
        return [self._number(token) for token in tokens if not (token.sign and token.text == ",")]

    def _number(self, token: Token) -> float:
        try:
            number = float(token.text)
        except ValueError:
            raise self._expected("a number", token) from None
        if not 0 <= number < float("inf") and number != UNKNOWN:
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

    def _go_on(self, at: int) -> None:
        """Read on from a place."""
        self.tokens = _tokens(self.source, at)
        self.ahead = next(self.tokens, None)

    def _next(self, expected: str) -> Token:
        token = self.ahead
        if token is None:
            raise self._expected(expected, None)
        self.ahead = next(self.tokens, None)
        self.last = token
        return token

    def _expected(self, what: str, token: Token | None) -> ScmError:
        end = len(self.source.text.rstrip())
        span, found = (Span(end, end), "") if token is None else (token.span, token.text)
        return refusal(self.source, BifSyntax(what, found, span=span))


def _floats(text: str) -> list[float]:
    """Probabilities with commas or blanks between them; none if there is anything else."""
    try:
        found = [float(one) for one in text.replace(",", " ").split()]
    except ValueError:
        return []
    return found if found and min(found) >= 0 and max(found) < float("inf") else []


def _tokens(source: Source, at: int = 0, end: int | None = None) -> Iterator[Token]:
    text, end = source.text, len(source.text) if end is None else end
    while at < end:
        match = _TOKEN.match(text, at, end)
        if match is None:  # a quote or a comment that does not end
            wrong = BifSyntax("a name", text[at], span=Span(at, at + 1))
            raise refusal(source, wrong)
        at = match.end()
        if match.lastgroup != "skip":
            written = match.group()
            quoted = match.lastgroup == "quoted"
            body = written[1:-1] if quoted else written
            yield Token(body, match.lastgroup == "sign", Span(*match.span()))
