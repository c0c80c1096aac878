"""Table mechanisms of one level, run as one batched operation."""

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from scm_compiler.model.coupling import values_below
from scm_compiler.model.wiring import Wiring


class TableGroup(nn.Module):
    """The labels of one level whose tables lie in one stack.

    All tables lie in one tensor of steps; a label's row is its offset plus its inputs times its
    strides. A label with fewer inputs than the widest reads column 0 with stride 0.

    Args:
        members: The mechanisms, all of one `stack`.
        offsets: The row at which each one's table begins.
    """

    labels: Tensor
    own: Tensor
    gather: Tensor
    strides: Tensor
    offsets: Tensor

    def __init__(self, members: Sequence[Wiring], offsets: Sequence[int]) -> None:
        super().__init__()
        self.stack = members[0].stack
        self.width = max(len(m.inputs) for m in members)
        buffers = {
            "labels": [m.label for m in members],
            "own": [m.own for m in members],
            "offsets": list(offsets),
            "gather": [c for m in members for c in _padded(m.inputs, self.width)],
            "strides": [s for m in members for s in _padded(m.strides, self.width)],
        }
        for name, numbers in buffers.items():
            self.register_buffer(name, torch.tensor(numbers, dtype=torch.long), persistent=False)

    def forward(self, inputs: Tensor, noise: Tensor, steps: Tensor) -> Tensor:
        """The values of the labels.

        Args:
            inputs: (B, V + H) int64: the labels so far, then the states of the hidden causes.
            noise: (B, N).
            steps: (rows, size - 1): P(x > k) of every table of the stack.

        Returns:
            (B, n) int64.
        """
        rows = self.offsets.expand(inputs.shape[0], -1)
        if self.width:
            chosen = inputs.index_select(1, self.gather) * self.strides
            rows = rows + chosen.view(inputs.shape[0], -1, self.width).sum(-1)
        found = steps.index_select(0, rows.flatten()).view(*rows.shape, steps.shape[1])
        return values_below(noise.index_select(1, self.own), found, torch.int32).long()


def _padded(numbers: Sequence[int], width: int) -> list[int]:
    return [*numbers, *[0] * (width - len(numbers))]
