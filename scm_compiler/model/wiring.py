"""What each label of an explicit module reads, as data."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from math import prod

import torch
from torch import Tensor

from scm_compiler.ir.domain import Exponential
from scm_compiler.model.codec import encode_all, width_of
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
