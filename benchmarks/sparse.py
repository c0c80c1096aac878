"""Tables of many parents from few rows: what serves where most configurations have no row.

    python -m benchmarks.sparse [--sets N] [--networks N]

For each kind of truth data sets are drawn, P(y | parents) is estimated in several ways, and
ATE(p0 -> y) is worked out from it. Printed are the mean error of that, how far the table is from
the true one (the divergence that a held-out row measures, in nats, probabilities below 1e-6
counted as that), and seconds. The second table says from where on tables are shrunk: what that
gains, by the share of the rows whose parent configuration has fewer than ten.

    shares      of the rows; the label's marginal where there are none
    marginal    drawn towards the marginal, by a weight that makes the data most likely
    dropping    towards the same with parents dropped one at a time, least telling first
    parents     towards a softmax regression on the parents
    pairs       and on their pairs
    averaged    over these, by how likely they make the data: what `mle` does
    network     of `mle` with `table_limit=1`, on the first few data sets
"""

import argparse
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from time import perf_counter

import numpy as np
from numpy.typing import NDArray

from scm_compiler.compiler import parse_text
from scm_compiler.identify.graph import causal
from scm_compiler.runtime.controller.mle.options import MleOptions
from scm_compiler.runtime.controller.mle.trainer import Mle
from scm_compiler.runtime.data.shares import closed_form
from scm_compiler.runtime.data.shrinkage import PENALTIES, RARE, WEIGHTS, Shrunk
from scm_compiler.runtime.data.softmax import Penalty
from scm_compiler.runtime.data.table import LabelTable, tabulate

Array = NDArray[np.float64]
LEAST = 1e-6

CASES = (
    ("alone", 12, 2000),
    ("sums", 12, 2000),
    ("pairs", 12, 2000),
    ("tree", 12, 2000),
    ("anything", 12, 2000),
    ("pairs", 6, 500),
    ("anything", 6, 500),
    ("function", 6, 500),
    ("pairs", 3, 2000),
    ("anything", 3, 2000),
)
"""Kinds of truth, numbers of binary parents and rows."""


@dataclass(frozen=True)
class Case:
    """One data set and what is true.

    Attributes:
        table: The rows.
        truth: P(y | parents), one axis a parent.
        chances: That each parent is 1.
    """

    table: LabelTable
    truth: Array
    chances: Array

    @property
    def effect(self) -> float:
        """The true ATE(p0 -> y)."""
        return _effect(self.truth, self.chances)

    def error(self, found: Array) -> float:
        """Of the effect that a table gives, where the parents are as in the rows."""
        rows = self.table.cells[:, :-1] * self.table.counts[:, None]
        return abs(_effect(found, rows.sum(0) / self.table.rows) - self.effect)

    def divergence(self, found: Array) -> float:
        """Of a table from the true one, in nats a row."""
        gain = self.truth * np.log(self.truth / np.maximum(found, LEAST))
        return float((_product(self.chances)[..., None] * gain).sum())

    @property
    def rare(self) -> float:
        """The share of the rows whose parent configuration has few."""
        rows = self.table.counts_of(self.table.labels[:-1])
        return float(rows[rows < RARE].sum() / self.table.rows)


def _product(chances: Array) -> Array:
    found = np.ones(())
    for chance in chances:
        found = np.multiply.outer(found, np.array([1 - chance, chance]))
    return found


def _effect(table: Array, chances: Array) -> float:
    return float((_product(chances[1:]) * (table[1, ..., 1] - table[0, ..., 1])).sum())


