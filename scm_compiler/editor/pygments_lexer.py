"""The lexer of `.scm` programs for Pygments: fences that begin with `scmc`."""

import re
from typing import ClassVar

from pygments.lexer import RegexLexer, bygroups
from pygments.token import (
    Comment,
    Error,
    Keyword,
    Name,
    Number,
    Operator,
    Punctuation,
    String,
    Whitespace,
)

from scm_compiler.editor.lexicon import rules

ROLES = {
    "comment": Comment.Single,
    "string": String.Double,
    "kind": Keyword.Type,
    "number": Number,
    "keyword": Keyword,
    "function": Name.Builtin,
    "arrow": Operator,
    "name": Name.Variable,
    "sign": Punctuation,
    "error": Error,
}

_LIKELY = re.compile(r"^\s*graph\s+[\w\"]|:\s*(binary|categorical|image)\b", re.MULTILINE)


class CausalGraphLexer(RegexLexer):  # type: ignore[misc]
    """Causal graphs of scmc; files named `.scm` may be Scheme too, which the text decides."""

    name = "scmc"
    aliases: ClassVar = ["scmc"]
    filenames: ClassVar = ["*.scm"]
    tokens: ClassVar = {
        "root": [
            (r"\s+", Whitespace),
            *(
                (
                    rule.pattern,
                    bygroups(Punctuation, Keyword.Type)
                    if rule.role == "kind"
                    else ROLES[rule.role],
                )
                for rule in rules()
            ),
        ]
    }

    @staticmethod
    def analyse_text(text: str) -> float:
        """How likely a text is a program of scmc."""
        return 0.9 if _LIKELY.search(text) else 0.0
