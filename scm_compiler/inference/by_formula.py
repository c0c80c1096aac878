"""A counterfactual with hidden common causes, by the formula that identification found.

The tables of labels with hidden causes do not say what a unit does in several worlds. Where
observation determines a query in spite of that (`identify.counterfactual`), it is a ratio of sums
of products of distributions under `do`, each a formula over the observational distribution. No
noise model enters.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from math import log2
from string import ascii_letters

import numpy as np

from scm_compiler.diagnostics import refuse
from scm_compiler.identify.band import Band
from scm_compiler.identify.counterfactual import Decision, District, Memory, decide, written
from scm_compiler.identify.estimand import factors
from scm_compiler.identify.evaluation import LIMIT as MOST_CELLS
from scm_compiler.identify.evaluation import largest_table
from scm_compiler.identify.identification import Identified
from scm_compiler.identify.refusal import worlds_refusal
from scm_compiler.inference.codes.answers import TooLarge
from scm_compiler.inference.codes.identified import NeverSeen, NoProbability
from scm_compiler.inference.contraction import Array, contract, plan
from scm_compiler.inference.counterfactual import asked_of
from scm_compiler.inference.counterfactual.evaluation import (
    Question,
    contradiction,
    hidden_causes,
    networks_of,
)
from scm_compiler.inference.limits import LIMIT, TooMuch, first
from scm_compiler.inference.shape import Condition, Shapes, too_long
from scm_compiler.ir import Graph
from scm_compiler.ir import query as ir
from scm_compiler.passes.twin import Held
from scm_compiler.semantics.query import phrase

Evaluator = Callable[[Identified], Band]
"""Evaluates a formula; it is asked for the same one again and again."""

_NEGLIGIBLE = 1e-6

Ends = tuple[float, float, float]
"""The least that a number can be where data are missing, the number, and the most."""


@dataclass(frozen=True)
class Cells:
    """A question whose every cell is identified.

    Attributes:
        question: What is asked.
        decisions: At each value of the free targets.
        graph: As its author wrote it.
    """

    question: Question
    decisions: Mapping[tuple[int, ...], Decision]
    graph: Graph

    @property
    def shape(self) -> tuple[int, ...]:
        """The sizes of the free targets."""
        return tuple(self.graph.domain(variable.node).size for variable in self.question.free)

    @property
    def formulas(self) -> Iterator[str]:
        """What each cell is."""
        for values, decision in self.decisions.items():
            yield f"{self._phrase(values)} = {written(self.graph, decision)}"

    def band(self, work: Evaluator) -> Band:
        """The numbers of the cells, an axis for each free target.

        Raises:
            ScmError: E431 if the evidence is impossible, E443 if the data never show what a
                formula asks for, E437 if a sum takes too long.
        """
        ends = [self._ends(decision, work) for decision in self.decisions.values()]
        low, values, high = (
            np.array(part).reshape(self.shape) for part in zip(*ends, strict=True)
        )
        names = tuple(variable.node for variable in self.question.free)
        found, weights = Band(names, low, values, high), self.question.weights
        return found if weights is None else found.mean(weights)

    def check(self, work: Evaluator) -> None:
        """Refuse (E444) cells that differences of probabilities put outside of [0, 1].

        A distribution of this graph does not; one that was counted need not respect all of what
        the graph implies.
        """
        for values, decision in self.decisions.items():
            if decision.sums is None:
                continue
            _, value, _ = self._ends(decision, work)
            if not 0 <= value <= 1:
                raise refuse(NoProbability(query=self._phrase(values), value=value))

    def _phrase(self, values: Sequence[int]) -> str:
        targets = self.question.with_values(values)
        asked = ir.Probability(targets, self.question.do, self.question.given)
        return phrase(asked, self.graph)

    def _ends(self, decision: Decision, law: Evaluator) -> Ends:
        if decision.sums is None:
            sides = (decision.above, decision.below)
            above, below = (total(terms, self.graph, decision, law) for terms in sides)
        else:
            above, below = (
                signed([(sign, self._ends(part, law)) for sign, part in side])
                for side in decision.sums
            )
        if below[1] <= 0:
            raise contradiction(self.question, self.graph)
        found = above[1] / below[1]
        least = above[0] / below[2]
        most = above[2] / below[0] if below[0] > 0 else 1.0
        if np.isnan(found) or (least < _NEGLIGIBLE and most > 1 - _NEGLIGIBLE):
            widest = max(decision.factors, key=lambda part: law(part).width)
            raise refuse(
                NeverSeen(query=str(widest).split(" = ")[0], formula=str(widest.estimand))
            )
        rounded = min(max(found, 0.0), 1.0)
        value = rounded if abs(found - rounded) < _NEGLIGIBLE else found
        return max(0.0, least), value, min(1.0, most)


@dataclass(frozen=True)
class WorldsFormula:
    """How a counterfactual follows from observation.

    Attributes:
        parts: Under "" the only part of the answer, or one under each label's name: its
            questions with their signs.
    """

    parts: Mapping[str, tuple[tuple[float, Cells], ...]]

    @property
    def estimands(self) -> tuple[Identified, ...]:
        """The distributions under `do` that it rests on, each once."""
        decisions = (decision for cells in self._all for decision in cells.decisions.values())
        return tuple(dict.fromkeys(factor for each in decisions for factor in each.factors))

    @property
    def written(self) -> tuple[str, ...]:
        """Each probability as a formula over these."""
        return tuple(dict.fromkeys(formula for cells in self._all for formula in cells.formulas))

    def check(self, work: Evaluator) -> None:
        """Refuse (E444) what is outside of [0, 1]."""
        for cells in self._all:
            cells.check(work)

    @property
    def _all(self) -> Iterator[Cells]:
        return (cells for signed in self.parts.values() for _, cells in signed)


def worlds_formula(query: ir.Query, graph: Graph) -> WorldsFormula | None:
    """The formula of a query of rung 3; None where the tables of the labels answer it.

    Args:
        query: A flattened query.
        graph: The graph as its author wrote it, with hidden common causes.

    Raises:
        ScmError: E520 or E523 if observation does not determine it; and as
            `counterfactual.Networks.of`, but for E432.
    """
    asked = dict(asked_of(query, graph))
    reached = {_reached(q, graph) for signed in asked.values() for _, q in signed}
    if True not in reached:
        return None
    return WorldsFormula(
        {
            name: tuple((sign, _decided(question, query, graph)) for sign, question in signed)
            for name, signed in asked.items()
        }
    )


def too_wide(found: Identified, law: Shapes) -> TooMuch | None:
    """Why a formula takes too much memory (E433) or time (E437) to be evaluated, if it does.

    Args:
        found: An identified query.
        law: The shapes of questions on the observational distribution.
    """
    cells = largest_table(found, law.sizes)
    if cells > MOST_CELLS:
        return TooLarge(log2(cells), log2(MOST_CELLS), "formula")
    marginals = (law.shape(names, Condition()) for names in marginals_of([found]))
    return first(known.beyond for known in marginals)


def marginals_of(found: Iterable[Identified]) -> tuple[tuple[str, ...], ...]:
    """What formulas ask of the observational distribution: its marginals, each once."""
    asked = (part for one in found for part in factors(one.estimand))
    scopes = (names for part in asked for names in ((*part.given, *part.of), part.given) if names)
    return tuple(dict.fromkeys(scopes))


def _reached(question: Question, graph: Graph) -> bool:
    """Whether hidden common causes reach what a question rests on."""
    return bool(hidden_causes(networks_of(question, graph, LIMIT).worlds, graph))


def _decided(question: Question, query: ir.Query, graph: Graph) -> Cells:
    decisions, memory = {}, Memory(graph)
    for values in product(*(range(graph.domain(v.node).size) for v in question.free)):
        targets = question.with_values(values)
        found = decide(graph, targets, question.given, question.do, memory)
        if not found.identified:
            raise refuse(worlds_refusal(graph, found, query=phrase(query, graph)))
        decisions[values] = found
    return Cells(question, decisions, graph)


def total(
    terms: Sequence[tuple[District, ...]], graph: Graph, decision: Decision, law: Evaluator
) -> Ends:
    """The sum of products of districts.

    Args:
        terms: Of the numerator or the denominator of a decision.
        graph: As its author wrote it.
        decision: Has the formulas of the districts.
        law: Evaluates these.
    """
    factors = {(frozenset(f.outcomes), frozenset(f.treatments)): f for f in decision.factors}

    def band(district: District) -> Band:
        return law(factors[district.nodes, district.read(graph)])

    found = [_term(term, graph, band) for term in terms]
    low, value, high = (sum(part) for part in zip(*found, strict=True)) if found else (0, 0, 0)
    return float(low), float(value), float(high)


def _term(
    districts: Sequence[District], graph: Graph, band: Callable[[District], Band]
) -> tuple[float, ...]:
    """One product, summed over the copies without a known value."""
    sizes: dict[str, int] = {}
    scopes: list[tuple[str, ...]] = []
    tables: list[tuple[Array, Array, Array]] = []
    for district in districts:
        places, found = dict(district.places(graph)), band(district)
        there = [places[name] for name in found.names]
        index = tuple(i.value if isinstance(i, Held) else slice(None) for i in there)
        axes = [i for i in there if not isinstance(i, Held)]
        # One copy may be read as the value of several parents: the diagonal of these axes.
        letters = dict(zip(dict.fromkeys(axes), ascii_letters, strict=False))
        diagonal = f"{''.join(letters[i] for i in axes)}->{''.join(letters.values())}"
        low, values, high = (
            np.einsum(diagonal, part[index]) for part in (found.low, found.values, found.high)
        )
        scopes.append(tuple(map(str, letters)))
        tables.append((low, values, high))
        copies = district.worlds.copies
        sizes |= {str(i): graph.sizes[copies[i].node] for i in district.unknown}
    if not tables:
        return (1.0, 1.0, 1.0)
    way = plan(scopes, sizes, ())
    if (beyond := too_long(way)) is not None:
        raise refuse(beyond)
    masses = [contract(way, list(end)) for end in zip(*tables, strict=True)]
    return tuple(float(mass.values * np.exp(mass.log_scale)) for mass in masses)


def signed(parts: Sequence[tuple[float, Ends]]) -> Ends:
    """A signed sum, each part at the end that counts."""
    low = sum(sign * (ends[0] if sign > 0 else ends[2]) for sign, ends in parts)
    high = sum(sign * (ends[2] if sign > 0 else ends[0]) for sign, ends in parts)
    return low, sum(sign * ends[1] for sign, ends in parts), high
