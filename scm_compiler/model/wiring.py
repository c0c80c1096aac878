"""What each label of an explicit module reads, as data; and its tables, run together."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from math import prod

import torch
from torch import Tensor, nn

from scm_compiler.ir.domain import Exponential
from scm_compiler.model.codec import encode_all, width_of
from scm_compiler.model.coupling import values_below
from scm_compiler.model.layout import Layout
from scm_compiler.model.logits import logits_of
from scm_compiler.model.spec import ExplicitSpec

TABLES = (".logits", ".natural")
"""How the names of tables end, among the weights of nodes."""


@dataclass(frozen=True)
class Wiring:
    """What one label's mechanism reads.

    Its inputs are columns of one numbering: the labels, then the hidden causes. Since each label
    has one noise column of its own, a hidden cause has the same number among the noise columns.

    Attributes:
        label: The label's column.
        size: How many values the label has.
        inputs: The columns of the parents, then of the hidden causes.
        sizes: How many values each input has.
        own: The noise column of its own uniform number.
        table: Whether it is a table, else a network.
        family: The distributions that it may have at each setting of its inputs; None for any,
            as of each label with hidden causes, which mixes over their states.
    """

    label: int
    size: int
    inputs: tuple[int, ...]
    sizes: tuple[int, ...]
    own: int
    table: bool
    family: Exponential | None = None

    @property
    def outputs(self) -> int:
        """The numbers at each setting: the family's parameters, or the logits.

        There is one logit for two values, else one a value.
        """
        return width_of(self.size) if self.family is None else len(self.family.statistics)

    @property
    def weight(self) -> str:
        """What a table's numbers are called: `logits`, or the `natural` parameters of a family."""
        return "logits" if self.family is None else "natural"

    @cached_property
    def stack(self) -> str:
        """The stack of tables that its own lies in: that of its number of values, or its own."""
        return f"{self.size}" if self.family is None else f"{self.size}_{self.label}"

    def logits(self, outputs: Tensor) -> Tensor:
        """The logits (…, width of the label) that outputs (…, outputs) stand for."""
        return outputs if self.family is None else logits_of(self.family, outputs)

    @cached_property
    def configurations(self) -> int:
        """The number of settings of the inputs."""
        return prod(self.sizes)

    @cached_property
    def strides(self) -> tuple[int, ...]:
        """How far each input moves the row of the table; the last input moves fastest."""
        return tuple(prod(self.sizes[rank + 1 :]) for rank in range(len(self.sizes)))


def wirings(layout: Layout, spec: ExplicitSpec) -> tuple[Wiring, ...]:
    """The wiring of every label, in the order of the layout."""
    found = []
    for label, parents in enumerate(layout.parents):
        own, *shared = (layout.blocks[name].start for name in layout.reads[label])
        domain = layout.graph.domain(layout.labels[label])
        sizes = tuple(layout.sizes[p] for p in parents) + (spec.hidden_states,) * len(shared)
        found.append(
            Wiring(
                label=label,
                size=layout.sizes[label],
                inputs=(*parents, *shared),
                sizes=sizes,
                own=own,
                table=prod(sizes) <= spec.table_limit,
                family=None if shared else domain.family,
            )
        )
    return tuple(found)


def settings(wiring: Wiring, rows: slice, device: torch.device) -> Tensor:
    """The encoded inputs (rows, columns) of these rows of a mechanism's table, in float64."""
    row = torch.arange(rows.start, rows.stop, device=device)
    values = [
        row // stride % size for stride, size in zip(wiring.strides, wiring.sizes, strict=True)
    ]
    return encode_all(values, wiring.sizes, torch.float64)


def stacks(members: Iterable[Wiring]) -> Iterator[tuple[str, list[Wiring]]]:
    """Tables by the stack in which they lie."""
    members = list(members)
    places = {m.stack: (m.size, m.stack) for m in members}
    for stack in sorted(places, key=places.__getitem__):
        yield stack, [m for m in members if m.stack == stack]


class TableGroup(nn.Module):
    """The labels of one level whose tables lie in one stack.

    All tables lie in one tensor of steps; a label's row is its offset plus its inputs times its
    strides. A label with fewer inputs than the widest reads column 0 with stride 0.

    Args:
        members: The mechanisms, all of one `stack`.
        offsets: The row at which each one's table begins.
    """

    labels: Tensor
    own: Tensor
    gather: Tensor
    strides: Tensor
    offsets: Tensor

    def __init__(self, members: Sequence[Wiring], offsets: Sequence[int]) -> None:
        super().__init__()
        self.stack = members[0].stack
        self.width = max(len(m.inputs) for m in members)
        buffers = {
            "labels": [m.label for m in members],
            "own": [m.own for m in members],
            "offsets": list(offsets),
            "gather": [c for m in members for c in _padded(m.inputs, self.width)],
            "strides": [s for m in members for s in _padded(m.strides, self.width)],
        }
        for name, numbers in buffers.items():
            self.register_buffer(name, torch.tensor(numbers, dtype=torch.long), persistent=False)

    def forward(self, inputs: Tensor, noise: Tensor, steps: Tensor) -> Tensor:
        """The values of the labels.

        Args:
            inputs: (B, V + H) int64: the labels so far, then the states of the hidden causes.
            noise: (B, N).
            steps: (rows, size - 1): P(x > k) of every table of the stack.

        Returns:
            (B, n) int64.
        """
        rows = self.offsets.expand(inputs.shape[0], -1)
        if self.width:
            chosen = inputs.index_select(1, self.gather) * self.strides
            rows = rows + chosen.view(inputs.shape[0], -1, self.width).sum(-1)
        found = steps.index_select(0, rows.flatten()).view(*rows.shape, steps.shape[1])
        return values_below(noise.index_select(1, self.own), found, torch.int32).long()


def _padded(numbers: Sequence[int], width: int) -> list[int]:
    return [*numbers, *[0] * (width - len(numbers))]
