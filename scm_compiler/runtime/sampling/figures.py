"""The paper's figures of a trained head: two regimes, a label's sweep, diversity.

In the figures of two regimes and of sweeps the images of a column have the same noise, so that
what differs between them is what their labels differ in.
"""

import torch
from PIL import Image
from torch import Tensor

from scm_compiler.ir import Finite, Graph
from scm_compiler.runtime.runs.trained_head import TrainedHead
from scm_compiler.runtime.sampling.grid import PictureRow, figure, grid
from scm_compiler.runtime.sampling.sample import Stream

STEPS = 8
"""The columns of a sweep between two values."""


def plain(stream: Stream, image: str, rows: int) -> Image.Image:
    """A grid of a regime's images, as square as can be; with 256, Figures 19 and 23."""
    columns = max(1, round(rows**0.5))
    columns = columns if columns**2 >= rows else columns + 1
    return grid(stream.sample(0, rows).pictures[image], columns)


def two_rows(
    streams: tuple[Stream, Stream], captions: tuple[str, str], image: str, columns: int
) -> Image.Image:
    """Two regimes, one above the other (Figures 8 to 17): the same image noise in each column."""
    rows = [
        PictureRow(caption, stream.sample(0, columns).pictures[image])
        for stream, caption in zip(streams, captions, strict=True)
    ]
    return figure(rows)


def sweep(stream: Stream, graph: Graph, image: str, label: str, rows: int) -> Image.Image:
    """Rows of one noise and one draw of the other labels; along a row, one label changes.

    A binary label goes from 0 to 1 in equal steps (Figures 18 and 22): values between them were
    never met in training. A label of more values takes each in turn.

    Raises:
        ValueError: If the image does not read the label.
    """
    head = stream.heads[image]
    if label not in head.coding.names:
        raise ValueError(f"`{image}` does not read `{label}`")
    labels = torch.from_numpy(stream.labels(0, rows))
    noise = stream.noise(image, 0, rows)
    swept, headings = _swept(head, labels, label, graph.domains[label])
    drawn = torch.stack([_drawn(head, encoded, noise) for encoded in swept], dim=1)
    return figure([PictureRow("", images) for images in drawn], headings=headings)


def _swept(
    head: TrainedHead, labels: Tensor, label: str, domain: Finite
) -> tuple[list[Tensor], list[str]]:
    """The encoded labels of each column, and the columns' headings."""
    coding = head.coding
    rank = coding.names.index(label)
    own = coding.select(labels).clone()
    ends = []
    for value in range(domain.size):
        own[:, rank] = value
        ends.append(coding.encode(own))
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
