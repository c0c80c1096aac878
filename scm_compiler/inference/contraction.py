"""Sums of products of tables: planned first, then run, forwards and backwards.

An answer is a sum, over the variables that are not asked for, of a product of tables. The order
in which the variables are summed decides its cost, so a plan is made from the shapes alone: it
knows its cost and the size of its largest table before any memory is taken.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from string import ascii_letters
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from scm_compiler.inference.elimination import RULES, Scope, elimination_order

Array = NDArray[np.float64]

# Below this a product of ordinary floats may have lost parts of itself to underflow, which begins
# at 1e-308: what is lost is less than 1e-108 of the result.
SAFE = 1e-200

_SPENT: Array = np.ones(())

CHEAP = 1e5
"""Multiplications below which no other order is looked for: about as long as the search."""


class Step(NamedTuple):
    """One product of two tables (or one table alone), summed to a smaller scope.

    Attributes:
        left: Index of an operand: a given table, or the result of an earlier step.
        right: Index of the other one; None to only sum.
        left_scope: The axes of the left operand; a batch axis may come before them.
        right_scope: The axes of the right operand.
        scope: The axes of the result.
        subscripts: The same for `numpy.einsum`.
    """

    left: int
    right: int | None
    left_scope: Scope
    right_scope: Scope
    scope: Scope
    subscripts: str


@dataclass(frozen=True, slots=True)
class Contraction:
    """How to contract tables of given scopes.

    Attributes:
        steps: In order; step k makes operand number `operands + k`.
        operands: The number of tables given.
        keep: The axes of the result.
        order: The variables summed out, in order.
        rule: The greedy rule that gave the order.
        cost: Multiplications in all.
        largest: Numbers in the largest table made.
        peak: Numbers in all tables that are held at once, at most.
        held: Numbers in all tables, given and made: what a sweep back needs.
    """

    steps: tuple[Step, ...]
    operands: int
    keep: Scope
    order: tuple[str, ...]
    rule: str
    cost: float
    largest: float
    peak: float
    held: float


def plan(scopes: Sequence[Scope], sizes: Mapping[str, int], keep: Scope) -> Contraction:
    """Contraction a contraction: the cheapest of several greedy orders.

    Where the first order is cheap already the others are not tried.

    Args:
        scopes: The axes of each table; at least one table.
        sizes: The number of values of each variable.
        keep: The variables that stay, in the order of the result's axes.
    """
    best: Contraction | None = None
    for rule in RULES:
        order = elimination_order(scopes, sizes, keep, rule)
        found = _Planner(scopes, sizes).finish(order, keep, rule)
        if best is None or found.cost < best.cost:
            best = found
        if best.cost <= CHEAP:
            break
    assert best is not None
    return best


class _Planner:
    """Turns an elimination order into steps, keeping count of cost and size."""

    def __init__(self, scopes: Sequence[Scope], sizes: Mapping[str, int]) -> None:
        self.sizes = sizes
        self.scopes = list(scopes)
        self.cells = [self._cells(scope) for scope in scopes]
        self.operands = len(scopes)
        self.alive = dict.fromkeys(range(len(scopes)))
        self.holders: dict[str, list[int]] = {}  # also of tables that are spent
        for index, scope in enumerate(scopes):
            for name in scope:
                self.holders.setdefault(name, []).append(index)
        # Beyond these letters each step has its own, see `_subscripts`.
        self.letters = dict(zip(self.holders, ascii_letters, strict=False))
        self.enough = len(self.letters) == len(self.holders)
        self.written = [self._write(scope) for scope in scopes] if self.enough else []
        self.steps: list[Step] = []
        self.cost = 0.0
        self.largest = max(self.cells, default=1.0)
        self.held = self.peak = self.made = sum(self.cells)

    def finish(self, order: tuple[str, ...], keep: Scope, rule: str) -> Contraction:
        alive = self.alive
        for name in order:
            self._join([index for index in self.holders[name] if index in alive], drop=name)
        self._join([*alive], keep=keep)
        steps = tuple(self.steps)
        return Contraction(
            steps, self.operands, keep, order, rule, self.cost, self.largest, self.peak, self.made
        )

    def _cells(self, scope: Iterable[str]) -> float:
        cells = 1.0
        for name in scope:
            cells *= self.sizes[name]
        return cells

    def _write(self, scope: Iterable[str]) -> str:
        return "".join([self.letters[name] for name in scope])

    def _join(
        self, indices: Sequence[int], drop: str | None = None, keep: Scope | None = None
    ) -> None:
        """Multiply tables, the smallest first; the last product is summed or put in order."""
        if len(indices) > 1:
            cells = self.cells
            indices = sorted(indices, key=lambda index: (cells[index], index))
        first, *others = indices
        for other in others[:-1]:
            first = self._step(first, other, None, None)
        last = self._step(first, others[-1] if others else None, drop, keep)
        for name in self.scopes[last]:
            self.holders[name].append(last)

    def _step(self, left: int, right: int | None, drop: str | None, keep: Scope | None) -> int:
        """Add a step; the index of its result."""
        mine, index = self.scopes[left], len(self.scopes)
        others: Scope = () if right is None else self.scopes[right]
        more = [name for name in others if name not in mine]
        whole = self.cells[left]
        for name in more:
            whole *= self.sizes[name]
        joint = scope = (*mine, *more)
        if keep is not None:
            scope, made = keep, self._cells(keep)
        elif drop is not None:
            scope = tuple([name for name in joint if name != drop])
            made = whole / self.sizes[drop]
        else:
            made = whole
        subscripts = self._subscripts(left, right, joint, scope)
        self.steps.append(Step(left, right, mine, others, scope, subscripts))
        self.cost += whole
        self.held += made
        self.made += made
        self.largest = max(self.largest, made)
        self.peak = max(self.peak, self.held)
        for old in (left,) if right is None else (left, right):
            self.held -= self.cells[old]
            del self.alive[old]
        self.scopes.append(scope)
        self.cells.append(made)
        self.alive[index] = None
        return index

    def _subscripts(self, left: int, right: int | None, joint: Scope, result: Scope) -> str:
        if not self.enough:
            others = () if right is None else self.scopes[right]
            return _subscripts(joint, self.scopes[left], others, result, alone=right is None)
        made = self._write(result)
        self.written.append(made)
        first = self.written[left]
        if right is None:
            return f"...{first}->...{made}"
        return f"...{first},...{self.written[right]}->...{made}"


def _subscripts(joint: Scope, left: Scope, right: Scope, result: Scope, *, alone: bool) -> str:
    if len(joint) > len(ascii_letters):
        return ""  # far beyond any memory; such a plan is refused and never run
    letters = dict(zip(joint, ascii_letters, strict=False))
    first, second, last = ("".join([letters[n] for n in scope]) for scope in (left, right, result))
    return f"...{first}->...{last}" if alone else f"...{first},...{second}->...{last}"


@dataclass(frozen=True, slots=True)
class Mass:
    """A table of non-negative numbers as `values * exp(log_scale)`.

    Attributes:
        values: With the batch axis first if the operands had one.
        log_scale: A number, or one for each element of the batch.
    """

    values: Array
    log_scale: Array | float = 0.0

    @property
    def log_total(self) -> Array:
        """The logarithm of the sum over all axes but the batch; minus infinity for zero."""
        total = self.values.reshape(*np.shape(self.log_scale), -1).sum(-1)
        with np.errstate(divide="ignore"):
            return np.asarray(np.log(total) + self.log_scale)


def contract(way: Contraction, tables: Sequence[Array]) -> Mass:
    """Run a plan. Exact zeros stay zeros; tiny numbers are kept, whatever their size.

    Products of ordinary floats are tried first. Where they come near to underflow the plan is run
    again on logarithms, in which only an exact zero is minus infinity.

    Args:
        way: The plan.
        tables: One for each scope of the plan; a batch axis may come first, of one size in all.
    """
    result = _multiply(way, tables, spend=True)[-1]
    axes = tuple(range(result.ndim - len(way.keep), result.ndim))
    least = result.sum(axes).min() if axes else result.min()
    if least > SAFE:
        return Mass(result, np.zeros(result.shape[: result.ndim - len(axes)]))
    logs = _add_logs(way, tables)
    peak = np.max(logs, axis=axes, keepdims=True, initial=-np.inf)
    peak = np.where(np.isfinite(peak), peak, 0.0)
    return Mass(np.exp(logs - peak), np.squeeze(peak, axis=axes))


def adjoints(way: Contraction, tables: Sequence[Array]) -> list[Array] | None:
    """The derivative of a full contraction (a plan that keeps nothing) by each table.

    One backward sweep gives them all (Darwiche 2003): a table times its derivative is the joint
    probability of its variables and the evidence.

    Returns:
        An array of the shape of each table (with the batch), or None where numbers came near to
        underflow, so that another way must be taken.
    """
    results = _multiply(way, tables)
    if not np.min(results[-1]) > SAFE:
        return None
    slopes: dict[int, Array] = {len(results) - 1: np.ones_like(results[-1])}
    for number in range(len(way.steps) - 1, -1, -1):
        step = way.steps[number]
        slope = slopes.pop(way.operands + number)
        other = None if step.right is None else results[step.right]
        slopes[step.left] = _slope(
            step, slope, other, step.left_scope, step.right_scope, results[step.left]
        )
        if step.right is not None:
            slopes[step.right] = _slope(
                step,
                slope,
                results[step.left],
                step.right_scope,
                step.left_scope,
                results[step.right],
            )
    return [slopes[index] for index in range(way.operands)]


def operands(way: Contraction, tables: Sequence[Array]) -> list[Array]:
    """The tables, then the result of each step: what variables are drawn from, last step first.

    Each result is scaled to be safe from underflow, row by row of the batch.
    """
    results = list(tables)
    for step in way.steps:
        right = () if step.right is None else (results[step.right],)
        made = np.einsum(step.subscripts, results[step.left], *right)
        most = made.reshape(len(made), -1).max(1).reshape(-1, *(1 for _ in step.scope))
        results.append(made / np.where(most > 0, most, 1.0))
    return results


def _multiply(way: Contraction, tables: Sequence[Array], *, spend: bool = False) -> list[Array]:
    """The given tables and the result of every step; what is spent is let go of if asked to."""
    results = list(tables)
    for step in way.steps:
        left, right = step.left, step.right
        if right is None:
            results.append(np.einsum(step.subscripts, results[left]))
        else:
            results.append(np.einsum(step.subscripts, results[left], results[right]))
            if spend:
                results[right] = _SPENT
        if spend:
            results[left] = _SPENT
    return results


def _slope(
    step: Step, slope: Array, other: Array | None, mine: Scope, others: Scope, shape: Array
) -> Array:
    """The derivative by one operand: the derivative by the result, times the other operand."""
    subscripts, missing = _backwards(step.scope, mine, others, other is None)
    made = np.einsum(subscripts, slope) if other is None else np.einsum(subscripts, slope, other)
    if not missing:
        return np.asarray(made)
    # An axis that only this operand had was summed away: the derivative is the same along it.
    for axis in missing:
        made = np.expand_dims(made, made.ndim + 1 + axis)
    axes = shape.shape[shape.ndim - len(mine) :]
    return np.broadcast_to(made, (*made.shape[: made.ndim - len(mine)], *axes))


@lru_cache(maxsize=4096)
def _backwards(
    result: Scope, mine: Scope, others: Scope, alone: bool
) -> tuple[str, tuple[int, ...]]:
    """The subscripts of a derivative, and the operand's axes that it lacks."""
    reached = tuple(name for name in mine if name in result or name in others)
    missing = tuple(rank - len(mine) for rank, name in enumerate(mine) if name not in reached)
    joint = tuple(dict.fromkeys((*result, *others)))
    return _subscripts(joint, result, others, reached, alone=alone), missing


