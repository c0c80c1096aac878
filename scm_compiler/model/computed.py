"""P(label | parents) of a network that has too many parent configurations for a table."""

import copy
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from scm_compiler.model.mechanism import Mechanism, encode, probabilities
from scm_compiler.model.module import chunks
from scm_compiler.model.network import LevelNetworks


@dataclass(frozen=True)
class Computed:
    """A `Conditional` (ir/tables.py): the network is run on the values that are asked about.

    Attributes:
        networks: Those of the label's level.
        rank: Which of them is the label's.
        mechanism: What the label reads.
    """

    networks: LevelNetworks
    rank: int
    mechanism: Mechanism

    @torch.no_grad()
    def at(self, parents: NDArray[np.int64]) -> NDArray[np.float64]:
        """The distributions (B, size), in float64, for values of the parents (B, parents)."""
        columns = torch.from_numpy(parents)
        pieces = [self._piece(columns[rows]) for rows in chunks(len(parents))]
        return torch.cat(pieces).numpy() if pieces else np.empty((0, self.mechanism.size))

    @cached_property
    def _exact(self) -> LevelNetworks:
        return copy.deepcopy(self.networks).double().cpu()

    def _piece(self, parents: Tensor) -> Tensor:
        sizes = self.mechanism.sizes
        encoded = [encode(parents[:, i], size, torch.float64) for i, size in enumerate(sizes)]
        return probabilities(self._exact.node(self.rank, torch.cat(encoded, 1)))