def truth(kind: str, parents: int, random: np.random.Generator) -> Array:
    """P(y | binary parents)."""
    signs = np.indices((2,) * parents) - 0.5
    if kind == "alone":  # the effect of p0 is 0.2, and no other parent has one
        chance = 0.5 + 0.2 * signs[0]
    elif kind == "anything":
        chance = random.beta(1, 1, signs.shape[1:])
    elif kind == "function":
        chance = random.integers(0, 2, signs.shape[1:]).astype(np.float64)
    elif kind == "tree":
        chance = _tree(np.empty(signs.shape[1:]), (), 4, random)
    else:
        logits = np.tensordot(random.normal(0, 0.6, parents), signs, 1)
        for _ in range(parents // 2 if kind == "pairs" else 0):
            left, right = random.choice(parents, 2, replace=False)
            logits = logits + random.normal(0, 2) * signs[left] * signs[right]
        chance = 1 / (1 + np.exp(-logits))
    chance = np.clip(chance, 0.01, 0.99)
    return np.stack([1 - chance, chance], -1)


def _tree(
    found: Array, held: tuple[tuple[int, int], ...], depth: int, random: np.random.Generator
) -> Array:
    """Chances that hang on the parents asked for on the way down a tree."""
    taken = dict(held)
    left = [axis for axis in range(found.ndim) if axis not in taken]
    if not depth or not left:
        found[tuple(taken.get(axis, slice(None)) for axis in range(found.ndim))] = random.beta(
            1, 1
        )
        return found
    axis = int(random.choice(left))
    for value in (0, 1):
        _tree(found, (*held, (axis, value)), depth - 1, random)
    return found


def draw(kind: str, parents: int, rows: int, random: np.random.Generator) -> Case:
    """A data set."""
    names = ", ".join(f"p{i}" for i in range(parents))
    graph = causal(parse_text(f"{names}, y : binary\n{names} -> y"))
    table, chances = truth(kind, parents, random), random.uniform(0.3, 0.7, parents)
    causes = (random.random((rows, parents)) < chances).astype(np.int64)
    effects = random.random(rows) < table[(*causes.T, 1)]
    cells = np.column_stack([causes, effects]).astype(np.int64)
    return Case(tabulate(graph, cells, np.ones(rows, np.int64), "rows"), table, chances)


def _counts(case: Case) -> Array:
    return case.table.counts_of(case.table.labels).astype(np.float64)


def shares(case: Case) -> Array:
    """Of the rows."""
    names = ", ".join(case.table.labels[:-1])
    graph = causal(parse_text(f"{names}, y : binary\n{names} -> y"))
    return closed_form(graph, case.table, "y")


def network(case: Case) -> Array:
    """As `mle` trains one."""
    names = ", ".join(case.table.labels[:-1])
    graph = causal(parse_text(f"{names}, y : binary\n{names} -> y"))
    trainer = Mle(graph, case.table, MleOptions(table_limit=1), 0)
    while trainer.done < trainer.total:
        trainer.advance(100)
    return np.asarray(trainer.model().tables().probabilities["y"])


def dropping(case: Case) -> Array:
    """Towards the table without one parent, that towards the one without another."""
    return _dropped(_counts(case))


def _dropped(counts: Array) -> Array:
    if counts.ndim == 1:
        return np.asarray((counts + 0.25) / (counts.sum() + 0.5))
    even = np.full(counts.shape[-1], 1 / counts.shape[-1])
    axis = max(range(counts.ndim - 1), key=lambda a: _evidence(counts.sum(a), even, 1.0))
    towards = np.expand_dims(_dropped(counts.sum(axis)), axis)
    weight = max(WEIGHTS, key=lambda w: _evidence(counts, towards, w))
    return np.asarray((counts + weight * towards) / (counts.sum(-1, keepdims=True) + weight))


def _evidence(counts: Array, mean: Array, weight: float) -> float:
    """The log-likelihood of Dirichlet-multinomial counts, row by row in a Polya urn."""
    shapes, rows = np.broadcast_to(weight * mean, counts.shape), counts.sum(-1)
    found = 0.0
    for drawn in range(int(rows.max())):
        found += float(np.log((shapes + drawn)[counts > drawn]).sum())
        found -= float(np.log(weight + drawn) * (rows > drawn).sum())
    return found


def _regressed(penalties: Sequence[Penalty]) -> Callable[[Case], Array]:
    return lambda case: Shrunk(_counts(case), penalties).table


WAYS: Mapping[str, Callable[[Case], Array]] = {
    "shares": shares,
    "marginal": _regressed([Penalty()]),
    "dropping": dropping,
    "parents": _regressed([one for one in PENALTIES if one.pair is None]),
    "pairs": _regressed([one for one in PENALTIES if one.pair is not None]),
    "averaged": _regressed(PENALTIES),
    "network": network,
}


def compare(sets: int, networks: int) -> None:
    """The first table."""
    print(
        f"{'truth':<10}{'parents':>8}{'rows':>7}  {'way':<10}{'ATE error':>10}{'nats':>9}{'s':>8}"
    )
    for kind, parents, rows in CASES:
        for way, estimate in WAYS.items():
            found = []
            for seed in range(networks if way == "network" else sets):
                case = draw(kind, parents, rows, np.random.default_rng((seed, parents, rows)))
                started = perf_counter()
                table = estimate(case)
                seconds = perf_counter() - started
                found.append((case.error(table), case.divergence(table), seconds))
            if found:
                error, nats, seconds = np.mean(found, 0)
                first = f"{kind:<10}{parents:>8}{rows:>7,}  {way:<10}"
                print(f"{first}{error:>10.4f}{nats:>9.4f}{seconds:>8.3f}", flush=True)


def gains(sets: int) -> None:
    """The second table."""
    limits = (0.0, 0.01, 0.05, 0.2, 0.5, 1.0)
    found: dict[float, list[tuple[float, ...]]] = {limit: [] for limit in limits}
    for seed in range(sets):
        random = np.random.default_rng(seed)
        parents = int(random.integers(2, 8))
        rows = int(2**parents * random.choice([4, 8, 16, 32, 64, 128]))
        case = draw(("sums", "pairs", "tree", "anything")[seed % 4], parents, rows, random)
        both = [WAYS[way](case) for way in ("shares", "averaged")]
        limit = next(limit for limit in limits if case.rare <= limit)
        measured = [(case.error(table), case.divergence(table)) for table in both]
        found[limit].append((*measured[0], *measured[1]))
    print(f"\n{'rare rows':<12}{'sets':>6}{'ATE error':>22}{'nats':>22}")
    for limit, each in found.items():
        if each:
            error, nats, error_now, nats_now = np.mean(each, 0)
            shown = f"{error:.4f} to {error_now:.4f}", f"{nats:.4f} to {nats_now:.4f}"
            print(f"up to {limit:<6.0%}{len(each):>6}{shown[0]:>22}{shown[1]:>22}")


def main(words: Sequence[str] | None = None) -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="benchmarks.sparse")
    parser.add_argument("--sets", type=int, default=100)
    parser.add_argument("--networks", type=int, default=5)
    args = parser.parse_args(words)
    compare(args.sets, args.networks)
    gains(12 * args.sets)


if __name__ == "__main__":
    main()
