"""What every emitted model offers, whatever its mechanisms are.

An emitted model is a function of exogenous noise: `forward(noise, do)` gives every label's value.
Its randomness is all in `noise`, so that one draw of noise can be seen under many interventions.
"""

from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import chain
from math import inf
from typing import Any, ClassVar, Literal, TypeVar

import numpy as np
import torch
from torch import Tensor, nn

from scm_compiler.ir import Graph
from scm_compiler.model.layout import Layout
from scm_compiler.model.naming import identifiers
from scm_compiler.model.tables import Tables
from scm_compiler.model.wiring import TABLES

K = TypeVar("K", str, int)

CHUNK = 32_768
"""Rows that run at once where there are many: their columns stay in the processor's cache."""


Held = float | Tensor
"""What a node is held at: a value (of a label its index), or one for each row (B,)."""

Form = Literal["auto", "fused", "plain"]
"""How a model runs: all labels of a level at once, label by label, or what suits the batch."""


@dataclass(frozen=True, slots=True)
class Reads:
    """What one mechanism reads, as the module itself holds it (its gather indices).

    Attributes:
        labels: The columns of the label tensor (B, V) that it reads.
        noise: The columns of the noise tensor (B, N) that it reads.
    """

    labels: tuple[int, ...]
    noise: tuple[int, ...]


class CausalModule(nn.Module, ABC):
    """A model of a graph's labels that is consistent with the graph (Definition 1).

    Kocaoglu et al. 2017, Definition 1: x_i = f_i(Pa_i, U_i), with the noise U cut into blocks.

    Attributes:
        graph: The validated graph.
        layout: Where each label and each noise block lies in the tensors.
        spec: What the mechanisms are, as data; with the graph it rebuilds the module.
        form: Forces one form of running; the numbers are the same.
        tied: The nodes whose mechanisms are but conditionals of the observed law.
    """

    graph: Graph
    layout: Layout
    spec: Any
    form: Form = "auto"
    tied: tuple[str, ...] = ()
    exact: ClassVar[bool] = False
    """Whether the tables are exact, else estimated or counted in draws."""

    def draw_noise(self, batch: int, *, generator: torch.Generator | None = None) -> Tensor:
        """Exogenous noise (B, N), one row a unit."""
        return self.draw_columns(batch, self.layout.noise_size, generator)

    def draw_columns(
        self, rows: int, columns: int, generator: torch.Generator | None = None
    ) -> Tensor:
        """Some columns of noise (rows, columns)."""
        shape = (rows, columns)
        uniform = torch.rand(shape, generator=generator, dtype=self.dtype, device=self.device)
        return self.noise_of(uniform)

    @abstractmethod
    def forward(self, noise: Tensor, do: Mapping[str, Held] | None = None) -> Tensor:
        """The labels' values for this noise.

        Args:
            noise: (B, N) from `draw_noise`.
            do: The value (its index) of each intervened label, or one for each row (B,).

        Returns:
            (B, V) int64 value indices, in the order of declaration; an intervened column is
            what it is held at, and its children read that.

        Raises:
            ValueError: If `do` names no label or a value outside its domain.
        """

    @abstractmethod
    def scores(self, values: Tensor, noise: Tensor) -> tuple[Tensor, ...]:
        """Each mechanism's scores before it is cut to a value, as a differentiable function.

        Every mechanism reads its parents in `values`; nothing is passed on from one to another,
        so that the Jacobian of the scores is the sparsity of single mechanisms.

        Args:
            values: (B, E) encoded values, in the encoded columns of the layout; soft ones allowed.
            noise: (B, N).

        Returns:
            For each label its scores (B, a few).
        """

    @abstractmethod
    def reads(self) -> tuple[Reads, ...]:
        """What each label's mechanism reads, taken from the indices that `forward` gathers by."""

    @abstractmethod
    def tables(
        self,
        *,
        most: float = inf,
        draws: int = 100_000,
        generator: torch.Generator | None = None,
    ) -> Tables:
        """P(label | parents) of every label: exact where the mechanisms allow, else estimated.

        Args:
            most: The most numbers in tables that are written out from networks.
            draws: Draws for each parent configuration, where they are estimated.
            generator: Where their noise comes from; if None, the same noise at every call.

        Raises:
            ValueError: If the model has no such tables, or they are too large.
        """

    def noise_of(self, uniform: Tensor) -> Tensor:
        """The noise that uniform numbers in [0, 1), which may be overwritten, stand for.

        It is these themselves, unless a family has other noise.
        """
        return uniform

    @abstractmethod
    def node_weights(self) -> dict[str, Tensor]:
        """Copies of every node's weights as `<identifier of the node>.<weight>`."""

    @abstractmethod
    def load_node_weights(self, weights: Mapping[str, Tensor]) -> None:
        """Set every node's weights from what `node_weights` gave; ValueError if they misfit."""

    @abstractmethod
    def describe(self) -> dict[str, str]:
        """Each label's mechanism in a few words, such as `table of 4` (settings of its inputs)."""

    def count_parameters(self) -> dict[str, int]:
        """The number of each label's parameters."""
        found = dict.fromkeys(self.layout.labels, 0)
        owner = {identifier: name for name, identifier in identifiers(found).items()}
        for name, weight in self.node_weights().items():
            found[owner[name.partition(".")[0]]] += weight.numel()
        return found

    def redrawn_weights(self, generator: torch.Generator) -> dict[str, Tensor]:
        """Random weights for every node that are steep enough to let effects through."""
        weights = self.node_weights().items()
        return {name: steep(name, weight, generator) for name, weight in weights}

    @torch.no_grad()
    def sample(
        self,
        batch: int,
        *,
        do: Mapping[str, float] | None = None,
        generator: torch.Generator | None = None,
        dtype: torch.dtype = torch.int64,
    ) -> Tensor:
        """Draw units; noise is made in chunks, so that memory stays small.

        On the CPU the result is that of `forward(draw_noise(batch, generator), do)`, so that the
        same seed with and without `do` shows the same units.

        Args:
            batch: How many.
            do: The value (its index) of each intervened label.
            generator: Where the noise comes from; the global generator if None.
            dtype: Of the result; `torch.uint8` takes an eighth of the memory.

        Returns:
            (B, V) value indices, stored column by column.
        """
        found = self.columns(batch, dtype)
        for rows in chunks(batch):
            noise = self.draw_noise(rows.stop - rows.start, generator=generator)
            found[rows] = self(noise, do)
        return found

    def runs_fused(self, rows: int, most: int) -> bool:
        """Whether a batch runs level-fused: by `form`, else if it has at most so many rows."""
        return self.form == "fused" or (self.form == "auto" and rows <= most)

    def columns(self, batch: int, dtype: torch.dtype = torch.int64) -> Tensor:
        """An unfilled (B, V) tensor with contiguous columns: labels are written one by one."""
        shape = (len(self.layout.labels), batch)
        if self.device.type != "cpu":
            return torch.empty(shape, dtype=dtype, device=self.device).t()
        # numpy asks the kernel for huge pages, which makes first writes five times cheaper.
        kind = torch.empty(0, dtype=dtype).numpy().dtype
        return torch.from_numpy(np.empty(shape, kind)).t()

    @property
    def device(self) -> torch.device:
        """Where the weights are."""
        weight = self._weight()
        return torch.device("cpu") if weight is None else weight.device

    @property
    def dtype(self) -> torch.dtype:
        """The floating type of the weights and of the noise."""
        weight = self._weight()
        return torch.get_default_dtype() if weight is None else weight.dtype

    def _weight(self) -> Tensor | None:
        """One of its numbers: a parameter, or a number of a mechanism that is not learnt."""
        numbers = chain(self.parameters(), self.buffers())
        return next((tensor for tensor in numbers if tensor.is_floating_point()), None)

    @contextmanager
    def settled(self) -> Iterator[None]:
        """While this lasts no weight changes: what derives from the weights is computed once."""
        yield

    def settings(self, do: Mapping[str, Held] | None) -> dict[int, Held]:
        """The intervened labels' columns and values.

        Raises:
            ValueError: If `do` names no label or a value outside its domain.
        """
        found: dict[int, Held] = {}
        for name, held in (do or {}).items():
            if name not in self.layout.index:
                raise ValueError(f"`{name}` is not a label of {self.graph.name}")
            label = self.layout.index[name]
            most = self.layout.sizes[label] - 1
            several = isinstance(held, Tensor)
            for value in held.aminmax() if isinstance(held, Tensor) else (held,):
                if not 0 <= value <= most:
                    raise ValueError(f"`{name}` has the values 0 to {most}, not {int(value)}")
            found[label] = held if several else int(held)
        return found


