"""Answers: what was found, how it was got, and how firm it is."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from scm_compiler.diagnostics import Diagnostic, Report, render_json, render_text
from scm_compiler.identify.criterion import criterion
from scm_compiler.identify.identification import Identified
from scm_compiler.identify.result import described
from scm_compiler.inference.codes.answers import RestsOnUnseen
from scm_compiler.inference.codes.counterfactuals import GuessedWorlds
from scm_compiler.inference.codes.identified import RestsOnGuesses
from scm_compiler.inference.number import (
    ANY_NOISE,
    Bounds,
    DrawingInterval,
    Interval,
    Number,
    spanned,
)
from scm_compiler.notebook import paragraph, printed, table

Asked = str
"""The methods that can be asked for: `engines.METHODS`, and those of installed packages."""

GUESSES = (RestsOnUnseen, RestsOnGuesses, GuessedWorlds)
"""The warnings that an answer rests on guesses, each with what it could be."""

RUNGS = {1: "observe", 2: "intervene", 3: "counterfactual"}


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a table.

    Attributes:
        values: The name of a value for each variable.
        probability: Theirs.
    """

    values: tuple[str, ...]
    probability: Number


@dataclass(frozen=True, slots=True)
class Table:
    """The joint table of the free targets; `repr` and notebooks show it as one.

    Attributes:
        variables: The targets, in the order of the query.
        rows: Each combination of their values with its probability.
    """

    variables: tuple[str, ...]
    rows: tuple[Row, ...]

    def __getitem__(self, values: str | tuple[str, ...]) -> float:
        """The probability of one row, by the names of its values."""
        wanted = (values,) if isinstance(values, str) else values
        for row in self.rows:
            if row.values == wanted:
                return row.probability.value
        raise KeyError(values)

    def to_dict(self) -> dict[str, Any]:
        """The variables and the rows."""
        rows = [
            {"values": dict(zip(self.variables, row.values, strict=True))}
            | row.probability.to_dict()
            for row in self.rows
        ]
        return {"variables": list(self.variables), "rows": rows}

    def __str__(self) -> str:
        return columns(self._lines)

    def __repr__(self) -> str:
        return str(self)

    def _repr_html_(self) -> str:
        head, *lines = self._lines
        return table(head, lines)

    @property
    def _lines(self) -> list[tuple[str, ...]]:
        """The head, then a line for each row."""
        return _numbered(self.variables, [(row.values, row.probability) for row in self.rows])


def _numbered(
    head: tuple[str, ...], lines: Sequence[tuple[tuple[str, ...], Number]]
) -> list[tuple[str, ...]]:
    """A head, and lines that end with a number, and with its bounds where some are open."""
    top = (*head, "probability")
    shown = [(*cells, number.plain) for cells, number in lines]
    intervals = [number.interval for _, number in lines]
    known = next((interval for interval in intervals if interval is not None), None)
    if known is not None:
        top = (*top, known.head)
        ends = ("" if interval is None else interval.ends for interval in intervals)
        shown = [(*line, end) for line, end in zip(shown, ends, strict=True)]
    spans = [number.bounds for _, number in lines]
    if any(span is not None and span.open for span in spans):
        top = (*top, ANY_NOISE)
        shown = [(*line, str(span)) for line, span in zip(shown, spans, strict=True)]
    return [top, *shown]


@dataclass(frozen=True)
class Marginals(Mapping[str, Mapping[str, Number]]):
    """The table of every label in a regime: node, then value, then number.

    Attributes:
        tables: The same as a plain mapping.
    """

    tables: Mapping[str, Mapping[str, Number]]

    def __getitem__(self, node: str) -> Mapping[str, Number]:
        return self.tables[node]

    def __iter__(self) -> Iterator[str]:
        return iter(self.tables)

    def __len__(self) -> int:
        return len(self.tables)

    def to_dict(self) -> dict[str, Any]:
        """The tables; images are drawn elsewhere, where a head is trained."""
        marginals = {
            node: {value: number.to_dict() for value, number in table.items()}
            for node, table in self.tables.items()
        }
        return {"marginals": marginals, "images": None}

    def __str__(self) -> str:
        return columns(self._lines)

    def __repr__(self) -> str:
        return str(self)

    def _repr_html_(self) -> str:
        head, *lines = self._lines
        return table(head, lines)

    @property
    def numbers(self) -> Mapping[tuple[str, str], Number]:
        """The number of each label and value; of a binary label for 1 alone."""
        return {
            (node, value): number
            for node, numbers in self.tables.items()
            for value, number in numbers.items()
            if tuple(numbers) != ("0", "1") or value == "1"
        }

    @property
    def _lines(self) -> list[tuple[str, ...]]:
        """The head, then a line for each number."""
        return _numbered(("label", "value"), [*self.numbers.items()])


