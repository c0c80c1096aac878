"""Text as it can be drawn: no control characters, and how wide it will be."""

from unicodedata import east_asian_width

_NARROW, _WIDE = set("fijlrtI.,:;'|!()[]- "), set("mwMW@%—")


def visible(text: str) -> str:
    r"""The text on one line; line breaks are written out, other control characters replaced.

    >>> print(visible("two\nlines"))
    two\nlines
    """
    return "".join(_visible(character) for character in text)


def _visible(character: str) -> str:
    if character.isprintable():
        return character
    return {"\n": "\\n", "\r": "\\r", "\t": "\\t"}.get(character, "\ufffd")


def width(text: str, size: float) -> float:
    """About how wide the text is in Helvetica of this size, in points.

    >>> width("iii", 10) < width("mmm", 10)
    True
    """
    return size * sum(_em(character) for character in text)


def _em(character: str) -> float:
    if east_asian_width(character) in "WF":
        return 1.0
    if character in _NARROW:
        return 0.3
    return 0.85 if character in _WIDE else 0.7 if character.isupper() else 0.56
