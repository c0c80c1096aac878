"""How a query is answered: decided once, then either done or shown."""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from time import perf_counter

from scm_compiler.diagnostics import ScmError, refuse
from scm_compiler.inference.answers import Answer, Asked, Firm
from scm_compiler.inference.codes.answers import Counterfactual, NotOfThisMethod
from scm_compiler.inference.combined import Combined, looseness
from scm_compiler.inference.counterfactual.responses import Responses
from scm_compiler.inference.engines import METHODS, engines_of
from scm_compiler.inference.engines.never import Never
from scm_compiler.inference.evaluation import Numbers, condition_of
from scm_compiler.inference.instrument import refuse_no_instrument
from scm_compiler.inference.intervals import firm
from scm_compiler.inference.outline import NAMED, Outline
from scm_compiler.inference.possible import refuse_impossible
from scm_compiler.inference.refusals import (
    pointing_at,
    refuse_contradictions,
    refuse_long_tables,
)
from scm_compiler.inference.result import Result
from scm_compiler.inference.route import route_of
from scm_compiler.inference.table import Table, most_probable
from scm_compiler.inference.task import QueryEngine, Route, Setting, Task, Work
from scm_compiler.ir import Graph
from scm_compiler.ir import query as ir
from scm_compiler.model.tables import Fitted, Tables
from scm_compiler.passes import flatten
from scm_compiler.passes.worlds import never, rung
from scm_compiler.semantics.query import worded

SAMPLES = 10_000
"""Draws that are wanted where a query is answered by drawing."""

LEVEL = 0.95
"""Of the intervals from the data, unless another is asked for."""

_REMEMBERED = 256
"""Plans that a model keeps."""


@dataclass(frozen=True, repr=False)
class Plan(Outline):
    """How a query is answered.

    Attributes:
        query: Its text.
        task: The query as it is put to the engine.
        engine: The engine's name; `zero` of what happens in no model.
        work: What the engine prepared.
        instead_of: The exact work that takes too much memory or time, where it is done otherwise.
        text: The query as the user wrote it, which refusals point at.
        best: Where only the most probable rows are asked for, how many columns are conditions.
    """

    def run(self, *, seed: int = 0, samples: int = SAMPLES, level: float | None = LEVEL) -> Answer:
        """Answer the query.

        Args:
            seed: Of sampling, and of the posterior draws behind a standard error.
            samples: Draws that `sample` must accept for each probability, and that weighted draws
                should be worth.
            level: Of the intervals from the data, which are worked out when they are first read;
                None for none.

        Raises:
            ScmError: Where the numbers do not allow it: E431 impossible evidence, E434 too few
                draws accepted, E435 or E443 no data behind the answer, E436 weighted draws that
                are worth too little, E444 a formula that gives no probability, E45x a
                counterfactual that cannot be answered.
        """
        return self._run(perf_counter(), seed, samples, level)

    def _run(self, started: float, seed: int, samples: int, level: float | None) -> Answer:
        task, query = self.task, self.task.query
        model, declared = task.setting.model, task.setting.declared
        with pointing_at(self.text, self.query):
            if task.setting.hidden:
                self._refuse_impossible()
            result = self.work.run(seed, samples)
        answered = Answer(
            query=self.query,
            rung=task.rung,
            identified=result.identified,
            method=result.method if task.method in METHODS else task.method,
            samples=result.samples,
            warnings=result.warnings,
            value=result.value(query, declared),
            graph_hash=declared.hash,
            seconds=perf_counter() - started,
            noise_model=result.noise_model,
            found=task.route.estimands,
            effective=result.effective,
            rows=model.rows if model is not None and isinstance(model.known, Fitted) else 0,
            make_firm=partial(self._firm, result, seed, level),
        )
        if task.rung == 3 or isinstance(query, ir.Derived):
            answered = replace(answered, derived=self.derived, means=self.means)
        if isinstance(query, ir.Regime) and query.do and task.rung == 2:
            answered = replace(answered, see=partial(_seeing, task, level))
        if self.best is None or not isinstance(answered.value, Table):
            return answered
        value = most_probable(answered.value, self.best)
        conditions = {row.values[: self.best] for row in value.rows}
        return replace(answered, value=value, tied=len(conditions) < len(value.rows))

    def _refuse_impossible(self) -> None:
        """Refuse (E431) evidence that never happens, where a formula need not tell."""
        if isinstance(self.work, Combined):
            for plan in self.work.plans.values():
                plan._refuse_impossible()
            return
        observed, task = self.task.setting.observed, self.task
        if observed is not None and (task.rung == 2 or task.route.worlds):
            refuse_impossible(task.query, observed)

    def _firm(self, result: Result, seed: int, level: float | None) -> Firm | None:
        """The answer with the intervals that the rows of data leave."""
        found = firm(self.task, self.work, result, seed, level, partial(_on, self.task, seed))
        if found is None or self.best is None or not isinstance(found.value, Table):
            return found
        return replace(found, value=most_probable(found.value, self.best))


