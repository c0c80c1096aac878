"""A trained run, as people use it: asked, and drawn from."""

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast, overload

from scm_compiler.inference import LEVEL, SAMPLES, Answer, Plan, Sensitivity, plan, sensitivity
from scm_compiler.inference.answers import Asked
from scm_compiler.inference.counterfactual.asking import counterfactual_text
from scm_compiler.inference.real.codes.reals import require_threshold
from scm_compiler.runtime.regime import Regime, Value, Values
from scm_compiler.runtime.runs.asking import ask, of_reals, plan_of_reals, rests_on_reals
from scm_compiler.runtime.runs.display import run_facts, run_html
from scm_compiler.runtime.runs.presence import RUNS
from scm_compiler.runtime.runs.record import Record, latest_record, open_record
from scm_compiler.semantics.query import read_query

if TYPE_CHECKING:  # torch takes seconds to import, and an answer from tables does without
    from scm_compiler.inference.real.omitted import OmittedVariable
    from scm_compiler.inference.real.planning import RealPlan
    from scm_compiler.runtime.by_row import RowAnswers
    from scm_compiler.runtime.data.columns import Table
    from scm_compiler.runtime.sampling.mixed import MixedSample
    from scm_compiler.runtime.sampling.photos import Photo
    from scm_compiler.runtime.sampling.sample import Sample


