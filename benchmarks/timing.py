"""Timing on a noisy machine: interleaved repetitions, processor time, medians and ratios."""

import statistics
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Timing:
    """The processor seconds of each repetition of one command."""

    seconds: tuple[float, ...]

    @property
    def median(self) -> float:
        """The middle repetition."""
        return statistics.median(self.seconds)

    @property
    def least(self) -> float:
        """The quickest repetition: what else the machine does can only add to it."""
        return min(self.seconds)


def interleave(
    commands: Mapping[str, Callable[[], object]],
    *,
    repetitions: int = 7,
    calls: int = 1,
    clock: Callable[[], float] = time.process_time,
) -> dict[str, Timing]:
    """Time several commands in turn, A B C A B C …, so that drift of the machine hits all alike.

    Args:
        commands: What to time, by name.
        repetitions: Counted rounds; one more goes before them, uncounted.
        calls: Calls of the command in one repetition; the time is of one call.
        clock: Tells the seconds; the processor time if nothing is said.
    """
    found: dict[str, list[float]] = {name: [] for name in commands}
    for repetition in range(repetitions + 1):
        for name, command in commands.items():
            start = clock()
            for _ in range(calls):
                command()
            if repetition:
                found[name].append((clock() - start) / calls)
    return {name: Timing(tuple(seconds)) for name, seconds in found.items()}


def ratio(first: Timing, second: Timing) -> float:
    """The median over the pairs of repetitions of first / second."""
    pairs = zip(first.seconds, second.seconds, strict=True)
    return statistics.median(a / max(b, 1e-9) for a, b in pairs)


def verdict(value: float, bar: float) -> str:
    """Whether a figure that should be at most `bar` is."""
    return "met" if value <= bar else "NOT MET"
