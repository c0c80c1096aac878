"""How often the 95 % interval of a drawn answer holds the exact one, over many seeds.

An event has the probability p. It is asked for by `--method weighted` where all draws weigh alike,
where evidence makes a fifth of them weigh five times as much, and where it makes those that hit
weigh three times as much, or a third, on top of that; as the difference of p and p / 2; and
from tables that were estimated with as many draws. In brackets, how often
the point is within 1.96 standard errors.

    python -m benchmarks.drawn_intervals [--repeats 400]
"""

import argparse
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import count, islice

import numpy as np

from scm_compiler.inference import Answer, answer
from scm_compiler.ir import Edge, Graph, Node
from scm_compiler.ir.domain import BINARY
from scm_compiler.ir.query import Query
from scm_compiler.model.tables import Estimated, Tables
from scm_compiler.semantics.query import read_query

PROBABILITIES = (0.001, 0.003, 0.006, 0.01, 0.03, 0.1, 0.3, 0.5)
DRAWS = (100, 400, 1_000, 10_000)
HEAVY = 0.2
"""The part of the draws that weigh five times as much as the others."""

COPY = np.eye(2)


def _coin(p: float) -> "np.ndarray[tuple[int, ...], np.dtype[np.float64]]":
    return np.array([1 - p, p])


def model(edges: str, tables: Mapping[str, object], draws: Mapping[str, object]) -> Tables:
    """Binary labels with these tables."""
    nodes = tuple(Node(name, "binary", BINARY) for name in tables)
    arrows = tuple(Edge(*edge.split("->")) for edge in edges.split())
    return Tables(Graph("coins", nodes, arrows), dict(tables), Estimated(dict(draws)))


def weighing(p: float, ratio: float) -> Tables:
    """B is 1 with probability p given Seen=1; of it the evidence is `ratio` times as likely."""
    prior = p / (p + ratio * (1 - p))
    weights = np.array([[1.0, 5.0], [ratio, 5 * ratio]]) / (5 * max(ratio, 1.0))
    seen = np.stack([1 - weights, weights], -1)
    tables = {"A": _coin(prior), "B": COPY, "U": _coin(HEAVY), "Seen": seen}
    return model("A->B A->Seen U->Seen", tables, {})


def pair(p: float) -> Tables:
    """B is 1 with probability p under do(X=1), else with p / 2."""
    halved = np.stack([_coin(p / 2), _coin(p)])
    return model("X->A A->B", {"X": _coin(0.5), "A": halved, "B": COPY}, {})


def rare(p: float) -> Tables:
    """B is 1 with probability p."""
    return model("A->B", {"A": _coin(p), "B": COPY}, {})


def estimated(p: float, draws: int, random: np.random.Generator) -> Tables:
    """B has a table that was counted in draws."""
    found = _coin(random.binomial(draws, p) / draws)
    return model("A->B", {"A": found, "B": COPY}, {"A": draws})


Ask = Callable[[float, int, int], Answer]
"""An answer, from a probability, the draws and a seed."""


def _weighted(build: Callable[[float], Tables], text: str) -> Ask:
    known: dict[float, tuple[Query, Tables]] = {}

    def ask(p: float, draws: int, seed: int) -> Answer:
        if p not in known:
            tables = build(p)
            known[p] = read_query(text, tables.graph), tables
        return answer(*known[p], method="weighted", samples=draws, seed=seed)

    return ask


def _counted(p: float, draws: int, seed: int) -> Answer:
    tables = estimated(p, draws, np.random.default_rng(seed))
    return answer(read_query("P(B=1)", tables.graph), tables, seed=seed)


@dataclass(frozen=True)
class Kind:
    """One way to draw.

    Attributes:
        title: What it is.
        ask: Answers.
        truth: The exact answer, of p.
    """

    title: str
    ask: Ask
    truth: Callable[[float], float] = float


def _half(p: float) -> float:
    return p / 2


KINDS = (
    Kind("weighted, all draws alike", _weighted(rare, "P(B=1)")),
    Kind("weighted, unequal", _weighted(lambda p: weighing(p, 1.0), "P(B=1 | Seen=1)")),
    Kind("weighted, hits heavy", _weighted(lambda p: weighing(p, 3.0), "P(B=1 | Seen=1)")),
    Kind("weighted, hits light", _weighted(lambda p: weighing(p, 1 / 3), "P(B=1 | Seen=1)")),
    Kind("weighted, difference", _weighted(pair, "P(B=1 | do(X=1)) - P(B=1 | do(X=0))"), _half),
    Kind("tables from draws", _counted),
)


@dataclass(frozen=True)
class Coverage:
    """How often intervals hold the truth.

    Attributes:
        interval: The one that is given.
        normal: 1.96 standard errors to either side.
    """

    interval: float
    normal: float

    def __str__(self) -> str:
        return f"{100 * self.interval:5.1f} ({100 * self.normal:3.0f})"


def coverage(kind: Kind, p: float, draws: int, seeds: Sequence[int]) -> Coverage:
    """Ask with each seed, and count."""
    truth, held = kind.truth(p), np.zeros(2)
    for seed in seeds:
        found = kind.ask(p, draws, seed)
        drawn = found.drawing_interval
        low, high = (drawn.low, drawn.high) if drawn else (found.probability, found.probability)
        off = abs(found.probability - truth)
        held += (low <= truth <= high, off <= 1.96 * found.std_error)
    return Coverage(*(held / len(seeds)).tolist())


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeats", type=int, default=400, help="seeds for each number")
    repeats = parser.parse_args().repeats
    seeds = count()  # of each number its own
    print(" " * 33 + "".join(f"{p:>12}" for p in PROBABILITIES))
    for kind in KINDS:
        for draws in DRAWS:
            cells = (coverage(kind, p, draws, list(islice(seeds, repeats))) for p in PROBABILITIES)
            print(f"{kind.title:<26}{draws:>7}" + "".join(f"{c!s:>12}" for c in cells), flush=True)


if __name__ == "__main__":
    main()
