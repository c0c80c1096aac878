"""A command line that is being typed, cut into words as a shell would."""

import re

_PART = re.compile(
    r"""(?P<space>\s+) | "(?P<double>(?:[^"\\]|\\.)*)(?:"|$) | '(?P<single>[^']*)(?:'|$)
    | \\(?P<escaped>.|$) | (?P<plain>[^\s"'\\]+)""",
    re.VERBOSE | re.DOTALL,
)


def split(line: str) -> list[str]:
    r"""The words of a line without their quotes; the last is the one that is being typed.

    >>> split('scmc query "P(Male=1 | do(Mus'), split("scmc ch"), split("scmc ")
    (['scmc', 'query', 'P(Male=1 | do(Mus'], ['scmc', 'ch'], ['scmc', ''])
    """
    words = [""]
    for part in _PART.finditer(line):
        if part["space"] is not None:
            words.append("")
        elif part["double"] is not None:
            words[-1] += re.sub(r'\\(["\\$`])', r"\1", part["double"])
        else:
            words[-1] += "".join(filter(None, part.group("single", "escaped", "plain")))
    return words[1:] if words[0] == "" and len(words) > 1 else words


def current(line: str) -> str:
    r"""What bash takes to be typed already of the last word, up to a sign where it breaks words.

    Between quotes it breaks none.

    >>> current("scmc render g --do Mustache="), current('scmc query "P(A='), current("scmc ch")
    ('Mustache=', '', '')
    """
    last = None
    for part in _PART.finditer(line):
        last = None if part["space"] is not None else part if last is None else last
    if last is None or last["plain"] is None:
        return ""
    word = split(line)[-1]
    return word[: max(word.rfind("="), word.rfind(":")) + 1]
