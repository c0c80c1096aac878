"""One number: what it is, and how firm."""

from dataclasses import dataclass
from typing import Any, Literal

from scm_compiler.inference.drawing import Z
from scm_compiler.notebook import paragraph

_MET = 1e-12

ANY_NOISE = "whatever the noise model"

POSTERIOR = "posterior draws of the tables"

Kind = Literal["probability", "expectation", "difference"]


@dataclass(frozen=True, slots=True)
class Interval:
    """An interval that says how firmly rows of data determine a number.

    Attributes:
        low: Its lower end.
        high: Its upper end.
        level: In what part of all data sets such an interval holds the truth.
        rows: How many rows there are.
        by: How it was worked out.
    """

    low: float
    high: float
    level: float
    rows: int
    by: str = POSTERIOR

    def to_dict(self) -> dict[str, Any]:
        """The interval as plain data."""
        return {
            "low": self.low,
            "high": self.high,
            "level": self.level,
            "rows": self.rows,
            "by": self.by,
        }

    @property
    def ends(self) -> str:
        """The two ends, to the digits that mean something."""
        digits = min(max(3, 2 - _exponent((self.high - self.low) or 1.0)), 9)
        return f"[{self.low:.{digits}f}, {self.high:.{digits}f}]"

    @property
    def head(self) -> str:
        """What such intervals are, as a table's head."""
        return f"{self.level * 100:g} % from {self.rows:,} rows"

    def __str__(self) -> str:
        return f"{self.level * 100:g} % {self.ends} from {self.rows:,} rows"


@dataclass(frozen=True, slots=True)
class Bounds:
    """An interval that holds the answer under every noise model.

    Attributes:
        low: Its lower end.
        high: Its upper end.
        sharp: Whether each end is the answer under some noise model.
        grounds: Where they were not worked out exactly, from what they are.
        interval: What the rows of data leave open of both ends; None where it was not asked for.
    """

    low: float
    high: float
    sharp: bool
    grounds: str = ""
    interval: Interval | None = None

    @property
    def width(self) -> float:
        """High minus low."""
        return self.high - self.low

    @property
    def open(self) -> bool:
        """Whether noise models can disagree on the answer."""
        return self.width > _MET

    def to_dict(self) -> dict[str, Any]:
        """The interval as plain data."""
        found: dict[str, Any] = {"low": self.low, "high": self.high, "sharp": self.sharp}
        if self.interval is not None:
            found["interval"] = self.interval.to_dict()
        return found | ({"grounds": self.grounds} if self.grounds else {})

    def __str__(self) -> str:
        return f"[{_shown(self.low, 0.0)}, {_shown(self.high, 0.0)}]"


@dataclass(frozen=True, slots=True)
class DrawingInterval:
    """An interval that drawing alone puts around a number: it holds 19 times of 20.

    It says how far off the draws can be from what exact work on the same model would give, and
    nothing of how well the data determine the model.

    Attributes:
        low: Its lower end.
        high: Its upper end.
    """

    low: float
    high: float

    def to_dict(self) -> dict[str, Any]:
        """The interval as plain data, with its level."""
        return {"low": self.low, "high": self.high, "level": 0.95}

    def even(self, value: float, error: float) -> bool:
        """Whether it is 1.96 standard errors to either side, to a tenth."""
        arms = value - self.low, self.high - value
        return all(abs(arm - Z * error) <= 0.1 * Z * error for arm in arms)

    def __str__(self) -> str:
        digits = _digits((self.high - self.low) / 4)
        return f"95 % [{self.low:.{digits}f}, {self.high:.{digits}f}] by drawing"


@dataclass(frozen=True, slots=True)
class Number:
    """One number with its standard error (0 where it is exact).

    Attributes:
        value: The number.
        std_error: Its standard error.
        kind: What it is; also its key in JSON.
        bounds: Of a counterfactual, what it can be whatever the noise model; None on the other
            rungs, where no noise model enters.
        drawing_interval: What drawing leaves open; None where the number is exact.
        interval: What the rows of data leave open; None where that is not known or asked for.
    """

    value: float
    std_error: float = 0.0
    kind: Kind = "probability"
    bounds: Bounds | None = None
    drawing_interval: DrawingInterval | None = None
    interval: Interval | None = None

    def to_dict(self) -> dict[str, Any]:
        """The number under its kind's name, its error, and its interval and bounds if any."""
        found: dict[str, Any] = {self.kind: self.value, "std_error": self.std_error}
        if self.drawing_interval is not None:
            found["drawing_interval"] = self.drawing_interval.to_dict()
        if self.interval is not None:
            found["interval"] = self.interval.to_dict()
        return found if self.bounds is None else found | {"bounds": self.bounds.to_dict()}

    def __str__(self) -> str:
        return self.plain if self.interval is None else f"{self.plain}, {self.interval}"

    @property
    def plain(self) -> str:
        """The number, and what drawing leaves open."""
        drawn = self.drawing_interval
        if drawn is None or drawn.even(self.value, self.std_error):
            return _shown(self.value, self.std_error)
        return f"{self.value:.{_digits(self.std_error)}f}, {drawn}"

    def _repr_html_(self) -> str:
        return paragraph(str(self), spanned(self.bounds))


def spanned(span: Bounds | None) -> str:
    """The bounds of a counterfactual on which noise models can disagree."""
    if span is None or not span.open:
        return ""
    how = span.grounds or ("sharp" if span.sharp else "perhaps wider than need be")
    firm = "" if span.interval is None else f", {span.interval}"
    return f"{ANY_NOISE}: in {span} ({how}){firm}"


def _shown(value: float, error: float) -> str:
    """A number to the digits that mean something; an estimate always with its error.

    >>> _shown(0.41675, 0.0)
    '0.41675'
    >>> _shown(0.41675, 0.0012)
    '0.4168 ± 0.0012'
    """
    if error == 0:
        return f"{value:.5f}" if value == 0 or abs(value) >= 0.001 else f"{value:.4g}"
    digits = _digits(error)
    return f"{value:.{digits}f} ± {error:.{digits}f}"


def _digits(error: float) -> int:
    return max(4, 1 - _exponent(error))


def _exponent(number: float) -> int:
    return int(f"{number:e}".partition("e")[2])
