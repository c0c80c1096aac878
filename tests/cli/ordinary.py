"""A command in a process of its own, with the rights of an ordinary user."""

import os
import pkgutil
import signal
import sys
import tempfile
import time
import traceback
import warnings
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from pathlib import Path

import scm_compiler
from scm_compiler.cli.main import main

NOBODY = 65534
HUNG = -signal.SIGALRM


@dataclass(frozen=True)
class Ended:
    """How a command ended: its exit code (below zero a signal), and what it printed."""

    code: int
    out: str
    err: str


@cache
def load_all() -> None:
    """Import every module: an ordinary user may not be able to read where they lie."""
    for module in pkgutil.walk_packages(scm_compiler.__path__, "scm_compiler."):
        if not module.name.endswith("__main__"):
            with suppress(ModuleNotFoundError):  # an extra that is not installed
                import_module(module.name)


def ended(
    words: Sequence[str],
    folder: Path,
    environment: Mapping[str, str | None] | None = None,
    *,
    before: Callable[[], object] = lambda: None,
    root: bool = False,
    seconds: int = 60,
) -> Ended:
    """Run a command in a copy of this process.

    Args:
        words: Those after `scmc`.
        folder: Where.
        environment: What is set in the environment; None takes a name out of it.
        before: Is called in the copy.
        root: Whether to keep the rights of this process.
        seconds: After these it is killed, and the code is `HUNG`.
    """
    load_all()
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)  # of a fork beside threads
            child = os.fork()
        if child == 0:
            try:
                _begin(folder, environment or {}, (out.fileno(), err.fileno()), root=root)
                before()
                code = _called(words)
            except BaseException:
                traceback.print_exc()
                code = 99
            finally:
                with suppress(OSError):
                    sys.stdout.flush()
                os._exit(code)
        code = _awaited(child, seconds)
        texts = (os.pread(s.fileno(), 2**20, 0).decode(errors="replace") for s in (out, err))
        return Ended(code, *texts)


def _begin(
    folder: Path, environment: Mapping[str, str | None], streams: tuple[int, int], *, root: bool
) -> None:
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
    if os.getuid() == 0 and not root:
        os.setgroups([])
        os.setgid(NOBODY)
        os.setuid(NOBODY)


def _called(words: Sequence[str]) -> int:
    try:
        return main(words)
    except SystemExit as stopped:
        return int(stopped.code or 0)


def _awaited(child: int, seconds: int) -> int:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        found, status = os.waitpid(child, os.WNOHANG)
        if found:
            return os.waitstatus_to_exitcode(status)
        time.sleep(0.002)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    return HUNG
