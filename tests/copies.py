"""Runs code in a copy of this process, where all that it needs is imported already."""

import os
import signal
import sys
import tempfile
import time
import traceback
import warnings
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import torch._dynamo  # noqa: F401  (what an optimiser loads: once here, not in each copy)

HUNG = -signal.SIGALRM


@dataclass(frozen=True)
class Ended:
    """How a copy ended: its exit code (below zero a signal), and what it printed."""

    code: int
    out: str
    err: str


class Copy:
    """A copy of this process that calls a function and ends with the code that it gives.

    Args:
        call: The function.
        folder: Where it is called.
        environment: What is set in the environment; None takes a name out of it.
        seconds: After these the copy is killed, and its code is `HUNG`.
    """

    def __init__(
        self,
        call: Callable[[], object],
        folder: Path,
        environment: Mapping[str, str | None] | None = None,
        seconds: int = 60,
    ) -> None:
        self._streams = [tempfile.TemporaryFile() for _ in ("out", "err")]  # noqa: SIM115
        self._code: int | None = None
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)  # of a fork beside threads
            self.number = os.fork()
        if self.number == 0:
            signal.alarm(seconds)
            numbers = [stream.fileno() for stream in self._streams]
            os._exit(_code_of(call, folder, environment or {}, numbers))

    def signal(self, number: int) -> None:
        os.kill(self.number, number)

    def wait_for(self, start: str) -> None:
        """Wait until a line of standard error starts so."""
        while not any(line.startswith(start) for line in self._text(1).splitlines()):
            assert not self._over(), self._text(1)
            time.sleep(0.002)

    def ended(self) -> Ended:
        """Wait for its end."""
        while not self._over():
            time.sleep(0.002)
        found = Ended(self._code, self._text(0), self._text(1))
        for stream in self._streams:
            stream.close()
        return found

    def _over(self) -> bool:
        if self._code is None:
            ended, status = os.waitpid(self.number, os.WNOHANG)
            if ended:
                self._code = os.waitstatus_to_exitcode(status)
        return self._code is not None

    def _text(self, stream: int) -> str:
        return os.pread(self._streams[stream].fileno(), 2**20, 0).decode(errors="replace")


def _code_of(call, folder, environment, streams):
    try:
        _begin(folder, environment, streams)
        return int(call() or 0)
    except SystemExit as stopped:
        return int(stopped.code or 0)
    except BaseException:
        traceback.print_exc()
        return 99
    finally:
        with suppress(OSError):
            sys.stdout.flush()


def _begin(folder, environment, streams):
    signal.signal(signal.SIGINT, signal.default_int_handler)  # which a worker of tests ignores
    os.chdir(folder)
    for name, value in environment.items():
        os.environ.pop(name, None)
        if value is not None:
            os.environ[name] = value
    for number, stream in enumerate((os.open(os.devnull, os.O_RDONLY), *streams)):
        os.dup2(stream, number)
    sys.stdin, sys.stdout, sys.stderr = (
        open(number, mode, encoding="utf-8", buffering=buffering, closefd=False)  # noqa: SIM115
        for number, mode, buffering in ((0, "r", -1), (1, "w", -1), (2, "w", 1))
    )
