"""The responses of a trained module's networks."""

from itertools import product
from math import prod

import numpy as np
import torch

from scm_compiler.emit.module import CausalModule
from scm_compiler.ir.tables import table_shape
from scm_compiler.runtime.queries.counterfactual.responses import Responses, Values


def responses_of(
    module: CausalModule, *, draws: int = 100_000, most_rows: int = 2_000_000, seed: int = 0
) -> Responses:
    """The module's own noise as a noise model.

    Args:
        module: The trained module.
        draws: Draws of a label's noise, each run under every configuration of its parents.
        most_rows: A label runs at most this many rows: with many configurations it gets fewer
            draws, but at least 1000.
        seed: Of the draws.
    """

    def draw(node: str) -> Values:
        parents = module.graph.parents[node]
        sizes = table_shape(module.graph, node)[:-1]
        random = torch.Generator(module.device).manual_seed(seed)
        taken = min(draws, max(1000, most_rows // prod(sizes)))
        noise = module.draw_noise(taken, generator=random)
        column = module.layout.index[node]
        found = [
            module(noise, do=dict(zip(parents, values, strict=True)))[:, column].cpu().numpy()
            for values in product(*map(range, sizes))
        ]
        return np.stack(found, 1)

    return Responses(module.graph, draw)
