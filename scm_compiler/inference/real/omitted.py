"""How strong a hidden common cause must be to overturn an effect beside real nodes.

It is the bias of an omitted variable (Cinelli and Hazlett 2020, "Making sense of sensitivity"):
of a least-squares regression of the outcome on the cause and what is adjusted for, a hidden U
takes away standard error * sqrt(freedom) * sqrt(A B / (1 - B)), where A is the share of what is
left of the outcome's variance that U explains, and B the share of what is left of the cause's.
The robustness value is the A = B at which nothing of the effect is left.
"""

from dataclasses import dataclass
from math import copysign, sqrt
from typing import Any

import numpy as np

from scm_compiler.inference.intervals import t_quantile
from scm_compiler.inference.number import Interval
from scm_compiler.notebook import printed

LEAST_SQUARES = "least squares"
"""How the interval is worked out."""


@dataclass(frozen=True)
class Benchmark:
    """A hidden cause as strong as something that is adjusted for.

    Attributes:
        name: What is adjusted for.
        cause: Which share it would explain of what is left of the cause's variance.
        outcome: The same of the outcome's, given the cause.
        left: The effect that such a cause would leave.
    """

    name: str
    cause: float
    outcome: float
    left: float


@dataclass(frozen=True, repr=False)
class OmittedVariable:
    """How strong a hidden common cause must be to overturn an effect.

    Attributes:
        query: The effect's text.
        cause: The node that is held.
        outcome: The node that is asked.
        difference: The effect, by least squares.
        error: Its standard error.
        freedom: The degrees of freedom that the regression leaves.
        adjusted: What is adjusted for.
        dropped: Whether the graph has a hidden common cause of the two, which is not believed
            here.
        rows: How many rows of data there are.
        level: Of the intervals; None for none.
        benchmarks: One for each of `adjusted`.
    """

    query: str
    cause: str
    outcome: str
    difference: float
    error: float
    freedom: int
    adjusted: tuple[str, ...]
    dropped: bool
    rows: int
    level: float | None = 0.95
    benchmarks: tuple[Benchmark, ...] = ()

    @property
    def partial_r2(self) -> float:
        """Which share of what is left of the outcome's variance the cause explains.

        A hidden cause that explained all the rest of the outcome's would have to explain as much
        of the cause's.

        >>> round(_DARFUR.partial_r2, 4), round(_DARFUR.robustness_value, 3)
        (0.0219, 0.139)
        """
        strength = self._strength**2
        return strength / (1 + strength)

    @property
    def robustness_value(self) -> float:
        """The share of both at which nothing of the effect is left."""
        return _robustness(self._strength)

    @property
    def least_robustness_value(self) -> float | None:
        """The share of both at which the interval holds zero; None without an interval.

        >>> round(_DARFUR.least_robustness_value, 3)
        0.076
        """
        if self.level is None:
            return None
        lost = self._t(self.freedom - 1) / sqrt(self.freedom - 1)
        strength = self._strength
        if strength <= lost:
            return 0.0
        if strength * lost < 1:
            return _robustness(strength - lost)
        return (strength**2 - lost**2) / (1 + strength**2)

    @property
    def interval(self) -> Interval | None:
        """What the rows of data leave open of the effect."""
        if self.level is None:
            return None
        arm = self._t(self.freedom) * self.error
        low, high = self.difference - arm, self.difference + arm
        return Interval(low, high, self.level, self.rows, LEAST_SQUARES)

    def left(self, outcome: float, cause: float) -> float:
        """The effect that a hidden cause of such shares leaves, if it goes against it."""
        lost = self.error * sqrt(self.freedom * outcome * cause / (1 - cause))
        return copysign(1.0, self.difference) * (abs(self.difference) - lost)

    @property
    def _strength(self) -> float:
        return abs(self.difference) / self.error / sqrt(self.freedom)

    def _t(self, freedom: int) -> float:
        return float(t_quantile((1 + (self.level or 0.0)) / 2, np.asarray(freedom)))

    def to_dict(self) -> dict[str, Any]:
        """The same as plain data, in the form that `--json` prints."""
        span = {} if self.interval is None else {"interval": self.interval.to_dict()}
        least = self.least_robustness_value
        return {
            "query": self.query,
            "ok": True,
            "difference": self.difference,
            "std_error": self.error,
            "degrees_of_freedom": self.freedom,
            "partial_r2": self.partial_r2,
            "robustness_value": self.robustness_value,
            **span,
            **({} if least is None else {"least_robustness_value": least}),
            "adjusted": list(self.adjusted),
            "without_hidden_cause": self.dropped,
            "benchmarks": {
                each.name: {"cause": each.cause, "outcome": each.outcome, "left": each.left}
                for each in self.benchmarks
            },
        }

    def __str__(self) -> str:
        without = f", without `{self.cause} <-> {self.outcome}`" if self.dropped else ""
        by = f"adjusted for {', '.join(self.adjusted) or 'nothing'}{without}"
        span = [] if self.interval is None else [str(self.interval)]
        head = [f"{self.query} = {self.difference:.5g} by least squares", *span, by]
        name, least = "robustness value", self.least_robustness_value
        shown = [(f"partial R² with {self.outcome}", f"{self.partial_r2:.4g}")]
        more = "" if least is None else f"  {least:.4g} for the interval"
        shown.append((name, f"{self.robustness_value:.4g}{more}"))
        for each in self.benchmarks:
            shares = f"{each.cause:.3g} of {self.cause}, {each.outcome:.3g} of {self.outcome}"
            shown.append((f"one as strong as {each.name}", f"{shares}: leaves {each.left:.4g}"))
        width = max(len(name) for name, _ in shown)
        lines = [f"  {name:<{width}}  {text}" for name, text in shown]
        return "\n".join([", ".join(head), *lines, self._meaning])

    def __repr__(self) -> str:
        return str(self)

    def _repr_html_(self) -> str:
        return printed(str(self))

    @property
    def _meaning(self) -> str:
        share = f"{100 * self.robustness_value:.3g} %"
        beyond = f" beyond {', '.join(self.adjusted)}" if self.adjusted else ""
        return (
            f"a hidden common cause that explains {share} of the variance of {self.cause} and "
            f"of {self.outcome}{beyond} could explain all of it; one that explains less "
            "of both could not"
        )


_DARFUR = OmittedVariable("", "harm", "peace", 0.09732, 0.02326, 783, (), dropped=False, rows=0)
"""The published example."""


def _robustness(strength: float) -> float:
    square = strength**2
    return (sqrt(square**2 + 4 * square) - square) / 2
