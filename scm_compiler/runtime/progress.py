"""What a training tells whoever watches it."""

from collections.abc import Mapping
from typing import Protocol


class Progress(Protocol):
    """Watches a training."""

    def start(self, total: int, done: int) -> None:
        """Training begins, or goes on after `done` steps of `total`."""

    def move(self, done: int, seconds: float) -> None:
        """Some steps were taken; `seconds` since the training's first start."""

    def report(self, step: int, metrics: Mapping[str, float]) -> None:
        """The metrics of a report."""

    def stop(self) -> None:
        """Training ends, for whatever reason."""

    def phase(self, name: str) -> None:
        """What is done after the training, such as `certifying`."""


class Silent:
    """Tells nothing."""

    def start(self, total: int, done: int) -> None:
        """Nothing."""

    def move(self, done: int, seconds: float) -> None:
        """Nothing."""

    def report(self, step: int, metrics: Mapping[str, float]) -> None:
        """Nothing."""

    def stop(self) -> None:
        """Nothing."""

    def phase(self, name: str) -> None:
        """Nothing."""


class Relay:
    """Passes everything on to another watcher; a subclass adds to it.

    Args:
        inner: Who else watches.
    """

    def __init__(self, inner: Progress) -> None:
        self._inner = inner

    def start(self, total: int, done: int) -> None:
        """Pass it on."""
        self._inner.start(total, done)

    def move(self, done: int, seconds: float) -> None:
        """Pass it on."""
        self._inner.move(done, seconds)

    def report(self, step: int, metrics: Mapping[str, float]) -> None:
        """Pass it on."""
        self._inner.report(step, metrics)

    def stop(self) -> None:
        """Pass it on."""
        self._inner.stop()

    def phase(self, name: str) -> None:
        """Pass it on."""
        self._inner.phase(name)
