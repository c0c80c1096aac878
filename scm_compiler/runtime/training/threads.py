"""How many threads torch uses on a machine on which other programs may run.

A product that is divided among threads waits for the slowest of them. While another program keeps
the cores busy, two threads can be many times slower than one. So a training that its budget ends
measures what is quickest, at its start and when its rate falls, and an evaluation does so at the
start of each stage. A training that ends after a number of steps keeps the number of threads that
it has, on which its last bits depend.
"""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from statistics import median
from time import perf_counter

import torch

CLEARLY = 0.8
"""Fewer threads are taken where they need at most this share of the time."""

_ROUNDS = 5


def fixed() -> bool:
    """Whether the user has said how many threads there are to be."""
    return "OMP_NUM_THREADS" in os.environ


def candidates(most: int) -> list[int]:
    """The numbers of threads that are tried, the largest first.

    >>> candidates(12)
    [12, 6, 3, 1]
    """
    counts = [most]
    while counts[-1] > 1:
        counts.append(counts[-1] // 2)
    return counts


def work() -> None:
    """What is timed: a convolution and its gradients, as the networks of images have them."""
    images = torch.ones(32, 16, 32, 32)
    kernel = torch.ones(32, 16, 4, 4, requires_grad=True)
    with torch.enable_grad():
        drawn = torch.nn.functional.conv2d(images, kernel, stride=2, padding=1)
        torch.autograd.grad(drawn.sum(), kernel)


def quickest(counts: list[int], task: Callable[[], None] = work) -> int:
    """The number of threads with which the task is done soonest; the first, unless clearly slower.

    The numbers take turns, so that each meets the same load.
    """
    times: dict[int, list[float]] = {count: [] for count in counts}
    before = torch.get_num_threads()
    try:
        for _ in range(_ROUNDS):
            for count in counts:
                torch.set_num_threads(count)
                started = perf_counter()
                task()
                times[count].append(perf_counter() - started)
    finally:
        torch.set_num_threads(before)
    chosen = counts[0]
    for count in counts[1:]:
        if median(times[count]) < CLEARLY * median(times[chosen]):
            chosen = count
    return chosen


@contextmanager
def own_threads() -> Iterator[None]:
    """Give back the number of threads that there were."""
    before = torch.get_num_threads()
    try:
        yield
    finally:
        torch.set_num_threads(before)


@contextmanager
def quick_threads() -> Iterator[Callable[[], None]]:
    """Give what takes as many threads as are quickest now, unless the user has said how many."""
    most = torch.get_num_threads()

    def choose() -> None:
        if most > 1 and not fixed():
            torch.set_num_threads(quickest(candidates(most)))

    with own_threads():
        yield choose
