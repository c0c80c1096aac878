"""The file that a verb writes: whether it may, and how."""

import gzip
from pathlib import Path

from scm_compiler.cli.codes.interchange import WouldReplace
from scm_compiler.diagnostics import refuse
from scm_compiler.files import is_stream, make_folder, require_writable, write_whole, writing


def refuse_existing(path: Path, *, force: bool) -> None:
    """Refuse to replace a file that was not named to be replaced.

    Raises:
        ScmError: E829 with exit code 2.
    """
    if not force and path.exists() and not is_stream(path):
        raise refuse(WouldReplace(str(path)), exit_code=2)


def require_place(path: Path) -> None:
    """Make sure that a file can be written, with the folders that it lacks, before others are.

    Raises:
        ScmError: E657 with exit code 2.
    """
    with writing(path):
        there = path
        while not (there.parent.exists() or is_stream(there)):
            there = there.parent
        require_writable(there)


def write(path: Path, content: str | bytes) -> None:
    """Write a file whole, in a folder that is made if need be.

    Raises:
        ScmError: E657 with exit code 2 if it cannot be written.
    """
    with writing(path):
        make_folder(path.parent)
        write_whole(path, content)


def write_text(path: Path, text: str) -> None:
    """As `write`, compressed where the file's name says so."""
    packed = path.suffix == ".gz"
    write(path, gzip.compress(text.encode(), mtime=0) if packed else text)


def file_stem(name: str) -> str:
    """A graph's name as a file name."""
    return "".join(c if c.isalnum() or c in "_-." else "_" for c in name).lstrip(".") or "graph"
