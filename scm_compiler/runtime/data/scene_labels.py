"""`pendulum` and `flow`: which units a SPEC names, and their labels as the declared levels."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from scm_compiler.diagnostics import closest, refuse
from scm_compiler.ir import Binned, Finite, Graph, Node, Real
from scm_compiler.runtime.data.codes.data import UnknownDataSource
from scm_compiler.runtime.data.codes.scenes import NotOfScene
from scm_compiler.runtime.data.columns import Table, table_of
from scm_compiler.runtime.data.scenes import Scene
from scm_compiler.runtime.data.table import LabelTable, tabulate

Array = NDArray[np.float64]
DECLARED = "declared"
_FORM = re.compile(rf"({DECLARED}|\d{{1,7}})?(?:\?seed=(\d{{1,9}}))?")
FIRST_HELD = 4
"""The place in the grid of the first picture that is held out, as in the published programs."""

TRAIN, TEST = 0, 2
"""Their places among the splits."""


@dataclass(frozen=True, eq=False)
class Units:
    """Some units of a scene.

    Attributes:
        scene: Whose they are.
        rows: (N, K).
        split: (N,) which are held out, as the paper has it; None if nobody says.
    """

    scene: Scene
    rows: Array
    split: NDArray[np.int8] | None


def units_of(scene: Scene, place: str, labels: Sequence[Node]) -> Units | None:
    """The units that a place names; None if it names none.

    Args:
        scene: The scene.
        place: Empty for the paper's grid; `declared` for the part of it whose own values are
            declared ones; N for so many in between; `?seed=K` behind N gives others.
        labels: The labels that are declared.
    """
    form = _FORM.fullmatch(place)
    if form is None or (form[2] and not (form[1] or "").isdecimal()):
        return None
    if form[1] and form[1] != DECLARED:
        random = np.random.default_rng(int(form[2] or 0))
        rows = scene.between(int(form[1]), random)
        return Units(scene, rows, None) if len(rows) else None
    rows = scene.grid()
    for node in labels if form[1] else ():
        if node.name in scene.noise and not isinstance(node.domain, Real | Binned):
            own = rows[:, scene.noise.index(node.name)]
            rows = rows[np.isin(own, numbers(node))]
    after = np.arange(len(rows)) - FIRST_HELD
    held = (after >= 0) & (after % scene.every == 0)
    return Units(scene, rows, np.where(held, TEST, TRAIN).astype(np.int8))


def numbers(node: Node) -> Array:
    """The values of a label as numbers; ValueError if they are none."""
    assert isinstance(node.domain, Finite)
    return np.array([float(value) for value in node.domain.values])


def unshown(scene: Scene, labels: Sequence[Node]) -> list[tuple[str, str | None]]:
    """Why a scene does not show some labels, each with a label that may have been meant."""
    wrong: list[tuple[str, str | None]] = []
    for node in labels:
        if node.name not in scene.labels:
            near = closest(node.name, scene.labels)
            wrong.append((f"it does not show the label `{node.name}`", near))
            continue
        if isinstance(node.domain, Real | Binned):
            continue
        try:
            numbers(node)
        except ValueError:
            wrong.append((f"the values of `{node.name}` are no numbers", None))
    return wrong


def level(node: Node, values: Array) -> NDArray[np.int64]:
    """The index of the declared value that is nearest to each value (N,), or that holds it."""
    if isinstance(node.domain, Binned):
        return np.searchsorted(node.domain.cuts, values, side="right")
    declared = numbers(node)
    order = np.argsort(declared, kind="stable")
    middles = (declared[order][1:] + declared[order][:-1]) / 2
    found: NDArray[np.int64] = order[np.searchsorted(middles, values)]
    return found


def declared_value(node: Node, codes: NDArray[Any]) -> Array:
    """The numbers that a label's value indices stand for; those of a real node are the numbers."""
    if isinstance(node.domain, Real):
        return codes.astype(np.float64)
    found: Array = numbers(node)[codes.astype(np.int64)]
    return found


def columns_of(units: Units, labels: Sequence[Node]) -> dict[str, NDArray[Any]]:
    """Of each label the index of its value (see `level`), of each real node the number."""
    values = units.scene.values(units.rows, {})
    return {
        node.name: values[node.name]
        if isinstance(node.domain, Real)
        else level(node, values[node.name])
        for node in labels
    }


def levels(units: Units, labels: Sequence[Node]) -> NDArray[Any]:
    """The same side by side (N, P): in float64 where one is real."""
    held = list(columns_of(units, labels).values())
    return np.stack(held, 1) if held else np.zeros((len(units.rows), 0), np.int64)


def labels_of(scene: Scene) -> Callable[[str, Graph], LabelTable]:
    """What reads the labels of a scene."""

    def read(place: str, graph: Graph) -> LabelTable:
        """The labels of the units that a place names.

        Raises:
            ScmError: With exit code 2: E601 if it names none, E692 if the scene has no such label.
        """
        cells = levels(_units(scene, place, graph), graph.labels)
        return tabulate(graph, cells, np.ones(len(cells), np.int64), scene.name)

    return read


def table_reader(scene: Scene) -> Callable[[str, Graph], Table]:
    """What reads the labels and real nodes of a scene."""

    def read(place: str, graph: Graph) -> Table:
        """As that of `labels_of`, with the very numbers of real nodes."""
        columns = columns_of(_units(scene, place, graph), graph.tabular)
        count = len(next(iter(columns.values())))
        return table_of(graph, columns, np.ones(count, np.int64), scene.name)

    return read


def _units(scene: Scene, place: str, graph: Graph) -> Units:
    """The units that a place names, if the scene has all labels.

    Raises:
        ScmError: With exit code 2: E601 if it names none, E692 if the scene has no such label.
    """
    wrong = unshown(scene, graph.tabular)
    if wrong:
        found = (
            NotOfScene(scene=scene.name, reason=reason, shown=scene.labels, near=near)
            for reason, near in wrong
        )
        raise refuse(*found, exit_code=2)
    units = units_of(scene, place, graph.labels)
    if units is None or not len(units.rows):
        text = f"{scene.name}:{place}"
        raise refuse(UnknownDataSource(text=text, near=f"{scene.name}:20000"), exit_code=2)
    return units
