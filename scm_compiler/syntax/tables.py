"""The tables by which lark parses, kept beside the grammars.

    PYTHONHASHSEED=0 python -m scm_compiler.syntax.tables

writes them anew. To make them of a grammar takes as long as all else that a first question takes.
They are plain JSON: lark's own cache is a pickle, and loading never executes code.
"""

import hashlib
import json
from collections.abc import Iterator
from typing import Any

import lark
from lark.grammar import Rule
from lark.lark import PostLex
from lark.lexer import TerminalDef

from scm_compiler.shipped import shipped

STARTS = {"scm": "statement", "query": "start"}
"""The start rule of each grammar."""


class _Kept(PostLex):
    """Keeps the terminals that no rule mentions, such as comments."""

    always_accept = ("NEWLINE", "SEMICOLON", "COMMENT", "UNCLOSED", "STRAY", "FOREIGN")

    def process(self, stream: Iterator[lark.Token]) -> Iterator[lark.Token]:
        return stream


def lark_of(name: str) -> lark.Lark:
    """The parser of a grammar: with its tables as they were shipped, if these are of this grammar.

    Tables of another grammar, or of another lark, are not used: they are made.
    """
    text = shipped("grammars", f"{name}.lark").read_text(encoding="utf-8")
    path = shipped("grammars", f"{name}.json")
    if path.exists():
        kept = json.loads(path.read_text(encoding="utf-8"), object_hook=_numbered)
        if kept["of"] == _origin(text):
            load = lark.Lark._load_from_dict  # what lark's standalone parsers call
            parser: lark.Lark = load(kept["data"], kept["memo"], postlex=_Kept())  # type: ignore[no-untyped-call]
            return parser
    return made(name, text)


def made(name: str, text: str) -> lark.Lark:
    """The parser of a grammar's text, whose tables are worked out."""
    return lark.Lark(text, start=STARTS[name], parser="lalr", lexer="basic", postlex=_Kept())


def written(name: str) -> str:
    """The text of the file that keeps a grammar's tables."""
    text = shipped("grammars", f"{name}.lark").read_text(encoding="utf-8")
    data, memo = made(name, text).memo_serialize([TerminalDef, Rule])
    data["options"]["postlex"] = None  # an object, which is given again on loading
    kept = {"of": _origin(text), "data": data, "memo": memo}
    return json.dumps(kept, separators=(",", ":")) + "\n"


def _origin(text: str) -> dict[str, str]:
    """Of what tables are made: the grammar, by its SHA-256, and the version of lark."""
    return {"grammar": hashlib.sha256(text.encode()).hexdigest(), "lark": lark.__version__}


def _numbered(pairs: dict[str, Any]) -> dict[int | str, Any]:
    """An object of JSON with its numbers as keys again."""
    return {int(key) if key.isdecimal() else key: value for key, value in pairs.items()}


if __name__ == "__main__":
    for grammar in STARTS:
        shipped("grammars", f"{grammar}.json").write_text(written(grammar), encoding="utf-8")
