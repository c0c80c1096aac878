"""The paper's figures of a trained head: two regimes, a label's sweep, diversity.

In the figures of two regimes and of sweeps the images of a column have the same noise, so that
what differs between them is what their labels differ in.
"""

from collections.abc import Iterable, Sequence

import torch
from PIL import Image
from torch import Tensor

from scm_compiler.ir import Finite, Graph
from scm_compiler.runtime.heads.head import LabelCoding
from scm_compiler.runtime.runs.trained_head import TrainedHead
from scm_compiler.runtime.sampling.grid import PictureRow, figure, grid
from scm_compiler.runtime.sampling.mixed import MixedStream
from scm_compiler.runtime.sampling.sample import Stream

AnyStream = Stream | MixedStream

STEPS = 8
"""The columns of a sweep between two values."""


def plain(stream: AnyStream, image: str, rows: int) -> Image.Image:
    """A grid of a regime's images, as square as can be; with 256, Figures 19 and 23."""
    columns = max(1, round(rows**0.5))
    columns = columns if columns**2 >= rows else columns + 1
    return grid(stream.sample(0, rows).pictures[image], columns)


def two_rows(
    streams: tuple[AnyStream, AnyStream], captions: tuple[str, str], image: str, columns: int
) -> Image.Image:
    """Two regimes, one above the other (Figures 8 to 17): the same image noise in each column."""
    rows = [
        PictureRow(caption, stream.sample(0, columns).pictures[image])
        for stream, caption in zip(streams, captions, strict=True)
    ]
    return figure(rows)


def along(streams: Sequence[tuple[str, MixedStream]], image: str, rows: int) -> Image.Image:
    """The points of a curve from left to right: each row is one draw of all noise."""
    drawn = torch.stack([it.sample(0, rows).pictures[image] for _, it in streams], dim=1)
    headings = [point for point, _ in streams]
    return figure([PictureRow("", images) for images in drawn], headings=headings)


def sweep(stream: AnyStream, graph: Graph, image: str, label: str, rows: int) -> Image.Image:
    """Rows of one noise and one draw of the other labels; along a row, one label changes.

    A binary label goes from 0 to 1 in equal steps (Figures 18 and 22): values between them were
    never met in training. A label of more values takes each in turn, and a number goes in equal
    steps over the width by which it is scaled.

    Raises:
        ValueError: If the image does not read the label.
    """
    head = stream.heads[image]
    if label not in head.coding.names:
        raise ValueError(f"`{image}` does not read `{label}`")
    noise, domain = stream.noise(image, 0, rows), graph.by_name[label].domain
    read = stream.read_by(head, rows)
    if isinstance(domain, Finite):
        swept, headings = _swept(head.coding, read, label, domain)
    else:
        swept, headings = _swept_number(head.coding, read, label)
    drawn = torch.stack([_drawn(head, encoded, noise) for encoded in swept], dim=1)
    return figure([PictureRow("", images) for images in drawn], headings=headings)


def _swept_number(
    coding: LabelCoding, labels: Tensor, label: str
) -> tuple[list[Tensor], list[str]]:
    """As `_swept`, of a number."""
    middle, half = coding.scales[label]
    numbers = (middle + half * torch.linspace(-1, 1, STEPS, dtype=torch.float64)).tolist()
    headings = [f"{number:.4g}" for number in numbers]
    return _held(coding, labels, label, numbers), [f"{label}={headings[0]}", *headings[1:]]


def _held(
    coding: LabelCoding, labels: Tensor, label: str, values: Iterable[float]
) -> list[Tensor]:
    """The encoded labels with one of them held at each of some values."""
    own, found = labels.clone(), []
    for value in values:
        own[:, coding.names.index(label)] = value
        found.append(coding.encode(own))
    return found


def _swept(
    coding: LabelCoding, labels: Tensor, label: str, domain: Finite
) -> tuple[list[Tensor], list[str]]:
    """The encoded labels of each column, and the columns' headings."""
    ends = _held(coding, labels, label, range(domain.size))
    if domain.size > 2:
        return ends, [f"{label}={domain.values[0]}", *domain.values[1:]]
    shares = torch.linspace(0, 1, STEPS).tolist()
    columns = [ends[0] * (1 - share) + ends[1] * share for share in shares]
    middle = [""] * (STEPS - 2)
    return columns, [f"{label}={domain.values[0]}", *middle, f"{label}={domain.values[1]}"]


@torch.no_grad()
def _drawn(head: TrainedHead, encoded: Tensor, noise: Tensor) -> Tensor:
    images: Tensor = head.generator(encoded, noise)
    return images.float().clamp(-1, 1)