@contextmanager
def one_thread() -> Iterator[None]:
    """Run on one core, which is quicker for products as small as those of labels.

    Each short operation would wait for all threads, which costs a great deal on a busy machine:
    a certificate of three labels took ten seconds on two threads and a fifth of one on one. With
    one, sums do not depend on how many cores the machine has either.
    """
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(before)


def part(fixed: Mapping[K, Held], rows: slice) -> dict[K, Held]:
    """What labels are held at in some rows."""
    return {
        label: held[rows] if isinstance(held, Tensor) else held for label, held in fixed.items()
    }


def chunks(batch: int, size: int = CHUNK) -> Iterator[slice]:
    """The rows of a batch in pieces of at most `size`."""
    return (slice(start, min(start + size, batch)) for start in range(0, batch, size))


def write_columns(columns: list[Tensor], found: Tensor) -> None:
    """Write each label's values (B,) into its column of (B, V)."""
    for label, column in enumerate(columns):
        found[:, label] = column


def steep(name: str, weight: Tensor, generator: torch.Generator) -> Tensor:
    """Random numbers in the place of a label's weights."""
    matrix = weight.dim() == 2 and not name.endswith(TABLES)
    scale = 2.0 * weight.shape[1] ** -0.5 if matrix else 2.0
    random = torch.randn(weight.shape, generator=generator, dtype=torch.float64)
    return (random * scale).to(weight)


def own_weights(weights: Mapping[str, Tensor], identifier: str) -> dict[str, Tensor]:
    """The weights of one node, under their names within it."""
    start = f"{identifier}."
    return {k.removeprefix(start): w for k, w in weights.items() if k.startswith(start)}


def check_weights(weights: Mapping[str, Tensor], expected: Mapping[str, Tensor]) -> None:
    """Compare the names and shapes of weights with those of a module.

    Raises:
        ValueError: Naming what is missing, left over or of another shape.
    """
    missing = [name for name in expected if name not in weights]
    extra = [name for name in weights if name not in expected]
    for found, what in ((missing, "missing"), (extra, "unknown")):
        if found:
            listed = ", ".join(found[:5]) + (" …" if len(found) > 5 else "")
            raise ValueError(f"weights are {what}: {listed}")
    for name, tensor in expected.items():
        if weights[name].shape != tensor.shape:
            shapes = f"{tuple(weights[name].shape)}, not {tuple(tensor.shape)}"
            raise ValueError(f"{name} has shape {shapes}")
