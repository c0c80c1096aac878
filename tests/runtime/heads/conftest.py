"""Synthetic pictures whose labels can be read off exactly: a coloured square on a dark ground."""

from dataclasses import dataclass
from types import SimpleNamespace

import pytest
import torch
from torch import Tensor

from scm_compiler.ir import Discrete, Edge, Graph, Image, Node
from scm_compiler.runtime.heads.head import NUMBER, HeadTask, LabelCoding

PROBABILITY_BIG = 0.3


def graph(size: int = 16) -> Graph:
    """Hue (3 values) and Big cause the picture; Mood does not."""
    binary, hue = Discrete(("0", "1")), Discrete(("red", "green", "blue"))
    nodes = (
        Node("Mood", "binary", binary),
        Node("Hue", "categorical", hue),
        Node("Big", "binary", binary),
        Node("Picture", "image", Image(3, size, size)),
    )
    edges = (Edge("Mood", "Hue"), Edge("Hue", "Picture"), Edge("Big", "Picture"))
    return Graph("Squares", nodes, edges)


CODING = LabelCoding.of(graph(), "Picture")


def draw_labels(n: int, generator: torch.Generator) -> Tensor:
    hue = torch.randint(3, (n,), generator=generator)
    big = (torch.rand(n, generator=generator) < PROBABILITY_BIG).long()
    return torch.stack([hue, big], dim=1)


def paint(labels: Tensor, size: int, generator: torch.Generator) -> Tensor:
    """A square of its hue, wide or narrow, at a random place and brightness, on grey."""
    n = len(labels)
    ground = torch.full((n, 3, size, size), 0.25)
    half = torch.where(labels[:, 1] == 1, 0.36, 0.2) * size / 2 * 1.2
    centre = size / 2 + (torch.rand(n, 2, generator=generator) - 0.5) * size * 0.3
    axis = torch.arange(size) + 0.5
    row = (half[:, None] - (axis - centre[:, :1]).abs() + 0.5).clamp(0, 1)
    column = (half[:, None] - (axis - centre[:, 1:]).abs() + 0.5).clamp(0, 1)
    mask = (row[:, :, None] * column[:, None, :])[:, None]
    colour = torch.eye(3)[labels[:, 0]] * (0.7 + 0.3 * torch.rand(n, 1, generator=generator))
    images = ground * (1 - mask) + colour[:, :, None, None] * mask
    return (images * 255).round().to(torch.uint8)


def read(images: Tensor) -> Tensor:
    """The labels (n, 2) of pictures in [-1, 1]: the strongest channel, and how much of it."""
    light = (images + 1) / 2
    coloured = light - light.mean(1, keepdim=True)
    hue = coloured.clamp(min=0).sum((2, 3)).argmax(1)
    area = ((light.amax(1) - light.amin(1)) > 0.35).float().mean((1, 2))
    return torch.stack([hue, (area > 0.11).long()], dim=1)


@dataclass(frozen=True)
class Squares:
    """The pictures as data, and their labels' distribution as a label model."""

    size: int = 16
    fingerprint: str = "squares"

    def __len__(self) -> int:
        return 10_000

    def draw(self, n: int, generator: torch.Generator) -> tuple[Tensor, Tensor]:
        labels = draw_labels(n, generator)
        return paint(labels, self.size, generator), labels

    def draw_labels(self, n: int, generator: torch.Generator) -> Tensor:
        return draw_labels(n, generator)


def task(*, size: int = 16, seed: int = 0, total: int = 100) -> HeadTask:
    source = Squares(size)
    return HeadTask("Picture", Image(3, size, size), CODING, source, source, seed, total)


@dataclass(frozen=True)
class Lamps:
    """Pictures as bright as Glow says, on the left or on the right, and their labels."""

    fingerprint: str = "lamps"

    def __len__(self) -> int:
        return 10_000

    def draw(self, n: int, generator: torch.Generator) -> tuple[Tensor, Tensor]:
        labels = self.draw_labels(n, generator)
        light = labels[:, 1, None, None, None].expand(-1, 1, 16, 16).clone()
        left = labels[:, 0].long()
        for row, side in enumerate(left.tolist()):
            light[row, :, :, slice(8) if side else slice(8, None)] = 0
        return (light * 2.55).round().to(torch.uint8), labels

    def draw_labels(self, n: int, generator: torch.Generator) -> Tensor:
        left = torch.randint(2, (n,), generator=generator)
        return torch.stack([left, 30 + 60 * torch.rand(n, generator=generator)], 1).double()


LAMPS = LabelCoding(("Left", "Glow"), (2, NUMBER), (0, 1), scales={"Glow": (60.0, 30.0)})


@pytest.fixture
def lamps():
    """A task whose labels are a label and a number."""
    data = Lamps()
    return lambda total=100: HeadTask("Lamp", Image(1, 16, 16), LAMPS, data, data, 0, total)


@pytest.fixture
def squares() -> SimpleNamespace:
    """The pictures' task, their labels' coding and the readers of both."""
    return SimpleNamespace(
        task=task, graph=graph, coding=CODING, read=read, draw_labels=draw_labels, paint=paint
    )
