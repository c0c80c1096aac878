"""Folders that appear whole or not at all: they are made under another name beside their place."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from scm_compiler.files import make_folder
from scm_compiler.locks import lock

PREFIX = ".scmc-new."
"""How the folders are called while they are made."""


@contextmanager
def room_beside(target: Path) -> Iterator[Path]:
    """An empty folder beside a path, to make there what is then renamed to that path.

    It is held by a lock, which the system lets go of when a process ends, however it ends: what
    killed processes left beside the path is removed.

    Args:
        target: The path; the folder that it is to be in is made.

    Raises:
        OSError: If the folder cannot be made.
    """
    make_folder(target.parent)
    _sweep(target.parent)
    while True:
        made = tempfile.TemporaryDirectory(dir=target.parent, prefix=PREFIX)
        with made as name, _held(Path(name)) as ours:
            if ours:
                yield Path(name)
                return


@contextmanager
def _held(folder: Path) -> Iterator[bool]:
    """Hold a folder; false if another process took it for left behind before it was held."""
    if os.name == "nt":  # no folder can be opened there
        yield True
        return
    try:
        handle = os.open(folder, os.O_RDONLY)
    except FileNotFoundError:
        yield False
        return
    try:
        lock(handle)
        yield _is_at(handle, folder)
    finally:
        os.close(handle)


def _is_at(handle: int, folder: Path) -> bool:
    with suppress(FileNotFoundError):
        return os.path.samestat(os.fstat(handle), folder.stat())
    return False


def _sweep(parent: Path) -> None:
    """Remove the folders that no process holds any more."""
    for left in () if os.name == "nt" else parent.glob(f"{PREFIX}*"):
        with suppress(OSError):  # held, gone, or another's
            handle = os.open(left, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
            try:
                if lock(handle, wait=False):
                    shutil.rmtree(left, ignore_errors=True)
            finally:
                os.close(handle)
