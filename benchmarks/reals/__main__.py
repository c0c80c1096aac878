"""From rows to answers about real nodes, beside the truth and other libraries.

    python -m benchmarks.reals [--rows N] [--seeds N] [--only PROBLEM …] [--known]
        [--peer NAME=PYTHON …]

For each problem and way: `mean`, the mean error of E(target | do(cause=value)) over three values;
`quantile`, that of the quantiles 0.1, 0.5 and 0.9 of the same; `unit`, the root of the mean
squared error of what 500 units would have been, all in deviations of the target; `s`, the
processor seconds from the rows to these answers. The peers are dowhy.gcm, tramdag and causalflows,
each run by an interpreter that has it; dowhy.gcm by this one, if it has it. `known` is who knows
the equations and has the noise of these rows: what rows alone leave open.
"""

import argparse
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from importlib.util import find_spec
from pathlib import Path

import numpy as np

from benchmarks.reals.fitted import DRAWS, fit_and_answer
from benchmarks.reals.problems import LEVELS, PROBLEMS, UNITS, Answers, Columns, Problem, truth
from scm_compiler.model.module import one_thread

Way = Callable[[Problem, Columns, Columns, int], Answers]

SCRIPT = Path(__file__).with_name("peers.py")


def peer(name: str, python: str) -> Way:
    """Another library, in an interpreter of its own; not a number where it does not answer."""

    def answer(problem: Problem, rows: Columns, units: Columns, seed: int) -> Answers:
        edges = [(p, name) for name, v in problem.variables.items() for p in v.parents]
        columns = {f"rows.{n}": c for n, c in rows.items()}
        columns |= {f"units.{n}": c for n, c in units.items()}
        with tempfile.TemporaryDirectory() as folder:
            task, answers = (str(Path(folder) / each) for each in ("task.npz", "answers.npz"))
            np.savez(
                task,
                names=list(problem.variables),
                labels=np.array(problem.labels, str),
                edges=edges,
                cause=problem.cause,
                target=problem.target,
                values=problem.values,
                levels=LEVELS,
                draws=DRAWS,
                seed=seed,
                **columns,
            )
            done = subprocess.run(
                [python, SCRIPT, name, task, answers], capture_output=True, text=True, check=False
            )
            if done.returncode != 0:
                print(f"{name}: {done.stderr.strip().splitlines()[-1]}", file=sys.stderr)
                nothing = np.full(len(problem.values), np.nan)
                return Answers(nothing, nothing[:, None], np.full(UNITS, np.nan), np.nan)
            found = np.load(answers)
            return Answers(*(found[n] for n in ("means", "quantiles", "units")), found["seconds"])

    return answer


def known(problem: Problem, rows: Columns, _: Columns, seed: int) -> Answers:
    """What the true equations and the noise of the rows say of all units."""
    _, noise = problem.draw(len(rows[problem.target]), _random(problem, seed))
    columns = [problem.run(noise, {problem.cause: v})[problem.target] for v in problem.values]
    means, quantiles = [c.mean() for c in columns], [np.quantile(c, LEVELS) for c in columns]
    return Answers(np.array(means), np.array(quantiles), np.full(UNITS, np.nan))


def errors(found: Answers, right: Answers, spread: float) -> np.ndarray:
    """Of means, of quantiles and of units, and the seconds."""
    means = np.abs(found.means - right.means).mean()
    quantiles = np.abs(found.quantiles - right.quantiles).mean()
    units = np.sqrt(np.square(found.units - right.units).mean())
    return np.array([means / spread, quantiles / spread, units / spread, found.seconds])


def _random(problem: Problem, seed: int) -> np.random.Generator:
    return np.random.default_rng((seed, len(problem.name)))


def measured(problem: Problem, ways: dict[str, Way], rows: int, seed: int) -> Iterator[np.ndarray]:
    """The errors of each way on one table of rows."""
    random = _random(problem, seed)
    data, _ = problem.draw(rows, random)
    units, noise = problem.draw(UNITS, random)
    right = truth(problem, noise)
    spread = float(data[problem.target].std())
    for way in ways.values():
        yield errors(way(problem, data, units, seed), right, spread)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="benchmarks.reals", description=__doc__)
    parser.add_argument("--rows", type=int, default=5000)
    parser.add_argument("--seeds", type=int, default=1)
    parser.add_argument("--only", nargs="*", default=[], metavar="PROBLEM")
    parser.add_argument("--known", action="store_true", help="beside the true equations")
    parser.add_argument("--peer", nargs="*", default=[], metavar="NAME=PYTHON")
    args = parser.parse_args()
    ways: dict[str, Way] = {"scmc": fit_and_answer} | ({"known": known} if args.known else {})
    here = ["dowhy.gcm=" + sys.executable] if find_spec("dowhy") else []
    for name, _, python in (each.partition("=") for each in (*here, *args.peer)):
        ways[name] = peer(name, python)
    mean = f"; the means of {args.seeds} tables" if args.seeds > 1 else ""
    print(f"{args.rows:,} rows{mean}")
    print(f"{'problem':<16}{'way':<13}{'mean':>9}{'quantile':>10}{'unit':>9}{'s':>8}")
    with one_thread():
        for problem in PROBLEMS:
            if args.only and problem.name not in args.only:
                continue
            found = [list(measured(problem, ways, args.rows, seed)) for seed in range(args.seeds)]
            for name, row in zip(ways, np.mean(found, 0), strict=True):
                shown = "{:>9.4f}{:>10.4f}{:>9.4f}{:>8.1f}".format(*row)
                print(f"{problem.name:<16}{name:<13}{shown}", flush=True)


if __name__ == "__main__":
    main()
