"""Whether evidence can happen, on a graph with hidden common causes.

A formula need not tell: what the answer does not depend on cancels from it. So the probability of
the evidence is looked at by itself, where observation determines it. Elsewhere the evidence is
refused if parts of it that are determined exclude it: it never happens if, with each value that
the labels held in its worlds can have in the world as it is, some part of it never does. (By
consistency a world in which a label is held at the value that it has is the world as it is.) What
is left is answered: the formula holds in each model in which the evidence happens at all.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache, partial
from itertools import chain, combinations, islice, product
from math import prod

from scm_compiler.diagnostics import refuse
from scm_compiler.identify.band import evaluate_band
from scm_compiler.identify.counterfactual import Decision, decide
from scm_compiler.identify.counterfactual.memory import Memory
from scm_compiler.identify.counterfactual.ratio import decide_ratio
from scm_compiler.inference.by_formula import Evaluator, signed, too_wide, total
from scm_compiler.inference.codes.answers import ImpossibleEvidence
from scm_compiler.inference.contraction import Array
from scm_compiler.inference.evaluation import condition_of
from scm_compiler.inference.observation import Observation
from scm_compiler.ir import Graph
from scm_compiler.ir import query as ir
from scm_compiler.passes.prune import ancestors
from scm_compiler.semantics.derive import within
from scm_compiler.semantics.query import phrase, phrase_events

_MOST_CASES = 16
_MOST_PARTS = 32

_ROUNDING = 1e-12
"""A difference of probabilities that is no larger is zero."""

Events = tuple[ir.Event, ...]


def refuse_impossible(query: ir.Query, observed: Observation) -> None:
    """Refuse (E431) evidence that never happens, whatever the hidden causes are.

    Args:
        query: A flattened query.
        observed: What observation says.
    """
    for do, given in dict.fromkeys((part.do, part.given) for part in ir.plain(query)):
        graph = observed.declared
        events = tuple(replace(e, variable=within(e.variable, do)) for e in given)
        plain = tuple(event for event in events if _is_plain(event.variable, graph))
        _refuse_unseen(plain, observed)
        if len(plain) < len(events) and _Chances(observed).exclude(events):
            world = phrase(ir.Regime(do), graph) if do else ""
            raise refuse(ImpossibleEvidence(phrase_events(given, graph), world))


def _held(variable: ir.Variable) -> Iterator[str]:
    """The labels that are held in its world, or in those that it rests on."""
    for setting in variable.world:
        yield setting.node
        if isinstance(setting.value, ir.Variable):
            yield from _held(setting.value)


def _is_plain(variable: ir.Variable, graph: Graph) -> bool:
    """Whether nothing that is held reaches it: it is what it is in the world as it is."""
    return ancestors(graph, [variable.node]).isdisjoint(_held(variable))


def _refuse_unseen(plain: Events, observed: Observation) -> None:
    """Refuse what the world as it is never shows; no formula limits how many labels that is."""
    condition = condition_of((), plain)
    if observed.engine.shape((), condition).beyond is None:
        observed.engine.check_possible(condition)


@dataclass(frozen=True)
class _AsCounted:
    """An observational distribution taken at its word (`identify.band.Sighted`)."""

    observed: Observation
    guessed: float = 0.0

    def marginal(self, names: tuple[str, ...]) -> Array:
        return self.observed.marginal(names)

    def seen(self, names: tuple[str, ...]) -> Array:
        return self.observed.marginal(names)


class _Chances:
    """What observation determines of conjunctions over several worlds."""

    def __init__(self, observed: Observation) -> None:
        self.observed = observed
        self.graph: Graph = observed.declared
        self._memory = Memory(self.graph)
        self._work: Evaluator = cache(partial(evaluate_band, source=_AsCounted(observed)))

    def exclude(self, events: Events) -> bool:
        """Whether it tells that a conjunction never happens."""
        whole = self._never(decide(self.graph, events, memory=self._memory))
        return all(map(self._exclude_part, self._cases(events))) if whole is None else whole

    def _cases(self, events: Events) -> Iterator[Events]:
        """The conjunction with each value that the held labels can have in the world as it is."""
        held = dict.fromkeys(name for event in events for name in _held(event.variable))
        ranges = [range(self.graph.sizes[name]) for name in held]
        if prod(map(len, ranges)) > _MOST_CASES:
            yield events
            return
        for values in product(*ranges):
            yield (*events, *map(ir.Event, map(ir.Variable, held), values))

    def _exclude_part(self, events: Events) -> bool:
        sizes = range(1, len(events) + 1)
        parts = chain.from_iterable(combinations(events, size) for size in sizes)
        some = islice(parts, _MOST_PARTS)
        return any(self._never(decide_ratio(self._memory, part, (), ())) for part in some)

    def _never(self, decision: Decision) -> bool | None:
        """Whether a probability is zero; None where observation does not determine it."""
        law = self.observed.engine
        if not decision.identified or any(too_wide(part, law) for part in decision.factors):
            return None
        if decision.sums is None:
            return total(decision.above, self.graph, decision, self._work)[2] <= 0
        parts = [
            (sign, total(part.above, self.graph, part, self._work))
            for sign, part in decision.sums[0]
        ]
        return signed(parts)[2] <= _ROUNDING
