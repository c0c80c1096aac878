"""Rows with gaps: how often intervals hold the truth, and how near answers are to it.

    python -m benchmarks.missing [--sets N] [--rows 300 1000] [--gone 0.2]

Data sets are drawn from random models as in `benchmarks.coverage`. Cells go at random (`random`),
or four times as many where the first column, of which none go, is 1 (`seen`: what is missing
depends on what is seen). A question is answered from all rows (`em`) and from complete rows
(`drop`): the share of 95 % intervals that hold the truth, the mean width of these, and the root
mean square distance of the answers from the truth. `ms` is of a fit and an interval.
"""

import argparse
from collections.abc import Sequence
from dataclasses import dataclass, field
from time import perf_counter

import numpy as np
from numpy.typing import NDArray

from benchmarks.coverage import KINDS, Problem, problems
from scm_compiler.diagnostics import ScmError
from scm_compiler.inference import answer
from scm_compiler.inference.draws import draw_labels
from scm_compiler.ir import query as ir
from scm_compiler.runtime.controller.mle.tables import fit_tables
from scm_compiler.runtime.data.table import LabelTable, tabulate

ASKED = ("P(Y | do(X))", "ATE", "P(Y | X)")
WAYS = ("random", "seen")


@dataclass
class Measured:
    """Of one way to use rows.

    Attributes:
        held: Whether each interval held the truth.
        widths: Of the intervals.
        off: How far each answer was from the truth.
        seconds: Of the fits and the intervals.
    """

    held: list[bool] = field(default_factory=list)
    widths: list[float] = field(default_factory=list)
    off: list[float] = field(default_factory=list)
    seconds: float = 0.0

    def __str__(self) -> str:
        near = float(np.sqrt(np.mean(np.square(self.off))))
        held, width = np.mean(self.held), np.mean(self.widths)
        return f"{held:>8.3f}{width:>8.3f}{near:>9.4f}{1000 * self.seconds / len(self.held):>8.0f}"


def with_gaps(
    rows: NDArray[np.int64], gone: float, way: str, random: np.random.Generator
) -> NDArray[np.int64]:
    """The rows with cells gone."""
    holes = random.random(rows.shape) < gone
    if way == "seen":
        holes = random.random(rows.shape) < np.where(rows[:, :1] == 1, 2 * gone, gone / 2)
        holes[:, 0] = False
    return np.where(holes, -1, rows)


def measure(kind: str, rows: int, sets: int, gone: float, way: str) -> dict[str, Measured]:
    """Ask one kind of question of many data sets."""
    random = np.random.default_rng((rows, sorted(KINDS).index(kind), WAYS.index(way)))
    ready, found = problems([kind], random), {"em": Measured(), "drop": Measured()}
    while len(found["em"].held) < sets:
        problem = next(ready)[kind]
        truth = answer(problem.query, problem.truth, level=None).probability
        drawn = draw_labels(ir.Regime(), problem.truth, rows, seed=int(random.integers(2**31)))
        cells = with_gaps(drawn, gone, way, random)
        table = tabulate(problem.graph, cells, np.ones(rows, np.int64), "rows")
        if not table.complete.rows:
            continue
        try:
            both = {name: _answered(problem, one) for name, one in _ways(table).items()}
        except ScmError:  # nothing stands behind the evidence
            continue
        for name, (value, low, high, seconds) in both.items():
            one = found[name]
            one.held.append(low <= truth <= high)
            one.widths.append(high - low)
            one.off.append(value - truth)
            one.seconds += seconds
    return found


def _ways(table: LabelTable) -> dict[str, LabelTable]:
    return {"drop": table.complete, "em": table}  # the quick one first: it refuses more


def _answered(problem: Problem, table: LabelTable) -> tuple[float, float, float, float]:
    """The answer, the ends of its interval, and the time that these took."""
    started = perf_counter()
    found = answer(problem.query, fit_tables(problem.graph, table))
    interval = found.interval
    assert interval is not None
    return found.probability, interval.low, interval.high, perf_counter() - started


def main(words: Sequence[str] | None = None) -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="benchmarks.missing", description=__doc__)
    parser.add_argument("--sets", type=int, default=1000)
    parser.add_argument("--rows", type=int, nargs="+", default=[500])
    parser.add_argument("--kinds", nargs="+", default=ASKED, choices=list(KINDS))
    parser.add_argument("--gone", type=float, default=0.2)
    parser.add_argument("--ways", nargs="+", default=WAYS, choices=WAYS)
    args = parser.parse_args(words)
    print(f"{'kind':<16}{'gone':<8}{'rows':>6}  by  {'held':>8}{'width':>8}{'off':>9}{'ms':>8}")
    for kind in args.kinds:
        for way in args.ways:
            for rows in args.rows:
                for name, one in measure(kind, rows, args.sets, args.gone, way).items():
                    print(f"{kind:<16}{way:<8}{rows:>6}  {name:<4}{one}", flush=True)


if __name__ == "__main__":
    main()
