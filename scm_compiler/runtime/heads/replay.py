"""Steps that are recorded once on a GPU and replayed: it does not wait for Python to ask for each.

A step of a head is some thousand small kernels. Asked for one by one they take longer to ask for
than to run. A CUDA graph holds them all and asks once. What it computes on must lie where it lay
when it was recorded, so a step says here what it draws, and before each replay the draws of the
new step are copied there. Nothing else may change from step to step: what does, such as a rate or
whose turn it is, is part of the key under which a step is recorded.
"""

from collections import Counter
from collections.abc import Callable, Hashable, Iterator
from dataclasses import dataclass

import torch
from torch import Tensor

Tensors = tuple[Tensor, ...]
Draw = Callable[[], Tensors]
"""Draws tensors of the same shapes at every call, out of the run's own randomness."""
Metrics = dict[str, Tensor]
Step = Callable[[], Metrics]

WARM = 3
"""Steps of a kind before it is recorded: libraries choose and allocate in the first ones."""


def uploaded(tensor: Tensor, device: torch.device) -> Tensor:
    """The tensor on the device; the CPU does not wait until it is there.

    A copy to a GPU out of ordinary memory first waits for all that the GPU has been asked to do.
    Out of pinned memory it is one more thing to do, in its turn.
    """
    if device.type != "cuda" or tensor.device.type == "cuda":
        return tensor.to(device)
    return tensor.pin_memory().to(device, non_blocking=True)


def captured(step: Step) -> Step:
    """The step as a CUDA graph; what it returns is written anew by each call."""
    graph = torch.cuda.CUDAGraph()
    with torch.cuda.graph(graph):
        held = step()

    def replay() -> Metrics:
        graph.replay()
        return {name: value.clone() for name, value in held.items()}

    return replay


@dataclass(frozen=True)
class Recorded:
    """A kind of step.

    Attributes:
        draws: What it draws, in order, and where that is to lie.
        replay: Computes it on what lies there.
    """

    draws: tuple[tuple[Draw, Tensors], ...]
    replay: Step


class Replays:
    """The kinds of steps that have been recorded.

    Args:
        device: Where the steps compute.
        capture: Records a step without computing it; a CUDA graph, if not told otherwise.
    """

    def __init__(self, device: torch.device, capture: Callable[[Step], Step] = captured) -> None:
        self.device, self.capture = device, capture
        self.known: dict[Hashable, Recorded] = {}
        self.taken: Counter[Hashable] = Counter()
        self._drawn: dict[Hashable, tuple[tuple[Draw, Tensors], ...]] = {}
        self._log: list[tuple[Draw, Tensors]] = []
        self._given: Iterator[Tensors] | None = None

    def forget(self) -> None:
        """Record anew: weights or moments lie elsewhere now."""
        self.known.clear()
        self.taken.clear()

    def draw(self, draw: Draw) -> Tensors:
        """What a step draws, on the device; while it is recorded, what it drew the last time."""
        if self._given is not None:
            return next(self._given)
        found = tuple(uploaded(tensor, self.device) for tensor in draw())
        self._log.append((draw, found))
        return found

    def step(self, key: Hashable, step: Step) -> Metrics:
        """Take a step: as it is for the first ones of its kind, then as it was recorded."""
        if key not in self.known:
            self._log = []
            if self.taken[key] < WARM:
                self.taken[key] += 1
                metrics = step()
                self._drawn[key] = tuple(self._log)
                return metrics
            self.known[key] = self._recorded(key, step)
        kind = self.known[key]
        for draw, places in kind.draws:
            for place, tensor in zip(places, draw(), strict=True):
                place.copy_(uploaded(tensor, self.device))
        return kind.replay()

    def _recorded(self, key: Hashable, step: Step) -> Recorded:
        """Record a step on what the last one of its kind drew."""
        draws = self._drawn.pop(key)
        self._given = iter([places for _, places in draws])
        try:
            return Recorded(draws, self.capture(step))
        finally:
            self._given = None
