"""The responses of a trained module's networks."""

from itertools import product
from math import prod

import numpy as np
import torch
from torch import Tensor

from scm_compiler.inference.contraction import Array
from scm_compiler.inference.counterfactual.responses import Responses, Values
from scm_compiler.model.module import CausalModule
from scm_compiler.model.tables import table_shape

MOST_ROWS = 2_000_000
"""A label runs at most this many rows: with many configurations it gets fewer draws."""

FEWEST_DRAWS = 1000


def responses_of(module: CausalModule, *, draws: int = 100_000) -> Responses:
    """The module's own noise as a noise model.

    Args:
        module: The trained module.
        draws: Draws of a label's noise, each run under every configuration of its parents.
    """
    layout = module.layout

    def noise_of(node: str) -> Tensor:
        configurations = prod(table_shape(module.graph, node)[:-1])
        taken = min(draws, max(FEWEST_DRAWS, MOST_ROWS // configurations))
        random = torch.Generator(module.device).manual_seed(0)
        return module.draw_noise(taken, generator=random)

    def draw(node: str) -> Values:
        parents = module.graph.parents[node]
        sizes = table_shape(module.graph, node)[:-1]
        noise, column = noise_of(node), layout.index[node]
        found = [
            module(noise, do=dict(zip(parents, values, strict=True)))[:, column].cpu().numpy()
            for values in product(*map(range, sizes))
        ]
        return np.stack(found, 1)

    def own(node: str, chosen: Values) -> Array:
        block = layout.blocks[layout.reads[layout.index[node]][0]]
        noise = noise_of(node)[:, block].double().cpu().numpy()
        return np.asarray(noise[chosen])

    return Responses(module.graph, draw, own)
