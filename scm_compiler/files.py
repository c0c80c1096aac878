"""Files that are written whole or not at all."""

import os
import re
import stat
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from scm_compiler.diagnostics import refuse
from scm_compiler.diagnostics.codes.writing import CannotWrite

STANDARD_OUTPUT = Path("-")
"""What stands for standard output where a file is named to be written."""

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
        if isinstance(error, BrokenPipeError) and is_standard_output(path):
            raise  # what reads the output has seen enough
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
    place of `path`; of a link, the place of the file that it leads to. Only a file is replaced:
    what is no file, as a device, a pipe or standard output (`-`), is written to. Text is written
    as UTF-8.

    Args:
        path: Where to; its folder must exist.
        content: The whole content.

    Raises:
        OSError: If it cannot be written; a file is then as it was.
    """
    data = content.encode() if isinstance(content, str) else content
    if is_standard_output(path):
        sys.stdout.flush()
        sys.stdout.buffer.write(data)
        sys.stdout.flush()
    elif is_stream(path):
        with os.fdopen(os.open(path, os.O_WRONLY), "wb") as stream:
            stream.write(data)
    else:
        target = _followed(path)
        with _complete(target, data) as temporary:
            temporary.replace(target)


def is_standard_output(path: Path) -> bool:
    """Whether what is written there goes to standard output: `-`, or a name of the same thing."""
    if path == STANDARD_OUTPUT:
        return True
    try:
        return os.path.samestat(path.stat(), os.fstat(sys.stdout.fileno()))
    except (OSError, ValueError, AttributeError):  # there is none, or it is no file of the system
        return False


def is_stream(path: Path) -> bool:
    """Whether a path is written to, and not replaced: a device, a pipe or standard output.

    >>> is_stream(Path("-")), is_stream(Path("no_such_file")), is_stream(Path())
    (True, False, False)
    """
    if is_standard_output(path):
        return True
    try:
        mode = path.stat().st_mode
    except (OSError, ValueError):
        return False
    return not (stat.S_ISREG(mode) or stat.S_ISDIR(mode))


def require_writable(path: Path) -> None:
    """Make sure that a file can be written, before there is anything to write.

    Raises:
        OSError: If it cannot be.
    """
    if not is_stream(path):
        with tempfile.TemporaryFile(dir=_followed(path).parent):
            pass


def write_new(path: Path, content: str) -> bool:
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
    with _complete(path, content.encode()) as temporary:
        try:
            path.hardlink_to(temporary)
        except FileExistsError:
            return False
        except OSError:  # a disk without links
            temporary.replace(path)
    return True


def _followed(path: Path) -> Path:
    """The file that a path leads to over its links, whether it is there or not."""
    with suppress(FileNotFoundError):
        path.stat()  # a circle of links is refused
    return Path(os.path.realpath(path))


@contextmanager
def _complete(path: Path, data: bytes) -> Iterator[Path]:
    """A temporary file beside `path` with the whole content, on the disk; removed at the end."""
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
