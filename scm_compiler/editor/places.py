"""Offsets in a text and the places of the protocol: a line from 0, and units within it."""

import re
from bisect import bisect_right
from dataclasses import dataclass
from functools import cached_property

_END = re.compile(r"\r\n|\n|\r")
_UNIT = {"utf-8": ("utf-8", 1), "utf-16": ("utf-16-le", 2), "utf-32": ("utf-32-le", 4)}


@dataclass(frozen=True)
class Places:
    r"""The lines of a text.

    Attributes:
        text: The whole text.
        encoding: What a unit of a line is: of `utf-8`, `utf-16` or `utf-32`.

    >>> places = Places("A : binary\r\n\U0001d54f -> A", "utf-16")
    >>> places.place(14), places.offset(1, 3)
    ((1, 3), 14)
    """

    text: str
    encoding: str = "utf-16"

    @cached_property
    def _starts(self) -> list[int]:
        return [0, *(end.end() for end in _END.finditer(self.text))]

    def place(self, offset: int) -> tuple[int, int]:
        """The line and the unit of an offset."""
        line = bisect_right(self._starts, offset) - 1
        name, width = _UNIT[self.encoding]
        before = self.text[self._starts[line] : offset]
        return line, len(before.encode(name, "surrogatepass")) // width

    def offset(self, line: int, unit: int) -> int:
        """The offset of a place; beyond the end of a line or of the text it is that end."""
        if line >= len(self._starts):
            return len(self.text)
        start = self._starts[line]
        found = _END.search(self.text, start)
        content = self.text[start : found.start() if found else len(self.text)]
        name, width = _UNIT[self.encoding]
        before = content.encode(name, "surrogatepass")[: unit * width]
        return start + len(before.decode(name, "ignore"))
