"""Names of files, as tables and archives give them."""

from collections.abc import Iterable
from pathlib import PurePosixPath, PureWindowsPath

from scm_compiler.diagnostics import refuse
from scm_compiler.runtime.data.images.codes.images import UnsafeName


def is_safe(name: str) -> bool:
    r"""Whether a name stays inside the folder that it is relative to, on every system.

    >>> [is_safe(name) for name in ("a/b.jpg", "../b", "/etc/b", "C:b", r"a\..\b")]
    [True, False, False, False, False]
    """
    windows = PureWindowsPath(name)
    rooted = PurePosixPath(name).is_absolute() or windows.anchor
    return not rooted and ".." not in windows.parts and "\0" not in name


def refuse_unsafe(names: Iterable[str], path: object) -> None:
    """Refuse a table or archive that names a file outside its folder.

    Raises:
        ScmError: E674 with exit code 2.
    """
    for name in names:
        if not is_safe(name):
            raise refuse(UnsafeName(path=printable(str(path)), name=printable(name)), exit_code=2)


def plain(name: str) -> str:
    """A relative name as a folder's listing writes it.

    >>> plain("./a//b.jpg"), plain("")
    ('a/b.jpg', '')
    """
    return str(PurePosixPath(name)) if name else name


def printable(name: str) -> str:
    r"""The name with what cannot be printed (bytes that are no text, control characters) replaced.

    >>> printable("a\udcff.jpg"), printable("a\x1b[2J\n.jpg")
    ('a?.jpg', 'a?[2J?.jpg')
    """
    return "".join(c if c.isprintable() else "?" for c in name)


def is_hidden(name: str) -> bool:
    """Whether a file is none of the data's: hidden, or what a Mac adds to archives."""
    path = PurePosixPath(name)
    return path.name.startswith(".") or path.parts[:1] == ("__MACOSX",)
