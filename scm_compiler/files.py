"""Files that are written whole or not at all."""

import errno
import os
import re
import stat
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from scm_compiler.diagnostics import refuse
from scm_compiler.diagnostics.codes.writing import CannotWrite

STANDARD_OUTPUT = Path("-")
"""What stands for standard output where a file is named to be written."""

_TEMPORARY = re.compile(r"\.(.+)\.[a-z0-9_]{8}")
"""The name under which `whole_file` writes a file."""

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
        refusal = CannotWrite(path=str(path), reason=reason, resumable=resumable)
        raise refuse(refusal, exit_code=2) from error


@contextmanager
def reading(path: Path) -> Iterator[None]:
    """Say which path could not be read, and why, where the system refuses.

    Args:
        path: What is read inside.

    Raises:
        ScmError: E114 with exit code 2.
    """
    try:
        yield
    except OSError as error:
        from scm_compiler.syntax.codes.files import Unreadable  # noqa: PLC0415  (seldom)

        raise refuse(Unreadable(str(path), error.strerror or str(error)), exit_code=2) from error


def listed(folder: Path) -> list[Path]:
    """What a folder holds, in the order of the names; nothing if it is not there.

    `Path.glob` passes over what may not be read as if it were not there.

    Raises:
        ScmError: E114 with exit code 2 if the folder may not be listed or searched.
    """
    with reading(folder), suppress(FileNotFoundError, NotADirectoryError):
        os.stat(f"{folder}{os.sep}.")  # noqa: PTH116  (a `Path` drops the dot)
        return sorted(folder.iterdir())
    return []


def holds(folder: Path, name: str) -> bool:
    """Whether a folder holds a file of this name.

    Raises:
        ScmError: E114 with exit code 2 if the system does not let us know.
    """
    path = folder / name
    with reading(path), suppress(FileNotFoundError, NotADirectoryError, ValueError):
        return stat.S_ISREG(path.stat().st_mode)
    return False


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
    write_parts(path, (content.encode() if isinstance(content, str) else content,))


def write_parts(path: Path, parts: Iterable[bytes]) -> None:
    """Write a file as `write_whole` does, of parts that need not be in the memory together."""
    if is_standard_output(path):
        sys.stdout.flush()
        sys.stdout.buffer.writelines(parts)
        sys.stdout.flush()
    elif is_stream(path):
        with os.fdopen(os.open(path, os.O_WRONLY), "wb") as stream:
            stream.writelines(parts)
    else:
        with whole_file(_followed(path)) as stream:
            stream.writelines(parts)


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
        target = _followed(path)
        if target.is_dir():
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(path))
        with tempfile.TemporaryFile(dir=target.parent):
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
    try:
        with whole_file(path, place=_place_new) as stream:
            stream.write(content.encode())
    except FileExistsError:
        return False
    return True


def _place_new(temporary: Path, path: Path) -> None:
    try:
        path.hardlink_to(temporary)
    except FileExistsError:
        raise
    except OSError:  # a disk without links
        temporary.replace(path)


def _followed(path: Path) -> Path:
    """The file that a path leads to over its links, whether it is there or not."""
    with suppress(FileNotFoundError):
        path.stat()  # a circle of links is refused
    return Path(os.path.realpath(path))


@contextmanager
def whole_file(
    path: Path, *, place: Callable[[Path, Path], object] = Path.replace
) -> Iterator[BinaryIO]:
    """A file to write, which takes its name when all of it is on the disk.

    Args:
        path: Where to; its folder must exist.
        place: Gives a temporary file beside `path`, whole and with its permissions, that name.
    """
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name[:40]}.")
    temporary = Path(name)
    try:
        with os.fdopen(handle, "w+b") as stream:
            yield stream
            stream.flush()
            os.fsync(stream.fileno())
        temporary.chmod(_mode(path))
        place(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)


def of_runs(name: str) -> bool:
    """Whether a file of this name may be one of a run's."""
    return _OF_RUNS.fullmatch(name) is not None


def sweep(folder: Path, targets: Callable[[str], bool] = of_runs) -> None:
    """Remove what processes that were killed in `whole_file` left in a folder.

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
