"""Where each label and each noise block lies in the tensors of the emitted module.

A label tensor has one column a label (its value's index) and, where there are real nodes, one a
real node. The networks read the labels encoded: one 0/1 column for two values, one-hot columns for
more; a real node is one column. The noise tensor has a slice for each block that a label or real
node reads: first their own, then the shared ones of hidden common causes. Image nodes are not
laid out: they are sinks with a head of their own.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from scm_compiler.ir import Graph
from scm_compiler.model.codec import spans_of, width_of


@dataclass(frozen=True)
class Layout:
    """The layout of a graph's labels and real nodes.

    Args:
        graph: The validated graph.
        noise_width: The number of noise inputs in each block.
    """

    graph: Graph
    noise_width: int = 1

    @cached_property
    def labels(self) -> tuple[str, ...]:
        """Labels and real nodes in the order of declaration: the columns of a tensor (B, V)."""
        return tuple(node.name for node in self.graph.tabular)

    @cached_property
    def index(self) -> Mapping[str, int]:
        """The column of each label."""
        return {name: column for column, name in enumerate(self.labels)}

    @cached_property
    def sizes(self) -> tuple[int, ...]:
        """The number of values of each label; 0 of a real node."""
        return tuple(self.graph.sizes.get(name, 0) for name in self.labels)

    @cached_property
    def parents(self) -> tuple[tuple[int, ...], ...]:
        """The columns of each label's parents."""
        return tuple(
            tuple(self.index[parent] for parent in self.graph.parents[name])
            for name in self.labels
        )

    @cached_property
    def levels(self) -> tuple[tuple[int, ...], ...]:
        """The columns of each topological level; images left out."""
        levels = (
            tuple(self.index[name] for name in level if name in self.index)
            for level in self.graph.levels
        )
        return tuple(level for level in levels if level)

    @cached_property
    def encoded(self) -> tuple[slice, ...]:
        """The encoded columns of each label."""
        return spans_of([max(1, width_of(size)) for size in self.sizes])

    @cached_property
    def encoded_width(self) -> int:
        """The number of encoded columns of all labels together."""
        return self.encoded[-1].stop if self.encoded else 0

    @cached_property
    def blocks(self) -> Mapping[str, slice]:
        """The noise columns of each block that a label reads, under the block's name."""
        names = [
            block.name
            for block in self.graph.noise
            if any(reader in self.index for reader in block.readers)
        ]
        return dict(zip(names, spans_of([self.noise_width] * len(names)), strict=True))

    @cached_property
    def noise_size(self) -> int:
        """The number of noise columns."""
        return self.noise_width * len(self.blocks)

    @cached_property
    def reads(self) -> tuple[tuple[str, ...], ...]:
        """The noise blocks of each label: its own first, then the shared ones."""
        found: dict[str, list[str]] = {name: [] for name in self.labels}
        for block in self.graph.noise:
            for reader in block.readers:
                if reader in found:
                    found[reader].append(block.name)
        return tuple(tuple(found[name]) for name in self.labels)
