"""Values as networks read them, and back: one 0/1 column for two values, else one-hot columns."""

from collections.abc import Sequence
from itertools import accumulate

import torch
from torch import Tensor
from torch.nn.functional import one_hot


def width_of(size: int) -> int:
    """The encoded columns of a variable with so many values, which are the logits of a label."""
    return 1 if size == 2 else size


def spans_of(widths: Sequence[int]) -> tuple[slice, ...]:
    """The columns of each of some variables that lie side by side."""
    stops = list(accumulate(widths))
    return tuple(slice(stop - width, stop) for stop, width in zip(stops, widths, strict=True))


def encoded_spans(sizes: Sequence[int]) -> tuple[slice, ...]:
    """The encoded columns of variables with these numbers of values, side by side.

    >>> encoded_spans([2, 3])
    (slice(0, 1, None), slice(1, 4, None))
    """
    return spans_of([width_of(size) for size in sizes])


def encode(values: Tensor, size: int, dtype: torch.dtype) -> Tensor:
    """Values (…) of one variable as a network reads them (…, columns)."""
    if size == 2:
        return values.unsqueeze(-1).to(dtype)
    return one_hot(values.long(), size).to(dtype)


def encode_all(columns: Sequence[Tensor], sizes: Sequence[int], dtype: torch.dtype) -> Tensor:
    """Values (…) of several variables, side by side (…, columns).

    >>> encode_all([torch.tensor([1]), torch.tensor([2])], [2, 3], torch.float32)
    tensor([[1., 0., 0., 1.]])
    """
    parts = [encode(column, size, dtype) for column, size in zip(columns, sizes, strict=True)]
    return torch.cat(parts, -1) if parts else torch.empty(0)


def decode(encoded: Tensor, sizes: Sequence[int]) -> Tensor:
    """The values (B, variables) of hard encoded columns (B, E)."""
    if encoded.shape[1] == len(sizes):
        return encoded.long()
    columns = [
        encoded[:, span.start].long() if size == 2 else encoded[:, span].argmax(1)
        for span, size in zip(encoded_spans(sizes), sizes, strict=True)
    ]
    return torch.stack(columns, 1)


def decide(logits: Tensor) -> Tensor:
    """The values (B,) of a label whose network decides: of logits (B, outputs), the largest."""
    return (logits[:, 0] > 0).long() if logits.shape[1] == 1 else logits.argmax(1)


def weights_of(encoded: Tensor) -> Tensor:
    """Weights over the values (B, size) of encoded, perhaps soft values (B, columns)."""
    if encoded.shape[1] == 1:
        return torch.cat([1 - encoded, encoded], 1)
    return encoded


def encoded_of(weights: Tensor) -> Tensor:
    """Weights over the values (B, size) as encoded columns (B, columns)."""
    return weights[:, 1:] if weights.shape[1] == 2 else weights
