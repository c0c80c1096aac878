"""The chapter on Figures 7a and 7b and on Tables 1 and 2."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Any

import numpy as np

from benchmarks.paper import plots
from benchmarks.paper.document import Cell, Part, Picture, Section, Table, Text
from benchmarks.paper.labels import EDGES, GRAPHS
from benchmarks.paper.published import CURVES, FIGURE_7A, TABLE_1, TABLE_2
from benchmarks.paper.scale import Scale
from benchmarks.paper.store import Result
from benchmarks.paper.verdicts import PROBABILITY, Verdict, lower_is_better, nearer_to_exact
from scm_compiler.runtime.evaluation.estimate import Estimate, mean

SECTION = "labels"
NAMES = {"celeba_g1": "G1", "celeba_cg1": "cG1", "celeba_rcg1": "rcG1"}
CELLS = ("00", "01", "10", "11")
PRINTED = 0.0005
"""A share that the paper prints off by more than so much is named."""

Facts = Mapping[str, Any]


class _Models:
    """The exact fits and the adversarial ones, by graph and preset; a list over the seeds."""

    def __init__(self, results: Mapping[str, Result], scale: Scale) -> None:
        self.presets = scale.presets
        self.exact: Facts = results[f"{SECTION}/mle"].facts
        self.fitted: dict[tuple[str, str], list[Facts]] = {
            (graph, preset): [
                results[f"{SECTION}/{graph}-{preset}-{seed}"].facts for seed in scale.label_seeds
            ]
            for graph in GRAPHS
            for preset in scale.presets
        }

    def over_seeds(self, graph: str, preset: str, *path: str) -> Estimate:
        """A number of a model, its mean over the seeds."""
        values = [_at(facts, path) for facts in self.fitted[graph, preset]]
        found = mean(np.array(values, dtype=float))
        return found if len(values) > 1 else Estimate(found.value)


def chapter(results: Mapping[str, Result], scale: Scale) -> Section | None:
    """The chapter, or None where a label model is missing."""
    try:
        models = _Models(results, scale)
    except KeyError:
        return None
    parts = [*_sharpness(models), *_distances(models), *_table_1(models), *_table_2(models)]
    return Section("Figure 7, Tables 1 and 2: label models of the nine CelebA labels", parts)


def _sharpness(models: _Models) -> Iterator[Part]:
    yield Text(
        "Figure 7a: where the outputs of the label networks lie before they are rounded, over all "
        "labels of Causal Graph 1. A good model of labels puts them near 0 or 1."
    )
    rows: list[list[Cell]] = []
    for preset in models.presets:
        shares = np.mean(_bins(models, preset), axis=0).tolist()
        near = Estimate(shares[0] + shares[-1])
        rows.append([f"wgan-gp, preset {preset}", *(f"{share:.3f}" for share in shares)])
        rows[-1] += [str(near), f"{FIGURE_7A:.2f}", "1", nearer_to_exact(near, FIGURE_7A, 1.0)]
    why = Verdict("cannot be compared", "a table gives the value itself, without rounding")
    rows.append(["mle", *["-"] * (len(EDGES) - 1), "1", f"{FIGURE_7A:.2f}", "1", why])
    bins = [f"{low:g} to {high:g}" for low, high in pairwise(EDGES)]
    head = ("trainer", *bins, "within 0.05 of 0 or 1", "paper", "exact", "verdict")
    yield Table("Figure 7a: shares of the outputs", head, rows)


def _bins(models: _Models, preset: str) -> list[Sequence[float]]:
    return [facts["bins"] for facts in models.fitted["celeba_g1", preset]]


def _distances(models: _Models) -> Iterator[Part]:
    yield Text(
        "Figure 7b: the total variation distance to the joint counts of all faces. `TVD` is over "
        "all 512 combinations of labels. `the paper's measure` leaves out combinations that the "
        "data do not hold and scales the rest to one, as the paper's code does; it reads too low. "
        "The floor is the maximum of the likelihood, in closed form: what the graph's missing "
        "edges cost. An adversarial model minimises another distance and can lie a little below."
    )
    for preset in models.presets:
        yield _curves(models, preset)
    yield _final(models)


def _curves(models: _Models, preset: str) -> Picture:
    panels = []
    for graph in GRAPHS:
        runs = models.fitted[graph, preset]
        drawn = {
            "TVD": _mean_curve([[(s, full) for s, full, _ in run["curve"]] for run in runs]),
            "the paper's measure": _mean_curve(
                [[(s, short) for s, _, short in run["curve"]] for run in runs]
            ),
            "the paper's curve": plots.Curve(CURVES[graph], style="o"),
        }
        floor = {"floor of the graph": float(models.exact[graph]["tvd"])}
        panels.append(plots.Panel(NAMES[graph], drawn, floor))
    caption = f"Figure 7b: TVD against updates of the label networks, preset {preset}"
    return Picture(f"figure7b_{preset}", plots.curves(panels, "updates", "TVD"), caption)


def _mean_curve(runs: Sequence[Sequence[tuple[float, float]]]) -> plots.Curve:
    shortest = min(len(run) for run in runs)
    steps = [step for step, _ in runs[0][:shortest]]
    values = np.array([[value for _, value in run[:shortest]] for run in runs])
    spread = values.std(0, ddof=1) if len(runs) > 1 else ()
    return plots.Curve(list(zip(steps, values.mean(0).tolist(), strict=True)), tuple(spread))


def _final(models: _Models) -> Table:
    rows: list[list[Cell]] = []
    for graph in GRAPHS:
        step, published = CURVES[graph][-1]
        exact = models.exact[graph]
        beside = [f"{published:.3f} at {step:,}", f"{exact['tvd']:.4f}"]
        full, short = Estimate(exact["tvd"]), Estimate(exact["renormalised"])
        rows.append([NAMES[graph], "mle", "1 (closed form)", f"{full.value:.4f}"])
        rows[-1] += [f"{short.value:.4f}", *beside, lower_is_better(short, published)]
        for preset in models.presets:
            full, short = (models.over_seeds(graph, preset, k) for k in ("tvd", "renormalised"))
            facts = models.fitted[graph, preset][0]
            taken = f"{facts['steps']:,} of {facts['total']:,}"
            reason = f"it took {taken} updates, the paper's curve ends at {step:,}"
            verdict = lower_is_better(short, published, reason=reason)
            rows.append([NAMES[graph], f"wgan-gp, preset {preset}", taken, _fine(full)])
            rows[-1] += [_fine(short), *beside, verdict]
    head = ("graph", "trainer", "updates", "TVD", "the paper's measure")
    caption = "Figure 7b at the end; the verdict compares the paper's measure with its curve"
    return Table(caption, (*head, "paper", "exact floor (TVD)", "verdict"), rows)


def _table_1(models: _Models) -> Iterator[Part]:
    for graph in ("celeba_g1", "celeba_cg1"):
        rows: list[list[Cell]] = []
        for pair, published in TABLE_1.items():
            key = ",".join(pair)
            exact = models.exact[graph]
            for rank, cell in enumerate(CELLS):
                floor = float(exact["pairs"][key][rank])
                line = [f"P({pair[0]}={cell[0]}, {pair[1]}={cell[1]})"]
                line += [f"{exact['data']['pairs'][key][rank]:.4f}", f"{floor:.4f}"]
                paper = published[graph][rank]
                rows.append(
                    [*line, f"{paper:.2f}", *_compared(models, graph, paper, floor, (key, rank))]
                )
        yield Table(f"Table 1 for {NAMES[graph]}: pairs of labels", _head(models), rows)


def _table_2(models: _Models) -> Iterator[Part]:
    for place, graph in enumerate(("celeba_g1", "celeba_cg1")):
        rows: list[list[Cell]] = []
        for name, published in TABLE_2.items():
            exact = models.exact[graph]
            floor = float(exact["marginals"][name])
            line = [f"P({name}=1)", f"{exact['data']['marginals'][name]:.4f}", f"{floor:.4f}"]
            paper = published[place]
            rows.append([*line, f"{paper:.4f}", *_compared(models, graph, paper, floor, (name,))])
        yield Table(f"Table 2 for {NAMES[graph]}: single labels", _head(models), rows)
    yield Text(_misprints(models))


def _compared(
    models: _Models, graph: str, paper: float, floor: float, place: tuple[Any, ...]
) -> list[Cell]:
    """Of each adversarial model its number and the verdict; that of mle is the floor."""
    path = ("pairs", *place) if len(place) == 2 else ("marginals", *place)
    cells: list[Cell] = [nearer_to_exact(Estimate(floor), paper, floor)]
    for preset in models.presets:
        ours = models.over_seeds(graph, preset, *path)
        gap = f"it is {abs(ours.value - floor):.3f} from the exact one"
        cells += [_fine(ours), nearer_to_exact(ours, paper, floor, reason=gap)]
    return cells


def _head(models: _Models) -> tuple[str, ...]:
    trained = [cell for p in models.presets for cell in (f"wgan-gp, {p}", f"verdict on {p}")]
    return ("", "data", "exact fit of the graph (mle)", "paper", "verdict on mle", *trained)


def _misprints(models: _Models) -> str:
    data = models.exact["celeba_g1"]["data"]["marginals"]
    off = [
        f"{name} (printed {published[2]:.5f}, the data give {data[name]:.5f})"
        for name, published in TABLE_2.items()
        if abs(published[2] - data[name]) > PRINTED
    ]
    return (
        "The paper's column of the data agrees with the joint counts"
        + (f" but for {', '.join(off)}" if off else "")
        + f". Differences below {PROBABILITY} are called agreement: "
        "two trainings with different seeds differ by as much."
    )


def _fine(number: Estimate) -> str:
    return f"{number.value:.4f}" + (f" ± {number.error:.4f}" if number.error else "")


def _at(facts: Any, path: Sequence[Any]) -> float:  # noqa: ANN401  (nested JSON)
    for key in path:
        facts = facts[key]
    return float(facts)
