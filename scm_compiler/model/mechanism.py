"""Explicit mechanisms: what each label reads, and how a uniform number becomes a value.

x = #{k : u < P(x > k | parents)}. For two values this is x = 1[u < P(x = 1)]; for more it is the
inverse of the distribution function, read from the top, which is the same law since u and 1 - u
are alike.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate
from math import prod

import torch
from torch import Tensor
from torch.nn.functional import one_hot

from scm_compiler.model.layout import Layout

MOST_LAYERS = 1000
"""The most layers of a network."""


@dataclass(frozen=True)
class ExplicitSpec:
    """The shape of every label's mechanism.

    Attributes:
        table_limit: A label with at most this many settings of its parents (and hidden causes)
            has a saturated table; one with more has a network.
        hidden_states: The number of equally likely states of a hidden common cause.
        hidden: Units in each hidden layer of a network.
        layers: Linear layers of a network in all, the output's included.
    """

    table_limit: int = 4096
    hidden_states: int = 8
    hidden: int = 64
    layers: int = 3

    def __post_init__(self) -> None:
        if min(self.table_limit, self.hidden_states, self.hidden, self.layers) < 1:
            raise ValueError(f"the sizes of a mechanism are at least 1: {self}")
        require_layers(self.layers)


def require_layers(layers: int) -> None:
    """Refuse a network of more layers than any that can be trained.

    Raises:
        ValueError: If there are more than `MOST_LAYERS`.
    """
    if layers > MOST_LAYERS:
        raise ValueError(f"a network has at most {MOST_LAYERS:,} layers, not {layers:,}")


@dataclass(frozen=True)
class Mechanism:
    """One label's mechanism, as data.

    Its inputs are columns of one numbering: the labels, then the hidden causes. Since each label
    has one noise column of its own, a hidden cause has the same number among the noise columns.

    Attributes:
        label: The label's column.
        size: How many values the label has.
        inputs: The columns of the parents, then of the hidden causes.
        sizes: How many values each input has.
        own: The noise column of its own uniform number.
        table: Whether it is a saturated table, else a network.
    """

    label: int
    size: int
    inputs: tuple[int, ...]
    sizes: tuple[int, ...]
    own: int
    table: bool

    @property
    def outputs(self) -> int:
        """The number of logits: one for two values, else one a value."""
        return logits_of(self.size)

    @cached_property
    def configurations(self) -> int:
        """The number of settings of the inputs."""
        return prod(self.sizes)

    @cached_property
    def strides(self) -> tuple[int, ...]:
        """How far each input moves the row of the table; the last input moves fastest."""
        return tuple(prod(self.sizes[rank + 1 :]) for rank in range(len(self.sizes)))


def logits_of(size: int) -> int:
    """The number of logits, and of encoded columns, of a variable with this many values."""
    return 1 if size == 2 else size


def encoded_spans(sizes: Sequence[int]) -> list[range]:
    """The encoded columns of variables with these numbers of values, side by side."""
    stops = list(accumulate(logits_of(size) for size in sizes))
    return [range(stop - logits_of(s), stop) for s, stop in zip(sizes, stops, strict=True)]


def mechanisms(layout: Layout, spec: ExplicitSpec) -> tuple[Mechanism, ...]:
    """The mechanism of every label, in the order of the layout."""
    found = []
    for label, parents in enumerate(layout.parents):
        own, *shared = (layout.blocks[name].start for name in layout.reads[label])
        sizes = tuple(layout.sizes[p] for p in parents) + (spec.hidden_states,) * len(shared)
        found.append(
            Mechanism(
                label=label,
                size=layout.sizes[label],
                inputs=(*parents, *shared),
                sizes=sizes,
                own=own,
                table=prod(sizes) <= spec.table_limit,
            )
        )
    return tuple(found)


def survival(logits: Tensor) -> Tensor:
    """P(x > k) for k = 0 … size - 2, from logits (…, outputs): (…, size - 1).

    >>> survival(torch.tensor([0.0]))
    tensor([0.5000])
    >>> survival(torch.tensor([0.0, 0.0, 0.0, 0.0]))
    tensor([0.7500, 0.5000, 0.2500])
    """
    if logits.shape[-1] == 1:
        return torch.sigmoid(logits)
    tails = torch.softmax(logits, -1).flip(-1).cumsum(-1).flip(-1)
    return tails[..., 1:]


def probabilities(logits: Tensor) -> Tensor:
    """P(x = k) for every value, from logits (…, outputs): (…, size)."""
    if logits.shape[-1] == 1:
        return torch.cat([torch.sigmoid(-logits), torch.sigmoid(logits)], -1)
    return torch.softmax(logits, -1)


def on_grid(steps: Tensor, dtype: torch.dtype) -> Tensor:
    """Probabilities rounded to the grid of uniform numbers of this type.

    `torch.rand` gives multiples of 2^-24 in float32 and of 2^-53 in float64. On that grid
    `u < step` has exactly the probability `step`; off it, the next larger multiple.

    Args:
        steps: Probabilities in float64.
        dtype: Of the uniform numbers.
    """
    grid = 2.0**53 if dtype == torch.float64 else 2.0**24
    return (steps * grid).round_().div_(grid).to(dtype)


def values_below(uniform: Tensor, steps: Tensor) -> Tensor:
    """#{k : u < step k}, for uniform numbers (…) and steps (…, size - 1).

    Returns:
        The values (…): bool for two values, which takes the least memory, else int32.
    """
    if steps.shape[-1] == 1:
        return uniform < steps.squeeze(-1)
    return (uniform.unsqueeze(-1) < steps).sum(-1, dtype=torch.int32)


def encode(values: Tensor, size: int, dtype: torch.dtype) -> Tensor:
    """Values (…) as a network reads them (…, columns): 0/1 for two values, else one-hot."""
    if size == 2:
        return values.unsqueeze(-1).to(dtype)
    return one_hot(values.long(), size).to(dtype)


def settings(mechanism: Mechanism, rows: slice, device: torch.device) -> Tensor:
    """The encoded inputs (rows, columns) of these rows of a mechanism's table, in float64."""
    row = torch.arange(rows.start, rows.stop, device=device)
    columns = [
        encode(row // stride % size, size, torch.float64)
        for stride, size in zip(mechanism.strides, mechanism.sizes, strict=True)
    ]
    return torch.cat(columns, 1)


def soft_one_hot(encoded: Tensor) -> Tensor:
    """Weights over the values (B, size) of encoded, perhaps soft values (B, columns)."""
    if encoded.shape[1] == 1:
        return torch.cat([1 - encoded, encoded], 1)
    return encoded


def soft_states(uniform: Tensor, states: int) -> Tensor:
    """Weights (B, K) over the states of a hidden cause, piecewise linear in its noise (B,).

    In the middle of each state's interval the weight is on that state alone.
    """
    middles = torch.arange(states, dtype=uniform.dtype, device=uniform.device)
    place = (uniform * states - 0.5).clamp(0.0, states - 1.0)
    return (1 - (place.unsqueeze(1) - middles).abs()).clamp_min(0.0)


def multilinear(table: Tensor, weights: list[Tensor]) -> Tensor:
    """A table at soft inputs: its multilinear extension.

    Args:
        table: (size of each input…, outputs).
        weights: For each input (B, its size); one-hot rows give the table's own rows.

    Returns:
        (B, outputs), or (1, outputs) of a table without inputs.
    """
    found = table.unsqueeze(0)
    for weight in weights:
        rest = found.shape[2:]
        flat = found.reshape(found.shape[0], weight.shape[1], -1)
        found = torch.matmul(weight.unsqueeze(1), flat).reshape(-1, *rest)
    return found
