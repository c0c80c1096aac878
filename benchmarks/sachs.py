"""Sachs et al. (2005): learn from the cells that nobody disturbed, predict the disturbed ones.

    python -m benchmarks.sachs [--data FILE] [--write]

The file is `sachs.interventional.txt` of the bnlearn repository: 5,400 cells, eleven proteins at
three levels, and `INT`, the number of the protein that the condition acts on (0: none). The model
is trained on the rows of INT 0 alone. Each condition is then asked as `do(protein=level)` and
compared with the rows of the condition in which the protein has that level. `--write` makes
docs/results-sachs.md of what is printed.
"""

import argparse
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from scm_compiler.cli.implications import implications
from scm_compiler.compiler import load
from scm_compiler.diagnostics import ScmError
from scm_compiler.identify.codes.identification import ImplicationsRejected
from scm_compiler.inference import Marginals
from scm_compiler.ir import Discrete, Graph
from scm_compiler.passes.prune import ancestors
from scm_compiler.runtime.fit import train
from scm_compiler.runtime.run import Run

HERE = Path(__file__).parent
PAGE = HERE.parent / "docs" / "results-sachs.md"
SHARED = Path(os.environ.get("SCMC_SHARED", HERE.parents[1] / "shared"))
DATA = SHARED / "data" / "tabular" / "sachs" / "sachs.interventional.txt"
GRAPHS = (HERE / "sachs.scm", HERE / "sachs_hidden.scm")

FEWEST = 100
"""A level of a condition is compared if so many of its rows have it."""

Law = NDArray[np.float64]

ENOUGH = 30
"""Rows of a level, among those that are learnt from, that make an estimate."""

MANY = 5


@dataclass(frozen=True)
class Arm:
    """The rows of one condition in which the protein has one level.

    Attributes:
        target: The protein.
        level: Its level.
        rows: How many rows.
        learnt: How many of the rows that are learnt from have it.
        laws: The shares of the levels of every protein among them.
    """

    target: str
    level: str
    rows: int
    learnt: int
    laws: Mapping[str, Law]


@dataclass(frozen=True)
class Line:
    """How far predictions of one protein in one arm are from its rows (TVD).

    Attributes:
        arm: The arm.
        name: The protein.
        effect: Whether the graph says that the target can move it.
        does: Of P(name | do(target)).
        sees: Of P(name | target), which only looks.
        stays: Of P(name), which says that nothing changes.
        noise: What so many rows would be from their own distribution, on average.
        aimed: Whether the mean level moves in the direction that the first of these says.
    """

    arm: Arm
    name: str
    effect: bool
    does: float
    sees: float
    stays: float
    noise: float
    aimed: bool


def read(path: Path, graph: Graph) -> tuple[str, list[Arm], dict[str, Law]]:
    """The observational rows as CSV, the arms, and the observational shares."""
    head, *rows = (line.split() for line in path.read_text(encoding="utf-8").splitlines())
    names = head[:-1]
    plain = [row[:-1] for row in rows if row[-1] == "0"]
    arms = []
    for number in sorted({int(row[-1]) for row in rows} - {0}):
        target = names[number - 1]
        for level in levels(graph, target):
            some = [
                row[:-1] for row in rows if int(row[-1]) == number and row[number - 1] == level
            ]
            learnt = sum(row[number - 1] == level for row in plain)
            if len(some) >= FEWEST:
                arms.append(Arm(target, level, len(some), learnt, shares(some, names, graph)))
    text = "\n".join(",".join(row) for row in [names, *plain])
    return text + "\n", arms, shares(plain, names, graph)


def levels(graph: Graph, name: str) -> tuple[str, ...]:
    """The names of a protein's levels."""
    domain = graph.by_name[name].domain
    assert isinstance(domain, Discrete)
    return domain.values


def shares(rows: list[list[str]], names: list[str], graph: Graph) -> dict[str, Law]:
    """The shares of the levels of every protein."""
    found = {}
    for rank, name in enumerate(names):
        counts = [sum(row[rank] == level for row in rows) for level in levels(graph, name)]
        found[name] = np.array(counts) / len(rows)
    return found


