"""One number: what it is, and how firm."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from math import inf, isfinite, isinf, isnan
from typing import Any

from scm_compiler.inference.drawing import Ends, Z
from scm_compiler.ir.query import Kind
from scm_compiler.notebook import paragraph

_MET = 1e-12
_MET_VALUE = 1e-6

LONG = 1e15
"""A number from here on is written with an exponent."""

ANY_NOISE = "whatever the noise model"

POSTERIOR = "posterior draws of the tables"


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
            "low": _finite(self.low),
            "high": _finite(self.high),
            "level": self.level,
            "rows": self.rows,
            "by": self.by,
        }

    @property
    def ends(self) -> str:
        """The two ends, to the digits that mean something."""
        width = self.high - self.low
        if 0 < max(abs(self.low), abs(self.high)) < 1e-3:
            return f"[{self.low:.3g}, {self.high:.3g}]"
        digits = min(max(3, 2 - _exponent(width if _MET < width < inf else 1.0)), 9)
        return f"[{self.low:.{digits}f}, {self.high:.{digits}f}]"

    @property
    def head(self) -> str:
        """What such intervals are, as a table's head."""
        return f"{self.level * 100:g} % from {self.rows:,} rows"

    def __str__(self) -> str:
        return f"{self.level * 100:g} % {self.ends} from {self.rows:,} rows"


