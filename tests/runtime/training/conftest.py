"""Something to train: a few numbers that follow noise, fast and deterministic."""

from collections.abc import Mapping
from pathlib import Path
from time import sleep

import pytest
import torch

from scm_compiler.runtime.training import Diverged


class Walk:
    """A random walk: each step adds noise; at `cliff` the loss is no longer finite."""

    def __init__(self, total: int, *, seed: int = 0, pause: float = 0.0, cliff: int = -1) -> None:
        self.total = total
        self.done = 0
        self.calls: list[int] = []
        self._pause = pause
        self._cliff = cliff
        self._random = torch.Generator().manual_seed(seed)
        self._place = torch.zeros(1000)

    def advance(self, steps: int) -> dict[str, float]:
        taken = min(steps, self.total - self.done)
        self.calls.append(taken)
        for _ in range(taken):
            if self.done == self._cliff:
                raise Diverged("the walk fell")
            self._place += torch.randn(1000, generator=self._random)
            self.done += 1
            sleep(self._pause)
        return {"length": float(self._place.norm())} if taken else {}

    def state(self) -> dict[str, torch.Tensor]:
        random = self._random.get_state()
        return {"place": self._place.clone(), "random": random, "done": torch.tensor(self.done)}

    def restore(self, state: Mapping[str, torch.Tensor]) -> None:
        if state["place"].shape != self._place.shape:
            raise ValueError("another walk")
        self._place.copy_(state["place"])
        self._random.set_state(state["random"])
        self.done = int(state["done"])


@pytest.fixture
def walk() -> type[Walk]:
    return Walk


@pytest.fixture
def walk_source() -> str:
    """The module above, for tests that train in a process of their own."""
    return Path(__file__).read_text(encoding="utf-8")
