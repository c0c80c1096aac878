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
from scm_compiler.inference.codes.weighting import ShareUnknown
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
from scm_compiler.inference.limits import LIMIT, TooMuch, first
from scm_compiler.inference.number import Bounds
from scm_compiler.inference.posteriors import Rows
from scm_compiler.inference.precision import REPLICATES, from_draws, from_rows
from scm_compiler.ir import Graph
from scm_compiler.ir import query as ir
from scm_compiler.model.tables import Tables
from scm_compiler.semantics.query import phrase

__all__ = [
    "NOISE_MODELS",
    "Found",
    "Networks",
    "Responses",
    "asked_of",
    "difference",
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


@dataclass(frozen=True)
class Networks:
    """The networks of worlds that a query of rung 3 is answered from.

    Attributes:
        graph: Of the tables.
        asked: The questions of each part of the answer, with their signs: under "" the only part,
            or one under each label's name.
    """

    graph: Graph
    asked: Mapping[str, "Signed"]

    @classmethod
    def of(cls, query: ir.Query, graph: Graph, limit: float = LIMIT) -> "Networks":
        """The networks of a query.

        Args:
            query: Resolved against the graph.
            graph: The graph of the tables.
            limit: The largest table, in numbers, that may be made.

        Raises:
            ScmError: E431 the evidence contradicts itself, E432 hidden common cause, E454 too
                many rows.
        """
        asked = {
            name: [(sign, prepare(question, graph, limit)) for sign, question in signed]
            for name, signed in asked_of(query, graph)
        }
        return cls(graph, asked)

    @cached_property
    def every(self) -> tuple[Prepared, ...]:
        """All questions."""
        return tuple(prepared for signed in self.asked.values() for _, prepared in signed)

    @cached_property
    def nodes(self) -> frozenset[str]:
        """The labels that have a copy in some world."""
        worlds = (worlds for prepared in self.every for worlds in prepared.worlds)
        return frozenset(name for each in worlds for name in each.nodes)

    @property
    def shown(self) -> Iterator[tuple[str, Joint]]:
        """What stands for all of them in a plan: of the rows of a table the first."""
        for prepared in self.every:
            row = next(filter(None, prepared.cells.values()), None)
            if prepared.question.given:
                yield "the evidence", prepared.evidence
            if row is not None:
                yield phrase(as_query(prepared.question), self.graph), row

    def beyond(self, networks: Collection[str], limit: float = LIMIT) -> TooMuch | None:
        """Why they take too much memory (E450) or time (E437) to be worked out, if they do.

        Args:
            networks: The labels that have no table, for which it would be too large.
            limit: The largest table, in numbers, that may be made.
        """
        sizes = self.graph.sizes
        for name in sorted(self.nodes & set(networks)):
            cells = sum(log2(sizes[n]) for n in (*self.graph.parents[name], name))
            return WorldsTooLarge(cells, log2(limit))
        return first(prepared.beyond for prepared in self.every)

    def spread(
        self, model: Tables, noise_model: str | Responses | None, count: int, seed: int
    ) -> dict[str, Array]:
        """Each part of the answer on tables that its rows of data leave open.

        Args:
            model: The tables.
            noise_model: As for `answer`.
            count: How many tables are drawn.
            seed: Of these.

        Returns:
            The drawn tables along the first axis; not a number where they exclude the evidence.
        """
        answering = _answering(list(self.every), model, noise_model, seed)
        law = answering.over(from_rows(model, count, seed))
        return {name: answering.total(signed, law) for name, signed in self.asked.items()}

    def ends(self, model: Tables, count: int, seed: int) -> dict[str, tuple[Array, Array]]:
        """The lower and upper bounds of each part, likewise, in the order of the flat part."""
        rows, found = from_rows(model, count, seed), {}
        for name, signed in self.asked.items():
            signs = [sign for sign, _ in signed]
            drawn = zip(*(prepared.drawn_bounds(rows) for _, prepared in signed), strict=True)
            spans = [[difference(signs, row) for row in zip(*each, strict=True)] for each in drawn]
            low, high = (
                np.array([[getattr(span, end) for span in row] for row in spans])
                for end in ("low", "high")
            )
            found[name] = low, high
        return found

    def answer(
        self, model: Tables, noise_model: str | Responses | None = None, seed: int = 0
    ) -> Found:
        """Work the answer out.

        Args:
            model: The tables.
            noise_model: `threshold`, `gumbel-max`, or the networks' own responses; None for
                `threshold` where the tables are exact.
            seed: Of the posterior draws behind a standard error.

        Raises:
            ScmError: E431 impossible evidence, E435 no data behind the answer, E452 networks out
                of reach, E453 too many worlds for Gumbel-max, E455 evidence that the noise model
                excludes.
            ValueError: If there is no such noise model.
        """
        answering = _answering(list(self.every), model, noise_model, seed)
        parts = {name: answering.part(signed) for name, signed in self.asked.items()}
        warnings = tuple(_guesses(self.asked.values(), answering))
        found = Found(parts, answering.name, warnings)
        return replace(found, noise_model=None) if found.identified else found


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
        point = self.total(signed, self.law)
        return Part(point, self._errors(signed, point), self.bounds(signed))

    def bounds(self, signed: Signed, unseen: Masks | None = None) -> tuple[Bounds, ...]:
        """Of each number of a part; as `Prepared.bounds` has it."""
        rows, join = self.law.rows, self.law.join
        spans = [one.bounds(rows, one.value(rows, join), unseen) for _, one in signed]
        signs = [sign for sign, _ in signed]
        return tuple(difference(signs, row) for row in zip(*spans, strict=True))

    def total(self, signed: Signed, law: _Law) -> Array:
        """The numbers of a part; of many tables, not a number where they exclude the evidence.

        Raises:
            ScmError: E431 or E455 of one set of tables, if the evidence is impossible.
        """
        checked = law is self.law
        values = [p.value(law.rows, law.join, checked=checked) for _, p in signed]
        return _total([sign for sign, _ in signed], values)

    def over(self, rows: Rows) -> _Law:
        """How the nodes of other tables behave."""
        return self._law(rows, self.noise)

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
        rows = from_draws(self.model, batch, seed)
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
    shares = [prepared.guessed(law.rows, law.join, masks) for prepared in every]
    met = {name for prepared in every for worlds in prepared.worlds for name in worlds.nodes}
    nodes = tuple(name for name in masks if name in met)
    if None in shares:
        yield ShareUnknown(nodes)
        return
    share = max(share for share in shares if share is not None)
    if share >= 1 - _NEGLIGIBLE and not answering.model.backoffs.keys() >= {*nodes}:
        raise refuse(Unsupported(nodes=nodes))
    if share < _NEGLIGIBLE:
        return
    spans = [span for signed in asked for span in answering.bounds(signed, masks)]
    width = max(span.width for span in spans)
    if width >= _NEGLIGIBLE:  # else the guesses do not reach what is asked
        ends = (spans[0].low, spans[0].high) if len(spans) == 1 else (None, None)
        yield GuessedWorlds(share, nodes, width, *ends)