@dataclass(frozen=True)
class Answer:
    """The answer to a query.

    Attributes:
        query: The query's text.
        rung: 1 observe, 2 intervene, 3 counterfactual.
        identified: Whether the graph determines the answer from what can be observed.
        method: `exact`; `estimated`, which is exact on tables that were estimated from draws;
            `drawn`, which is that where the draws are of the whole model; `weighted`, by
            likelihood weighting; `sample`, by rejection; or the name of an installed engine.
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
        see: Answers what `seeing` asks.
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
    see: Callable[[], "Answer | None"] = field(default=lambda: None, compare=False, repr=False)
    make_firm: Callable[[], "Firm | None"] = field(default=lambda: None, compare=False, repr=False)

    @cached_property
    def seeing(self) -> "Answer | None":
        """Of a regime that holds labels, what only seeing them at these values would say.

        It is asked when it is first read; None of other questions, of several worlds, and where
        the values never occur together.
        """
        return self.see()

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

        Raises:
            ValueError: If the answer is a table or a regime.
        """
        return self._number.value

    @property
    def std_error(self) -> float:
        """The standard error of the one number; see `probability`."""
        return self._number.std_error

    @property
    def drawing_interval(self) -> DrawingInterval | None:
        """The 95 % interval of drawing around the one number; see `probability`."""
        return self._number.drawing_interval

    @property
    def bounds(self) -> Bounds | None:
        """What a counterfactual can be whatever the noise model; see `probability`."""
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
        if self.rung > 1 and self.found:
            found += f" by {', '.join(dict.fromkeys(map(criterion, self.found)))}"
        way = self._way + (" but for guesses" if self.rests_on_guesses else "")
        return f"rung {self.rung} ({RUNGS[self.rung]}), {found}, {way}, {self._time}"

    @property
    def formulas(self) -> str:
        """By which formulas the answer follows from observation, a line each.

        Of an observation, and without hidden common causes, nothing.
        """
        return "\n".join([*self.derived, *map(str, self.found)]) if self.rung > 1 else ""

    @property
    def _way(self) -> str:
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
            case other:
                return f"by {other}" + (f", {self.samples:,} draws" if self.samples else "")

    @property
    def _time(self) -> str:
        return f"{self.seconds * 1e3:.3g} ms" if self.seconds < 1 else f"{self.seconds:.1f} s"

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

    @property
    def text(self) -> str:
        """The query and the answer; of a regime that holds labels, with what seeing would say."""
        value = self.firm.value
        if self.seeing is not None:
            lines = [columns(self._beside(self.seeing))]
        elif isinstance(value, Number):
            lines = [f"{self.query} = {value}", spanned(value.bounds)]
        else:
            lines = [self.query, str(value)]
        return "\n".join(filter(None, [*lines, self.firm.note]))

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
            bounds = spanned(value.bounds) if isinstance(value, Number) else ""
            said = paragraph(f"{self.query} = {value}", bounds, self.how)
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


def _cells(number: Number, firm: tuple[str, ...]) -> tuple[str, ...]:
    """A number, and its interval where the head has one."""
    if not firm:
        return (number.plain,)
    return (number.plain, "" if number.interval is None else number.interval.ends)


def columns(lines: list[tuple[str, ...]]) -> str:
    """Lines of cells with aligned columns."""
    widths = [max(len(line[rank]) for line in lines) for rank in range(len(lines[0]))]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip()
        for line in lines
    )
