"""The tables of explicit mechanisms, written out: exactly, in float64."""

import copy
from math import prod
from typing import Protocol

import numpy as np
import torch
from torch import Tensor

from scm_compiler.ir import Graph
from scm_compiler.model.computed import Computed
from scm_compiler.model.layout import Layout
from scm_compiler.model.logits import probabilities
from scm_compiler.model.module import chunks
from scm_compiler.model.network import LevelNetworks
from scm_compiler.model.spec import ExplicitSpec
from scm_compiler.model.tables import Tables, table_shape
from scm_compiler.model.wiring import Wiring, settings
from scm_compiler.passes.fold import unfold

MOST_CELLS = 2**26
"""The most entries of one label's table that is written out."""


class Explicit(Protocol):
    """What is written out: mechanisms with closed-form probabilities (`explicit.py`)."""

    graph: Graph
    spec: ExplicitSpec
    layout: Layout
    wirings: tuple[Wiring, ...]

    @property
    def device(self) -> torch.device:
        """Where the weights are."""

    def table(self, name: str) -> Tensor:
        """One label's logits (size of each input…, outputs)."""

    def network(self, m: Wiring) -> tuple[LevelNetworks, int]:
        """The networks of a label's level, and which of them is its own."""


@torch.no_grad()
def written_tables(module: Explicit, most: float) -> Tables:
    """The tables of a module; see `ExplicitModule.tables`.

    Raises:
        ValueError: If a label has so many settings of its parents that its table cannot be
            written out.
    """
    states = module.spec.hidden_states
    unfolded, hidden = unfold(module.graph, states)
    found = {name: np.full(states, 1 / states) for name in hidden}
    networks = _networks(module, most)
    for name, m in zip(module.layout.labels, module.wirings, strict=True):
        if name in networks:
            continue
        shape = table_shape(unfolded, name)
        if prod(shape) > MOST_CELLS:
            raise ValueError(f"the table of `{name}` has {prod(shape):,} entries")
        logits = module.table(name).double() if m.table else _all_logits(module, m)
        found[name] = probabilities(m.logits(logits)).view(shape).cpu().numpy()
    return Tables(unfolded, found, networks=networks)


def _networks(module: Explicit, most: float) -> dict[str, Computed]:
    """The networks whose tables are not written out."""
    labels = zip(module.layout.labels, module.wirings, strict=True)
    networks = sorted((m.configurations * m.size, name, m) for name, m in labels if not m.table)
    total, found = 0, {}
    for numbers, name, m in networks:
        total += numbers
        if total > most:
            found[name] = Computed(*module.network(m), m)
    return found


def _all_logits(module: Explicit, m: Wiring) -> Tensor:
    """The logits (settings, outputs) of a network at every setting of its inputs, float64."""
    networks, rank = module.network(m)
    exact = copy.deepcopy(networks).double()
    pieces = chunks(m.configurations)
    return torch.cat([exact.node(rank, settings(m, p, module.device)) for p in pieces])
