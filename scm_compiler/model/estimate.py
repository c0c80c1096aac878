"""P(label | parents) of mechanisms that can be run but not written down."""

from collections.abc import Callable, Iterable
from itertools import product
from math import prod

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from scm_compiler.ir import Graph
from scm_compiler.model.codec import decide, encode_all
from scm_compiler.model.module import chunks
from scm_compiler.model.tables import table_shape

CHUNK = 16_384
"""Rows that run at once: their layers stay in the processor's cache."""

LEAST_DRAWS = 1000

MOST_CONFIGURATIONS = 2**16

Run = Callable[[str, Tensor], Tensor]
"""A label's name and its encoded parents (B, columns), to its logits for fresh noise (B, O)."""


Estimates = tuple[dict[str, NDArray[np.float64]], dict[str, int]]
"""The tables of some labels, and the draws behind each of their rows."""


def estimate_tables(
    graph: Graph, names: Iterable[str], run: Run, draws: int, most_rows: int
) -> Estimates:
    """The tables of some labels, by running each one's mechanism on fresh noise.

    Args:
        graph: The graph.
        names: Labels without hidden common causes: their noise is their own.
        run: Runs one label's mechanism.
        draws: Draws for each parent configuration.
        most_rows: A label runs at most this many rows: with many configurations it gets fewer
            draws for each, but at least 1000.

    Returns:
        The tables, and the number of draws behind each row.

    Raises:
        ValueError: If a label has too many parent configurations to try each.
    """
    estimated: dict[str, NDArray[np.float64]] = {}
    taken: dict[str, int] = {}
    for name in names:
        shape = table_shape(graph, name)
        configurations = prod(shape[:-1])
        if configurations > MOST_CONFIGURATIONS:
            raise ValueError(f"`{name}` has {configurations:,} parent configurations")
        taken[name] = min(draws, max(LEAST_DRAWS, most_rows // configurations))
        counts = [
            _counts(run, name, _encoded(values, shape), taken[name], shape[-1])
            for values in product(*(range(size) for size in shape[:-1]))
        ]
        estimated[name] = np.stack(counts).reshape(shape) / taken[name]
    return estimated, taken


def _encoded(values: tuple[int, ...], shape: tuple[int, ...]) -> Tensor:
    """One parent configuration as the networks read it: (columns,)."""
    columns = [torch.tensor(value) for value in values]
    return encode_all(columns, shape[:-1], torch.get_default_dtype())


def _counts(run: Run, name: str, parents: Tensor, draws: int, size: int) -> NDArray[np.int64]:
    """How many draws give each value."""
    counts = torch.zeros(size, dtype=torch.int64)
    for rows in chunks(draws, CHUNK):
        values = decide(run(name, parents.expand(rows.stop - rows.start, -1)))
        counts += torch.bincount(values.cpu(), minlength=size)
    found: NDArray[np.int64] = counts.numpy()
    return found