def _add_logs(way: Contraction, tables: Sequence[Array]) -> Array:
    with np.errstate(divide="ignore"):
        results = [np.log(table) for table in tables]
    for step in way.steps:
        joint = tuple(dict.fromkeys((*step.scope, *step.left_scope, *step.right_scope)))
        total = _aligned(results[step.left], step.left_scope, joint)
        if step.right is not None:
            total = total + _aligned(results[step.right], step.right_scope, joint)
        summed = tuple(rank - len(joint) for rank in range(len(step.scope), len(joint)))
        results.append(_log_sum(total, summed) if summed else total)
    return results[-1]


def _aligned(table: Array, scope: Scope, joint: Scope) -> Array:
    """The table with its axes in the order of `joint`, and an axis of size 1 where it has none."""
    batch = table.ndim - len(scope)
    order = [batch + scope.index(name) for name in joint if name in scope]
    moved = table.transpose(*range(batch), *order)
    index = tuple(slice(None) if name in scope else None for name in joint)
    return moved[(..., *index)]


def _log_sum(table: Array, axes: tuple[int, ...]) -> Array:
    peak = table.max(axis=axes, keepdims=True)
    peak = np.where(np.isfinite(peak), peak, 0.0)
    with np.errstate(divide="ignore"):
        return np.asarray(np.log(np.exp(table - peak).sum(axes)) + np.squeeze(peak, axis=axes))
