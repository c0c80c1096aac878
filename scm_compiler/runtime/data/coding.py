"""What text stands for which value of a label."""

from scm_compiler.ir.domain import BINARY, Finite

MISSING = -1
UNKNOWN = -2

_BLANK = frozenset({"", "na", "n/a", "nan", "null", "none", "?", "-", ".", "<na>", "#n/a"})


class ColumnCoding:
    """Turns the text of one column into value indices, and remembers the text it has seen.

    Args:
        domain: The label's values.

    Example:
        >>> coding = ColumnCoding(BINARY)
        >>> [coding[text] for text in ("Yes", " 0", "", "2")] == [1, 0, MISSING, UNKNOWN]
        True
    """

    def __init__(self, domain: Finite) -> None:
        self.domain = domain
        self._known = domain.spellings
        self._seen: dict[str, int] = {}

    def __getitem__(self, text: str) -> int:
        """The value's index, MISSING or UNKNOWN."""
        code = self._seen.get(text)
        if code is None:
            code = self._seen[text] = self._classify(text)
        return code

    @property
    def mixed(self) -> bool:
        """Whether a binary column has held both 0 and -1, of which one may mean `missing`."""
        seen = {text.strip() for text in self._seen}
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
