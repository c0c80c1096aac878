"""What `scmc import` and `scmc export` share."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import argparse

FORMATS = ("bif", "dagitty", "dot", "adjacency", "json")
"""Those of `interop.formats`, which is not imported for `--help`."""


def refuse_existing(path: Path, args: argparse.Namespace) -> None:
    """Refuse to replace a file that was not named to be replaced.

    Raises:
        ScmError: E829 with exit code 2.
    """
    from scm_compiler.files import is_stream  # noqa: PLC0415

    if args.force or not path.exists() or is_stream(path):
        return
    from scm_compiler.cli.codes.interchange import WouldReplace  # noqa: PLC0415
    from scm_compiler.diagnostics import refuse  # noqa: PLC0415  (seldom)

    raise refuse(WouldReplace(str(path)), exit_code=2)


def require_place(path: Path) -> None:
    """Make sure that a file can be written, with the folders that it lacks, before others are.

    Raises:
        ScmError: E657 with exit code 2.
    """
    from scm_compiler.files import is_stream, require_writable, writing  # noqa: PLC0415

    with writing(path):
        there = path
        while not (there.parent.exists() or is_stream(there)):
            there = there.parent
        require_writable(there)


def write(path: Path, text: str) -> None:
    """Write a file whole, compressed where its name says so.

    Raises:
        ScmError: E657 with exit code 2 if it cannot be written.
    """
    import gzip  # noqa: PLC0415  (seldom)

    from scm_compiler.files import make_folder, write_whole, writing  # noqa: PLC0415

    packed = path.suffix == ".gz"
    with writing(path):
        make_folder(path.parent)
        write_whole(path, gzip.compress(text.encode(), mtime=0) if packed else text)


def file_stem(name: str) -> str:
    """A graph's name as a file name."""
    return "".join(c if c.isalnum() or c in "_-." else "_" for c in name).lstrip(".") or "graph"
