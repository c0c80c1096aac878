"""One process at a time."""

import contextlib
from collections.abc import Iterator
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path


@contextlib.contextmanager
def locked(path: Path) -> Iterator[bool]:
    """Wait until no other process holds the lock, and hold it.

    The system lets go of it when a process ends, however it ends.

    Args:
        path: A file that stands for the lock; made if it is not there.

    Yields:
        Whether the lock is held. Some systems and some network disks know no locks; what is done
        then must be safe without.
    """
    with path.open("ab") as stream:
        yield _acquired(stream.fileno())


def _acquired(handle: int) -> bool:
    if find_spec("fcntl") is None:  # Windows
        return False
    fcntl = import_module("fcntl")
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
    except OSError:
        return False
    return True
