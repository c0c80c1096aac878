"""Likelihood weighting: answers where no exact one fits, with their error and what they are worth.

Units are drawn along the graph, each label from its distribution given its parents. A label that
was seen is not drawn: it is put at its value, and the unit counts with the probability that it
had for it (Fung and Chang 1989). So no unit is rejected; but where the evidence is unlikely from
above, few units carry all the weight: the effective sample size (sum w)^2 / sum w^2 shows it.

The questions of a difference use the same random numbers, so that their errors cancel in part; the
standard error is that of the difference, from each unit's influence on it.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from scm_compiler.diagnostics import refuse
from scm_compiler.inference.codes.weighting import FewEffective, OnlyThreshold
from scm_compiler.inference.counterfactual import difference
from scm_compiler.inference.counterfactual.bounds import holding
from scm_compiler.inference.counterfactual.evaluation import (
    Question,
    questions,
    refuse_hidden_causes,
)
from scm_compiler.inference.counterfactual.responses import Responses
from scm_compiler.inference.drawing import Ends, signed_sum
from scm_compiler.inference.evaluation import Numbers
from scm_compiler.inference.limits import LEAST_EFFECTIVE
from scm_compiler.inference.number import Bounds
from scm_compiler.inference.sampler import Estimate, Mean, Sampler
from scm_compiler.inference.weighted_bounds import OPEN, question_bounds
from scm_compiler.ir import Graph
from scm_compiler.ir import query as ir
from scm_compiler.model.tables import Tables
from scm_compiler.passes.worlds import rung

MOST_DRAWS = 1_000_000
_FULL_ROUND = 5_000


@dataclass(frozen=True)
class Weighted:
    """An answer by likelihood weighting.

    Attributes:
        numbers: The estimates.
        errors: Their standard errors.
        ends: Their intervals.
        draws: The units drawn.
        effective: How many independent draws the weighted ones are worth: the fewest of any part.
        noise_model: What was assumed of noise that several worlds share; None if none do.
        bounds: Of each number where a noise model was assumed, what any other could make of it.
    """

    numbers: Numbers
    errors: Numbers
    ends: Mapping[str, Ends]
    draws: int
    effective: float
    noise_model: str | None
    bounds: Mapping[str, tuple[Bounds, ...]]


def weigh(
    query: ir.Query,
    model: Tables,
    seed: int,
    wanted: int,
    noise_model: str | Responses | None = None,
) -> Weighted:
    """Answer a query of any rung by likelihood weighting.

    Args:
        query: A flattened query; of rung 1 and 2, one that rests on no hidden common cause.
        model: The tables.
        seed: Of the random numbers.
        wanted: The effective sample size to reach, if a million draws reach it.
        noise_model: Where several worlds share noise: `threshold`, or None for the same.

    Raises:
        ScmError: E431 if the evidence contradicts itself, E432 if a counterfactual rests on a
            hidden common cause, E436 if the draws are worth too little, E439 if another noise
            model is asked for.
    """
    jointly = not isinstance(query, ir.Regime)
    samplers = [
        (sign, Sampler(question, model, jointly=jointly))
        for sign, question in asked(query, model.graph)
    ]
    if rung(query) == 3:
        refuse_hidden_causes((sampler.worlds for _, sampler in samplers), model.graph)
    coupled = any(sampler.worlds.coupled for _, sampler in samplers)
    if coupled and noise_model not in (None, "threshold"):
        raise refuse(OnlyThreshold(asked=getattr(noise_model, "name", str(noise_model))))
    draws = _draw_enough([sampler for _, sampler in samplers], seed, wanted)
    effective = min(sampler.effective for _, sampler in samplers)
    if effective < min(LEAST_EFFECTIVE, wanted):
        raise refuse(FewEffective(effective=effective, draws=draws, least=LEAST_EFFECTIVE))
    if isinstance(query, ir.Regime):
        (_, sampler), *_ = samplers
        found = {name: sampler.marginal(rank) for rank, name in enumerate(sampler.sizes)}
    else:
        found = {"": _sum([(sign, sampler.joint()) for sign, sampler in samplers])}
    numbers = {name: estimate.value for name, estimate in found.items()}
    errors = {name: estimate.error for name, estimate in found.items()}
    ends = {name: estimate.ends for name, estimate in found.items()}
    if not coupled:
        return Weighted(numbers, errors, ends, draws, effective, None, {})
    spans = dict(_spans(numbers, samplers, draws, seed))
    return Weighted(numbers, errors, ends, draws, effective, "threshold", spans)


def _spans(
    numbers: Numbers, samplers: Sequence[tuple[float, Sampler]], draws: int, seed: int
) -> Iterator[tuple[str, tuple[Bounds, ...]]]:
    """Of each number, what it can be whatever the noise model; it holds the number itself."""
    if list(numbers) != [""]:  # a regime, of which each label can be anything
        for name, part in numbers.items():
            yield name, (OPEN,) * part.size
        return
    signs = [sign for sign, _ in samplers]
    parts = [question_bounds(sampler, draws, seed) for _, sampler in samplers]
    points = numbers[""].ravel().tolist()
    found = [difference(signs, cells) for cells in zip(*parts, strict=True)]
    yield "", tuple(holding(span, point) for span, point in zip(found, points, strict=True))


def asked(query: ir.Query, graph: Graph) -> list[tuple[float, Question]]:
    """The questions of a query; one that shows every label if it is a regime."""
    if not isinstance(query, ir.Regime):
        return questions(query, graph)
    targets = tuple(ir.Event(ir.Variable(node.name)) for node in graph.labels)
    return [(1.0, Question(targets, query.given, query.do))]


def _draw_enough(samplers: Sequence["Sampler"], seed: int, wanted: int) -> int:
    """Draw alike for all questions until each has the wanted effective sample size.

    Where few are wanted and the evidence is rare the rounds grow, so that they stay few.
    """
    most = min(MOST_DRAWS, *(sampler.most for sampler in samplers))
    randoms = [np.random.default_rng(seed) for _ in samplers]
    draws = 0
    while draws < most and min(sampler.effective for sampler in samplers) < wanted:
        count = max(wanted, min(draws, _FULL_ROUND))
        count = min(most - draws, count, *(sampler.chunk for sampler in samplers))
        for sampler, random in zip(samplers, randoms, strict=True):
            sampler.draw(count, random)
        draws += count
    return draws


def _sum(signed: Sequence[tuple[float, Estimate]]) -> Estimate:
    """A signed sum of estimates from the same random numbers."""
    if len(signed) == 1 and signed[0][0] == 1:
        return signed[0][1]
    value, influence = (
        np.asarray(sum(sign * np.asarray(getattr(part, name)) for sign, part in signed))
        for name in ("value", "influence")
    )
    least, floor = (
        np.asarray(sum(abs(sign) ** power * getattr(part, name) for sign, part in signed))
        for name, power in (("least", 2), ("floor", 1))
    )
    whole = Mean(value, influence, least)
    ends = signed_sum([part.side(sign) for sign, part in signed], whole.variance)
    return Estimate(value, influence, least, ends, floor)
