"""The plots of the report, drawn by matplotlib without a screen."""

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

Points = Sequence[tuple[float, float]]
DPI = 80


@dataclass(frozen=True)
class Curve:
    """A line of a plot.

    Attributes:
        points: (step, value).
        spread: At each point, how far the band reaches to both sides; empty for none.
        style: A line style of matplotlib; `o` for points alone.
    """

    points: Points
    spread: Sequence[float] = ()
    style: str = "-"


@dataclass(frozen=True)
class Panel:
    """One set of axes.

    Attributes:
        title: Above it.
        curves: By name.
        levels: Horizontal dotted lines, by name.
    """

    title: str
    curves: Mapping[str, Curve]
    levels: Mapping[str, float]


def curves(panels: Sequence[Panel], across: str, up: str) -> bytes:
    """Panels side by side, with one scale upwards and one legend."""
    figure = Figure(figsize=(4.2 * len(panels) + 1.4, 3.6), layout="constrained")
    FigureCanvasAgg(figure)
    axes = figure.subplots(1, len(panels), sharey=True, squeeze=False)[0]
    for place, panel in zip(axes, panels, strict=True):
        _draw(place, panel)
        place.set_xlabel(across)
    axes[0].set_ylabel(up)
    axes[0].set_ylim(bottom=0)
    handles, names = axes[0].get_legend_handles_labels()
    figure.legend(handles, names, loc="outside right upper", fontsize=8)
    return _png(figure)


def _draw(axes: Axes, panel: Panel) -> None:
    for rank, (name, curve) in enumerate(panel.curves.items()):
        steps, values = (np.array(column) for column in zip(*curve.points, strict=True))
        (line,) = axes.plot(steps, values, curve.style, color=f"C{rank}", label=name, lw=1.4, ms=4)
        if len(curve.spread):
            band = np.array(curve.spread)
            axes.fill_between(
                steps, values - band, values + band, color=line.get_color(), alpha=0.18, lw=0
            )
    for rank, (name, level) in enumerate(panel.levels.items()):
        axes.axhline(level, ls=":", color=f"{0.25 + 0.35 * rank}", lw=1.2, label=name)
    axes.set_title(panel.title, fontsize=10)
    axes.grid(alpha=0.25)


def scatters(points: Mapping[str, Sequence[Sequence[float]]], names: tuple[str, str]) -> bytes:
    """The first and the last of three variables against each other, a panel each."""
    figure = Figure(figsize=(2.5 * len(points), 2.8), layout="constrained")
    FigureCanvasAgg(figure)
    axes = figure.subplots(1, len(points), sharex=True, sharey=True, squeeze=False)[0]
    for place, (title, rows) in zip(axes, points.items(), strict=True):
        columns = np.array(rows)
        place.plot(columns[:, 0], columns[:, 2], ".", ms=2, alpha=0.5)
        place.set_title(title, fontsize=9)
        place.set(xlim=(0, 1), ylim=(0, 1), xlabel=names[0])
    axes[0].set_ylabel(names[1])
    return _png(figure)


def _png(figure: Figure) -> bytes:
    stream = io.BytesIO()
    figure.savefig(stream, dpi=DPI, metadata={"Software": None})
    return stream.getvalue()
