"""Ctrl-C and SIGTERM as a wish to stop, so that a training can save before it ends."""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

STOPPING: tuple[int, ...] = (signal.SIGINT, signal.SIGTERM)


class Stop:
    """Whether a stop was asked for.

    Attributes:
        signal: The signal that asked, or None.
    """

    def __init__(self) -> None:
        self.signal: int | None = None

    def __bool__(self) -> bool:
        return self.signal is not None


@contextmanager
def stop_on_signals() -> Iterator[Stop]:
    """While inside, SIGINT and SIGTERM set the flag; a second one has its usual effect.

    Outside the main thread signals cannot be caught, and the flag stays unset.
    """
    stop = Stop()
    if threading.current_thread() is not threading.main_thread():
        yield stop
        return
    usual: dict[int, Any] = {}

    def ask(number: int, _frame: FrameType | None) -> None:
        stop.signal = number
        for asked, handler in usual.items():
            signal.signal(asked, handler)

    for number in STOPPING:
        usual[number] = signal.signal(number, ask)
    try:
        yield stop
    finally:
        for number, handler in usual.items():
            signal.signal(number, handler)
