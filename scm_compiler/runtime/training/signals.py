"""Let a training save before Ctrl-C, SIGTERM or a closed terminal stops it."""

import os
import signal
import stat
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from types import FrameType
from typing import Any

_HANGUP = "SIGHUP"
"""By its name, since Windows has none."""

STOPPING = tuple(
    signal.Signals[name] for name in ("SIGINT", "SIGTERM", _HANGUP) if hasattr(signal, name)
)


def stopping() -> tuple[signal.Signals, ...]:
    """The signals that ask for a stop: not SIGHUP where `nohup` has it ignored."""
    return tuple(
        number
        for number in STOPPING
        if number.name != _HANGUP or signal.getsignal(number) != signal.SIG_IGN
    )


def _leave_terminal() -> None:
    """Send what is still printed to a terminal nowhere."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for number in (1, 2):
        with suppress(OSError):
            if stat.S_ISCHR(os.fstat(number).st_mode):
                os.dup2(nowhere, number)
    os.close(nowhere)


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
    """While inside, the signals set the flag; a second one has its usual effect.

    A terminal that closes sends SIGHUP, its shell another one, and nothing can be written to it
    any more: a second SIGHUP does nothing, and what is still to be said there goes nowhere.

    Outside the main thread signals cannot be caught, and the flag stays unset.
    """
    stop = Stop()
    if threading.current_thread() is not threading.main_thread():
        yield stop
        return
    usual: dict[signal.Signals, Any] = {}

    def ask(number: int, _frame: FrameType | None) -> None:
        stop.signal = number
        if signal.Signals(number).name == _HANGUP:
            _leave_terminal()
        for asked, handler in usual.items():
            if asked.name != _HANGUP:
                signal.signal(asked, handler)

    for number in stopping():
        usual[number] = signal.signal(number, ask)
    try:
        yield stop
    finally:
        for number, handler in usual.items():
            signal.signal(number, handler)
