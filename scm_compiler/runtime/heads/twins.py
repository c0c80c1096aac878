"""Images whose labels lead beyond the data: twins of others, with one label turned.

A number turns into that of another row of the batch.
"""

import torch
from torch import Tensor

from scm_compiler.runtime.heads.head import NUMBER, HeadTask


class Twins:
    """Which rows of a batch are twins of those before them, and how they are drawn.

    Args:
        task: What a head is trained on.
        batch: The images of a whole batch.
        every: One row in so many is a twin; 0 for none.

    Attributes:
        rows: Those of a process' share of a batch, on its device.
        others: Its other rows: labels that the label model drew.
    """

    def __init__(self, task: HeadTask, batch: int, every: int) -> None:
        self.sizes = torch.tensor(task.coding.sizes)
        rows = torch.arange(batch // task.team.size)
        beyond = (rows + 1) % every == 0 if every else rows < 0
        self.rows = torch.nonzero(beyond).squeeze(1).to(task.device)
        self.others = torch.nonzero(~beyond).squeeze(1).to(task.device)
        self._turned = torch.nonzero(beyond.repeat(task.team.size)).squeeze(1)

    def draw(
        self, labels: Tensor, noise: Tensor, random: torch.Generator
    ) -> tuple[Tensor, Tensor]:
        """The labels (B, P) and noise (B, Z) of a batch, some rows twins of those before.

        A twin has the same noise and labels, but for one label that is turned.
        """
        twins = self._turned
        if not len(twins):
            return labels, noise
        columns = torch.randint(len(self.sizes), (len(twins),), generator=random)
        part = torch.rand(len(twins), generator=random)
        turned = labels[twins - 1]
        rows, sizes = torch.arange(len(twins)), self.sizes[columns]
        other = turned[rows, columns] + 1 + (part * (sizes - 1)).long()
        number = labels[(part * len(labels)).long(), columns]
        turned[rows, columns] = torch.where(sizes == NUMBER, number, other % sizes.clamp(min=1))
        return labels.index_copy(0, twins, turned), noise.index_copy(0, twins, noise[twins - 1])