def lines(
    run: Run, arm: Arm, before: Mapping[str, Law], random: np.random.Generator
) -> list[Line]:
    """The comparison of one arm.

    Raises:
        ScmError: If the prediction is refused.
    """
    regime = f'{arm.target}="{arm.level}"'
    does, sees = (predicted(run, f"{word}({regime})") for word in ("do", "given"))
    moved = {n.name for n in run.graph.labels if arm.target in ancestors(run.graph, [n.name])}
    found = []
    for name, law in arm.laws.items():
        if name != arm.target:
            draws = random.multinomial(arm.rows, law, size=1000) / arm.rows
            found.append(
                Line(
                    arm,
                    name,
                    name in moved,
                    distance(does[name], law),
                    distance(sees[name], law),
                    distance(before[name], law),
                    float(np.abs(draws - law).sum(-1).mean() / 2),
                    mean(does[name] - before[name]) * mean(law - before[name]) > 0,
                )
            )
    return found


def predicted(run: Run, regime: str) -> dict[str, Law]:
    """The table of every protein in a regime."""
    value = run.query(regime).value
    assert isinstance(value, Marginals)
    return {name: np.array([n.value for n in table.values()]) for name, table in value.items()}


def mean(law: Law) -> float:
    """The mean level."""
    return float(law @ np.arange(len(law)))


def distance(one: Law, other: Law) -> float:
    """The total variation distance."""
    return float(np.abs(one - other).sum() / 2)


def report(path: Path, data: Path) -> Iterator[str]:
    """What one graph says, line by line."""
    graph = load(path)
    text, arms, before = read(data, graph)
    with tempfile.TemporaryDirectory() as folder:
        rows = Path(folder) / "rows.csv"
        rows.write_text(text, encoding="utf-8")
        run = train(graph, data=f"csv:{rows}", path=Path(folder) / "run")
        yield from about(run, f"csv:{rows}")
        random = np.random.default_rng(0)
        found: list[Line] = []
        for arm in arms:
            yield (
                f"\ndo({arm.target}={arm.level}): {arm.rows} rows to compare, "
                f"{arm.learnt} learnt from"
            )
            try:
                these = lines(run, arm, before, random)
            except ScmError as error:
                yield f"  refused: {error.diagnostics[0].code} {error.diagnostics[0].message()}"
                continue
            yield from table(these)
            yield from said(run, arm)
            found += these
        yield from summary(found)


def about(run: Run, data: str) -> Iterator[str]:
    """The graph, the fit and what the observational rows say of the graph's claims."""
    graph = run.graph
    hidden = f", {len(graph.confounders)} hidden common causes" if graph.confounders else ""
    yield f"{graph.name}: {len(graph.edges)} arrows{hidden}; {run.labels.rows:,} rows"
    implied = implications(graph, data)
    rejected = [d for d in implied.report.diagnostics if isinstance(d, ImplicationsRejected)]
    tested = sum(test.freedom > 0 for test in implied.tests)
    names = ", ".join(f"`{claim}`" for found in rejected for claim in found.rejected) or "none"
    yield f"implied independences rejected at 5 % (Holm, {tested} tests): {names}"


def table(found: list[Line]) -> Iterator[str]:
    """The lines of one arm, what the graph says is moved first."""
    yield "  protein  graph says  do     see    as before  noise"
    for one in sorted(found, key=lambda one: not one.effect):
        says = "moves" if one.effect else "stays"
        yield (
            f"  {one.name:<7}  {says:<10}  {one.does:.3f}  {one.sees:.3f}  {one.stays:.3f}"
            f"      {one.noise:.3f}"
        )


def said(run: Run, arm: Arm) -> Iterator[str]:
    """The warnings of the prediction."""
    for warning in run.query(f'do({arm.target}="{arm.level}")').warnings:
        yield f"  {warning.code}: {warning.message()}; {warning.help()}"


