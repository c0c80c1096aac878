"""How much of an answer rests on parent configurations that the training data do not hold.

A table has numbers in such rows, but they are guesses. Let B be the event that some label, of
those that the answer rests on, has parents in a guessed row. No guess can change
N = P(target, evidence, not B) and D = P(evidence, not B). If m is at least P(evidence, B) whatever
the guesses are, then

    N / (D + m)  <=  P(target | evidence)  <=  (N + m) / (D + m).

N and D are contractions of the tables with zeros in the guessed rows. For m, take the first label
(in causal order) that meets a guessed row: everything above it is free of guesses, so m is the sum
over the labels of P(its parents in a guessed row, evidence above it), with zeros in guessed rows.
For the upper end the targets above it count as evidence too. Without evidence D + P(B) is one,
which makes the interval narrower.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from scm_compiler.diagnostics import Diagnostic, refuse
from scm_compiler.inference.codes.answers import RestsOnUnseen, Unsupported
from scm_compiler.inference.codes.weighting import RestsOnNetworks, ShareUnknown
from scm_compiler.inference.contraction import Array, Contraction, Mass, contract, plan
from scm_compiler.inference.evaluation import Term, condition_of, term_value, terms
from scm_compiler.inference.posteriors import Engine
from scm_compiler.inference.precision import reached_by
from scm_compiler.inference.shape import Condition
from scm_compiler.ir import query as ir
from scm_compiler.model.tables import Tables
from scm_compiler.passes import mutilate
from scm_compiler.passes.prune import ancestors

_NEGLIGIBLE = 1e-6
_MOST = 600.0  # of a logarithm; beyond it the interval is everything

Masks = Mapping[str, NDArray[np.bool_]]


@dataclass(frozen=True)
class Support:
    """What the seen rows alone say of one term.

    Attributes:
        share: m / (D + m), the width of the interval for a probability.
        low: The least that the term can be, whatever the guesses.
        high: The most.
        nodes: The labels with guessed rows in reach.
    """

    share: float
    low: Array
    high: Array
    nodes: tuple[str, ...]


def support_warnings(query: ir.Query, engine: Engine, model: Tables) -> tuple[Diagnostic, ...]:
    """The warning that a query's answer rests in part on guesses, if it does.

    Where it takes too much to work out what part that is, the warning (W442) says so.

    Raises:
        ScmError: E435 if everything that the answer says rests on guesses.
    """
    masks = {name: mask for name, mask in model.unseen.items() if mask.any()}
    if not masks:
        return ()
    if isinstance(query, ir.Regime):
        names = tuple(engine.sizes)
        condition = condition_of(query.do, query.given)
        found = [(1.0, _support(Term({}, (), condition), names, engine, masks))]
    else:
        signed = terms(query, engine.graph)
        found = [(sign, term_support(term, engine, masks)) for sign, term in signed]
    parts = [(sign, part) for sign, part in found if part is not None]
    if len(parts) < len(found):
        return guess_warnings(query, model)
    share = max((part.share for _, part in parts), default=0.0)
    if share < _NEGLIGIBLE:
        return ()
    nodes = tuple(dict.fromkeys(name for _, part in parts for name in part.nodes))
    carried = model.backoffs.keys() >= {*nodes}
    low = sum(sign * (part.low if sign > 0 else part.high) for sign, part in parts)
    high = sum(sign * (part.high if sign > 0 else part.low) for sign, part in parts)
    if isinstance(query, ir.Regime) or np.ndim(low):
        return (RestsOnUnseen(share, nodes, carried=carried),)
    if high - low < _NEGLIGIBLE:
        return ()  # the guesses do not reach what is asked
    return (RestsOnUnseen(share, nodes, float(low), float(high), carried),)


def term_support(term: Term, engine: Engine, masks: Masks) -> Support | None:
    """The interval of one term; None where it takes too much to work out.

    Args:
        term: As evaluated.
        engine: Holds the model.
        masks: For labels with guessed rows, true at those parent configurations.

    Raises:
        ScmError: E435 if no seen row can produce the evidence.
    """
    fixed = term.condition.fixed
    targets = tuple(name for name in (*term.asked, *term.free) if name not in fixed)
    if term.never or not targets:
        value = term_value(term, engine)  # the condition fixes what is asked
        return Support(0.0, value, value, ())
    rests_on = engine.shape(targets, term.condition).program.requisite.nodes
    return _support(term, rests_on, engine, masks)


def _support(term: Term, rests_on: Sequence[str], engine: Engine, masks: Masks) -> Support | None:
    condition = term.condition
    names = tuple(name for name in rests_on if name not in condition.do)
    rows = {name: _seen_rows(name, engine, masks) for name in names if name in engine.rows}
    reach = _Reach(names, rows, masks, engine)
    aim = Condition(condition.do, {**condition.given, **term.asked})
    if not _fits(reach, condition, aim, term):
        return None
    whole = float(_contract(names, condition, engine, rows).log_total)
    met = reach.log_masses(condition)
    if met and whole == -np.inf:
        if not engine.model.backoffs.keys() >= met.keys():
            raise refuse(Unsupported(tuple(met)))
        ends = term.weights or (0.0, 1.0)
        shape = [engine.sizes[name] for name in term.free]
        return Support(1.0, np.full(shape, min(ends)), np.full(shape, max(ends)), tuple(met))
    ratio = sum(_ratio(mass, whole) for mass in met.values())
    aimed = reach.log_masses(aim)
    reached = sum(_ratio(mass, whole) for mass in aimed.values())
    certain = condition.given.keys().isdisjoint(names)
    if certain:  # the probabilities of all that can happen sum to one, whatever the guesses
        ratio = max(0.0, math.expm1(min(-whole, _MOST)))
    weights = np.array(term.weights or (0.0, 1.0))
    sure = _sure(term, aim, reach, whole)
    low = (sure + ratio * weights.min()) / (1 + ratio)
    reached = min(reached, ratio)
    high = (sure + reached * weights.max()) / (1 + (ratio if certain else reached))
    return Support(ratio / (1 + ratio), low, high, tuple(met))


@dataclass(frozen=True)
class _Reach:
    """The tables that a term rests on, with zeros in the guessed rows."""

    names: tuple[str, ...]
    rows: Mapping[str, Array]
    masks: Masks
    engine: Engine

    def log_masses(self, condition: Condition) -> dict[str, float]:
        """For each label that can meet a guessed row first, the logarithm of an upper bound."""
        found = {
            name: self._log_mass(name, condition) for name in self.names if name in self.masks
        }
        return {name: mass for name, mass in found.items() if mass > -np.inf}

    def _log_mass(self, name: str, condition: Condition) -> float:
        """Log P(the label's parents in a guessed row, the evidence above it), guesses left out."""
        fixed, parents = condition.fixed, self.engine.graph.parents[name]
        mask = self.masks[name][tuple(fixed.get(other, slice(None)) for other in parents)]
        used, way = self.above(name, condition)
        tables = [self.engine.cut(other, fixed, self.rows) for other in used]
        return float(contract(way, [*tables, np.asarray(mask, np.float64)]).log_total)

    def above(self, name: str, condition: Condition) -> tuple[list[str], Contraction]:
        """The labels above one, and how to sum their tables with its guessed rows."""
        graph, fixed = self.engine.graph, condition.fixed
        parents = graph.parents[name]
        reached = ancestors(mutilate(graph, condition.do), parents)
        used = [other for other in self.names if other in reached]
        read = [*((*graph.parents[other], other) for other in used), parents]
        scopes = [tuple(n for n in scope if n not in fixed) for scope in read]
        return used, plan(scopes, self.engine.sizes, ())


def _ratio(mass: float, whole: float) -> float:
    return math.exp(min(mass - whole, _MOST))


def _fits(reach: _Reach, condition: Condition, aim: Condition, term: Term) -> bool:
    """Whether what the guesses can do is worked out within memory and time."""
    engine, names = reach.engine, reach.names
    met = [name for name in names if name in reach.masks]
    ways = [reach.above(name, known)[1] for name in met for known in (condition, aim)]
    ways += [engine.over(names, condition), engine.over(names, aim, _kept(term))] if names else []
    return not any(map(engine.beyond, ways)) and not engine.runs_beyond(names, condition.fixed)


def _kept(term: Term) -> tuple[str, ...]:
    return tuple(name for name in term.free if name not in term.condition.fixed)


def _sure(term: Term, aim: Condition, reach: _Reach, whole: float) -> Array:
    """N / D: the term as the seen rows alone have it."""
    keep = _kept(term)
    if len(keep) < len(term.free):  # a table, of which only the share is told
        return np.zeros([reach.engine.sizes[name] for name in term.free])
    mass = _contract(reach.names, aim, reach.engine, reach.rows, keep)
    table = mass.values * np.exp(mass.log_scale - whole)
    return np.asarray(table if term.weights is None else table @ np.array(term.weights))


def _seen_rows(name: str, engine: Engine, masks: Masks) -> Array:
    table = engine.rows[name]
    return np.where(masks[name][..., None], 0.0, table) if name in masks else table


def _contract(
    names: Sequence[str],
    condition: Condition,
    engine: Engine,
    rows: Mapping[str, Array],
    keep: tuple[str, ...] = (),
) -> Mass:
    if not names:
        return Mass(np.ones(()))
    tables = [engine.cut(name, condition.fixed, rows) for name in names]
    return contract(engine.over(names, condition, keep), tables)


def network_warnings(query: ir.Query, model: Tables) -> tuple[Diagnostic, ...]:
    """The warning (W441) that an answer rests on networks that have no table, if it does."""
    if not model.networks:
        return ()
    reached = reached_by(query, model.graph)
    nodes = tuple(name for name in model.networks if name in reached)
    if not nodes:
        return ()
    sizes = model.graph.sizes
    most = max(sum(math.log2(sizes[n]) for n in model.graph.parents[name]) for name in nodes)
    return (RestsOnNetworks(nodes=nodes, configurations=most),)


def guess_warnings(query: ir.Query, model: Tables) -> tuple[Diagnostic, ...]:
    """The warning (W442) that an answer may rest on guesses, where the share is not known."""
    guessed = [name for name, mask in model.unseen.items() if mask.any()]
    reached = reached_by(query, model.graph) if guessed else set()
    nodes = tuple(name for name in guessed if name in reached)
    return (ShareUnknown(nodes=nodes),) if nodes else ()
