"""One check's outcome."""

from collections.abc import Iterable
from dataclasses import dataclass

MOST_VIOLATIONS = 20
"""So many are written out; the rest are counted."""


@dataclass(frozen=True, slots=True)
class Check:
    """What one check found.

    Attributes:
        name: Which check.
        detail: What was looked at, in a sentence.
        violations: What is not as Definition 1 has it, a sentence each; empty if all is well.
    """

    name: str
    detail: str
    violations: tuple[str, ...] = ()

    @property
    def ok(self) -> bool:
        """Whether nothing was found."""
        return not self.violations


def outcome(name: str, detail: str, violations: Iterable[str]) -> Check:
    """A check's outcome, each violation once, a long list cut short."""
    found = list(dict.fromkeys(violations))
    if len(found) > MOST_VIOLATIONS:
        rest = len(found) - MOST_VIOLATIONS
        found = [*found[:MOST_VIOLATIONS], f"and {rest} more"]
    return Check(name, detail, tuple(found))
