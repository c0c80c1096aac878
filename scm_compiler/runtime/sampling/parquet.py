"""Parquet files, written a group of rows at a time."""

import io
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from scm_compiler.diagnostics import refuse
from scm_compiler.files import write_parts, writing
from scm_compiler.runtime.sampling.codes.samples import ParquetMissing


def write_groups(path: Path, groups: Iterable[Mapping[str, Any]]) -> None:
    """Write columns under their names; only one group of rows is in the memory.

    Args:
        path: The file.
        groups: Each a column a name, of the same types in all.

    Raises:
        ScmError: E717 with exit code 2 if pyarrow is not installed; E657 if the file cannot be
            written.
    """
    try:
        import pyarrow  # noqa: PLC0415  (an extra)
        from pyarrow.parquet import ParquetWriter  # noqa: PLC0415
    except ImportError as error:
        raise refuse(ParquetMissing(path=str(path)), exit_code=2) from error

    def parts() -> Iterator[bytes]:
        passing, writer = _Passing(), None
        for columns in groups:
            table = pyarrow.table(dict(columns))
            writer = ParquetWriter(passing, table.schema) if writer is None else writer
            writer.write_table(table)
            yield passing.taken()
        if writer is not None:
            writer.close()
        yield passing.taken()

    with writing(path):
        write_parts(path, parts())


class _Passing(io.RawIOBase):
    """A file whose bytes are taken out as they come."""

    def __init__(self) -> None:
        super().__init__()
        self._held: list[bytes] = []
        self._size = 0

    def writable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._size

    def write(self, content: Any) -> int:  # noqa: ANN401  (whatever has bytes)
        self._held.append(bytes(content))
        self._size += len(self._held[-1])
        return len(self._held[-1])

    def taken(self) -> bytes:
        """What was written since it was last asked."""
        found, self._held = b"".join(self._held), []
        return found
