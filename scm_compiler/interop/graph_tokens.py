"""The words, signs and arrows of DOT and of dagitty."""

import re
from collections.abc import Callable
from dataclasses import dataclass

from scm_compiler.diagnostics import ScmError, Span
from scm_compiler.interop.codes.graph_files import GraphSyntax

# No group is repeated possessively: Python 3.11.2 then overlooks the lookahead in it.
_WORD = r"""(?P<word>(?:(?!@->|@-@|@--|--|->|<-|//|/\*)[^][\s{}=:;,"+])+)"""
_TOKEN = re.compile(
    rf"""(?P<skip>[\s;,]++|//[^\n]*+|/\*.*?\*/)
      | (?P<circle>o->|o-o(?=\s))
      | (?P<arrow>@->|<-@|@-@|@--|--@|<->|->|<-(?:o(?=[ \t]+["\w]))?|--)
      | (?P<quoted>"[^"\\]*+(?:\\.[^"\\]*+)*")
      | (?P<sign>[][{{}}=:+])
      | {_WORD}""",
    re.VERBOSE | re.DOTALL,
)
_LONGER = re.compile(r"[-<>*|=.~]*")
"""The rest of an arrow of another language, such as `-->`."""


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


class Tokens:
    """Cuts a text into tokens, one at a time.

    Attributes:
        text: The text.
        wrong: Makes the refusal of what cannot be read.
        at: Where the next token is looked for.
        between: The commas and semicolons before the last one.
    """

    def __init__(self, text: str, wrong: Callable[[GraphSyntax], ScmError]) -> None:
        self.text = text
        self.wrong = wrong
        self.at = 0
        self.between = ""

    def after(self, before: Token | None) -> Token | None:
        """The token that follows another; None at the end."""
        text = self.text
        value = before is not None and before.sort == "sign" and before.text == "="
        self.between = ""
        while self.at < len(text):
            start = self.at
            if text[start] == "#" and not value:
                self.at = (text.find("\n", start) + 1) or len(text)
                continue
            if text[start] == "<" and value:
                return self._markup(start)
            match = _TOKEN.match(text, start)
            if match is None:  # a quote or a comment that does not end
                raise self.wrong(GraphSyntax("a name", text[start], span=Span(start, start + 1)))
            if match.lastgroup == "circle" and not self._follows(before, start):
                match = re.compile(_WORD).match(text, start) or match
            self.at = match.end()
            if match.lastgroup != "skip":
                token = _token(match)
                return self._whole(token) if token.sort == "arrow" else token
            if text[start] != "/":
                self.between += re.sub(r"\s", "", match.group())
        return None

    def _follows(self, before: Token | None, place: int) -> bool:
        """Whether a name ends just before; then `o->` is an arrow of a PAG."""
        if before is None or before.sort != "word":
            return False
        return not self.text[before.span.end : place].strip(" \t")

    def _whole(self, arrow: Token) -> Token:
        """The arrow; refused if it is the beginning of one that is none here: `-->`, `->>`."""
        longer = _LONGER.match(self.text, arrow.span.start)
        if longer and self.text[arrow.span.end : arrow.span.end + 1] in ("-", ">", "*", "|"):
            raise self.wrong(GraphSyntax("an arrow", longer[0], span=Span(*longer.span())))
        return arrow

    def _markup(self, start: int) -> Token:
        """DOT's HTML-like text, up to the `>` that closes it."""
        depth = 0
        for match in re.compile("[<>]").finditer(self.text, start):
            depth += 1 if match.group() == "<" else -1
            if not depth:
                self.at = match.end()
                span = Span(start, self.at)
                return Token(self.text[start : self.at], "word", span, bare=False)
        raise self.wrong(GraphSyntax("`>`", "", span=Span(start, start + 1)))


def _token(match: re.Match[str]) -> Token:
    sort, text, span = str(match.lastgroup), match.group(), Span(*match.span())
    sort = "arrow" if sort == "circle" else sort
    if sort != "quoted":
        return Token(text, sort, span)
    body = text[1:-1].replace('\\"', '"').replace("\\\n", "")
    return Token(body, "word", span, bare=False)
