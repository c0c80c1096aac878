"""Figure 5: A as it is learnt from the labels of each set, beside the declared graph."""

import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from numpy.typing import NDArray

from benchmarks.table1.measure import Recipe
from benchmarks.table1.scenes import SETS
from scm_compiler.inference.table import columns
from scm_compiler.runtime.data.images.loading import load_images
from scm_compiler.runtime.evaluation.direction import told_by_data
from scm_compiler.runtime.heads.causal_vae import ROWS_OF_LABELS, declared
from scm_compiler.runtime.heads.graph_learning import learning, without_circles
from scm_compiler.runtime.heads.head import LabelCoding

Array = NDArray[np.float64]

SHOWN = (0, 10, 30, 60, 120)
"""The steps that are shown, beside the last."""


@dataclass(frozen=True, eq=False)
class Learnt:
    """A of one set.

    Attributes:
        labels: Their names.
        steps: A (n, n) at each step, from the first.
        found: A in the end, without faint entries.
        declared: The graph.
    """

    labels: tuple[str, ...]
    steps: Sequence[Array]
    found: Array
    declared: Array

    @property
    def shown(self) -> Mapping[str, Array]:
        """What the figure shows, by its heading."""
        last = len(self.steps) - 1
        chosen = [step for step in SHOWN if step < last]
        at = {f"step {step}": self.steps[step] for step in (*chosen, last)}
        return {**at, "found": self.found, "declared": self.declared}

    def counted(self) -> tuple[int, int, int, int]:
        """The declared edges found, turned around and missed, and those not declared."""
        said, found = self.declared > 0, self.found != 0
        right, turned = said & found, said & found.T
        return (
            int(right.sum()),
            int(turned.sum()),
            int((said & ~found & ~found.T).sum()),
            int((found & ~said & ~said.T).sum()),
        )


def learnt(name: str, seed: int, recipe: Recipe) -> Learnt:
    """A as `causal_vae` learns it with `learn_graph=true`."""
    graph = SETS[name].graph(recipe.size)
    random = torch.Generator().manual_seed(seed)
    table = load_images(SETS[name].spec(recipe.faces), graph, "Picture")
    numbers = table.draw(ROWS_OF_LABELS, random)[1].double()
    standard = ((numbers - numbers.mean(0)) / numbers.std(0).clamp(min=1e-6)).float()
    steps = list(learning(standard, random))
    said = declared(LabelCoding.of(graph, "Picture"))
    found = without_circles(steps[-1])
    as_arrays = [step.double().numpy() for step in steps]
    return Learnt(SETS[name].labels, as_arrays, found.double().numpy(), said.double().numpy())


def weights(one: Learnt) -> str:
    """The weights at each step of what is declared or found, and what data tell of directions."""
    shown = one.shown
    rows = [("", *shown, "direction")]
    told = told_by_data(one.declared > 0)
    for cause, effect in np.argwhere((one.found != 0) | (one.declared > 0)).tolist():
        at = (cause, effect)
        cells = (f"{matrix[at]:+.2f}" if matrix[at] else "0" for matrix in shown.values())
        how = "data can tell" if told[at] else "data cannot tell"
        rows.append(
            (
                f"{one.labels[cause]} -> {one.labels[effect]}",
                *cells,
                how if one.declared[at] else "-",
            )
        )
    return columns(rows)


def counts(every: Mapping[str, Sequence[Learnt]]) -> str:
    """How many edges are found, turned around, missed, and not declared, by each seed."""
    rows: list[tuple[str, ...]] = [
        ("", "declared", "data tell", "found", "turned around", "missed", "not declared")
    ]
    for name, them in every.items():
        counted = zip(*(one.counted() for one in them), strict=True)
        told = int(told_by_data(them[0].declared > 0).sum())
        said = int(them[0].declared.sum())
        rows.append((name, str(said), str(told), *(" ".join(map(str, it)) for it in counted)))
    return columns(rows)


def picture(ones: Mapping[str, Learnt]) -> bytes:
    """The heat maps, a row for each set: causes downwards, effects across."""
    longest = max(len(one.shown) for one in ones.values())
    figure = Figure(figsize=(1.5 * longest + 1.6, 1.75 * len(ones)), layout="constrained")
    FigureCanvasAgg(figure)
    axes = figure.subplots(len(ones), longest, squeeze=False)
    for row, (name, one) in zip(axes, ones.items(), strict=True):
        for place, (heading, matrix) in _placed(row, one):
            place.imshow(matrix, cmap="RdBu_r", vmin=-1, vmax=1)
            place.set_title(heading, fontsize=8)
            place.set_xticks([])
            place.set_yticks([])
        row[0].set_yticks(range(len(one.labels)), one.labels, fontsize=7)
        row[0].set_ylabel(name, fontsize=8)
    held = io.BytesIO()
    figure.savefig(held, format="png", dpi=80, metadata={"Software": None})
    return held.getvalue()


def _placed(row: Sequence[Axes], one: Learnt) -> Iterator[tuple[Axes, tuple[str, Array]]]:
    """The axes of a row with what they show; the found and the declared one stand at the end."""
    shown = list(one.shown.items())
    for place in row[len(shown) - 2 : -2]:
        place.axis("off")
    yield from zip([*row[: len(shown) - 2], *row[-2:]], shown, strict=True)
