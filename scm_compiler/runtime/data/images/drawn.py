"""`drawn-faces`: faces that scmc draws itself, with the labels of CelebA."""

import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from scm_compiler.diagnostics import closest, refuse
from scm_compiler.ir import Graph, Image, Node
from scm_compiler.ir.domain import BINARY
from scm_compiler.runtime.data import drawn_faces
from scm_compiler.runtime.data.drawn_faces.face import SIZES
from scm_compiler.runtime.data.images.codes.images import NotDrawable, UnknownImageSource
from scm_compiler.runtime.data.images.image_spec import DRAWN, ImageSpec, Listing, Part
from scm_compiler.runtime.data.images.parts import write_part
from scm_compiler.runtime.data.shipped import read_shipped

NAME = DRAWN
COUNT = 20_000
"""How many are drawn if nothing is said."""

MOST = 1_000_000
_FORM = re.compile(r"(\d{1,7})?(?:\?seed=(\d{1,9}))?")


@dataclass(frozen=True, eq=False)
class DrawnPictures:
    """Faces to be drawn.

    Attributes:
        labels: (N, 9) values of the renderer's labels.
        nuisance: (N, K) what the labels leave open.
    """

    labels: torch.Tensor
    nuisance: torch.Tensor

    def __len__(self) -> int:
        return len(self.labels)

    def identity(self) -> Iterator[str]:
        """The renderer and all that it is given."""
        yield f"drawn {_renderer()} {torch.__version__}"
        for given in (self.labels, self.nuisance):
            yield hashlib.sha256(given.numpy().tobytes()).hexdigest()

    def name(self, index: int) -> str:
        """The face's number."""
        return f"face {index}"

    def write(self, parts: Sequence[Part], image: Image, workers: int) -> Iterator[Part]:
        """Draw the parts; this takes seconds, and starting workers would take as long."""
        del workers
        for part in parts:
            rows = slice(part.start, part.stop)
            drawn = _drawn(self.labels[rows], self.nuisance[rows], image.height)
            write_part(part.path, list(drawn), [])
            yield part


@dataclass(frozen=True, eq=False)
class DrawnTruth:
    """See `Truth`. The labels' own mechanisms are unknown: they are drawn from a table.

    Attributes:
        pictures: The listing's.
        columns: Which of the renderer's labels the image's are.
        size: The height and width.
    """

    pictures: DrawnPictures
    columns: list[int]
    size: int

    def redrawn(self, rows: NDArray[np.int64], labels: NDArray[np.int64]) -> NDArray[np.uint8]:
        """See `Truth.redrawn`."""
        nine = self.pictures.labels[rows]
        nine[:, self.columns] = torch.from_numpy(labels)
        return _drawn(nine, self.pictures.nuisance[rows], self.size)

    def imagined(self, rows: NDArray[np.int64], held: Mapping[str, float]) -> None:
        """Nobody knows."""


def _drawn(labels: torch.Tensor, nuisance: torch.Tensor, size: int) -> NDArray[np.uint8]:
    drawn = drawn_faces.draw_from(labels, nuisance, size)
    pixels: NDArray[np.uint8] = drawn.add_(1).mul_(127.5).round_().to(torch.uint8).numpy()
    return pixels


def list_drawn(place: str, spec: ImageSpec) -> Listing:
    """Faces drawn from labels that follow the counts of CelebA.

    All nine labels are drawn jointly; those that are no parents of the image vary as they do in
    CelebA. The same number gives the same faces, in every size.

    Args:
        place: How many, 20,000 if empty; `?seed=K` behind it gives other faces.
        spec: What is needed.

    Raises:
        ScmError: With exit code 2: E670 if `place` is something else, E676 if the node cannot be
            drawn.
    """
    form = _FORM.fullmatch(place)
    count = int(form[1] or COUNT) if form else 0
    if form is None or not 1 <= count <= MOST:
        wrong = UnknownImageSource(text=f"{NAME}:{place}", near=f"{NAME}:{COUNT}")
        raise refuse(wrong, exit_code=2)
    _refuse_other(spec)
    count = min(count, spec.limit or count)
    generator = torch.Generator().manual_seed(int(form[2] or 0))
    labels = _draw_labels(count, generator)
    nuisance = drawn_faces.sample_nuisance(count, generator)
    columns = [drawn_faces.LABELS.index(name) for name in spec.names]
    pictures = DrawnPictures(torch.from_numpy(labels), nuisance)
    truth = DrawnTruth(pictures, columns, spec.image.height)
    return Listing(NAME, pictures, labels[:, columns], truth=truth)


def _draw_labels(count: int, generator: torch.Generator) -> NDArray[np.int64]:
    """Rows of the nine labels (N, 9), independent, each as likely as in the shipped counts."""
    nodes = tuple(Node(name, "binary", BINARY) for name in drawn_faces.LABELS)
    table = read_shipped(Graph(NAME, nodes))
    cumulated = np.cumsum(table.counts)
    uniform = torch.rand(count, generator=generator, dtype=torch.float64).numpy()
    chosen = np.searchsorted(cumulated, uniform * cumulated[-1], side="right")
    rows: NDArray[np.int64] = table.cells[chosen]
    return rows


def _refuse_other(spec: ImageSpec) -> None:
    image = spec.image
    if image.channels != 3 or image.height != image.width:
        reason = f"it is {image.channels} x {image.height} x {image.width}, not square in colour"
        raise refuse(NotDrawable(node=spec.node, reason=reason), exit_code=2)
    if not SIZES[0] <= image.height <= SIZES[1]:
        reason = f"it has {image.height} pixels a side, not {SIZES[0]} to {SIZES[1]}"
        raise refuse(NotDrawable(node=spec.node, reason=reason), exit_code=2)
    undrawable = []
    for node in spec.labels:
        if node.name not in drawn_faces.LABELS:
            reason = f"it does not show the label `{node.name}`"
            near = closest(node.name, drawn_faces.LABELS)
            undrawable.append(NotDrawable(node=spec.node, reason=reason, near=near))
        elif node.domain != BINARY:
            reason = f"the label `{node.name}` is not binary"
            undrawable.append(NotDrawable(node=spec.node, reason=reason))
    if undrawable:
        raise refuse(*undrawable, exit_code=2)


@cache
def _renderer() -> str:
    """The digest of the renderer's source: drawn faces are kept until it changes."""
    digest = hashlib.sha256()
    for file in sorted(Path(drawn_faces.__file__).parent.glob("*.py")):
        digest.update(file.read_bytes())
    return digest.hexdigest()