@dataclass(frozen=True, repr=False)
class Run(Record):
    """A run, and what it is asked.

    Attributes:
        path: The folder.
        manifest: What it is and how it came about.
        config: What was asked for.
        graph: The graph that was trained.
    """

    def __repr__(self) -> str:
        distance = self.manifest.metrics.get("tvd")
        shown = "" if distance is None else f", TVD {distance:.3f}"
        status = "" if self.manifest.status == "complete" else f", {self.manifest.status}"
        return f"Run({str(self.path)!r}, {self.config.trainer}{status}{shown})"

    def to_dict(self) -> dict[str, Any]:
        """What the run is, as plain data."""
        return run_facts(self)

    def _repr_html_(self) -> str:
        return run_html(self)

    @overload
    def query(
        self,
        text: str,
        *,
        method: Asked = "auto",
        seed: int = 0,
        samples: int = SAMPLES,
        noise_model: str | None = None,
        level: float | None = LEVEL,
        rows: None = None,
    ) -> Answer: ...
    @overload
    def query(
        self,
        text: str,
        *,
        method: Asked = "auto",
        seed: int = 0,
        samples: int = SAMPLES,
        noise_model: str | None = None,
        level: float | None = LEVEL,
        rows: object,
    ) -> "RowAnswers": ...
    def query(
        self,
        text: str,
        *,
        method: Asked = "auto",
        seed: int = 0,
        samples: int = SAMPLES,
        noise_model: str | None = None,
        level: float | None = LEVEL,
        rows: object = None,
    ) -> "Answer | RowAnswers":
        """Answer a question, or the question of every row of a table.

        Args:
            text: Such as `P(Male=1 | do(Mustache=1))`; docs/language.md has every form.
            method: `auto`, `exact`, `weighted`, `sample`, `bounds`, or an installed package's;
                see `inference.plan`.
            seed: Of whatever is drawn.
            samples: Draws that `sample` must keep.
            noise_model: Of counterfactuals: `threshold` or `gumbel-max`; None for the model's own.
            level: Of the intervals from the data, which are worked out when they are first read;
                None for none.
            rows: A data frame, or a dictionary of columns: the question is answered for each row,
                whose values are evidence where the query's evidence has no value.

        Raises:
            ScmError: E40x and E41x if the question is wrong, E43x and E45x if it cannot be
                answered; of rows also E468, E604 and E607.
        """
        options: dict[str, Any] = {
            "method": method,
            "seed": seed,
            "samples": samples,
            "noise_model": noise_model,
            "level": level,
        }
        if rows is not None:
            from scm_compiler.runtime.by_row import Rows, ask_by_row  # noqa: PLC0415  (25 ms)

            return ask_by_row(self, text, Rows.of(rows), **options)
        drawn = plan_of_reals(self, text, method)
        if drawn is not None:
            require_threshold(noise_model)
            return drawn.run(seed=seed, samples=samples, level=level)
        return ask(self, read_query(text, self.label_graph), text, **options)

    def explain(self, text: str, *, method: Asked = "auto") -> "Plan | RealPlan":
        """How a question would be answered, without answering it.

        Args:
            text: As for `query`.
            method: As for `query`.

        Returns:
            Its rung, by what it is identified, what it rests on, in which order that is summed out
            and at what cost, and the method.

        Raises:
            ScmError: E40x and E41x if the question is wrong, E43x and E45x if it cannot be
                answered, E520 if it is not identified.
        """
        drawn = plan_of_reals(self, text, method)
        if drawn is not None:
            return drawn
        query = read_query(text, self.label_graph)
        return plan(query, self.distributions(), method=method, text=text)

    def sensitivity(
        self, text: str, *, level: float | None = LEVEL
    ) -> "Sensitivity | OmittedVariable":
        """How strong a hidden common cause must be to overturn the sign of an effect.

        Args:
            text: Such as `ATE(X -> Y)`.
            level: Of the intervals from the data; None for none.

        Returns:
            Its E-value and its tipping point, or where real nodes take part its robustness value;
            see `inference.sensitivity` and `inference.real.omitted`.

        Raises:
            ScmError: E40x and E41x if the question is wrong, E534 if it has none.
        """
        if rests_on_reals(self, text):
            table = cast("Table", self.table)
            found: OmittedVariable = of_reals().omitted_variable(
                text, self.graph, table.columns, table.counts, level=level
            )
            return found
        query = read_query(text, self.label_graph)
        return sensitivity(query, self.distributions(), text=text, level=level)

    def counterfactual(
        self,
        target: str,
        *,
        do: Values | None = None,
        given: Values | None = None,
        noise_model: str | None = None,
        seed: int = 0,
    ) -> Answer:
        """What a label would have been, had others been held, given what was.

        `run.counterfactual("Bald", do={"Male": 0}, given={"Male": 1, "Bald": 1})`

        Args:
            target: A label.
            do: What would have been held.
            given: What was seen, in the world as it is.
            noise_model: As for `query`.
            seed: Of whatever is drawn.

        Returns:
            The table of the label under the named noise model, with bounds for any other.

        Raises:
            ScmError: As for `query`.
        """
        text = counterfactual_text(target, do, given)
        return self.query(text, seed=seed, noise_model=noise_model)

    def do(self, values: Values | None = None, /, **named: Value) -> Regime:
        """A regime in which nodes are held: `run.do(Mustache=1).sample(64)`."""
        return Regime(self).do(values, **named)

    def given(
        self, values: Values | None = None, /, image: "Photo | None" = None, **named: Value
    ) -> Regime:
        """A regime in which nodes are seen: `run.given(Mustache=1).answer()`.

        Or a photo: `run.given(image="me.png").counterfactual(do={"Bald": 1})`.
        """
        return Regime(self).given(values, image=image, **named)

    def sample(self, rows: int, *, seed: int = 0) -> "Sample | MixedSample":
        """Draw labels, and images where a head is trained, from the observational distribution."""
        return Regime(self).sample(rows, seed=seed)


def run_of(record: Record) -> Run:
    """A run on disk, to be asked."""
    return Run(record.path, record.manifest, record.config, record.graph)


def open_run(path: str | Path) -> Run:
    """Open a run and check that its files are what was written.

    Args:
        path: The folder.

    Raises:
        ScmError: With exit code 2: E651 if it is no run, E655 if a later version wrote it, E652
            if a file was changed, E656 or E504 if one cannot be read, E654 if its graph is
            another one. E505 if its graph was edited.
    """
    return run_of(open_record(path))


def latest_run(folder: Path = RUNS, *, trained: bool = True) -> Run:
    """The newest run in a folder.

    Args:
        folder: Where the runs are.
        trained: Only runs that have weights.

    Raises:
        ScmError: E650 if there is none; E658 if there are some, but none is trained; and what
            `open_run` raises, also of a run that no trained one is newer than.
    """
    return run_of(latest_record(folder, trained=trained))
