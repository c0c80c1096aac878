"""What a model with hidden common causes says of observation, and what follows from that alone.

The states of hidden causes are fitted, and observation leaves much of them open. So nothing is
answered from them: an identified query is a function of the observational distribution, and is
computed from it (`identified.py`).
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from weakref import WeakKeyDictionary

import numpy as np
from numpy.typing import NDArray

from scm_compiler.identify.identification import Identified, NotIdentified, identify
from scm_compiler.identify.law import law_graph
from scm_compiler.inference.contraction import Array, contract
from scm_compiler.inference.posteriors import Engine
from scm_compiler.inference.precision import Replicates
from scm_compiler.inference.shape import Condition, plan_over
from scm_compiler.ir import Graph
from scm_compiler.model.tables import GIVEN, Counted, Estimated, Fitted, Tables, on_data
from scm_compiler.passes import fold
from scm_compiler.passes.prune import ancestors

_NEGLIGIBLE = 1e-12
_GUESSED = 1e-6

Names = tuple[str, ...]


class Observation:
    """The observational distribution of a model whose hidden causes are labels.

    Args:
        model: Tables in which hidden causes are labels, or that hold an `observational`.

    Attributes:
        declared: The graph as its author wrote it.
        law: P(label | its Markov blanket among the earlier ones) for each label.
        engine: Answers on the law.
    """

    def __init__(self, model: Tables) -> None:
        self.declared = fold(model.graph)
        self._own = _alone(model) if model.graph is self.declared else None
        self.law = model.observational or _law_of(model, self.declared)
        self.engine = Engine(self.law)
        self._decided: dict[tuple[Names, ...], Identified | NotIdentified] = {}

    def identify(
        self, outcomes: Names, treatments: Names, conditions: Names
    ) -> Identified | NotIdentified:
        """`identify.identify` on the declared graph, remembered."""
        key = (outcomes, treatments, conditions)
        if key not in self._decided:
            self._decided[key] = identify(self.declared, *key)
        return self._decided[key]

    def marginal(self, names: Names) -> Array:
        """P(names), one axis a name.

        Raises:
            ScmError: E433 if a table would be too large.
        """
        return self.engine.posterior(names, Condition())

    def seen(self, names: Names) -> Array:
        """The part of P(names) that comes about by way of rows that the data hold."""
        if not self._masks:
            return self.marginal(names)
        mass = self.engine.mass(
            self.engine.shape(names, Condition()).program, Condition(), self._sure
        )
        return np.asarray(mass.values * np.exp(mass.log_scale))

    def replicates(self, rows: Replicates) -> list["Replicate"]:
        """Observational distributions that the law might be.

        Args:
            rows: Tables of the law, drawn from its posterior.
        """
        return replicates_on(self.engine, rows)

    @cached_property
    def guessed(self) -> float:
        """The most probability that the distribution passes by a guessed row.

        It is exact where the sum over all that stands above such rows fits; else what the rows of
        each label have together, which counts twice what passes by two of them.
        """
        if not self._masks:
            return 0.0
        above = ancestors(self.law.graph, self._masks)
        names = tuple(name for name in self.engine.sizes if name in above)
        way = plan_over(self.law.graph, names, Condition(), self.engine.sizes, ())
        if self.engine.beyond(way) is not None:
            met = [(self.marginal(above_it) * mask).sum() for above_it, mask in self._reached()]
            return min(1.0, float(sum(met)))
        whole = contract(way, [self._sure[name] for name in names])
        left = 1.0 - float(np.exp(whole.log_total))
        return left if left > _NEGLIGIBLE else 0.0

    def _reached(self) -> Iterator[tuple[Names, NDArray[np.bool_]]]:
        """The parents in the law of each label with guessed rows, and where they are guessed."""
        for name, mask in self._masks.items():
            if parents := self.law.graph.parents[name]:
                yield parents, mask

    @cached_property
    def plain(self) -> Tables:
        """P(label | parents) of the declared graph.

        Where no hidden cause of a label reaches its ancestors this is what the label does when its
        parents are set; the engine refuses to use it elsewhere.
        """
        if self._own is not None:  # no hidden cause is a label: they are such tables already
            return self._own
        graph = self.declared
        rows, unseen = dict(self.law.probabilities), dict(self.law.unseen)
        for name in graph.confounded:
            scope = (*graph.parents[name], name)
            rows[name], mask = _conditional(self.marginal(scope), self.seen(scope))
            unseen.pop(name, None)
            if mask.any():
                unseen[name] = mask
        known = on_data(self.law.known, unseen, self.law.known.data)
        if isinstance(known, Fitted):
            kept = {n: b for n, b in known.backoffs.items() if n not in graph.confounded}
            known = replace(known, backoffs=kept)
        return Tables(graph, rows, known, self.law.networks)

    @cached_property
    def _masks(self) -> dict[str, NDArray[np.bool_]]:
        return {name: mask for name, mask in self.law.unseen.items() if mask.any()}

    @cached_property
    def _sure(self) -> dict[str, Array]:
        """The tables with zeros in the guessed rows."""
        return {
            name: np.where(self._masks[name][..., None], 0.0, table)
            if name in self._masks
            else table
            for name, table in self.law.probabilities.items()
        }


def replicates_on(engine: Engine, rows: Replicates) -> list["Replicate"]:
    """The distributions of many drawn tables.

    Args:
        engine: Of the model that they are drawn from.
        rows: The tables.
    """
    batch = _Batch(engine, rows, rows.count)
    return [Replicate(batch, rank) for rank in range(rows.count)]


class _Batch:
    """The marginals of many observational distributions at once, each made on first use."""

    def __init__(self, engine: Engine, rows: Replicates, count: int) -> None:
        self._engine, self._rows, self._count = engine, rows, count
        self._known: dict[Names, Array] = {}

    def marginal(self, names: Names) -> Array:
        """P(names) of each: (count, an axis a name)."""
        if names not in self._known:
            found = self._engine.posterior(names, Condition(), self._rows)
            # No batch axis where no estimated table is involved.
            whole = np.broadcast_to(found, (self._count, *found.shape[-len(names) :]))
            self._known[names] = whole
        return self._known[names]


@dataclass(frozen=True)
class Plain:
    """The distribution of tables without hidden causes (`identify.evaluation.Joint`).

    Attributes:
        engine: Answers on them.
    """

    engine: Engine

    def marginal(self, names: Names) -> Array:
        """P(names), one axis a name."""
        return self.engine.posterior(names, Condition())


@dataclass(frozen=True)
class Seen:
    """The part of a distribution that rows of the data stand behind.

    Attributes:
        observed: The distribution.
    """

    observed: Observation

    def marginal(self, names: Names) -> Array:
        """The part of P(names), one axis a name."""
        return self.observed.seen(names)


@dataclass(frozen=True)
class Replicate:
    """One of many observational distributions (`identify.evaluation.Joint`).

    Attributes:
        batch: All of them.
        rank: Which one this is.
    """

    batch: _Batch
    rank: int

    def marginal(self, names: Names) -> Array:
        """P(names), one axis a name."""
        return self.batch.marginal(names)[self.rank] if names else np.ones(())


_KNOWN: WeakKeyDictionary[Tables, Observation] = WeakKeyDictionary()


def observation_of(model: Tables) -> Observation | None:
    """The observational distribution of a model with hidden causes; None for one without.

    Tables of a graph in which `<->` is left do not hold one, without an `observational`: None as
    well.
    """
    if model.observational is None and fold(model.graph) is model.graph:
        return None
    if model not in _KNOWN:
        _KNOWN[model] = Observation(model)
    return _KNOWN[model]


def _law_of(model: Tables, declared: Graph) -> Tables:
    """The law that tables with hidden causes as labels have: these summed out."""
    graph, engine = law_graph(declared), Engine(model)
    untied = {node.name for node in declared.labels}.difference(declared.confounded)
    rows = {name: rows for name, rows in model.probabilities.items() if name in untied}
    unseen = {name: mask for name, mask in model.unseen.items() if name in rows}
    for name in declared.confounded:
        joint = engine.posterior((*graph.parents[name], name), Condition())
        rows[name], mask = _conditional(joint, joint)
        if mask.any():
            unseen[name] = mask
    draws = {name: behind for name, behind in model.draws.items() if name in rows}
    known = Estimated(draws) if draws else GIVEN
    return Tables(graph, rows, on_data(known, unseen, model.known.data))


def _alone(model: Tables) -> Tables:
    """The tables without the observational distribution that they come with."""
    known = model.known
    if isinstance(known, Fitted | Counted):
        known = replace(known, observational=None)
    return replace(model, known=known)


def _conditional(joint: Array, seen: Array) -> tuple[Array, NDArray[np.bool_]]:
    """P(last | others), and where it rests on guesses; there it is P(last) if nothing is known."""
    below, sure = joint.sum(-1), seen.sum(-1)
    marginal = joint.reshape(-1, joint.shape[-1]).sum(0)
    with np.errstate(invalid="ignore", divide="ignore"):
        rows = np.where(below[..., None] > 0, joint / below[..., None], marginal / marginal.sum())
    return rows, np.asarray((below <= 0) | (sure < (1 - _GUESSED) * below))
