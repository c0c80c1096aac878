"""What a training with a budget does about its rate: says what it buys, and chooses threads."""

from collections.abc import Callable

import torch

from scm_compiler.ir import Image
from scm_compiler.runtime.progress import Progress, Relay
from scm_compiler.runtime.training.threads import candidates, quickest

TOLD_AFTER = 10.0
"""Seconds after which the rate is told: the first steps are slower than others."""

WINDOW = 10.0
"""Seconds over which the rate is measured."""

FALLEN = 0.5
"""The share of its best rate at which a training looks for another number of threads."""


def wanted_steps(image: Image) -> int:
    """About how many steps pictures of a size want until one can see what they show.

    >>> wanted_steps(Image(3, 64, 64)), wanted_steps(Image(3, 16, 16))
    (4000, 1000)
    """
    side = max(image.height, image.width)
    return 1000 if side <= 16 else 2000 if side <= 32 else 4000


class Pacing(Relay):
    """Says what the budget will buy, and chooses the number of threads where the rate falls.

    Args:
        inner: Who else watches.
        image: What is drawn.
        budget: The seconds in all.
        batch: The images of a step.
        choose: Gives a number of threads by measuring; None to leave them as they are.
    """

    def __init__(
        self,
        inner: Progress,
        image: Image,
        budget: float,
        batch: int,
        choose: Callable[[list[int]], int] | None = quickest,
    ) -> None:
        super().__init__(inner)
        self._image, self._budget, self._batch, self._choose = image, budget, batch, choose
        self._most = torch.get_num_threads()
        self._mark = (0, 0.0)
        self._best = 0.0
        self._told = False

    def start(self, total: int, done: int) -> None:
        """Choose the threads, and begin to measure."""
        super().start(total, done)
        self._done, self._total = done, total
        self._rethread()

    def move(self, done: int, seconds: float) -> None:
        """Measure the rate."""
        super().move(done, seconds)
        if self._mark == (0, 0.0):
            self._mark = (done, seconds)  # the first slice warms up
            return
        steps, took = done - self._mark[0], seconds - self._mark[1]
        if took < min(WINDOW, self._budget / 20) or not steps:
            return
        rate = steps / took
        self._mark = (done, seconds)
        if not self._told and seconds >= min(TOLD_AFTER, self._budget / 10):
            self._tell(done, seconds, rate)
        if rate < FALLEN * self._best:
            self._rethread()
            self._best = rate
        self._best = max(self._best, rate)

    def _tell(self, done: int, seconds: float, rate: float) -> None:
        self._told = True
        steps = min(self._total, done + round(rate * max(0.0, self._budget - seconds)))
        size = f"{self._image.height} by {self._image.width}"
        want = f"pictures of {size} want about {wanted_steps(self._image):,}"
        speed = f"{rate * self._batch:.3g} images/s"
        self.phase(f"{speed}: the budget buys about {steps:,} steps; {want}")

    def _rethread(self) -> None:
        if self._choose is None or self._most == 1:
            return
        before = torch.get_num_threads()
        chosen = self._choose(candidates(self._most))
        torch.set_num_threads(chosen)
        if chosen != before:
            threads = "1 thread" if chosen == 1 else f"{chosen} threads"
            self.phase(f"going on with {threads}, by measuring: {self._most} could be used")
