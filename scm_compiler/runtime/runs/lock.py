"""One process at a time trains a run."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

from scm_compiler.diagnostics import refuse
from scm_compiler.diagnostics.codes.busy import AlreadyTraining


@contextmanager
def sole_trainer(path: Path) -> Iterator[None]:
    """Hold a run's folder while it is trained.

    The system lets go of it when a process ends, however it ends, and nothing is left in the
    folder. Some systems and some network disks know no locks: there nothing is held.

    Args:
        path: The run's folder.

    Raises:
        ScmError: E730 with exit code 2 if another process holds it.
    """
    if find_spec("fcntl") is None:  # Windows
        yield
        return
    handle = os.open(path, os.O_RDONLY)
    try:
        if _held_elsewhere(handle):
            raise refuse(AlreadyTraining(path=str(path)), exit_code=2)
        yield
    finally:
        os.close(handle)


def _held_elsewhere(handle: int) -> bool:
    """Try to hold a folder; whether another process holds it."""
    fcntl = import_module("fcntl")
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    except OSError:  # no locks here
        return False
    return False
