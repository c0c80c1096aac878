"""The chapter on Figures 6 and 17."""

from collections.abc import Mapping, Sequence

import numpy as np

from benchmarks.paper import plots
from benchmarks.paper.continuous import GENERATORS
from benchmarks.paper.document import Cell, Part, Picture, Section, Table, Text
from benchmarks.paper.histogram import BINS, SAMPLES
from benchmarks.paper.polynomials import PROGRAMS
from benchmarks.paper.published import (
    FIGURE_6,
    FIGURE_6_RUNS,
    FIGURE_6_STEPS,
    WRONG_DATA,
    Claim,
)
from benchmarks.paper.store import Result
from benchmarks.paper.verdicts import Verdict, ordered
from scm_compiler.runtime.evaluation.estimate import Estimate, mean

SECTION = "synthetic"
SCATTERED = ("line", "complete", "collider", "fc5")
RIGHT: Mapping[str, tuple[str, ...]] = {
    "line": ("line", "complete"),
    "collider": ("collider", "complete"),
    "complete": ("complete",),
}
"""The structured generators that can say what the data are, by the data's graph."""


def chapter(results: Mapping[str, Result]) -> Section | None:
    """The chapter, or None where a generator is missing."""
    found = {name: results.get(f"{SECTION}/{name}") for name in (*GENERATORS, "floors")}
    if any(result is None for result in found.values()):
        return None
    whole = {name: result for name, result in found.items() if result is not None}
    return Section("Figure 6: the generator's structure and the data's", _parts(_Runs(whole)))


class _Runs:
    """The curves of all generators, compared at the last step that all of them reached."""

    def __init__(self, found: Mapping[str, Result]) -> None:
        self.floors = found["floors"].facts["floors"]
        self.points = {name: found[name].facts["points"] for name in (*SCATTERED, "floors")}
        self.steps = {name: found[name].facts["steps"] for name in GENERATORS}
        self.curves = {name: found[name].facts["curves"] for name in GENERATORS}
        self.last = min(steps[-1] for steps in self.steps.values())

    @property
    def replicas(self) -> int:
        """The number of data sets of each graph."""
        return len(self.floors["sampling"]["line"])

    def final(self, generator: str, data: str) -> np.ndarray:
        """The distance to each data set at the common last step."""
        rank = max(r for r, step in enumerate(self.steps[generator]) if step <= self.last)
        return np.array(self.curves[generator][data][rank])

    def gap(self, nearer: str, farther: str, data: str) -> Estimate:
        """The distance of one generator less that of another on the same data sets."""
        return mean(self.final(nearer, data) - self.final(farther, data))

    def curve(self, generator: str, data: str) -> plots.Curve:
        """The mean over the data sets, with its standard error as a band."""
        values = np.array(self.curves[generator][data])
        points = list(zip(self.steps[generator], values.mean(1).tolist(), strict=True))
        errors = values.std(1, ddof=1) / np.sqrt(values.shape[1]) if values.shape[1] > 1 else ()
        return plots.Curve(points, tuple(errors))


def _parts(runs: _Runs) -> Sequence[Part]:
    return (
        Text(
            f"Three continuous variables from the graphs line (X1 -> X2 -> X3), collider "
            f"(X1 -> X2 <- X3) and complete, each node a random cubic polynomial of its causes "
            f"and a uniform noise of its own; {runs.replicas} data sets of each graph (the paper: "
            f"{FIGURE_6_RUNS}). The distance is the total variation between histograms of "
            f"{BINS} x {BINS} x {BINS} bins of {SAMPLES:,} samples each: the paper does not say "
            f"how it took the distance of continuous variables, and this is what its code does. "
            f"All generators are compared after {runs.last:,} steps (the paper's code: "
            f"{FIGURE_6_STEPS:,})."
        ),
        _plot(runs),
        _distances(runs),
        _theory(runs),
        _claims(runs),
        _scatter(runs),
    )


def _plot(runs: _Runs) -> Picture:
    panels = [
        plots.Panel(
            f"data: {data}",
            {name: runs.curve(name, data) for name in GENERATORS},
            {"two samples of the truth": float(np.mean(runs.floors["sampling"][data]))},
        )
        for data in PROGRAMS
    ]
    caption = "Figure 6: TVD against steps; bands are one standard error over the data sets"
    return Picture("figure6", plots.curves(panels, "steps", "TVD"), caption)


def _distances(runs: _Runs) -> Table:
    rows: list[list[Cell]] = [
        [name, *(_beside_floor(runs, name, data) for data in PROGRAMS)] for name in GENERATORS
    ]
    sampled = [str(mean(np.array(runs.floors["sampling"][data]))) for data in PROGRAMS]
    rows.append(["two samples of the truth", *sampled])
    return Table(
        "TVD at the end, in brackets what the generator's graph cannot say about the binned data "
        "(the exact floor but for binning)",
        ("generator", *(f"data: {name}" for name in PROGRAMS)),
        rows,
    )


def _beside_floor(runs: _Runs, generator: str, data: str) -> str:
    shown = str(mean(runs.final(generator, data)))
    if generator not in runs.floors:
        return f"{shown} (0)"
    return f"{shown} ({np.mean(runs.floors[generator][data]):.3f})"


def _theory(runs: _Runs) -> Table:
    rows: list[list[Cell]] = []
    for data, right in RIGHT.items():
        for wrong in (name for name in PROGRAMS if name not in right):
            for good in right:
                gap = runs.gap(good, wrong, data)
                exact = np.mean(runs.floors[good][data]) - np.mean(runs.floors[wrong][data])
                rows.append([data, f"{good} nearer than {wrong}", f"{exact:.3f}", str(gap)])
                rows[-1].append(_aged(ordered(gap), runs))
    return Table(
        "What theory says: a graph that can hold the data comes nearer than one that cannot",
        ("data", "claim", "difference of the floors", "difference found", "verdict"),
        rows,
    )


def _claims(runs: _Runs) -> Table:
    rows = [_claim(claim, runs) for claim in FIGURE_6]
    return Table(
        "What the paper says of its Figure 6",
        ("data", "paper", "difference found", "verdict"),
        rows,
    )


def _claim(claim: Claim, runs: _Runs) -> list[Cell]:
    gap = runs.gap(claim.nearer, claim.farther, claim.data)
    said = f"{claim.nearer} nearer than {claim.farther}: {claim.words}"
    verdict = _aged(ordered(gap), runs)
    if claim.data in WRONG_DATA:
        verdict = Verdict("cannot be compared", WRONG_DATA[claim.data])
    return [claim.data, said, str(gap), verdict]


def _aged(verdict: Verdict, runs: _Runs) -> Verdict:
    """The verdict, with how early it comes where it is not agreement."""
    if verdict.word == "agrees" or runs.last >= FIGURE_6_STEPS - 1:
        return verdict
    share = runs.last / FIGURE_6_STEPS
    return Verdict(verdict.word, f"{verdict.reason}, after {share:.0%} of the paper's steps")


def _scatter(runs: _Runs) -> Picture:
    shown = {"data: line": runs.points["floors"]}
    shown |= {f"generator: {name}": runs.points[name] for name in SCATTERED}
    caption = "Figure 17: X3 against X1 for the first data set of the line graph"
    return Picture("figure17", plots.scatters(shown, ("X1", "X3")), caption)