def plan(
    query: ir.Query,
    model: Tables | Graph | Setting,
    *,
    method: Asked = "auto",
    noise_model: str | Responses | None = None,
    text: str | None = None,
) -> Plan:
    """Decide how a query is answered.

    Args:
        query: Resolved against the model's graph.
        model: The tables; or a graph alone, or what is known of it.
        method: `exact` contraction; `weighted` draws (likelihood weighting); `sample` for
            rejection sampling; `bounds` of what observation does not determine; or `auto`, which
            is exact where memory and time allow, else weighted, and bounds where it has to be; or
            that of an installed engine.
        noise_model: Of counterfactuals: `threshold`, `gumbel-max`, or what the model's networks
            do; None for `threshold` where the tables are exact.
        text: The query as the user wrote it.

    Raises:
        ScmError: E430 a counterfactual by sampling, E431 evidence that contradicts itself, E432 a
            counterfactual by draws that rests on a hidden common cause, E433 too large, E437 too
            slow, E438 too many rows, E441 no draws of an intervention, E447 not a query of this
            installed engine, E450 or E454 a counterfactual that is too large; of what is not
            identified, E520 or E523 unless it is bounded, with E532 where that is too large and
            E533 where scipy is missing.
        ValueError: If there is no such method.
    """
    setting = model if isinstance(model, Setting) else Setting.of(model)
    engines = engines_of(method)
    words = worded(text, query, setting.graph)
    best = query.given if isinstance(query, ir.Best) else None
    derived = isinstance(query.table if isinstance(query, ir.Best) else query, ir.Derived)
    with pointing_at(text, words if derived else None):
        flat = flatten(query, setting.graph)
        asked = flat.table if isinstance(flat, ir.Best) else flat
        made = _planned(asked, setting, engines, method, noise_model)
        if best is not None and made.task.route.refused is not None:
            raise refuse(replace(made.task.route.refused, query=words))
        return replace(made, query=words, text=text, best=best)


def _planned(
    query: ir.Query,
    setting: Setting,
    engines: Sequence[QueryEngine],
    method: str,
    noise_model: str | Responses | None,
) -> Plan:
    """The plan of a flattened query; of one in terms of others, that of each of these."""
    refuse_long_tables(query, setting.graph)
    if not isinstance(query, ir.Derived):
        if never(query, setting.graph):
            return _never(query, setting)
        return _decide(query, setting, engines, method, noise_model)

    def decide(part: ir.Quantity) -> Plan:
        assert isinstance(part, ir.Sum | ir.Plain)
        return _planned(part, setting, engines, method, noise_model)

    plans = {part: decide(part) for part in query.sums}
    work = Combined(query, plans, decide)
    task = Task(query, setting, work.route, method, noise_model)
    loose = max(plans.values(), key=lambda plan: looseness(plan.engine), default=None)
    if loose is None or loose.engine not in NAMED:
        return Plan("", task, "combined", work)
    beyond = None if loose.instead_of is None else loose.instead_of.beyond
    instead_of = None if beyond is None else replace(work, beyond=beyond)
    return Plan("", task, loose.engine, work, instead_of)


