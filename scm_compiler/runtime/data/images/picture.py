"""Where an encoded picture lies, and how its bytes are had."""

import lzma
import struct
import zipfile
import zlib
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import IO

from scm_compiler.runtime.data.images.decode import MOST_BYTES, Unreadable

MEMBER = -1
"""The offset of a picture that is a member of a zip archive."""

DAMAGED_ZIP = (
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
    struct.error,
    EOFError,
    RuntimeError,  # for a version, a compression or an encryption that is not known
)
"""What reading a damaged zip archive raises, beside the errors of every file."""


@dataclass(frozen=True, slots=True)
class Picture:
    """Where an encoded picture lies.

    Attributes:
        name: Its name in the source; in a zip archive, that of the member.
        file: The file that holds it.
        offset: Where in the file it begins; `MEMBER` in a zip archive.
        size: Its length in bytes.
        stamp: Changes when the content does: a time, or a checksum.
    """

    name: str
    file: str
    offset: int
    size: int
    stamp: int


class Opened:
    """Reads pictures; an archive stays open until one in another file is asked for."""

    def __init__(self) -> None:
        self._file = ""
        self._archive: zipfile.ZipFile | None = None
        self._stream: IO[bytes] | None = None

    def __enter__(self) -> "Opened":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._close()

    def read(self, picture: Picture) -> bytes:
        """The bytes of a picture.

        Raises:
            Unreadable: If they cannot be had.
        """
        if picture.size > MOST_BYTES:
            raise Unreadable(f"its file has more than {MOST_BYTES // 2**20} MB")
        try:
            self._open(picture)
            if self._archive is not None:
                return self._archive.read(picture.name)
            assert self._stream is not None
            self._stream.seek(picture.offset)
            return self._stream.read(picture.size)
        except OSError as error:
            raise Unreadable(error.strerror or str(error)) from error
        except Exception as error:  # a damaged archive fails in many ways
            raise Unreadable(str(error) or type(error).__name__) from error

    def _open(self, picture: Picture) -> None:
        if picture.file == self._file:
            return
        self._close()
        if picture.offset == MEMBER:
            self._archive = zipfile.ZipFile(picture.file)
        else:
            self._stream = Path(picture.file).open("rb")  # noqa: SIM115  (closed by _close)
        self._file = picture.file

    def _close(self) -> None:
        for handle in (self._archive, self._stream):
            if handle is not None:
                handle.close()
        self._archive, self._stream, self._file = None, None, ""
