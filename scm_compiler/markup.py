"""Text that is made fit to be shown: as it is, and inside HTML and XML."""

from html import escape, unescape
from unicodedata import category


def markup(text: str) -> str:
    """The text, between tags or in a quoted attribute; nothing in it is markup.

    What cannot be seen is replaced, but for ends of lines and tabs: XML forbids control
    characters, and some turn the direction of the text around them.

    >>> markup('<b title="A & B">')
    '&lt;b title=&quot;A &amp; B&quot;&gt;'
    """
    shown = (
        c if c.isprintable() or category(c)[0] != "C" or c in "\n\t" else "\ufffd" for c in text
    )
    return escape("".join(shown))


def said_by(text: str) -> str:
    """The text that markup stands for.

    >>> said_by("A &amp; B")
    'A & B'
    """
    return unescape(text)


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
