"""What text stands for which value of a label."""

from scm_compiler.ir.domain import BINARY, Finite

MISSING = -1
UNKNOWN = -2

MOST_TEXTS = 1000
"""Texts that are none of a label's values and are remembered apart from each other."""

_BLANK = frozenset({"", "na", "n/a", "nan", "null", "none", "?", "-", ".", "<na>", "#n/a"})
_GAP_VALUES = ("na", "missing")


class ColumnCoding(dict[str, int]):
    """Turns the text of one column into value indices, and remembers the text it has seen.

    A key is a text, and its value the place of the text among all that were seen; `codes` has
    the index of the value that each stands for.

    Args:
        domain: The label's values.
        binary: What stands for 0 and for 1, where that is neither 0 and 1 nor -1 and 1.

    Attributes:
        texts: The texts that were seen, in order.
        codes: The index of the value that each stands for, MISSING or UNKNOWN.

    Example:
        >>> coding = ColumnCoding(BINARY)
        >>> [coding.code(text) for text in ("Yes", " 0", "", "2")] == [1, 0, MISSING, UNKNOWN]
        True
    """

    def __init__(self, domain: Finite, binary: tuple[str, str] | None = None) -> None:
        super().__init__()
        self.domain = domain
        self.texts: list[str] = []
        self.codes: list[int] = []
        self._known = domain.spellings
        if binary is not None and domain == BINARY:
            self._known = {
                spelling: code
                for code, text in enumerate(binary)
                for spelling in (text, text.casefold(), f"{text}.0")
            }
        self._unknown, self._rest = 0, -1

    def __missing__(self, text: str) -> int:
        """The place of a text that was not seen before."""
        code = self._classify(text)
        if code == UNKNOWN and self._unknown == MOST_TEXTS:  # the others go by the name of one
            if self._rest < 0:
                self._rest = self._add(text, code)
            return self._rest
        self._unknown += code == UNKNOWN
        return self._add(text, code)

    def _add(self, text: str, code: int) -> int:
        self.texts.append(text)
        self.codes.append(code)
        self[text] = len(self.texts) - 1
        return len(self.texts) - 1

    def code(self, text: str) -> int:
        """The value's index, MISSING or UNKNOWN."""
        return self.codes[self[text]]

    @property
    def mixed(self) -> bool:
        """Whether a binary column has held both 0 and -1, of which one may mean `missing`."""
        seen = {text.strip() for text in self.texts}
        return self.domain == BINARY and bool(seen & {"0", "0.0"}) and bool(seen & {"-1", "-1.0"})

    def _classify(self, text: str) -> int:
        plain = text.strip()
        for spelling in (text, plain, plain.casefold()):
            if spelling in self._known:
                return self._known[spelling]
        if is_blank(plain):
            return MISSING
        code = self.domain.read(plain)
        return UNKNOWN if code is None else code


def is_blank(text: str) -> bool:
    """Whether a text says that there is no value."""
    return text.strip().casefold() in _BLANK


def gap_value(domain: Finite) -> int | None:
    """The index of the value that stands for a gap, `NA` or `missing`, if there is one."""
    found = (i for i, value in enumerate(domain.values) if value.casefold() in _GAP_VALUES)
    return next(found, None)
