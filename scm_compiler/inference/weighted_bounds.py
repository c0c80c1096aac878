"""What a counterfactual can be whatever the noise model, where only draws answer it.

The exact bounds (counterfactual/bounds.py) need the tables that did not fit. From draws two things
are known. Where the only noise that worlds share is that of one node, seen in one world and asked
for in the other, each unit has the bounds of Fréchet for it, and their mean over the units holds
the answer (for a cause that acts on it alone they are those of Tian and Pearl 2000). In any case
the events of each single world have a probability that no noise model changes, and

    P(A and B) is between max(0, P(A) + P(B) - 1) and min(P(A), P(B)).

Ends that were estimated are moved outwards by four standard errors.
"""

from dataclasses import dataclass

import numpy as np

from scm_compiler.inference.contraction import Array
from scm_compiler.inference.counterfactual.bounds import mean_bounds
from scm_compiler.inference.counterfactual.evaluation import Question
from scm_compiler.inference.number import Bounds
from scm_compiler.inference.sampler import Mean, Sampler
from scm_compiler.ir import query as ir

SPARE = 4.0
"""Standard errors by which estimated ends are moved: a normal estimate is further off in one of
30,000 cases."""

_SPARED = "four standard errors to spare"

NODE = f"from draws, {_SPARED}"
MARGINALS = f"from the marginals of draws, {_SPARED}; perhaps wider than need be"
NOTHING = "weighted draws know no bounds but those of the marginals, which exclude nothing here"

OPEN = Bounds(0.0, 1.0, sharp=False, grounds=NOTHING)
"""Of a probability of which nothing is known."""


def question_bounds(sampler: Sampler, draws: int, seed: int) -> list[Bounds]:
    """The bounds of each number of a question, or of its expectation.

    Args:
        sampler: Has drawn its units.
        draws: How many units are drawn for each further world.
        seed: Of these.
    """
    low, high, grounds = _ends(sampler, draws, seed)
    low, high = np.maximum(low, 0.0).ravel(), np.minimum(high, 1.0).ravel()
    spans = [
        Bounds(least, most, sharp=False, grounds=NOTHING if most - least >= 1 else grounds)
        for least, most in zip(low.tolist(), high.tolist(), strict=True)
    ]
    if sampler.question.weights is None:
        return spans
    whole = mean_bounds(spans, sampler.question.weights)
    return [Bounds(whole.low, whole.high, sharp=False, grounds=spans[0].grounds)]


def _ends(sampler: Sampler, draws: int, seed: int) -> tuple[Array, Array, str]:
    """The ends of each cell, and from what they are."""
    if not sampler.worlds.coupled:  # no noise model enters
        return *_around(sampler.cells()), NODE
    low, high = _from_worlds(sampler, draws, seed)
    if sampler.pair is None:
        return low, high, MARGINALS
    least, most = sampler.ends()
    return _around(least)[0], _around(most)[1], NODE


def _around(found: Mean) -> tuple[Array, Array]:
    """An estimate with its standard errors to spare."""
    return found.value - SPARE * found.error, found.value + SPARE * found.error


@dataclass(frozen=True)
class _World:
    """The targets of one world: which of the question's they are, and they."""

    ranks: tuple[int, ...]
    events: tuple[ir.Event, ...]


def _from_worlds(sampler: Sampler, draws: int, seed: int) -> tuple[Array, Array]:
    """The bounds that follow from the probability of what happens in each world alone."""
    question = sampler.question
    anything = np.zeros(_shape(sampler)), np.ones(_shape(sampler))
    worlds = {event.variable.world for event in question.given}
    if len(worlds) > 1:
        return anything
    here = worlds.pop() if worlds else None
    seen = Mean(np.ones(()), np.zeros(1), np.zeros(())) if here is None else sampler.mass
    evidence = float(_around(seen)[0])
    if evidence <= 0:
        return anything
    most, missing = np.ones(()), np.zeros(())
    least = np.ones(())
    for rank, (world, part) in enumerate(_by_world(question).items()):
        given = question.given if world == here else ()
        alone = Sampler(Question(part.events, given, question.do), sampler.model, jointly=True)
        if alone.worlds.coupled:  # a world that is made of others
            return anything
        alone.draw_all(draws, np.random.default_rng((seed, rank)))
        low, high = (_spread(end, part, sampler) for end in _around(alone.joint()))
        if world == here:
            least, most = np.maximum(low, 0.0), np.minimum(most, high)
        else:
            missing = missing + (1 - np.minimum(low, 1.0))
            most = np.minimum(most, high / evidence)
    low = np.broadcast_to(least - missing / evidence, _shape(sampler))
    return low, np.broadcast_to(most, _shape(sampler))


def _by_world(question: Question) -> dict[ir.World, _World]:
    """The targets of each world."""
    found: dict[ir.World, list[int]] = {}
    for rank, event in enumerate(question.targets):
        found.setdefault(event.variable.world, []).append(rank)
    return {
        world: _World(tuple(ranks), tuple(question.targets[rank] for rank in ranks))
        for world, ranks in found.items()
    }


def _shape(sampler: Sampler) -> tuple[int, ...]:
    """The sizes of the free targets."""
    return tuple(sampler.sizes[variable.node] for variable in sampler.question.free)


def _spread(table: Array, part: _World, sampler: Sampler) -> Array:
    """A table over the free targets of one world, with an axis for each of the question's."""
    targets = sampler.question.targets
    free = [rank for rank, event in enumerate(targets) if event.value is None]
    sizes = [sampler.sizes[targets[rank].variable.node] for rank in free]
    shape = [size if rank in part.ranks else 1 for rank, size in zip(free, sizes, strict=True)]
    return table.reshape(shape)
