"""Codes of what fitting the mechanisms of real nodes meets in their data."""

from scm_compiler.diagnostics.diagnostic import Diagnostic


class NoSuchNumber(Diagnostic):
    """A real column has a number that cannot be worked with."""

    code = "E563"

    name: str
    row: int
    value: str
    count: int

    def message(self) -> str:
        """The first such number."""
        more = f", and {self.count - 1:,} more" if self.count > 1 else ""
        return f"`{self.name}` is {self.value} in row {self.row:,}{more}"

    def help(self) -> str:
        """What to do."""
        return "leave the row out, or use a smaller unit: numbers go up to 1e100"


class TooFewRows(Diagnostic):
    """Fewer than two rows."""

    code = "E564"

    rows: int

    def message(self) -> str:
        """How many there are."""
        return f"{'one row does' if self.rows else 'no rows do'} not say how real numbers spread"

    def help(self) -> str:
        """What to do."""
        return "train on two rows or more"


class LinearHasNoEnds(Diagnostic):
    """A linear mechanism of a node whose values have an end."""

    code = "E565"

    name: str

    def message(self) -> str:
        """The node."""
        return f"`{self.name}` has an end, and a linear mechanism goes beyond any"

    def help(self) -> str:
        """What to do."""
        return "declare it `real` without ends, or choose the form `transform`"


class NearlyExact(Diagnostic):
    """A node that its parents all but determine."""

    code = "W566"

    name: str

    def message(self) -> str:
        """The node."""
        return f"`{self.name}` is all but determined by its parents"

    def help(self) -> str:
        """What follows."""
        return "its noise is held at a floor; counterfactuals that rest on it mean little"
