"""Rung 3: what would have been, exactly, under a named noise model, with bounds for any other.

The noise model is an assumption: observation and experiment do not settle how one unit would have
answered to two different worlds. So the bounds of what any noise model could say stand beside
the answer, and where they meet the answer is identified.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from math import log2

import numpy as np

from scm_compiler.diagnostics import Diagnostic, refuse
from scm_compiler.inference.codes.answers import Unsupported
from scm_compiler.inference.codes.counterfactuals import (
    GuessedWorlds,
    NoiseOutOfReach,
    WorldsTooLarge,
)
from scm_compiler.inference.contraction import Array
from scm_compiler.inference.counterfactual.bounds import Masks
from scm_compiler.inference.counterfactual.evaluation import (
    Prepared,
    Question,
    as_query,
    prepare,
    questions,
)
from scm_compiler.inference.counterfactual.joint import Join, Joint
from scm_compiler.inference.counterfactual.noise import NOISE_MODELS
from scm_compiler.inference.counterfactual.responses import Responses
from scm_compiler.inference.engine import LIMIT, Rows
from scm_compiler.inference.number import Bounds
from scm_compiler.inference.precision import REPLICATES, Replicates
from scm_compiler.inference.shape import label_sizes
from scm_compiler.ir import Graph
from scm_compiler.ir import query as ir
from scm_compiler.model.tables import Tables
from scm_compiler.semantics.query import phrase

__all__ = [
    "NOISE_MODELS",
    "Found",
    "Responses",
    "answer_counterfactual",
    "asked_of",
    "difference",
    "plan_worlds",
]

_NEGLIGIBLE = 1e-6


@dataclass(frozen=True)
class Part:
    """One part of an answer.

    Attributes:
        point: The numbers.
        errors: Their standard errors.
        bounds: Of each number, in the order of the flattened array.
    """

    point: Array
    errors: Array
    bounds: tuple[Bounds, ...]


@dataclass(frozen=True)
class Found:
    """The answer to a query of rung 3.

    Attributes:
        parts: Under "" the only part, or one under each label's name.
        noise_model: What was assumed; None if every noise model gives the same.
        warnings: What to know before relying on it.
    """

    parts: Mapping[str, Part]
    noise_model: str | None
    warnings: tuple[Diagnostic, ...]

    @property
    def identified(self) -> bool:
        """Whether the bounds of every number meet."""
        return not any(span.open for part in self.parts.values() for span in part.bounds)


def answer_counterfactual(
    query: ir.Query,
    model: Tables,
    *,
    noise_model: str | Responses | None = None,
    seed: int = 0,
    limit: float = LIMIT,
) -> Found:
    """Answer a query of rung 3.

    Args:
        query: Resolved against the model's graph.
        model: The tables.
        noise_model: `threshold`, `gumbel-max`, or the networks' own responses; None for
            `threshold` where the tables are exact.
        seed: Of the posterior draws behind a standard error.
        limit: The largest table, in numbers, that may be made.

    Raises:
        ScmError: E431 impossible evidence, E432 hidden common cause, E435 no data behind the
            answer, E450 too large, E452 networks out of reach, E453 too many worlds for
            Gumbel-max, E454 too many rows.
        ValueError: If there is no such noise model.
    """
    asked = {
        name: [(sign, prepare(question, model.graph, limit)) for sign, question in signed]
        for name, signed in asked_of(query, model.graph)
    }
    every = [prepared for signed in asked.values() for _, prepared in signed]
    _refuse_computed(every, model, limit)
    answering = _answering(every, model, noise_model, seed)
    parts = {name: answering.part(signed) for name, signed in asked.items()}
    warnings = tuple(_guesses(asked.values(), answering))
    found = Found(parts, answering.name, warnings)
    return replace(found, noise_model=None) if found.identified else found


def plan_worlds(
    query: ir.Query, graph: Graph, limit: float = LIMIT
) -> tuple[tuple[str, Joint], ...]:
    """The networks that a query of rung 3 is answered from, each with what it computes.

    Of the rows of a table the first stands for all.

    Args:
        query: Resolved against the graph.
        graph: The graph of the model's tables.
        limit: The largest table, in numbers, that may be made.

    Raises:
        ScmError: As for `answer_counterfactual`.
    """
    found = []
    for _, signed in asked_of(query, graph):
        for _, question in signed:
            prepared = prepare(question, graph, limit)
            first = next((joint for joint in prepared.cells.values() if joint is not None), None)
            if question.given:
                found.append(("the evidence", prepared.evidence))
            if first is not None:
                found.append((phrase(as_query(question), graph), first))
    return tuple(found)


def asked_of(query: ir.Query, graph: Graph) -> Iterator[tuple[str, list[tuple[float, Question]]]]:
    """The parts of an answer, each with its questions and their signs; of a regime, its labels."""
    if not isinstance(query, ir.Regime):
        yield "", questions(query, graph)
        return
    for node in graph.labels:
        target = ir.Event(ir.Variable(node.name))
        yield node.name, [(1.0, Question((target,), query.given, query.do))]


Signed = Sequence[tuple[float, Prepared]]
"""The questions of a part of an answer, with signs."""


@dataclass(frozen=True)
class _Law:
    """How every node behaves: its table, and what it does in several worlds at once."""

    rows: Rows
    join: Join


@dataclass(frozen=True)
class _Answering:
    """A model with a noise model.

    Attributes:
        model: The tables.
        noise: A noise model's name, or responses of networks.
        tied: The nodes that have copies which share noise.
        seed: Of the posterior draws.
    """

    model: Tables
    noise: str | Responses
    tied: frozenset[str]
    seed: int

    @property
    def name(self) -> str:
        """What was assumed."""
        return self.noise if isinstance(self.noise, str) else self.noise.name

    @cached_property
    def law(self) -> _Law:
        """How the model's nodes behave."""
        return self._law(self.model.probabilities, self.noise)

    def part(self, signed: Signed) -> Part:
        """One part of the answer."""
        point = _total([sign for sign, _ in signed], self._values(signed))
        return Part(point, self._errors(signed, point), self.bounds(signed))

    def bounds(self, signed: Signed, unseen: Masks | None = None) -> tuple[Bounds, ...]:
        """Of each number of a part; as `Prepared.bounds` has it."""
        values = zip(signed, self._values(signed), strict=True)
        spans = [prepared.bounds(self.law.rows, v, unseen) for (_, prepared), v in values]
        signs = [sign for sign, _ in signed]
        return tuple(difference(signs, row) for row in zip(*spans, strict=True))

    def _values(self, signed: Signed) -> list[Array]:
        return [prepared.value(self.law.rows, self.law.join) for _, prepared in signed]

    def _law(self, rows: Rows, noise: str | Responses) -> _Law:
        """Nodes whose noise matters have the margins of their responses, which rounds alike."""
        if isinstance(noise, str):
            return _Law(rows, NOISE_MODELS[noise])
        return _Law({**rows, **{name: noise.margin(name) for name in self.tied}}, noise.join)

    def _errors(self, signed: Signed, point: Array) -> Array:
        """As precision.py has it: the answer's distance on tables drawn from the posterior."""
        square = np.zeros(point.shape)
        if not self.model.draws:
            return square
        room = min(prepared.room for _, prepared in signed)
        batch = int(min(REPLICATES, max(1.0, room)))
        batches = -(-REPLICATES // batch)
        for number in range(batches):
            law = self._replicate(batch, self.seed + number)
            values = [prepared.value(law.rows, law.join) for _, prepared in signed]
            off = np.square(_total([sign for sign, _ in signed], values) - point)
            square = square + (off.mean(0) if off.ndim > point.ndim else off) / batches
        return np.sqrt(square)

    def _replicate(self, batch: int, seed: int) -> _Law:
        rows = Replicates(self.model, batch, seed)
        if isinstance(self.noise, str):
            return self._law(rows, self.noise)
        return self._law(rows, self.noise.replicate(batch, seed))


def _answering(
    asked: list[Prepared], model: Tables, noise: str | Responses | None, seed: int
) -> _Answering:
    tied = frozenset(name for prepared in asked for name in prepared.tied)
    out_of_reach = tuple(sorted(tied & model.draws.keys()))
    if noise is None and out_of_reach:
        raise refuse(NoiseOutOfReach(nodes=out_of_reach))
    if isinstance(noise, str) and noise not in NOISE_MODELS:
        raise ValueError(f"no noise model {noise!r}; there are {', '.join(NOISE_MODELS)}")
    return _Answering(model, noise or "threshold", tied, seed)


def _refuse_computed(asked: Sequence[Prepared], model: Tables, limit: float) -> None:
    """Refuse (E450) what rests on a label whose table is too large to be written out."""
    sizes = label_sizes(model.graph)
    for name in {
        name for prepared in asked for worlds in prepared.worlds for name in worlds.nodes
    }:
        if name in model.networks:
            cells = sum(log2(sizes[n]) for n in (*model.graph.parents[name], name))
            raise refuse(WorldsTooLarge(cells, log2(limit)))


def _total(signs: Sequence[float], values: Sequence[Array]) -> Array:
    parts = [sign * value for sign, value in zip(signs, values, strict=True)]
    return np.asarray(sum(parts[1:], start=parts[0]))


def difference(signs: Sequence[float], spans: Sequence[Bounds]) -> Bounds:
    """The bounds of a signed sum; sharp unless two parts that share noise are both open."""
    pairs = list(zip(signs, spans, strict=True))
    return Bounds(
        low=sum(sign * (span.low if sign > 0 else span.high) for sign, span in pairs),
        high=sum(sign * (span.high if sign > 0 else span.low) for sign, span in pairs),
        sharp=all(span.sharp for span in spans) and sum(span.open for span in spans) < 2,
        grounds="; ".join(dict.fromkeys(span.grounds for span in spans if span.grounds)),
    )


def _guesses(asked: Collection[Signed], answering: _Answering) -> Iterator[Diagnostic]:
    """The warning that an answer rests in part on rows of the tables that are guesses.

    Raises:
        ScmError: E435 if it rests on nothing else.
    """
    masks = {name: mask for name, mask in answering.model.unseen.items() if mask.any()}
    if not masks:
        return
    every, law = [prepared for signed in asked for _, prepared in signed], answering.law
    share = max(prepared.guessed(law.rows, law.join, masks) for prepared in every)
    met = {name for prepared in every for worlds in prepared.worlds for name in worlds.nodes}
    nodes = tuple(name for name in masks if name in met)
    if share >= 1 - _NEGLIGIBLE:
        raise refuse(Unsupported(nodes=nodes))
    if share < _NEGLIGIBLE:
        return
    spans = [span for signed in asked for span in answering.bounds(signed, masks)]
    width = max(span.width for span in spans)
    if width >= _NEGLIGIBLE:  # else the guesses do not reach what is asked
        ends = (spans[0].low, spans[0].high) if len(spans) == 1 else (None, None)
        yield GuessedWorlds(share, nodes, width, *ends)
