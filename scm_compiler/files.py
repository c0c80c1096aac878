"""Files that are written whole or not at all."""

import os
import re
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from scm_compiler.diagnostics import refuse

_TEMPORARY = re.compile(r"\.(.+)\.[a-z0-9_]{8}")
"""The name under which `write_whole` writes a file."""

_OF_RUNS = re.compile(r".+\.(json|jsonl|png|safetensors|scm)")


@contextmanager
def writing(path: Path, *, resumable: bool = False) -> Iterator[None]:
    """Say which path could not be written, and why, where the system refuses.

    Args:
        path: What is written inside.
        resumable: Whether it belongs to a run that `scmc train --resume` can go on with.

    Raises:
        ScmError: E657 with exit code 2.
    """
    try:
        yield
    except OSError as error:
        from scm_compiler.diagnostics.codes.runs import CannotWrite  # noqa: PLC0415  (seldom)

        reason = error.strerror or str(error)
        found = CannotWrite(path=str(path), reason=reason, resumable=resumable)
        raise refuse(found, exit_code=2) from error


def make_folder(path: Path) -> None:
    """Make a folder and those above it, unless they are there.

    `Path.mkdir` calls itself for each, and paths may be deeper than calls can go.

    Raises:
        OSError: If one cannot be made.
    """
    missing = [path]
    while (above := missing[-1].parent) != missing[-1] and not above.exists():
        missing.append(above)
    for folder in reversed(missing):
        folder.mkdir(exist_ok=True)


def write_whole(path: Path, content: bytes | str) -> None:
    """Write a file in one step, so that a reader or a killed process never leaves half of it.

    The content goes to a temporary name in the same folder, to the disk, and then takes the
    place of `path`. Text is written as UTF-8.

    Args:
        path: Where to; its folder must exist.
        content: The whole content.

    Raises:
        OSError: If it cannot be written; `path` is then as it was.
    """
    with _complete(path, content) as temporary:
        temporary.replace(path)


def write_new(path: Path, content: bytes | str) -> bool:
    """Write a file in one step, unless there is one: of several processes one is the first.

    Args:
        path: Where to; its folder must exist.
        content: The whole content.

    Returns:
        Whether it was written.

    Raises:
        OSError: If it cannot be written.
    """
    if path.exists():
        return False
    with _complete(path, content) as temporary:
        try:
            path.hardlink_to(temporary)
        except FileExistsError:
            return False
        except OSError:  # a disk without links
            temporary.replace(path)
    return True


@contextmanager
def _complete(path: Path, content: bytes | str) -> Iterator[Path]:
    """A temporary file beside `path` with the whole content, on the disk; removed at the end."""
    data = content.encode() if isinstance(content, str) else content
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name[:40]}.")
    temporary = Path(name)
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(data)
            stream.flush()
            os.fsync(stream.fileno())
        temporary.chmod(_mode(path))
        yield temporary
    finally:
        temporary.unlink(missing_ok=True)


def of_runs(name: str) -> bool:
    """Whether a file of this name may be one of a run's."""
    return _OF_RUNS.fullmatch(name) is not None


def sweep(folder: Path, targets: Callable[[str], bool] = of_runs) -> None:
    """Remove what processes that were killed in `write_whole` left in a folder.

    Only while no other process writes files of these names there.

    Args:
        folder: Where; nothing is done if it is not there.
        targets: Whether a file of this name is meant.
    """
    for path in folder.glob(".*"):
        found = _TEMPORARY.fullmatch(path.name)
        if found and targets(found[1]) and path.is_file():
            path.unlink(missing_ok=True)


def _mode(path: Path) -> int:
    """The permissions of the file that is replaced, else those of a new file."""
    if path.exists():
        return path.stat().st_mode & 0o777
    mask = os.umask(0)
    os.umask(mask)
    return 0o666 & ~mask
