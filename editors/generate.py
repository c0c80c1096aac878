"""Writes the highlighters and snippets of editors from the lists in `scm_compiler/editor`.

    python -m editors.generate

The tests compare what stands in this folder with what this gives.
"""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from scm_compiler.editor.language import FUNCTIONS, KEYWORDS
from scm_compiler.editor.lexicon import rules, terminals

FOLDER = Path(__file__).parent

SCOPES = {
    "comment": "comment.line.number-sign.scmc",
    "string": "string.quoted.double.scmc",
    "kind": "storage.type.scmc",
    "number": "constant.numeric.scmc",
    "keyword": "keyword.control.scmc",
    "function": "support.function.scmc",
    "arrow": "keyword.operator.arrow.scmc",
    "name": "variable.other.scmc",
    "sign": "punctuation.separator.scmc",
    "error": "invalid.illegal.scmc",
}

GROUPS = {
    "comment": "Comment",
    "string": "String",
    "kind": "Type",
    "number": "Number",
    "keyword": "Keyword",
    "function": "Function",
    "arrow": "Operator",
    "name": "Identifier",
    "sign": "Delimiter",
    "error": "Error",
}

SNIPPETS = {
    "graph": ("graph ${1:model}\n", "the graph's name"),
    "binary": ("${1:A, B} : binary\n", "nodes with the values 0 and 1"),
    "categorical": ("${1:C} : categorical(${2:low, high})\n", "a node with named values"),
    "image": ("${1:I} : image(${2:3}, ${3:64}, ${4:64})\n", "an image: channels, height, width"),
    "edge": ("${1:A} -> ${2:B}\n", "a cause and its effect"),
    "hidden": ("${1:A} <-> ${2:B}\n", "a hidden common cause"),
    "every": ("* -> ${1:I}\n", "every label causes the image"),
    "independent": ("assert ${1:A} _||_ ${2:C} | ${3:B}\n", "an independence to be checked"),
    "identified": (
        "assert identified P(${1:B} | do(${2:A}))\n",
        "what observation must determine",
    ),
}


def written() -> dict[str, str]:
    """The text of each file, under its path in this folder."""
    return {
        "vscode/syntaxes/scmc.tmLanguage.json": _json(textmate()),
        "vscode/snippets/scmc.json": _json(
            {
                name: {"prefix": name, "body": body.rstrip("\n").split("\n"), "description": said}
                for name, (body, said) in SNIPPETS.items()
            }
        ),
        "vim/syntax/scmc.vim": "".join(f"{line}\n" for line in vim()),
    }


def textmate() -> dict[str, Any]:
    """The grammar for TextMate, VS Code and what reads theirs."""
    patterns: list[dict[str, Any]] = []
    for rule in rules():
        scope = SCOPES[rule.role]
        if rule.role == "kind":
            captures = {"1": {"name": SCOPES["sign"]}, "2": {"name": scope}}
            patterns.append({"match": rule.pattern, "captures": captures})
        else:
            patterns.append({"match": rule.pattern, "name": scope})
    return {"name": "scmc", "scopeName": "source.scmc", "patterns": patterns}


def vim() -> Iterator[str]:
    """The syntax file for Vim: of matches at one place the last defined counts, and keywords."""
    yield '" Made by editors/generate.py.'
    yield 'if exists("b:current_syntax")\n  finish\nendif'
    yield "syn case match"
    yield "syn iskeyword @,48-57,_,128-255"
    yield r"syn match scmcError /\S/"
    signs = [text for name, text in terminals().items() if name not in _NOT_SIGNS]
    plain = "".join(dict.fromkeys(re.sub(r"\\(.)", r"\1", "".join(signs))))
    escaped = re.sub(r"([]\[^/-])", r"\\\1", plain)
    yield f"syn match scmcSign /[{escaped}]/"
    yield r"syn match scmcName /\k\+/"
    yield r"syn match scmcArrow /<->\|->\|<-\|_||_/"
    yield rf"syn match scmcNumber /-\(inf\|\d\+\(\.\d\+\)\?\({_EXPONENT}\)\?\)\(\k\|\.\)\@!/"
    yield r"syn match scmcNumber /\<\d\+\k\@!/"
    yield rf"syn match scmcNumber /\<\d\+\.\d\+\({_EXPONENT}\)\?\(\k\|\.\)\@!/"
    yield r"syn match scmcNumber /\<\d\+[eE][+-]\d\+\(\k\|\.\)\@!/"
    yield r"syn match scmcKind /\(:\s*\)\@<=\k\+/"
    yield r'syn match scmcError /"[^"]*$/'
    yield r'syn match scmcString /"[^"]*"/'
    yield r"syn match scmcComment /#.*$/"
    for group, words in (("scmcKeyword", KEYWORDS), ("scmcFunction", FUNCTIONS)):
        yield f"syn keyword {group} {' '.join(words)}"
    for role, group in GROUPS.items():
        yield f"hi def link scmc{role.capitalize()} {group}"
    yield 'let b:current_syntax = "scmc"'


_EXPONENT = r"[eE][+-]\?\d\+"

_NOT_SIGNS = {
    *(word.upper() for word in (*KEYWORDS, *FUNCTIONS)),
    *("RIGHT", "LEFT", "BOTH", "INDEPENDENT", "WORD", "NUMBER", "QUOTED", "NEWLINE", "COMMENT"),
    *("SPACE", "UNCLOSED", "STRAY"),
}


def _json(content: dict[str, Any]) -> str:
    return json.dumps(content, indent=2, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    for path, text in written().items():
        (FOLDER / path).write_text(text, encoding="utf-8", newline="\n")
