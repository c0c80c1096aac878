"""How the evaluation's own small networks are trained and kept.

They are trained once for the data and a recipe, and read from the cache afterwards.
"""

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from time import monotonic
from typing import Any

import torch
from torch import Tensor, nn

from scm_compiler.diagnostics import ScmError
from scm_compiler.files import make_folder
from scm_compiler.runtime.data.images.cache import cache_folder
from scm_compiler.runtime.evaluation.real import to_floats
from scm_compiler.runtime.progress import Progress
from scm_compiler.runtime.storage.tensors import finite, read_tensors, write_tensors

Batch = Callable[[torch.Generator], tuple[Tensor, Tensor]]
"""Draws images (n, C, H, W) in uint8 and what is to be learnt of them."""
Loss = Callable[[Tensor, Tensor], Tensor]

ROWS = 32
"""The images that a network reads at once: of more, what its layers give leaves the processor's
caches, and images of 64 by 64 pixels take up to three times as long."""
_FORMAT = 1


def learn(
    network: nn.Module,
    batch: Batch,
    loss: Loss,
    *,
    steps: int,
    rate: float,
    generator: torch.Generator,
    progress: Progress,
    at_once: int | None = None,
) -> None:
    """Train a network with AdamW and a rate that rises at first and falls to zero.

    Args:
        network: Trained in place, and left in evaluation mode.
        batch: Draws what one step learns from.
        loss: Of the network's output and what is to be learnt; a mean over images.
        steps: How many.
        rate: The highest learning rate.
        generator: All randomness.
        progress: Is told of each step.
        at_once: The images that the network reads at once, the gradients being added; it may
            then not normalise over the batch. All images of a step if None.
    """
    network.train()
    optimiser = torch.optim.AdamW(network.parameters(), lr=rate, weight_decay=1e-3)
    schedule = torch.optim.lr_scheduler.LambdaLR(optimiser, lambda step: _warmth(step, steps))
    started = monotonic()
    progress.start(steps, 0)
    try:
        for step in range(steps):
            images, wanted = batch(generator)
            optimiser.zero_grad()
            for part, told in _pieces(images, wanted, at_once or len(images)):
                share = len(part) / len(images)
                torch.autograd.backward(loss(network(_by_pixel(part)), told) * share)
            optimiser.step()
            schedule.step()
            progress.move(step + 1, monotonic() - started)
    finally:
        progress.stop()
    network.eval()


def _pieces(images: Tensor, wanted: Tensor, rows: int) -> Iterator[tuple[Tensor, Tensor]]:
    return zip(torch.split(images, rows), torch.split(wanted, rows), strict=True)


def _by_pixel(images: Tensor) -> Tensor:
    """The numbers of images, the channels of a pixel side by side: a quarter less time."""
    return to_floats(images).contiguous(memory_format=torch.channels_last)


def _warmth(step: int, steps: int) -> float:
    """The share of the highest rate: up within a tenth of the steps, then linearly to zero."""
    warm = max(1, steps // 10)
    return (step + 1) / warm if step < warm else (steps - step) / max(1, steps - warm)


@torch.no_grad()
def apply(network: Callable[[Tensor], Tensor], images: Tensor) -> Tensor:
    """The network's output for images (n, C, H, W) in uint8, a few at a time."""
    return torch.cat([network(_by_pixel(rows)).float() for rows in torch.split(images, ROWS)])


@contextmanager
def kept(
    network: nn.Module, kind: str, recipe: Mapping[str, Any], cache: Path | None
) -> Iterator[bool]:
    """Give a network the weights of the cache, or put there those that it is trained to.

    Args:
        network: In evaluation mode afterwards.
        kind: What it is, for the file's name.
        recipe: All that the weights depend on.
        cache: The cache folder; the usual one if None.

    Yields:
        Whether the weights were there; if not, the body must train the network.
    """
    described = json.dumps({**recipe, "format": _FORMAT, "kind": kind}, sort_keys=True)
    digest = hashlib.sha256(described.encode()).hexdigest()
    path = (cache or cache_folder()) / "evaluation" / f"{kind}-{digest[:32]}.safetensors"
    found = _load(network, path, described)
    yield found
    network.eval()
    if not found:
        with suppress(OSError, ScmError):  # a cache that cannot be written costs time, no result
            make_folder(path.parent)
            write_tensors(path, network.state_dict(), {"recipe": described})


def _load(network: nn.Module, path: Path, described: str) -> bool:
    """Whether the file holds these weights; a damaged one is trained anew."""
    if not path.exists():
        return False
    try:
        stored = read_tensors(path)
        if stored.facts.get("recipe") != described:
            return False
        network.load_state_dict(dict(finite(path, stored.tensors)))
    except (ScmError, RuntimeError):
        return False
    return True


def seed_of(seed: int, *words: object) -> int:
    """A seed of its own for each purpose, the same on every machine."""
    text = json.dumps([seed, *map(str, words)])
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:7], "big")


def dice(seed: int, *words: object) -> torch.Generator:
    """A source of random numbers for one purpose."""
    return torch.Generator().manual_seed(seed_of(seed, *words))
