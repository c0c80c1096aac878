"""Bounds where nothing is identified, beside published ones and a programme written otherwise.

    python -m benchmarks.bounds [--graphs 300] [--seed 0]

The published figures come first. Then random graphs with random models: their bounds must hold
what is true, and where they are called sharp they must be those of an independent computation. It
lists every unit that the whole graph can have (a function for each label), evaluates the query
and all labels on each by following the arrows, and improves one district at a time by a linear
programme under the observed distribution, from several models of the same observation. What it
reaches is reached by a model; so bounds that hold it and equal it are sharp.
"""

import argparse
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, reduce
from itertools import product

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linprog

from benchmarks.published_bounds import published
from scm_compiler.compiler import parse_text
from scm_compiler.identify.evaluation import Dense
from scm_compiler.inference.response_types import Problem
from scm_compiler.ir import Graph
from scm_compiler.passes import flatten
from scm_compiler.semantics.query import read_query

Array = NDArray[np.float64]
World = Mapping[str, int]


@dataclass(frozen=True)
class Case:
    """A random graph of binary labels, and a question.

    Attributes:
        names: In topological order.
        parents: Of each label.
        districts: Which labels hidden causes tie.
        hidden: The pairs that are tied.
        above: Terms with their signs; each is a conjunction of label, world and value.
        below: The evidence.
        query: The same in writing.
    """

    names: tuple[str, ...]
    parents: Mapping[str, tuple[str, ...]]
    districts: tuple[tuple[str, ...], ...]
    hidden: tuple[tuple[str, str], ...]
    above: tuple[tuple[float, tuple[tuple[str, tuple[tuple[str, int], ...], int], ...]], ...]
    below: tuple[tuple[str, tuple[tuple[str, int], ...], int], ...]
    query: str

    @property
    def graph(self) -> Graph:
        """As scmc reads it."""
        lines = [f"{', '.join(self.names)} : binary"]
        lines += [f"{p} -> {name}" for name in self.names for p in self.parents[name]]
        lines += [f"{left} <-> {right}" for left, right in self.hidden]
        return parse_text("\n".join(lines) + "\n")


def random_case(random: np.random.Generator, *, paired: bool = True) -> Case:
    """A graph of three or four labels with hidden causes, and a question.

    Args:
        random: Source.
        paired: Whether no label has two hidden causes, so that bounds can be sharp.
    """
    names = tuple("ABCD"[: random.integers(3, 5)])
    parents: dict[str, tuple[str, ...]] = {}
    for rank, name in enumerate(names):
        chosen = [p for p in names[:rank] if random.random() < 0.6]
        parents[name] = tuple(chosen[:2])
    order = list(random.permutation(names))
    if paired:
        pairs = [(order[0], order[1])] + ([(order[2], order[3])] if len(order) == 4 else [])
        pairs = pairs[: random.integers(1, len(pairs) + 1)]
    else:
        pairs = [(order[i], order[i + 1]) for i in range(len(order) - 1)]
    hidden = tuple((min(pair), max(pair)) for pair in pairs)
    return Case(names, parents, _districts(names, hidden), hidden, *_question(random, names))


def _districts(
    names: Sequence[str], hidden: Sequence[tuple[str, str]]
) -> tuple[tuple[str, ...], ...]:
    pieces = [{name} for name in names]
    for left, right in hidden:
        joined = [piece for piece in pieces if left in piece or right in piece]
        pieces = [piece for piece in pieces if piece not in joined]
        pieces.append(set[str]().union(*joined))
    return tuple(tuple(sorted(piece)) for piece in pieces)


def _question(random: np.random.Generator, names: Sequence[str]):  # noqa: ANN202
    """Terms, evidence and text of one of six kinds of question."""
    x, y = sorted(random.choice(len(names), 2, replace=False))
    cause, outcome = names[x], names[y]
    one, zero = ((cause, 1),), ((cause, 0),)
    other = next(name for name in names if name not in (cause, outcome))
    match random.integers(6):
        case 0:
            asked = [(1.0, ((outcome, one, 1),))]
            return tuple(asked), (), f"P({outcome}=1 | do({cause}=1))"
        case 1:
            asked = [(1.0, ((outcome, one, 1),)), (-1.0, ((outcome, zero, 1),))]
            return tuple(asked), (), f"ATE({cause} -> {outcome})"
        case 2:
            seen = ((other, one, 1),)
            asked = [(1.0, ((outcome, one, 1), *seen))]
            return tuple(asked), seen, f"P({outcome}=1 | do({cause}=1), {other}=1)"
        case 3:
            both = ((outcome, one, 1), (outcome, zero, 0))
            text = f"P({outcome}[{cause}=1]=1, {outcome}[{cause}=0]=0)"
            return ((1.0, both),), (), text
        case 4:
            seen = ((cause, (), 1), (outcome, (), 1))
            text = f"P({outcome}[{cause}=0]=0 | {cause}=1, {outcome}=1)"
            return ((1.0, ((outcome, zero, 0), *seen)),), seen, text
        case _:
            seen = ((other, (), 1),)
            text = f"P({outcome}[{cause}=1]=1 | {other}=1)"
            return ((1.0, ((outcome, one, 1), *seen)),), seen, text


