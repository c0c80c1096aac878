"""The networks of one topological level, held as stacked weights.

Nodes of one level do not read each other, so their networks can run as one batched product.
Stacking needs equal shapes: a node with fewer inputs or outputs than the widest is padded. A
padded input is a constant zero, and a padded output is zero and for the caller to leave out, so
neither changes a number; the padded weights begin at zero, get no gradient and stay there.
"""

from collections.abc import Mapping, Sequence
from itertools import pairwise

import torch
from torch import Tensor, nn
from torch.nn.functional import leaky_relu, linear, pad

from scm_compiler.model.module import check_weights

SLOPE = 0.2
"""The slope of the leaky ReLU below zero, as in the reference implementation."""


class LevelNetworks(nn.Module):
    """The multi-layer perceptrons of the nodes of one level.

    Leaky ReLU of slope 0.2 between the layers, Xavier-uniform weights, zero biases, no activation
    at the end. The layer k of all nodes is one weight `weights[k]` (n, in, out) and one bias
    `biases[k]` (n, 1, out).

    Args:
        columns: For each node the columns of the source tensor that it reads: those of its
            parents and of its noise, and no others.
        outputs: For each node the number of its outputs.
        hidden: The widths of the hidden layers; empty for a linear map.
        generator: Where the initial weights are drawn from; the global generator if None.

    Raises:
        ValueError: If there is no node, or `columns` and `outputs` differ in length.

    Example:
        >>> level = LevelNetworks([[0], [0, 2]], [1, 1], (8, 8))
        >>> source = torch.rand(5, 3)
        >>> level(source).shape
        torch.Size([2, 5, 1])
        >>> torch.allclose(level(source), level(source, fused=False), atol=1e-6)
        True
    """

    gather: Tensor

    def __init__(
        self,
        columns: Sequence[Sequence[int]],
        outputs: Sequence[int],
        hidden: Sequence[int],
        *,
        generator: torch.Generator | None = None,
    ) -> None:
        super().__init__()
        if not columns or len(columns) != len(outputs):
            raise ValueError(f"{len(columns)} lists of columns for {len(outputs)} nodes")
        self.widths = tuple(len(node) for node in columns)
        self.outputs = tuple(outputs)
        self.hidden = tuple(hidden)
        self.inputs = max(self.widths)
        self.ragged = min(self.widths) != self.inputs
        widths = (self.inputs, *self.hidden, max(self.outputs))
        nodes = len(self.widths)
        self.weights = nn.ParameterList(torch.zeros(nodes, i, o) for i, o in pairwise(widths))
        self.biases = nn.ParameterList(torch.zeros(nodes, 1, o) for o in widths[1:])
        self.register_buffer("gather", self._gather(columns), persistent=False)
        self.reset(generator)

    @torch.no_grad()
    def reset(self, generator: torch.Generator | None = None) -> None:
        """Draw new weights and set the biases to zero; the padding stays zero."""
        for node in range(len(self.widths)):
            for weight, bias in self._layers(node):
                nn.init.xavier_uniform_(weight, generator=generator)
                bias.zero_()

    @property
    def columns(self) -> tuple[tuple[int, ...], ...]:
        """The columns of the source that each node reads, as both forms gather them."""
        return tuple(tuple(self._own(rank).tolist()) for rank in range(len(self.widths)))

    def forward(self, source: Tensor, *, fused: bool = True) -> Tensor:
        """The outputs of every node.

        Args:
            source: (B, C) floats. Soft values are allowed, and gradients flow to them.
            fused: One batched product a layer (fewer calls; faster for small batches), or a plain
                product for each node (no padding; faster for large ones). Same numbers.

        Returns:
            (n, B, O), O the most outputs of a node; what lies behind a node's own outputs is zero.
        """
        return self._fused(source) if fused else self._per_node(source)

    def node(self, rank: int, inputs: Tensor) -> Tensor:
        """The outputs of one node alone.

        Args:
            rank: Which node.
            inputs: (B, its inputs): what it reads, in the order of its columns.

        Returns:
            (B, its outputs).
        """
        hidden = inputs
        layers = self._layers(rank)
        for depth, (weight, bias) in enumerate(layers):
            hidden = linear(hidden, weight.t(), bias)
            if depth < len(layers) - 1:
                hidden = leaky_relu(hidden, SLOPE, inplace=True)
        return hidden

    def node_weights(self, rank: int) -> dict[str, Tensor]:
        """One node's weights without the padding, as those of a chain of `nn.Linear`.

        Returns:
            `layer0.weight` (out, in), `layer0.bias` (out,), `layer1.weight` and so on: copies.
        """
        found: dict[str, Tensor] = {}
        for depth, (weight, bias) in enumerate(self._layers(rank)):
            found[f"layer{depth}.weight"] = weight.detach().t().contiguous().clone()
            found[f"layer{depth}.bias"] = bias.detach().clone()
        return found

    @torch.no_grad()
    def load_node_weights(self, rank: int, weights: Mapping[str, Tensor]) -> None:
        """Set one node's weights from what `node_weights` gave.

        Raises:
            ValueError: If a weight is missing, left over or of another shape.
        """
        check_weights(weights, self.node_weights(rank))
        for depth, (weight, bias) in enumerate(self._layers(rank)):
            weight.copy_(weights[f"layer{depth}.weight"].t())
            bias.copy_(weights[f"layer{depth}.bias"])

    def _fused(self, source: Tensor) -> Tensor:
        padded = pad(source, (1, 0)) if self.ragged else source
        chosen = padded.index_select(1, self.gather)
        hidden = chosen.view(source.shape[0], len(self.widths), self.inputs).transpose(0, 1)
        last = len(self.weights) - 1
        for depth, (weight, bias) in enumerate(zip(self.weights, self.biases, strict=True)):
            hidden = torch.baddbmm(bias, hidden, weight)
            if depth < last:
                hidden = leaky_relu(hidden, SLOPE, inplace=True)
        return hidden

    def _per_node(self, source: Tensor) -> Tensor:
        widest = max(self.outputs)
        found = [
            self.node(rank, source.index_select(1, self._own(rank)))
            for rank in range(len(self.widths))
        ]
        return torch.stack([pad(x, (0, widest - x.shape[1])) for x in found])

    def _own(self, rank: int) -> Tensor:
        """One node's columns of the source, from the indices that the fused form gathers by."""
        start = rank * self.inputs
        return self.gather[start : start + self.widths[rank]] - int(self.ragged)

    def _gather(self, columns: Sequence[Sequence[int]]) -> Tensor:
        # With padding, column 0 is the constant zero and every real column moves up by one.
        move = int(self.ragged)
        rows = [
            [column + move for column in node] + [0] * (self.inputs - len(node))
            for node in columns
        ]
        return torch.tensor(rows, dtype=torch.long).flatten()

    def _layers(self, rank: int) -> list[tuple[Tensor, Tensor]]:
        """Views (in, out) and (out,) of one node's weights, without the padding."""
        widths = (self.widths[rank], *self.hidden, self.outputs[rank])
        return [
            (self.weights[depth][rank, :i, :o], self.biases[depth][rank, 0, :o])
            for depth, (i, o) in enumerate(pairwise(widths))
        ]
