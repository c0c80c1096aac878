"""How an image's labels are put to its networks.

A head knows the image's declared parents and no other label. Label values come as indices
(B, P), one column a parent; the networks read them encoded (B, E): one 0/1 column for two values,
one-hot columns for more, the same convention as the label model's.
"""

from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate
from math import prod

import torch
from torch import Tensor
from torch.nn.functional import one_hot

from scm_compiler.ir import Graph
from scm_compiler.model.layout import Layout


@dataclass(frozen=True)
class Block:
    """Labels that the networks' outputs are read alike for.

    Attributes:
        size: The number of values of each.
        ranks: Their columns among the labels (B, P): one, unless they have two values.
        columns: Their encoded columns (B, E).
    """

    size: int
    ranks: slice
    columns: slice

    def up_to(self, rank: int, column: int) -> "Block":
        """The block with further labels of two values, up to a rank and a column."""
        return Block(self.size, slice(self.ranks.start, rank), slice(self.columns.start, column))

    def one(self, labels: Tensor) -> Tensor:
        """The values (B,) of its only label."""
        return labels[:, self.ranks.start]


@dataclass(frozen=True)
class LabelCoding:
    """The labels that an image reads.

    Attributes:
        names: The image's parents, in the order of declaration.
        sizes: The number of values of each.
        columns: Where each lies in a tensor of all the graph's labels (B, V).

    Example:
        >>> coding = LabelCoding(("Male", "Hair"), (2, 3), (0, 2))
        >>> coding.encode(torch.tensor([[1, 2]]))
        tensor([[1., 0., 0., 1.]])
        >>> coding.joint(torch.tensor([[1, 2]])), coding.combinations
        (tensor([5]), 6)
    """

    names: tuple[str, ...]
    sizes: tuple[int, ...]
    columns: tuple[int, ...]

    @classmethod
    def of(cls, graph: Graph, image: str) -> "LabelCoding":
        """The labels that `image` reads in `graph`: its declared parents."""
        layout = Layout(graph)
        names = graph.parents[image]
        columns = tuple(layout.index[name] for name in names)
        return cls(names, tuple(layout.sizes[column] for column in columns), columns)

    @cached_property
    def encoded(self) -> tuple[slice, ...]:
        """The encoded columns of each label."""
        widths = [1 if size == 2 else size for size in self.sizes]
        stops = list(accumulate(widths))
        return tuple(slice(stop - width, stop) for stop, width in zip(stops, widths, strict=True))

    @cached_property
    def width(self) -> int:
        """E, the number of encoded columns."""
        return self.encoded[-1].stop if self.encoded else 0

    @cached_property
    def blocks(self) -> tuple[Block, ...]:
        """The labels in order: neighbours of two values together, each other one by itself."""
        found: list[Block] = []
        for rank, (size, columns) in enumerate(zip(self.sizes, self.encoded, strict=True)):
            before = found[-1] if found else None
            if before is not None and before.size == size == 2:
                found[-1] = before.up_to(rank + 1, columns.stop)
            else:
                found.append(Block(size, slice(rank, rank + 1), columns))
        return tuple(found)

    @property
    def combinations(self) -> int:
        """The number of combinations of label values."""
        return prod(self.sizes)

    def select(self, labels: Tensor) -> Tensor:
        """The image's own labels (B, P) among all of the graph's (B, V)."""
        return labels[:, list(self.columns)]

    def encode(self, labels: Tensor) -> Tensor:
        """The labels (B, P) as 0/1 columns (B, E), in float32.

        Raises:
            ValueError: If the labels are not (B, P).
        """
        if labels.ndim != 2 or labels.shape[1] != len(self.sizes):
            shape = tuple(labels.shape)
            raise ValueError(f"labels of shape {shape} for {len(self.sizes)} parents")
        parts = [
            labels[:, block.ranks] if block.size == 2 else one_hot(block.one(labels), block.size)
            for block in self.blocks
        ]
        return torch.cat(parts, dim=1).float() if parts else labels.float()

    def joint(self, labels: Tensor) -> Tensor:
        """The rank (B,) of each row's combination; the last label varies fastest."""
        rank = torch.zeros(labels.shape[0], dtype=torch.int64, device=labels.device)
        for column, size in enumerate(self.sizes):
            rank = rank * size + labels[:, column]
        return rank
