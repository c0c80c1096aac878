"""Images that are held on a GPU, so that a batch is picked there and not carried there."""

import torch
from torch import Tensor

from scm_compiler.runtime.data.images.table import ImageTable

SHARE = 4
"""The images may take one part in so many of the memory that is free."""


class ResidentImages:
    """The images of a table that are learnt from, on a device; the same batches as the table's.

    Args:
        table: The images.
        device: Where they are held.
    """

    def __init__(self, table: ImageTable, device: torch.device) -> None:
        images, self.labels = table.learnt_rows()
        self.images = images.to(device)
        self.fingerprint, self._rows = table.fingerprint, len(table)

    def __len__(self) -> int:
        return self._rows

    def draw(self, n: int, generator: torch.Generator) -> tuple[Tensor, Tensor]:
        """As `ImageTable.draw`; the images (n, C, H, W) are on the device."""
        rows = torch.randint(len(self.labels), (n,), generator=generator)
        return self.images[rows.to(self.images.device)], self.labels[rows]


def nearest(table: ImageTable, device: torch.device) -> ImageTable | ResidentImages:
    """The images on the device, where it is a GPU with room for them; else where they are."""
    if device.type != "cuda":
        return table
    free, _ = torch.cuda.mem_get_info(device)
    return ResidentImages(table, device) if table.images.nbytes <= free // SHARE else table
