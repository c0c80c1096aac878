"""P(label | parents) of a network that has too many parent configurations for a table."""

import copy
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from scm_compiler.model.codec import encode_all
from scm_compiler.model.logits import probabilities
from scm_compiler.model.module import chunks
from scm_compiler.model.network import LevelNetworks
from scm_compiler.model.wiring import Wiring


@dataclass(frozen=True)
class Computed:
    """A `Conditional` (mechanism.py): the network is run on the values that are asked about.

    Attributes:
        networks: Those of the label's level.
        rank: Which of them is the label's.
        wiring: What the label reads.
    """

    networks: LevelNetworks
    rank: int
    wiring: Wiring

    @torch.no_grad()
    def at(self, parents: NDArray[np.int64]) -> NDArray[np.float64]:
        """The distributions (B, size), in float64, for values of the parents (B, parents)."""
        columns = torch.from_numpy(parents)
        pieces = [self._piece(columns[rows]) for rows in chunks(len(parents))]
        return torch.cat(pieces).numpy() if pieces else np.empty((0, self.wiring.size))

    @cached_property
    def _exact(self) -> LevelNetworks:
        return copy.deepcopy(self.networks).double().cpu()

    def _piece(self, parents: Tensor) -> Tensor:
        encoded = encode_all(parents.unbind(1), self.wiring.sizes, torch.float64)
        return probabilities(self.wiring.logits(self._exact.node(self.rank, encoded)))
