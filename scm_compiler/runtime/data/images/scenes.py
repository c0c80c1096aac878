"""`pendulum` and `flow`: scenes that scmc draws itself, with the truth about each picture."""

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.typing import NDArray

from scm_compiler.diagnostics import refuse
from scm_compiler.ir import Binned, Image, Node
from scm_compiler.runtime.data import scenes
from scm_compiler.runtime.data.images.codes.images import NotDrawable, UnknownImageSource
from scm_compiler.runtime.data.images.image_spec import ImageSpec, Listing, Part
from scm_compiler.runtime.data.images.parts import write_part
from scm_compiler.runtime.data.known import Known, UnitsKnown
from scm_compiler.runtime.data.scene_labels import (
    Units,
    declared_value,
    levels,
    table_reader,
    units_of,
    unshown,
)
from scm_compiler.runtime.data.scenes import SCENES, Scene
from scm_compiler.runtime.data.sources import DataSource

SIZES = (16, 512)


@dataclass(frozen=True, eq=False)
class ScenePictures:
    """Pictures to be drawn.

    Attributes:
        scene: The scene.
        rows: Its units (N, K).
    """

    scene: Scene
    rows: NDArray[np.float64]

    def __len__(self) -> int:
        return len(self.rows)

    def identity(self) -> Iterator[str]:
        """What draws them, and the units."""
        yield f"{self.scene.name} {_painter()}"
        yield hashlib.sha256(self.rows.astype("<f8").tobytes()).hexdigest()

    def name(self, index: int) -> str:
        """The picture's number."""
        return f"picture {index}"

    def write(self, parts: Sequence[Part], image: Image, workers: int) -> Iterator[Part]:
        """Draw the parts; this takes a moment, and starting workers would take longer."""
        del workers
        for part in parts:
            values = self.scene.values(self.rows[part.start : part.stop], {})
            write_part(part.path, list(self.scene.draw(values, image.height)), [])
            yield part


@dataclass(frozen=True, eq=False)
class SceneTruth:
    """See `Truth`. A label that is another than it was has the very value that was declared.

    Attributes:
        units: The listing's.
        labels: The image's labels.
        levels: (N, P) their values, as the listing has them; numbers where one is real.
        image: Its shape.
    """

    units: Units
    labels: tuple[Node, ...]
    levels: NDArray[Any]
    image: Image

    def values(
        self, rows: NDArray[np.int64], held: Mapping[str, float]
    ) -> dict[str, scenes.Array]:
        """What the labels of rows would have been, with all that lies between declared values."""
        declared = {
            it.name: float(declared_value(it, np.array(held[it.name])))
            for it in self.labels
            if it.name in held
        }
        return self.units.scene.values(self.units.rows[rows], declared)

    def imagined(self, rows: NDArray[np.int64], held: Mapping[str, float]) -> NDArray[np.uint8]:
        """See `Truth.imagined`."""
        return self.units.scene.draw(self.values(rows, held), self.image.height)

    def redrawn(self, rows: NDArray[np.int64], labels: NDArray[Any]) -> NDArray[np.uint8]:
        """See `Truth.redrawn`."""
        values = self.values(rows, {})
        for rank, node in enumerate(self.labels):
            moved = labels[:, rank] != self.levels[rows, rank]
            declared = declared_value(node, labels[:, rank])
            values[node.name] = np.where(moved, declared, values[node.name])
        return self.units.scene.draw(values, self.image.height)


def list_scene(scene: Scene, place: str, spec: ImageSpec) -> Listing:
    """Pictures of a scene; with the truth, unless a label is an interval of numbers.

    Setting such a label does not say to which number.

    Args:
        scene: The scene.
        place: Which units; see `units_of`.
        spec: What is needed.

    Raises:
        ScmError: With exit code 2: E670 if `place` names no units, E676 if the node cannot be
            drawn.
    """
    _refuse_other(scene, spec)
    units = units_of(scene, place, spec.labels)
    if units is None:
        wrong = UnknownImageSource(text=f"{scene.name}:{place}", near=f"{scene.name}:20000")
        raise refuse(wrong, exit_code=2)
    split = None if units.split is None else units.split[: spec.limit]
    units = Units(scene, units.rows[: spec.limit], split)
    labels = levels(units, spec.labels)
    cut = any(isinstance(node.domain, Binned) for node in spec.labels)
    truth = None if cut else SceneTruth(units, spec.labels, labels, spec.image)
    return Listing(scene.name, ScenePictures(scene, units.rows), labels, split, truth=truth)


def _refuse_other(scene: Scene, spec: ImageSpec) -> None:
    image, wrong = spec.image, unshown(scene, spec.labels)
    if image.channels != 3 or image.height != image.width:
        shape = f"{image.channels} x {image.height} x {image.width}"
        wrong = [(f"it is {shape}, not square in colour", None)]
    elif not SIZES[0] <= image.height <= SIZES[1]:
        reason = f"it has {image.height} pixels a side, not {SIZES[0]} to {SIZES[1]}"
        wrong = [(reason, None)]
    if wrong:
        found = (
            NotDrawable(node=spec.node, reason=reason, near=near, source=scene.name)
            for reason, near in wrong
        )
        raise refuse(*found, exit_code=2)


@cache
def _painter() -> str:
    """The digest of the painter's source: pictures are kept until it changes."""
    digest = hashlib.sha256()
    for file in sorted(Path(scenes.__file__).parent.glob("*.py")):
        digest.update(file.read_bytes())
    return digest.hexdigest()


def _knower(scene: Scene) -> Callable[[str], Known]:
    def known(place: str) -> Known:
        """The scene's mechanisms, for the units that a place names; any where it names none."""
        units = units_of(scene, place, ())
        return UnitsKnown(scene.grid() if units is None else units.rows, scene.values)

    return known


SCENE_SOURCES: Mapping[str, DataSource] = MappingProxyType(
    {
        name: DataSource(
            images=partial(list_scene, scene),
            bare=True,
            table=table_reader(scene),
            known=_knower(scene),
        )
        for name, scene in SCENES.items()
    }
)
"""The scenes, as sources of images."""
