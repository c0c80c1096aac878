"""An LALR(1) parser that runs on ready tables (Aho, Sethi and Ullman 1986, section 4.7).

`grammars/tabulate.py` makes the tables from `grammars/NAME.lark` and says what they hold. They are
shipped, since to make them takes longer than all else that a short command does.
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, Self

from scm_compiler.diagnostics import Span

TABLES = Path(__file__).with_name("tables")

END = "$END"
_REFUSED = -(10**9)


class Token(str):
    """A word of a text.

    Attributes:
        type: The terminal of the grammar.
        start: The offset at which it starts.
    """

    __slots__ = ("start", "type")
    type: str
    start: int

    def __new__(cls, text: str, terminal: str, start: int) -> Self:
        """A token of this text."""
        token = super().__new__(cls, text)
        token.type, token.start = terminal, start
        return token

    @property
    def span(self) -> Span:
        """Its place."""
        return Span(self.start, self.start + len(self))


class Phrase(list[Any]):
    """What a rule is reduced from: tokens, what their rules gave, None for what was left out.

    Attributes:
        start: The offset at which it starts.
        end: The offset behind it.
    """

    __slots__ = ("end", "start")
    start: int
    end: int

    @property
    def span(self) -> Span:
        """Its place."""
        return Span(self.start, self.end)


class UnexpectedTokenError(Exception):
    """A token that cannot stand where it does.

    Attributes:
        token: The token; an empty one of the type `END` behind the last.
        accepts: The terminals that could stand there.
    """

    def __init__(self, token: Token, accepts: frozenset[str]) -> None:
        super().__init__(token)
        self.token, self.accepts = token, accepts

    def expected(self, words: Mapping[str, str]) -> tuple[str, ...]:
        """What could stand there, in the order of `words`, each phrase once.

        Args:
            words: A phrase for each terminal; several may share one, and one without a phrase is
                not offered to the user.
        """
        return tuple(dict.fromkeys(words[name] for name in words if name in self.accepts))


class Parser:
    """The parser of a grammar.

    Args:
        grammar: `scm` or `query`.
        builder: Has a method for each rule, which takes its `Phrase` and gives the rule's value;
            what a rule of a name with `_` holds becomes a part of the phrase above.
    """

    def __init__(self, grammar: str, builder: object) -> None:
        tables: dict[str, Any] = json.loads((TABLES / f"{grammar}.json").read_bytes())
        self._terminals = re.compile(tables["terminals"])
        self._keywords: dict[str, str] = tables["keywords"]
        self._rules = [
            (name, length, blanks, None if name[0] == "_" else getattr(builder, name))
            for name, length, blanks in tables["rules"]
        ]
        self._states: list[dict[str, int]] = tables["states"]

    def tokens(self, text: str) -> Iterator[Token]:
        """The tokens of a text, without the space between them."""
        for match in self._terminals.finditer(text):
            terminal, word = match.lastgroup, match.group()
            if terminal == "WORD":
                yield Token(word, self._keywords.get(word, "WORD"), match.start())
            elif terminal != "SPACE":
                yield Token(word, str(terminal), match.start())

    def parse(self, tokens: Iterable[Token]) -> Any:  # noqa: ANN401  (as the builder gives it)
        """The value of the start rule.

        Raises:
            UnexpectedTokenError: If the tokens do not obey the grammar.
        """
        states = [0]
        values: list[Any] = []
        places: list[tuple[int, int]] = []
        for token in _ended(tokens):
            while (action := self._states[states[-1]].get(token.type, _REFUSED)) < 0:
                if action == _REFUSED:
                    raise UnexpectedTokenError(token, self._accepted(states))
                name, length, blanks, build = self._rules[-1 - action]
                phrase = _phrase(values[-length:], blanks)
                phrase.start, phrase.end = places[-length][0], places[-1][1]
                for stack in (states, values, places):
                    del stack[-length:]
                states.append(self._states[states[-1]][name])
                values.append(phrase if build is None else build(phrase))
                places.append((phrase.start, phrase.end))
            states.append(action)
            values.append(token)
            places.append((token.start, token.start + len(token)))
        return values[0]

    def _accepted(self, states: list[int]) -> frozenset[str]:
        """The terminals that could stand next."""
        known = (name for name in self._states[states[-1]] if name.isupper())
        return frozenset(name for name in known if self._fits(name, [*states]))

    def _fits(self, terminal: str, states: list[int]) -> bool:
        """Whether a terminal is shifted once all has been reduced that it ends."""
        while (action := self._states[states[-1]].get(terminal, _REFUSED)) < 0:
            if action == _REFUSED:
                return False
            name, length, *_ = self._rules[-1 - action]
            del states[-length:]
            states.append(self._states[states[-1]][name])
        return True


def _ended(tokens: Iterable[Token]) -> Iterator[Token]:
    """The tokens, and one of the type `END` behind the last."""
    end = 0
    for token in tokens:
        yield token
        end = token.start + len(token)
    yield Token("", END, end)


def _phrase(values: list[Any], blanks: list[int]) -> Phrase:
    """The values of a rule's symbols, those of phrases one by one, None where one is left out."""
    first = values[0]
    if isinstance(first, Phrase) and not blanks:  # a list grows by one: it is not copied
        phrase, values = first, values[1:]
    else:
        phrase = Phrase()
    for rank, value in enumerate(values):
        phrase.extend([None] * blanks[rank] if blanks else ())
        phrase.extend(value) if isinstance(value, Phrase) else phrase.append(value)
    phrase.extend([None] * blanks[-1] if blanks else ())
    return phrase
