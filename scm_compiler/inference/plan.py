"""How a query is answered: decided once, then either done or shown."""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, partial
from time import perf_counter
from typing import Any

from scm_compiler.diagnostics import ScmError, refuse
from scm_compiler.identify.criterion import criterion
from scm_compiler.identify.identification import Identified
from scm_compiler.identify.result import described
from scm_compiler.inference.answers import RUNGS, Answer, Asked
from scm_compiler.inference.codes.answers import NotOfThisMethod
from scm_compiler.inference.counterfactual.responses import Responses
from scm_compiler.inference.engines import METHODS, engines_of
from scm_compiler.inference.engines.bounds import BoundsWork
from scm_compiler.inference.engines.counterfactual import WorldsWork
from scm_compiler.inference.engines.formula import Formulas
from scm_compiler.inference.engines.never import Never
from scm_compiler.inference.evaluation import Numbers, condition_of
from scm_compiler.inference.firmness import firm
from scm_compiler.inference.instrument import refuse_no_instrument
from scm_compiler.inference.parts import Part, listed
from scm_compiler.inference.possible import refuse_impossible
from scm_compiler.inference.refusals import (
    pointing_at,
    refuse_contradictory,
    refuse_long_tables,
)
from scm_compiler.inference.route import route_of
from scm_compiler.inference.task import QueryEngine, Route, Setting, Task, Work
from scm_compiler.ir import Graph
from scm_compiler.ir import query as ir
from scm_compiler.model.tables import Fitted, Tables
from scm_compiler.notebook import printed
from scm_compiler.passes import flatten
from scm_compiler.passes.worlds import never, rung
from scm_compiler.semantics.query import worded

SAMPLES = 10_000
"""Draws that are wanted where a query is answered by drawing."""

LEVEL = 0.95
"""Of the intervals from the data, unless another is asked for."""

_SHOWN = {
    "weighted": "likelihood weighting",
    "sample": "rejection sampling",
    "bounds": "bounds by linear programming",
    "local effect": "the Wald ratio",
}