@dataclass(frozen=True, slots=True)
class Bounds:
    """An interval that holds the answer under every model that fits what is known.

    Of a counterfactual these are all noise models; of what observation does not determine, all
    models of the graph with the same observational distribution.

    Attributes:
        low: Its lower end.
        high: Its upper end.
        sharp: Whether each end is the answer under some of them.
        grounds: From what they were worked out, or why they are perhaps not sharp.
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

    @property
    def how(self) -> str:
        """Whether they are sharp, and by what."""
        said = "sharp" if self.sharp else "perhaps wider than need be"
        return f"{said}: {self.grounds}" if self.grounds else said

    def to_dict(self) -> dict[str, Any]:
        """The interval as plain data; an end that is infinite is None."""
        ends = {"low": _finite(self.low), "high": _finite(self.high)}
        found: dict[str, Any] = ends | {"sharp": self.sharp}
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
    """One number, and how firm it is.

    Attributes:
        value: The number; NaN where there are only its bounds.
        error: Its standard error by drawing; 0 where nothing was drawn.
        kind: What it is; also its key in JSON.
        bounds: What it can be: of a counterfactual, whatever the noise model; of what
            observation does not determine, whatever the hidden causes. Else None.
        drawing_interval: What drawing leaves open; None where the number is exact.
        interval: What the rows of data leave open; None where that is not known or asked for.
    """

    value: float
    error: float = 0.0
    kind: Kind = "probability"
    bounds: Bounds | None = None
    drawing_interval: DrawingInterval | None = None
    interval: Interval | None = None

    @property
    def std_error(self) -> float | None:
        """Its standard error by drawing; None where nothing was drawn.

        It says nothing of how well the rows of data determine the number: `interval` does.
        """
        return self.error or None

    @property
    def known(self) -> bool:
        """Whether it is a number, and not only bounds of one."""
        return not isnan(self.value)

    @property
    def point(self) -> float:
        """The number.

        Raises:
            ValueError: If there are only its bounds.
        """
        if not self.known:
            raise ValueError(f"observation does not determine it: it is in {self.bounds}")
        return self.value

    def to_dict(self) -> dict[str, Any]:
        """The number under its kind's name, and its errors, interval and bounds if any.

        Where there are only bounds, the number is None.
        """
        found: dict[str, Any] = {self.kind: self.value if self.known else None}
        if self.error:
            found["std_error"] = self.error
        if self.drawing_interval is not None:
            found["drawing_interval"] = self.drawing_interval.to_dict()
        if self.interval is not None:
            found["interval"] = self.interval.to_dict()
        return found if self.bounds is None else found | {"bounds": self.bounds.to_dict()}

    def __str__(self) -> str:
        return self.plain if self.interval is None else f"{self.plain}, {self.interval}"

    @property
    def plain(self) -> str:
        """The number, and what drawing leaves open; its bounds where there are only these."""
        if not self.known:
            return str(self.bounds)
        drawn = self.drawing_interval
        if drawn is None or drawn.even(self.value, self.error):
            return _shown(self.value, self.error)
        return f"{_rounded(self.value, self.error)}, {drawn}"

    def _repr_html_(self) -> str:
        return paragraph(str(self), spanned(self))


@dataclass(frozen=True)
class Intervals:
    """The intervals of an answer's numbers.

    Attributes:
        level: Of all.
        rows: How many rows of data there are.
        parts: The ends for each part of the answer.
        spans: For each part, of its bounds, in the order of the flat part.
        by: How they were worked out.
    """

    level: float
    rows: int
    parts: Mapping[str, Ends]
    spans: Mapping[str, Ends] = field(default_factory=dict)
    by: str = POSTERIOR

    def at(self, name: str, place: tuple[int, ...]) -> Interval:
        """That of one number."""
        ends = self.parts[name]
        low, high = float(ends.low[place]), float(ends.high[place])
        return Interval(low, high, self.level, self.rows, self.by)

    def of_bounds(self, name: str, rank: int) -> Interval | None:
        """That of both bounds of one number."""
        if name not in self.spans:
            return None
        low, high = (float(end[rank]) for end in (self.spans[name].low, self.spans[name].high))
        return Interval(low, high, self.level, self.rows, self.by)


def number_columns(numbers: Sequence[Number], name: str = "") -> Iterator[tuple[str, object]]:
    """The columns of a frame that tell of numbers; what none of them has makes no column.

    Args:
        numbers: All of one kind.
        name: What to call them; their kind if empty.
    """
    mark = f"{name}_" if name else ""
    yield name or numbers[0].kind, [number.value for number in numbers]
    if any(number.error for number in numbers):
        yield f"{mark}std_error", [number.error for number in numbers]
    spans: dict[str, list[Interval | DrawingInterval | Bounds | None]] = {
        "": [number.interval for number in numbers],
        "drawing_": [number.drawing_interval for number in numbers],
        "bounds_": [number.bounds for number in numbers],
    }
    for kind, found in spans.items():
        if any(found):
            yield f"{mark}{kind}low", [span and span.low for span in found]
            yield f"{mark}{kind}high", [span and span.high for span in found]


def spanned(number: Number) -> str:
    """The bounds beside a number, where noise models can disagree on it or exclude it."""
    span, value = number.bounds, number.value
    if span is None or not number.known:
        return ""
    if not span.open and abs(value - span.low) <= _MET_VALUE:
        return ""
    how = span.how if span.sharp or not span.grounds else span.grounds
    firm = "" if span.interval is None else f", {span.interval}"
    return f"{ANY_NOISE}: in {span} ({how}){firm}"


def _finite(end: float) -> float | None:
    return None if isinf(end) else end


def _shown(value: float, error: float) -> str:
    """A number to the digits that mean something; an estimate always with its error.

    >>> _shown(0.41675, 0.0)
    '0.41675'
    >>> _shown(0.41675, 0.0012)
    '0.4168 ± 0.0012'
    """
    if error == 0:
        plain = value == 0 or 0.001 <= abs(value) < LONG
        return f"{value:.5f}" if plain else f"{value:.5g}" if abs(value) > 1 else f"{value:.4g}"
    return f"{_rounded(value, error)} ± {_rounded(error, error)}"


def _rounded(number: float, error: float) -> str:
    """A number to the digits of its error, or of its size where it is huge.

    >>> _rounded(0.41675, 0.0012), _rounded(2.5e20, 1e18), _rounded(1.0, inf)
    ('0.4168', '2.5e+20', '1.0000')
    """
    if not isfinite(number) or abs(number) >= LONG:
        return f"{number:.5g}"
    return f"{number:.{_digits(error)}f}"


def _digits(error: float) -> int:
    return max(4, 1 - _exponent(error)) if isfinite(error) else 4


def _exponent(number: float) -> int:
    return int(f"{number:e}".partition("e")[2])