@dataclass(frozen=True)
class Whole:
    """Every unit that a graph can have: a function of its parents for each label."""

    case: Case

    @cached_property
    def functions(self) -> Mapping[str, NDArray[np.int64]]:
        """Of each label, the function of each unit, as a number."""
        counts = [2 ** (2 ** len(self.case.parents[name])) for name in self.case.names]
        grid = np.indices(counts).reshape(len(counts), -1)
        return dict(zip(self.case.names, grid, strict=True))

    def values(self, world: World) -> Mapping[str, NDArray[np.int64]]:
        """What every unit's labels are where some are held."""
        found: dict[str, NDArray[np.int64]] = {}
        for name in self.case.names:
            if name in world:
                found[name] = np.full(len(self.functions[name]), world[name])
                continue
            row = np.zeros(len(self.functions[name]), int)
            for parent in self.case.parents[name]:
                row = row * 2 + found[parent]
            found[name] = self.functions[name] >> row & 1
        return found

    def happens(self, events: Sequence[tuple[str, tuple[tuple[str, int], ...], int]]) -> Array:
        """The units in which all of some events happen."""
        fits = [self.values(dict(world))[name] == value for name, world, value in events]
        return reduce(np.multiply, fits, np.ones(len(self.functions[self.case.names[0]])))

    @cached_property
    def above(self) -> Array:
        """The question's numerator, unit by unit."""
        return sum(sign * self.happens(events) for sign, events in self.case.above)

    @cached_property
    def below(self) -> Array:
        """Its denominator."""
        return self.happens(self.case.below)

    @cached_property
    def cells(self) -> Array:
        """Of each cell of the observed joint table, the units that are in it."""
        names = self.case.names
        worlds = product((0, 1), repeat=len(names))
        return np.stack(
            [self.happens([(n, (), v) for n, v in zip(names, w, strict=True)]) for w in worlds]
        )

    @cached_property
    def types(self) -> tuple[NDArray[np.int64], ...]:
        """Of each district, the number of the type that each unit has of it."""
        found = []
        for district in self.case.districts:
            number = np.zeros(len(self.functions[district[0]]), int)
            for name in district:
                number = number * (self.functions[name].max() + 1) + self.functions[name]
            found.append(number)
        return tuple(found)

    def weights(self, model: Sequence[Array], but: int | None = None) -> Array:
        """The probability of every unit, perhaps without the factor of one district."""
        parts = [q[t] for i, (q, t) in enumerate(zip(model, self.types, strict=True)) if i != but]
        return reduce(np.multiply, parts, np.ones(len(self.types[0])))

    def random_model(self, random: np.random.Generator) -> list[Array]:
        """A distribution of types for each district.

        A hidden cause of a pair has two values. At each a few functions of a label are frequent.
        """
        found = []
        for district in self.case.districts:
            pairs = [pair for pair in self.case.hidden if set(pair) <= set(district)]
            states = random.dirichlet(np.ones(2), len(pairs))
            counts = [self.functions[name].max() + 1 for name in district]
            given = [
                random.dirichlet(np.full(count, 0.2), [2] * sum(name in p for p in pairs))
                for name, count in zip(district, counts, strict=True)
            ]
            whole = np.zeros(np.prod(counts, dtype=int))
            for values in product((0, 1), repeat=len(pairs)):
                chance = np.prod([p[v] for p, v in zip(states, values, strict=True)])
                each = [
                    rows[tuple(v for v, p in zip(values, pairs, strict=True) if name in p)]
                    for name, rows in zip(district, given, strict=True)
                ]
                whole += chance * reduce(np.multiply.outer, each).ravel()
            found.append(whole)
        return found

    def sparse_model(self, random: np.random.Generator) -> list[Array]:
        """A distribution of at most three types for each district: much never happens."""
        found = []
        for types in self.types:
            count = int(types.max() + 1)
            some = random.choice(count, min(random.integers(1, 4), count), replace=False)
            found.append(np.zeros(count))
            found[-1][some] = random.dirichlet(np.ones(len(some)))
        return found

    def truth(self, model: Sequence[Array]) -> float:
        """The answer in a model."""
        weights = self.weights(model)
        return float(weights @ self.above / (weights @ self.below))

    def joint(self, model: Sequence[Array]) -> Array:
        """The observed joint table of a model."""
        return (self.cells @ self.weights(model)).reshape([2] * len(self.case.names))

    def reached(self, model: list[Array], sign: float, random: np.random.Generator) -> float:
        """The most of `sign` times the answer, over models with the same observed table."""
        joint, best = self.cells @ self.weights(model), -np.inf
        for start in range(6):
            at = list(model)
            for district in range(len(at)) if start else ():
                size = len(at[district])
                at[district] = self._improved(at, district, joint, random.normal(size=size))
            last = -np.inf
            while sign * self.truth(at) > last + 1e-9:
                last = sign * self.truth(at)
                for district in range(len(at)):
                    at[district] = self._improved(at, district, joint, sign)
            best = max(best, last)
        return float(sign * best)

    def _improved(
        self, at: Sequence[Array], district: int, joint: Array, aim: float | Array
    ) -> Array:
        """The best distribution of one district's types, with those of the others as they are."""
        size, types = len(at[district]), self.types[district]
        others = self.weights(at, district)

        def gathered(each: Array) -> Array:
            return np.bincount(types, others * each, size)

        rows = np.stack([gathered(cell) for cell in self.cells])
        if isinstance(aim, np.ndarray):
            found = linprog(aim, A_eq=rows, b_eq=joint, method="highs")
            return np.maximum(found.x, 0) if found.status == 0 else at[district]
        scaled = np.vstack([np.hstack([rows, -joint[:, None]]), [*gathered(self.below), 0.0]])
        cost = np.append(-aim * gathered(self.above), 0.0)
        right = np.append(np.zeros(len(joint)), 1.0)
        found = linprog(cost, A_eq=scaled, b_eq=right, method="highs")
        if found.status != 0 or found.x[-1] < 1e-9:
            return at[district]
        return np.maximum(found.x[:-1], 0) / found.x[-1]