@dataclass(frozen=True, repr=False)
class Plan:
    """How a query is answered.

    Attributes:
        query: Its text.
        task: The query as it is put to the engine.
        engine: The engine's name; `zero` of what happens in no model.
        work: What the engine prepared.
        instead_of: The exact work that takes too much memory or time, where it is done otherwise.
        text: The query as the user wrote it, which refusals point at.
    """

    query: str
    task: Task
    engine: str
    work: Work
    instead_of: Work | None = None
    text: str | None = None

    @property
    def rung(self) -> int:
        """The rung that it really stands on."""
        return self.task.rung

    @property
    def method(self) -> str:
        """`exact` or `bounds`; `weighted` or `sample` where it is drawn; or as `_added`."""
        ours = ("bounds", "weighted", "sample")
        return self._added or (self.engine if self.engine in ours else "exact")

    @property
    def _added(self) -> str:
        """The name of the engine of an installed package that answers; empty of our own."""
        return "" if self.task.method in METHODS else self.task.method

    @property
    def identified(self) -> bool:
        """Whether the graph determines the answer from what can be observed."""
        return not self._tied and self.task.route.refused is None

    @property
    def found(self) -> tuple[Identified, ...]:
        """How what it rests on follows from observation, with hidden common causes."""
        return self.task.route.found

    @property
    def derived(self) -> tuple[str, ...]:
        """Of a counterfactual, each probability as a formula over these."""
        return () if self.task.route.worlds is None else self.task.route.worlds.written

    @property
    def _by_formula(self) -> bool:
        """Whether it was identified by way of hidden common causes."""
        return self.rung > 1 and bool(self.found or self.derived)

    @cached_property
    def parts(self) -> tuple[Part, ...]:
        """The contractions of exact work, also where they are too large to be done."""
        return tuple((self.instead_of or self.work).parts)

    @property
    def grounds(self) -> str:
        """By what it is identified, or why it is not."""
        if self.task.route.refused is not None:
            return self.task.route.refused.message().partition(": ")[2]
        if self._by_formula:
            return ", ".join(dict.fromkeys(map(criterion, self.found)))
        if self._tied:
            shared = f"the worlds share the noise of {listed(self._tied)}"
            return f"{shared}, which a noise model settles"
        if self.rung == 3:
            return "the tables: no noise is shared by several worlds"
        if self.rung == 1:
            return "observation: nothing is held"
        hidden = self.task.setting.declared.confounders
        why = "it rests on no hidden" if hidden else "the graph has no hidden"
        return f"truncated factorisation: {why} common cause{'' if hidden else 's'}"

    @cached_property
    def _tied(self) -> tuple[str, ...]:
        """The labels whose noise several worlds share."""
        work = self.instead_of or self.work
        if not isinstance(work, WorldsWork):
            return ()
        joints = (joint for _, joint in work.networks.shown)
        return tuple(dict.fromkeys(name for joint in joints for name in joint.worlds.tied))

    @property
    def _how(self) -> str:
        if self._added:
            return f"{self._added}, as asked"
        if self.engine not in ("weighted", "sample"):
            return _SHOWN.get(self.engine, "exact contraction")
        if self.instead_of is None or self.instead_of.beyond is None:
            return f"{_SHOWN[self.engine]}, as asked"
        return f"{_SHOWN[self.engine]} ({self.instead_of.beyond.why()})"

    def to_dict(self) -> dict[str, Any]:
        """The plan as plain data, in the form that `--json` prints."""
        shown: dict[str, Any] = {
            "query": self.query,
            "ok": True,
            "rung": self.rung,
            "identified": self.identified,
            "grounds": self.grounds,
            "method": self.method,
            "head": False,
            "plan": [part.to_dict() for part in self.parts],
        }
        if self._by_formula:
            work = self.instead_of or self.work
            shown["estimands"] = [described(one) for one in self.found]
            shown["widest"] = work.widest if isinstance(work, Formulas) else 0
        if isinstance(self.work, BoundsWork):
            shown["response_types"] = [each.to_dict() for each in self.work.programmes]
        return shown | ({"formulas": list(self.derived)} if self.derived else {})

    def __str__(self) -> str:
        said = "identified" if self.identified else "not identified"
        rung_, parts = f"rung {self.rung} ({RUNGS[self.rung]})", self.parts
        if self._by_formula:
            by = f" by {self.grounds}" if self.grounds else ""
            head = f"{rung_}, {said}{by}, {self._how}, no image head needed"
            return "\n".join([head, self.query, *map(str, (*self.derived, *self.found, *parts))])
        grounds = f"{said} by {self.grounds}" if self.identified else f"{said}: {self.grounds}"
        head = f"{rung_}, {said}, {self._how}, no image head needed"
        programmes = self.work.programmes if isinstance(self.work, BoundsWork) else ()
        return "\n".join([head, grounds, self.query, *map(str, (*programmes, *parts))])

    def __repr__(self) -> str:
        return str(self)

    def _repr_html_(self) -> str:
        return printed(str(self))

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
        started, task = perf_counter(), self.task
        with pointing_at(self.text):
            observed = task.setting.observed
            if observed is not None and (task.rung == 2 or task.route.worlds):
                refuse_impossible(task.query, observed)
            result = self.work.run(seed, samples)
        declared = task.setting.declared
        return Answer(
            query=self.query,
            rung=self.rung,
            identified=result.identified,
            method=self._added or result.method,
            samples=result.samples,
            warnings=result.warnings,
            value=result.value(task.query, declared),
            graph_hash=declared.hash,
            seconds=perf_counter() - started,
            noise_model=result.noise_model,
            found=self.found,
            derived=self.derived,
            effective=result.effective,
            rows=self._rows,
            see=partial(_seeing, task, level),
            make_firm=partial(
                firm, task, self.work, result, seed, level, partial(_on, task, seed)
            ),
        )

    @property
    def _rows(self) -> int:
        """How many rows of data the tables are fitted to."""
        model = self.task.setting.model
        return model.rows if model is not None and isinstance(model.known, Fitted) else 0


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
    with pointing_at(text):
        flat = flatten(query, setting.graph)
        refuse_long_tables(flat, setting.graph)
        if never(flat, setting.graph):
            made = _never(flat, setting)
        else:
            made = _decide(flat, setting, engines, method, noise_model)
        return replace(made, query=worded(text, query, setting.graph), text=text)


def _decide(
    query: ir.Query,
    setting: Setting,
    engines: Sequence[QueryEngine],
    method: str = "auto",
    noise_model: str | Responses | None = None,
) -> Plan:
    """The plan of a flattened query: identification first, then the first engine that can."""
    if rung(query) < 3 or method == "sample":
        refuse_contradictory(query, setting.graph)
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
    raise refuse(*(filter(None, reasons) if any(reasons) else [NotOfThisMethod(method=method)]))


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
    answered = made.run(seed=seed, samples=samples, level=level)
    return replace(answered, seconds=perf_counter() - started)


_REMEMBERED = 256


def _remembered(
    query: ir.Query,
    model: Tables,
    method: Asked,
    noise_model: str | Responses | None,
    text: str | None,
) -> Plan:
    """The plan, which the model keeps for when the very question comes again."""
    kept: dict[Hashable, Plan] = vars(model).setdefault("_plans", {})
    key = (query, method, noise_model if isinstance(noise_model, str | None) else id(noise_model))
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
        made = _decide(task.query, Setting.of(model), engines, task.method, task.noise_model)
        return made.work.run(seed, SAMPLES).numbers
    except ScmError:
        return None


def _seeing(task: Task, level: float | None) -> Answer | None:
    """What only seeing the values would say that a regime of rung 2 holds."""
    query, model = task.query, task.setting.model
    if not isinstance(query, ir.Regime) or not query.do or task.rung > 2 or model is None:
        return None
    held = condition_of(query.do, ()).do
    seen = tuple(ir.Event(ir.Variable(name), value) for name, value in held.items())
    try:
        return answer(ir.Regime(given=(*seen, *query.given)), model, level=level)
    except ScmError:
        return None  # these values never occur together, or only sampling could tell
