"""How what is drawn on the CPU comes to the device that trains."""

import torch
from torch import Tensor


def uploaded(tensor: Tensor, device: torch.device) -> Tensor:
    """The tensor on the device; the CPU does not wait until it is there.

    A copy to a GPU out of ordinary memory first waits for all that the GPU has been asked to do.
    Out of pinned memory it is one more thing to do, in its turn.
    """
    if device.type != "cuda":
        return tensor.to(device)
    return tensor.pin_memory().to(device, non_blocking=True)
