"""How the words of a program look in an editor: one list of rules, from the grammar's terminals.

Every highlighter is made from it: that of Pygments, and by `editors/generate.py` those of
TextMate (VS Code) and Vim.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from scm_compiler.editor.language import FUNCTIONS, KEYWORDS
from scm_compiler.shipped import shipped

_TERMINAL = re.compile(r"^([A-Z]+)(?:\.-?\d+)?\s*:\s*(?:(\".+\")|/(.+)/)$", re.MULTILINE)
_WORD = re.compile(r'"([^"]+)"')
_SIGNS = (
    "COLON",
    "COMMA",
    "STAR",
    "EQUALS",
    "BAR",
    "MINUS",
    "LPAR",
    "RPAR",
    "LBRACE",
    "RBRACE",
    "SIGN",
    "LSQB",
    "RSQB",
    "SEMICOLON",
)


@dataclass(frozen=True, slots=True)
class Rule:
    """What a piece of text that matches is.

    Attributes:
        role: `comment`, `string`, `kind`, `number`, `keyword`, `function`, `arrow`, `name`, `sign`
            or `error`.
        pattern: A regular expression; of a kind, the second group is the kind, the first a sign.
    """

    role: str
    pattern: str


@cache
def terminals() -> Mapping[str, str]:
    """The pattern of each terminal of `grammars/scm.lark`."""
    text = shipped("grammars", "scm.lark").read_text(encoding="utf-8")
    return {
        name: "|".join(map(re.escape, _WORD.findall(words))) or pattern.replace(r"\/", "/")
        for name, words, pattern in _TERMINAL.findall(text)
    }


@cache
def rules() -> tuple[Rule, ...]:
    """The rules in the order in which they are tried at a place; the first that fits counts."""
    known = terminals()
    arrows = "|".join(known[name] for name in ("BOTH", "RIGHT", "LEFT", "INDEPENDENT"))
    signs = "|".join(known[name] for name in _SIGNS)
    return (
        Rule("comment", known["COMMENT"]),
        Rule("string", known["QUOTED"]),
        Rule("error", known["UNCLOSED"]),
        Rule("kind", rf"({known['COLON']}[ \t\f]*)(\w+)"),
        Rule("number", rf"{known['NUMBER']}|\b[0-9]+(?!\w)"),
        Rule("arrow", arrows),
        Rule("keyword", _any_word(KEYWORDS)),
        Rule("function", _any_word(FUNCTIONS)),
        Rule("name", known["WORD"]),
        Rule("sign", signs),
        Rule("error", r"\S"),
    )


def _any_word(words: tuple[str, ...]) -> str:
    return rf"\b({'|'.join(words)})\b"
