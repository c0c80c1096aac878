"""Tells the text of a graph from texts of other languages."""

import re

QUOTES = "'`‘’“”«»"
"""Of other languages."""

_STRANGE = re.compile(
    rf"""[(){QUOTES}~|\\^$!?*&←-⇿⟵-⟿]         # brackets, quotes and operators of other languages
      | ^[^<]*<[^>]*> | ^[^%]*%[^%]*%         # markup, and what R calls an operator
      | \w[<>]=?[^\W\d]                      # `A>B`
      | ^-(?!\.?\d) | ^>(?!=?\d) | [-<=>][./]?$ # a piece of an arrow""",
    re.VERBOSE | re.DOTALL,
)
_CALL = re.compile(
    r"""(?P<before>(?:\s|\#[^\n]*\n|(?:library|require)\([\w."']*\))*
        (?:[\w.]+\s*(?:<-|=)\s*)? (?:dagitty::)?dagitty\s*\(\s*)
        (?P<quote>['"])(?P<text>(?:(?!(?P=quote))[^\\])*)(?P=quote)(?P<after>\s*\)[\s;]*)""",
    re.VERBOSE,
)
_OTHERS = (
    (r"dagitty\s*\(|<-\s*\w+\(|\blibrary\(|^[ \t]*(?:import|from)\s+\w+",
     "a script: keep only the text of the graph, `dag { … }`"),
    (r"\A\s*<(?:!|\?|html|svg)", "markup: save the graph itself as `dag { … }`"),
    (r"\A\s*(?:flowchart|graph +(?:TB|TD|LR|RL|BT))\b|-->|==>|-\.->",
     "Mermaid, which is not read: write `dag { … }` with `->`"),
    (r"\A\s*(?:\[|\{\s*\"[^\"]*\"\s*:)", "JSON: `--format json` reads what scmc wrote"),
    (r"\bprobability\s*\(", "BIF: `--format bif`"),
    (r"\A\s*graph\s+\S+\s*$|\s:\s+(?:binary|categorical|image)\b",
     "a program of scmc, which needs no import"),
    (r"^[ \t]*[\w.]+[ \t]*=?~", "a formula: write its arrows as `X -> Y`"),
)  # fmt: skip


def is_name(text: str) -> bool:
    """Whether a word without quotes may be a name.

    >>> [is_name(text) for text in ("<5", "Asy/Patch", "-5", "f(x)", "-->", "<b>x</b>", "A→B")]
    [True, True, True, False, False, False, False]
    """
    wordy = any(map(str.isalnum, text)) or text == "_"
    return wordy and text.isprintable() and not _STRANGE.search(text)


def embedded(text: str) -> str:
    """The text with blanks in place of the call of R that it is the one argument of, if it is.

    Places stay as they are. A script that does more, which may change the graph, is left alone.

    >>> embedded('g <- dagitty("dag { A -> B }")').strip()
    'dag { A -> B }'
    """
    call = _CALL.fullmatch(text)
    if call is None:
        return text
    blanks = [re.sub(r"[^\n]", " ", call[part]) for part in ("before", "after")]
    return f"{blanks[0]} {call['text']} {blanks[1]}"


def way_out(text: str) -> str | None:
    """What a text that is no graph seems to be, and what to do then."""
    for pattern, what in _OTHERS:
        if re.search(pattern, text[:100_000], re.MULTILINE):
            return f"this looks like {what}"
    return None
