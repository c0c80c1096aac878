"""The networks of several nodes, held as stacked weights so that they run as one product."""

from collections.abc import Sequence
from itertools import pairwise

import torch
from torch import Tensor, nn
from torch.nn.functional import silu

from scm_compiler.model.real.features import REACH
from scm_compiler.model.real.uniform import Array


class Stack(nn.Module):
    """One network a node, with SiLU between its layers, and a straight line beside it.

    A node with fewer inputs than the widest reads the column 0, which is zero, in their place.
    The last layer begins at zero, so that what the biases say is the first guess.

    Args:
        columns: For each node the columns of the source that it reads.
        outputs: The number of outputs of each.
        hidden: The widths of the hidden layers.
        generator: Where the first weights are drawn from.
    """

    gather: Tensor

    def __init__(
        self,
        columns: Sequence[Sequence[int]],
        outputs: int,
        hidden: Sequence[int],
        generator: torch.Generator,
    ) -> None:
        super().__init__()
        self.own = tuple(len(node) for node in columns)
        self.inputs = max((1, *self.own))
        rows = [[*node, *[0] * (self.inputs - len(node))] for node in columns]
        self.register_buffer("gather", torch.tensor(rows, dtype=torch.int64).flatten())
        widths, nodes = (self.inputs, *hidden, outputs), len(columns)
        self.weights = nn.ParameterList(torch.zeros(nodes, i, o) for i, o in pairwise(widths))
        self.biases = nn.ParameterList(torch.zeros(nodes, 1, o) for o in widths[1:])
        self.line = nn.Parameter(torch.zeros(nodes, self.inputs))
        with torch.no_grad():
            for node, inputs in enumerate(self.own):
                for depth, weight in enumerate(self.weights[:-1]):
                    part = weight[node, : inputs if depth == 0 else None]
                    if part.numel():
                        nn.init.xavier_uniform_(part, generator=generator)

    def forward(self, source: Tensor) -> tuple[Tensor, Tensor]:
        """The outputs (n, B, outputs) for a source (B, columns), and the lines (n, B)."""
        chosen = source.index_select(1, self.gather).view(len(source), len(self.own), self.inputs)
        chosen = chosen.transpose(0, 1)
        hidden = REACH * torch.tanh(chosen / REACH)
        for depth, (weight, bias) in enumerate(zip(self.weights, self.biases, strict=True)):
            hidden = torch.baddbmm(bias, hidden, weight)
            hidden = silu(hidden) if depth < len(self.weights) - 1 else hidden
        return hidden, torch.bmm(chosen, self.line.unsqueeze(-1)).squeeze(-1)

    def columns(self, node: int) -> Tensor:
        """The columns of the source that one node reads."""
        start = node * self.inputs
        return self.gather[start : start + self.own[node]]

    def layers(self, node: int) -> tuple[list[Array], list[Array], Array]:
        """One node's weights (inputs, outputs), biases (outputs,) and line, in float64."""
        own = self.own[node]
        weights = [w[node].detach().double().numpy().copy() for w in self.weights]
        weights[0] = weights[0][:own]
        biases = [b[node, 0].detach().double().numpy().copy() for b in self.biases]
        return weights, biases, self.line[node, :own].detach().double().numpy().copy()
