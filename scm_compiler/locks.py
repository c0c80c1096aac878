"""Locks between processes, which the system lets go of when a process ends, however it ends."""

from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path


@contextmanager
def locked(path: Path) -> Iterator[bool]:
    """Wait until no other process holds the lock, and hold it.

    Args:
        path: A file that stands for the lock; made if it is not there.

    Yields:
        Whether the lock is held; see `lock`.
    """
    with path.open("ab") as stream:
        yield lock(stream.fileno())


def lock(handle: int, *, shared: bool = False, wait: bool = True) -> bool:
    """Lock an open file or folder.

    Args:
        handle: Its number.
        shared: Whether others may hold it in the same way at the same time.
        wait: Whether to wait for a process that holds it.

    Returns:
        Whether it is held. Windows and some network disks know no locks; what is done then must
        be safe without.

    Raises:
        BlockingIOError: If another process holds it, and it is not waited for.
    """
    if find_spec("fcntl") is None:  # Windows
        return False
    fcntl = import_module("fcntl")
    how = fcntl.LOCK_SH if shared else fcntl.LOCK_EX
    try:
        fcntl.flock(handle, how if wait else how | fcntl.LOCK_NB)
    except BlockingIOError:
        raise
    except OSError:
        return False
    return True
