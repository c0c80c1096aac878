"""A command line that is being typed, cut into words as a shell would."""

import re

_PART = re.compile(
    r"""(?P<space>\s+) | "(?P<double>(?:[^"\\]|\\.)*)(?:"|$) | '(?P<single>[^']*)(?:'|$)
    | \\(?P<escaped>.|$) | (?P<plain>[^\s"'\\]+)""",
    re.VERBOSE | re.DOTALL,
)

_UNQUOTED = re.compile(r"""([^\w@%+=:,./-])""")
_IN_DOUBLE = re.compile(r"""(["\\$`])""")


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


def for_bash(line: str, word: str) -> str:
    r"""What bash is to put in the place of the word that is being typed.

    It replaces what follows a sign where it breaks words, but not between quotes, and it types
    what it is told as it stands, so that signs with a meaning of their own are escaped here.

    >>> for_bash("scmc render g --do A=", "A=1"), for_bash('scmc query "P(A=', "P(A=1")
    ('1', 'P(A=1')
    >>> for_bash("scmc check ", "my file.scm"), for_bash('scmc query "P(', 'P("7 up"')
    ('my\\ file.scm', 'P(\\"7 up\\"')
    """
    first = None
    for part in _PART.finditer(line):
        first = None if part["space"] is not None else first or part
    if first is None or first["plain"] is not None or first["escaped"] is not None:
        typed = split(line)[-1]
        return _UNQUOTED.sub(r"\\\1", word[max(typed.rfind("="), typed.rfind(":")) + 1 :])
    return word if first["double"] is None else _IN_DOUBLE.sub(r"\\\1", word)
