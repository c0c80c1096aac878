"""Answers: what was found, how it was got, and how firm it is."""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

from scm_compiler.diagnostics import Diagnostic, Report, render_json, render_text
from scm_compiler.frames import data_frame
from scm_compiler.identify.criterion import criterion
from scm_compiler.identify.identification import Identified
from scm_compiler.identify.result import described
from scm_compiler.inference.codes.answers import RestsOnUnseen
from scm_compiler.inference.codes.counterfactuals import GuessedWorlds
from scm_compiler.inference.codes.identified import RestsOnGuesses
from scm_compiler.inference.number import (
    Bounds,
    DrawingInterval,
    Interval,
    Number,
    number_columns,
    spanned,
)
from scm_compiler.inference.table import Marginals, Table, columns
from scm_compiler.notebook import paragraph, printed, table

if TYPE_CHECKING:
    import pandas

Asked = str
"""The methods that can be asked for: `engines.METHODS`, and those of installed packages."""

GUESSES = (RestsOnUnseen, RestsOnGuesses, GuessedWorlds)
"""The warnings that an answer rests on guesses, each with what it could be."""

RUNGS = {1: "observe", 2: "intervene", 3: "counterfactual"}


@dataclass(frozen=True)
class Answer:
    """The answer to a query.

    Attributes:
        query: The query's text.
        rung: 1 observe, 2 intervene, 3 counterfactual.
        identified: Whether the graph determines the answer from what can be observed.
        method: `exact`; `estimated`, which is exact on tables that were estimated from draws;
            `drawn`, which is that where the draws are of the whole model; `weighted`, by
            likelihood weighting; `sample`, by rejection; `bounds`, which are all that observation
            tells; or the name of an installed engine.
        samples: Draws behind the estimate: the fewest for any row of a table, the number that
            was weighted, or the number accepted; None if exact.
        seconds: The time it took, without parsing.
        graph_hash: The graph that was asked.
        value: The answer itself.
        warnings: What to know before relying on it.
        noise_model: Of a counterfactual that graph and data do not determine, what was assumed of
            the mechanisms' noise.
        found: On a graph with hidden common causes, how each distribution that the query rests
            on follows from observation.
        derived: Of a counterfactual on such a graph, each probability as a formula over these.
        effective: How many independent draws weighted ones are worth; None if none were weighted.
        rows: How many rows of data the tables are fitted to; 0 where none are behind them.
        means: What an effect that has a name stands for.
        tied: Whether the most probable values are several.
        see: Answers what `seeing` asks; None where it asks nothing.
        make_firm: Works out `firm`.
    """

    query: str
    rung: int
    identified: bool
    method: str
    samples: int | None
    seconds: float
    graph_hash: str
    value: Number | Table | Marginals
    warnings: tuple[Diagnostic, ...] = ()
    noise_model: str | None = None
    found: tuple[Identified, ...] = ()
    derived: tuple[str, ...] = ()
    effective: float | None = None
    rows: int = 0
    means: str = ""
    tied: bool = False
    see: Callable[[], "Answer | None"] | None = field(default=None, compare=False, repr=False)
    make_firm: Callable[[], "Firm | None"] = field(default=lambda: None, compare=False, repr=False)

    @cached_property
    def seeing(self) -> "Answer | None":
        """Of a regime that holds labels, what only seeing them at these values would say.

        It is asked when it is first read; None of other questions, of several worlds, and where
        the values never occur together.
        """
        return None if self.see is None else self.see()

    @cached_property
    def firm(self) -> "Firm":
        """How firmly the data determine the answer; worked out when it is first read."""
        return self.make_firm() or Firm(self.value)

    @property
    def interval(self) -> Interval | None:
        """What the rows of data leave open of the one number; see `probability`.

        None where that is not known (`firm.note` says why), or was not asked for.
        """
        self._number  # noqa: B018  (refuses what is not one number)
        return self.firm.value.interval if isinstance(self.firm.value, Number) else None

    @property
    def probability(self) -> float:
        """The answer where it is one number (a probability, an expectation or a difference).

        `float(answer)` is the same.

        Raises:
            ValueError: If the answer is a table or a regime, or if there are only its `bounds`.
        """
        if not self._number.known:
            raise ValueError(f"{self.query} is not identified: `.bounds` are {self.bounds}")
        return self._number.value

    def __float__(self) -> float:
        return self.probability

    @property
    def std_error(self) -> float | None:
        """The standard error by drawing of the one number; None where nothing was drawn.

        What the rows of data leave open is another thing: see `interval`.
        """
        return self._number.std_error

    @property
    def drawing_interval(self) -> DrawingInterval | None:
        """The 95 % interval of drawing around the one number; see `probability`."""
        return self._number.drawing_interval

    @property
    def bounds(self) -> Bounds | None:
        """What it can be, of a counterfactual and of what is not identified; see `probability`."""
        return self._number.bounds

    @property
    def _number(self) -> Number:
        if not isinstance(self.value, Number):
            raise ValueError(f"the answer to {self.query} is not one number")  # noqa: TRY004
        return self.value

    @property
    def rests_on_guesses(self) -> bool:
        """Whether it depends on rows of tables that no data stand behind."""
        return any(isinstance(warning, GUESSES) for warning in self.warnings)

    @property
    def how(self) -> str:
        """How the answer was got, in one line."""
        found = "identified" if self.identified else "not identified"
        if self.noise_model is not None:
            found += f" (noise model: {self.noise_model})"
        if self.identified and self.rung > 1 and self.found:
            found += f" by {', '.join(dict.fromkeys(map(criterion, self.found)))}"
        way = self._way + (" but for guesses" if self.rests_on_guesses else "")
        time = f"{self.seconds * 1e3:.3g} ms" if self.seconds < 1 else f"{self.seconds:.1f} s"
        return f"rung {self.rung} ({RUNGS[self.rung]}), {found}, {way}, {time}"

    @property
    def formulas(self) -> str:
        """By which formulas the answer follows from observation, a line each.

        Of an observation, and without hidden common causes, nothing.
        """
        return "\n".join([*self.derived, *map(str, self.found)]) if self.rung > 1 else ""

    @property
    def _way(self) -> str:  # noqa: PLR0911  (one for each method)
        match self.method:
            case "exact":
                return "exact on the fitted tables" if self.rows else "exact"
            case "estimated":
                return f"from tables estimated with {self.samples:,} draws a row"
            case "drawn":
                return f"estimated from {self.samples:,} draws of the model"
            case "weighted":
                worth = f"worth {self.effective:,.0f} independent ones"
                return f"likelihood weighting, {self.samples:,} draws {worth}"
            case "sample":
                return f"sampled, {self.samples:,} draws accepted"
            case "bounds":
                said = "sharp bounds" if self._sharp else "bounds, perhaps wider than need be,"
                return f"{said} by linear programming"
            case other:
                return f"by {other}" + (f", {self.samples:,} draws" if self.samples else "")

    @property
    def _sharp(self) -> bool:
        """Whether all bounds are."""
        match self.value:
            case Number():
                numbers = [self.value]
            case Table():
                numbers = [row.probability for row in self.value.rows]
            case Marginals():
                numbers = list(self.value.numbers.values())
        return all(number.bounds is None or number.bounds.sharp for number in numbers)

    def to_dict(self) -> dict[str, Any]:
        """The answer as plain data, in the form that `--json` prints."""
        found = {
            "query": self.query,
            "ok": True,
            "rung": self.rung,
            "identified": self.identified,
            "method": self.method,
            "samples": self.samples,
            "seconds": self.seconds,
            "graph_hash": self.graph_hash,
            "answer": self.firm.value.to_dict(),
            "diagnostics": render_json(Report(None, self.warnings)),
        }
        if self.found:
            found["estimands"] = [described(part) for part in self.found]
        if self.means:
            found["means"] = self.means
        if self.rests_on_guesses:
            found["rests_on_guesses"] = True
        if self.derived:
            found["formulas"] = list(self.derived)
        if self.seeing is not None:
            found["seeing"] = {"query": self.seeing.query, **self.seeing.firm.value.to_dict()}
        if self.firm.note:
            found["interval_note"] = self.firm.note
        worth = {} if self.effective is None else {"effective_samples": self.effective}
        return found | worth | ({"noise_model": self.noise_model} if self.rung == 3 else {})

    def to_pandas(self) -> "pandas.DataFrame":
        """The answer as a frame: a row for each number, with its interval in `low` and `high`.

        A table has a column for each variable, a regime `label` and `value`, and `seen` for what
        only seeing the held values would say. Bounds are in `bounds_low` and `bounds_high`, what
        drawing leaves open in `std_error`, `drawing_low` and `drawing_high`.

        Raises:
            ImportError: If there is no pandas.
        """
        value = self.firm.value
        if isinstance(value, Number):
            return data_frame([("query", [self.query]), *number_columns([value])])
        keys, numbers = value.cells
        beside = () if self.seeing is None else _numbers_of(self.seeing)
        seen = number_columns(beside, "seen") if beside else ()
        return data_frame([*keys, *number_columns(numbers), *seen])

    @property
    def text(self) -> str:
        """The query and the answer; of a regime that holds labels, with what seeing would say."""
        value = self.firm.value
        if self.seeing is not None:
            lines = [columns(self._beside(self.seeing))]
        elif isinstance(value, Number):
            lines = [*self._said(value)]
        else:
            lines = [self.query, str(value)]
        lines += [f"which is {self.means}"] if self.means else []
        lines += ["these are equally probable"] if self.tied else []
        return "\n".join(filter(None, [*lines, self.firm.note]))

    def _said(self, number: Number) -> tuple[str, str]:
        """A number or the bounds of one, and beneath it what the noise model leaves open."""
        if number.known:
            return f"{self.query} = {number}", spanned(number)
        assert number.bounds is not None
        interval = number.bounds.interval
        firm = "" if interval is None else f"both ends {interval}"
        return f"{self.query} in {number.bounds}, {number.bounds.how}", firm

    def _beside(self, seen: "Answer") -> list[tuple[str, ...]]:
        """A head, and each label's numbers under `do` beside those of only seeing."""
        held, watched = self.firm.value, seen.firm.value
        assert isinstance(held, Marginals)
        assert isinstance(watched, Marginals)
        done, beside = held.numbers, watched.numbers
        firm = next((n.interval for n in done.values() if n.interval is not None), None)
        more = (firm.head,) if firm is not None else ()
        top = ("label", "value", self.query, *more, seen.query, *more)
        return [
            top,
            *((*p, *_cells(n, more), *_cells(beside[p], more)) for p, n in done.items()),
        ]

    def __str__(self) -> str:
        warnings = [render_text(Report(None, self.warnings))] if self.warnings else []
        return "\n".join(filter(None, [self.how, self.text, self.formulas, *warnings]))

    def __repr__(self) -> str:
        return str(self)

    def _repr_html_(self) -> str:
        """How it was got, the answer, and what to know before relying on it."""
        warned = render_text(Report(None, self.warnings)) if self.warnings else ""
        if isinstance(self.value, Number):
            value = self.firm.value
            assert isinstance(value, Number)
            said = paragraph(*self._said(value), self.how)
        elif self.seeing is not None:
            head, *lines = self._beside(self.seeing)
            said = paragraph(self.query, self.how) + table(head, lines)
        else:
            said = paragraph(self.query, self.how) + self.firm.value._repr_html_()
        return said + printed(self.formulas) + printed(warned)


@dataclass(frozen=True)
class Firm:
    """An answer with what rows of data leave open of it.

    Attributes:
        value: The answer, each number with its interval.
        note: Why there are none, where there are none.
    """

    value: Number | Table | Marginals
    note: str = ""


def _numbers_of(answer: Answer) -> list[Number]:
    """The numbers of a regime's answer."""
    value = answer.firm.value
    assert isinstance(value, Marginals)
    return value.cells[1]


def _cells(number: Number, firm: tuple[str, ...]) -> tuple[str, ...]:
    """A number, and its interval where the head has one."""
    if not firm:
        return (number.plain,)
    return (number.plain, "" if number.interval is None else number.interval.ends)
