"""Where a head is trained, and in which precision."""

import torch

from scm_compiler.diagnostics import refuse
from scm_compiler.runtime.heads.codes.heads import DeviceMissing
from scm_compiler.runtime.heads.options import Precision

DEVICES = ("auto", "cuda", "mps", "cpu")


def choose_device(name: str = "auto", *, count: int = 1) -> str:
    """The kind of device to train on: the one that is named, or the best that there is.

    Args:
        name: `auto`, `cuda`, `mps` or `cpu`.
        count: How many processes need one each.

    Raises:
        ScmError: E713 with exit code 2 if there is none of that name, or there are too few.
    """
    there = {
        "cuda": torch.cuda.is_available() and torch.cuda.device_count() >= count,
        "mps": torch.backends.mps.is_available() and count == 1,
        "cpu": True,
    }
    if name == "auto":
        return next(kind for kind, found in there.items() if found)
    if not there.get(name, False):
        raise refuse(DeviceMissing(device=name, count=count), exit_code=2)
    return name


def faster_precision(device: str) -> Precision:
    """bfloat16 where the device computes in it, float32 elsewhere; the same each time.

    On a CPU with bfloat16 in its vector unit, a head's convolutions take about a third of the
    time; without, torch imitates it, slowly.
    """
    if device == "cuda":
        return "bfloat16" if torch.cuda.is_bf16_supported() else "float32"
    if device != "cpu":
        return "float32"
    able: dict[str, object] = getattr(torch.cpu, "get_capabilities", dict)()
    return "bfloat16" if able.get("avx512_bf16") or able.get("amx_bf16") else "float32"
