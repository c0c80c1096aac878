"""One process at a time trains a run."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from scm_compiler.diagnostics import refuse
from scm_compiler.files import sweep
from scm_compiler.locks import lock
from scm_compiler.runtime.runs.codes.busy import AlreadyTraining
from scm_compiler.runtime.runs.head_files import PREVIEWS


@contextmanager
def sole_trainer(path: Path) -> Iterator[None]:
    """Hold a run's folder while it is trained.

    The system lets go of it when a process ends, however it ends. What a killed process left in
    the folder under temporary names is removed. Some systems and some network disks know no
    locks: there nothing is held, and nothing removed.

    Args:
        path: The run's folder.

    Raises:
        ScmError: E730 with exit code 2 if another process holds it.
    """
    if os.name == "nt":  # no folder can be opened there
        yield
        return
    handle = os.open(path, os.O_RDONLY)
    try:
        if _hold(handle, path):
            for folder in (path, path / PREVIEWS):
                sweep(folder)
        yield
    finally:
        os.close(handle)


def _hold(handle: int, path: Path) -> bool:
    """Hold a folder; whether that could be done."""
    try:
        return lock(handle, wait=False)
    except BlockingIOError as error:
        raise refuse(AlreadyTraining(path=str(path)), exit_code=2) from error