def summary(found: list[Line]) -> Iterator[str]:
    """Means over all arms, then over those of which undisturbed cells show enough."""
    known = [one for one in found if one.arm.learnt >= ENOUGH]
    for some, title in ((found, "all"), (known, f"those with {ENOUGH} rows or more learnt from")):
        yield f"\nmean TVD over {title}"
        yield "                       do     see    as before  noise"
        for effect, claim in ((True, "the graph says moves"), (False, "the graph says stays")):
            these = [one for one in some if one.effect is effect]
            does, sees, stays, noise = (
                float(np.mean([getattr(one, part) for one in these]))
                for part in ("does", "sees", "stays", "noise")
            )
            yield f"  {claim} {does:.3f}  {sees:.3f}  {stays:.3f}      {noise:.3f}"
        moved = [one for one in some if one.effect]
        still = [one for one in some if not one.effect]
        nearer = sum(one.does < one.stays for one in moved)
        aimed = sum(one.aimed for one in moved)
        near = sum(one.stays <= MANY * one.noise for one in still)
        yield f"  moves: `do` is nearer than `as before` for {nearer} of {len(moved)}"
        yield f"  moves: the mean level goes where `do` says for {aimed} of {len(moved)}"
        yield f"  stays: within {MANY} times the noise for {near} of {len(still)}"


TEXT = """# Sachs: predicting experiments from undisturbed cells

Written by `python -m benchmarks.sachs --write`. Eleven proteins of human T cells, measured cell by
cell (Sachs et al. 2005), as the bnlearn repository has them: 5,400 rows, three levels each. scmc
sees only the rows of conditions that act on no single protein, and predicts the others with `do`.
`do` is the distance (TVD) of P(protein | do(target)) from the rows of the experiment, `see` that
of P(protein | target), `as before` that of P(protein), and `noise` what sampling alone makes of
so many rows.

## How to read it

- It does not predict these experiments. Undisturbed cells bear the graph out: few of the
  independences that it implies are rejected. That says nothing of what an experiment does, and the
  summaries below say that `do` is hardly ever nearer to the experiment than "nothing changes".
- Where an experiment sets a level that undisturbed cells hardly ever have, the prediction rests on
  a handful of rows, or on none, and then it is refused (E435, E443) or said to be open (W440,
  W445): the first line of each table has both numbers. A graph cannot replace what was never seen,
  and with very few rows the prediction is worse than none.
- "The graph says stays" is the sharper test: `do` then predicts no change, and a change beyond
  the noise contradicts the graph, or the reading of the condition as an intervention on one
  protein. The inhibitor of Mek goes with large changes of Raf, PKA and PKC, which stand above Mek.
  Feedback, side effects of the reagent, and cells prepared on another day can all do that, and
  these data cannot tell them apart.
- Levels are cut over all conditions together, and an inhibitor may stop a protein from acting
  without lowering what is measured of it; `do(protein=1)` is then not what was done.
- The second graph has the hidden common causes that undisturbed cells ask for. None of its implied
  independences is rejected any more, all the queries are still identified, and the predictions
  are hardly better: what is missing is not the correlation of proteins that nobody acts on.

So: these predictions are what the graph and the undisturbed cells imply, exactly. Where they are
wrong, it is the graph, the reading of the condition, or the lack of rows that is wrong, and none
of the three can be seen from the rows that were learnt from.

"""


def main() -> None:
    """Print, and with `--write` make the page."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, default=DATA)
    parser.add_argument("--write", action="store_true", help="write docs/results-sachs.md")
    args = parser.parse_args()
    if args.write:
        words = [sys.executable, "-m", "benchmarks.sachs", "--data", str(args.data)]
        done = subprocess.run(words, check=True, capture_output=True, text=True)
        programs = "\n".join(
            f"`benchmarks/{path.name}`:\n\n```scm\n{path.read_text(encoding='utf-8')}```\n"
            for path in GRAPHS
        )
        shown = f"## What it prints\n\n```text\n$ python -m benchmarks.sachs\n{done.stdout}```\n"
        PAGE.write_text(f"{TEXT}## The graphs\n\n{programs}\n{shown}", encoding="utf-8")
        print(f"wrote {PAGE}")
        return
    for path in GRAPHS:
        for line in report(path, args.data):
            print(line)
        print()


if __name__ == "__main__":
    main()