@dataclass(frozen=True)
class Outcome:
    """How the bounds of a random case compare.

    Attributes:
        low: The lower bound.
        high: The upper one.
        sharp: Whether they are called sharp.
        truth: The answer in the model.
        off: How far they are from what the independent computation reaches; None if not compared.
    """

    low: float
    high: float
    sharp: bool
    truth: float
    off: float | None

    @property
    def held(self) -> bool:
        """Whether they hold what is true."""
        return self.low - 1e-7 <= self.truth <= self.high + 1e-7


def compare(seed: int, *, paired: bool = True, sparse: bool = False) -> Outcome | None:
    """One random case; None if its evidence never happens."""
    random = np.random.default_rng(seed)
    case = random_case(random, paired=paired)
    whole = Whole(case)
    if sparse:
        model = whole.sparse_model(random)
    else:
        model = [q + 1e-4 if paired else q for q in whole.random_model(random)]
        model = [q / q.sum() for q in model]
    if whole.weights(model) @ whole.below < 1e-9:
        return None
    graph = case.graph
    problem = Problem(flatten(read_query(case.query, graph), graph), graph)
    (span,) = problem.bounds(Dense(case.names, whole.joint(model))).parts[""]
    off = None
    if span.sharp and not paired:  # they meet
        off = max(abs(end - whole.truth(model)) for end in (span.low, span.high))
    elif span.sharp:
        ends = (whole.reached(model, sign, random) for sign in (-1.0, 1.0))
        off = max(abs(a - b) for a, b in zip((span.low, span.high), ends, strict=True))
    return Outcome(span.low, span.high, span.sharp, whole.truth(model), off)


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--graphs", type=int, default=300)
    parser.add_argument("--seed", type=int, default=0)
    args = parser.parse_args()
    for name, (low, high, sharp), (least, most) in published():
        said = "sharp" if sharp else "not sharp"
        print(f"{name}: [{low:.4f}, {high:.4f}] {said}; published [{least:.4f}, {most:.4f}]")
    kinds = {
        "one hidden cause a district": {},
        "the same, where much never happens": {"sparse": True},
        "chains of hidden causes": {"paired": False},
    }
    for kind, options in kinds.items():
        started = time.perf_counter()
        seeds = range(args.seed, args.seed + args.graphs)
        found = list(filter(None, (compare(seed, **options) for seed in seeds)))
        off = [each.off for each in found if each.off is not None]
        print(
            f"{len(found)} random graphs, {kind}: {sum(each.held for each in found)} hold the "
            f"truth; {len(off)} called sharp, {sum(each < 1e-6 for each in off)} of them equal to "
            f"1e-6, at most {max(off, default=0.0):.1e} off; mean width "
            f"{np.mean([each.high - each.low for each in found]):.3f}; "
            f"{time.perf_counter() - started:.0f} s"
        )


if __name__ == "__main__":
    main()