def _decide(
    query: ir.Query,
    setting: Setting,
    engines: Sequence[QueryEngine],
    method: str = "auto",
    noise_model: str | Responses | None = None,
) -> Plan:
    """The plan of a flattened query: identification first, then the first engine that can."""
    if rung(query) < 3:
        refuse_contradictions(query, setting.graph)
    elif method == "sample":
        raise refuse(Counterfactual())
    if isinstance(query, ir.LocalEffect):
        refuse_no_instrument(query, setting.declared)
    route = Route()
    if setting.hidden:
        route = route_of(query, setting, drawn=method == "weighted")
    if route.refused is not None:
        engines = [engine for engine in engines if engine.name in ("local effect", "bounds")]
    elif method == "bounds":  # they meet
        engines = engines_of("auto")
    task = Task(query, setting, route, method, noise_model)
    first: Work | None = None
    for engine in engines:
        work = engine.prepare(task)
        if work is None:
            continue
        if work.beyond is None:
            return Plan("", task, engine.name, work, first)
        first = first or work
    reasons = route.refused, None if first is None else first.beyond
    told = tuple(reason for reason in reasons if reason is not None)
    raise refuse(*(told or (NotOfThisMethod(method=method),)))


def answer(
    query: ir.Query,
    model: Tables,
    *,
    method: Asked = "auto",
    seed: int = 0,
    samples: int = SAMPLES,
    noise_model: str | Responses | None = None,
    level: float | None = LEVEL,
    text: str | None = None,
) -> Answer:
    """Answer a query on a model: plan it, and run the plan.

    Args:
        query: Resolved against the model's graph.
        model: The tables, with which the shapes of questions are remembered, so that a second
            query of the same shape costs little.
        method: As for `plan`.
        seed: As for `Plan.run`.
        samples: As for `Plan.run`.
        noise_model: As for `plan`.
        level: As for `Plan.run`.
        text: The query as the user wrote it.

    Raises:
        ScmError: As for `plan` and `Plan.run`.
        ValueError: If there is no such method or noise model.
    """
    started = perf_counter()
    made = _remembered(query, model, method, noise_model, text)
    return made._run(started, seed, samples, level)


def _remembered(
    query: ir.Query,
    model: Tables,
    method: Asked,
    noise_model: str | Responses | None,
    text: str | None,
) -> Plan:
    """The plan, which the model keeps for when the very question comes again."""
    kept: dict[Hashable, Plan] = vars(model).setdefault("_plans", {})
    noise = noise_model if isinstance(noise_model, str | None) else id(noise_model)
    key = (query, getattr(query, "words", ""), method, noise)
    made = kept.get(key)
    if made is None or made.task.noise_model is not noise_model:
        made = plan(query, model, method=method, noise_model=noise_model, text=text)
        if len(kept) >= _REMEMBERED:
            kept.pop(next(iter(kept)))
        kept[key] = made
    if made.text == text:
        return made
    return replace(made, query=worded(text, query, model.graph), text=text)


def _never(query: ir.Query, setting: Setting) -> Plan:
    """The plan for what happens in no model."""
    assert isinstance(query, ir.Probability)
    find_out = None
    if query.given:
        seen = flatten(replace(query, targets=query.given[:1]), setting.graph)
        evidence = _decide(seen, setting, engines_of("auto"))

        def find_out(seed: int, samples: int) -> object:
            return evidence.run(seed=seed, samples=samples)

    task = Task(query, setting, Route())
    return Plan("", task, "zero", Never(task, find_out))


def _on(task: Task, seed: int, model: Tables) -> Numbers | None:
    """What another model answers; None where it has no answer."""
    engines = engines_of(task.method)
    try:
        made = _planned(task.query, Setting.of(model), engines, task.method, task.noise_model)
        return made.work.run(seed, SAMPLES).numbers
    except ScmError:
        return None


def _seeing(task: Task, level: float | None) -> Answer | None:
    """What only seeing the values would say that a regime of rung 2 holds."""
    query, model = task.query, task.setting.model
    assert isinstance(query, ir.Regime)
    if model is None:
        return None
    held = condition_of(query.do, ()).do
    seen = tuple(ir.Event(ir.Variable(name), value) for name, value in held.items())
    try:
        return answer(ir.Regime(given=(*seen, *query.given)), model, level=level)
    except ScmError:
        return None  # these values never occur together, or only sampling could tell
