"""Files of other programs, read into the page and written from it."""

from collections.abc import Sequence
from pathlib import Path

from scm_compiler.diagnostics import refuse
from scm_compiler.editor.document import Document as Program
from scm_compiler.interop import Document, read_document
from scm_compiler.interop.codes.interchange import UnknownFormat
from scm_compiler.interop.document import graph_name, stem
from scm_compiler.interop.formats import FORMATS, losses
from scm_compiler.interop.positions import positions_of
from scm_compiler.model.tables import Tables


def written() -> list[str]:
    """What the page writes, by suffix."""
    formats = [form.suffixes[0][1:] for form in FORMATS.values() if form.write is not None]
    return ["scm", "svg", "mmd", *formats]


def read(folder: str, name: str, content: bytes) -> Document:
    """What a file holds.

    Args:
        folder: A place for it, of this call alone.
        name: Its name, whose suffix says what it is.
        content: Its bytes.

    Raises:
        ScmError: As `interop.read_document`.
    """
    named, suffix = graph_name(stem(Path(name))), "".join(Path(name).suffixes[-2:])
    path = Path(folder) / f"{named}{suffix}"
    path.write_bytes(content)
    return read_document(path)


def write(program: Program, tables: Tables | None, suffix: str) -> tuple[str, Sequence[str]]:
    """A program in a format, and what the format does not keep.

    Args:
        program: Without errors.
        tables: P(label | parents), where they are known.
        suffix: Of the format's files.

    Raises:
        ScmError: E820 if there is no such format.
        ValueError: If the format needs tables and there are none.
    """
    known = {form.suffixes[0][1:]: name for name, form in FORMATS.items() if form.write}
    if suffix not in known or program.graph is None:
        raise refuse(UnknownFormat(f"graph.{suffix}", "writes", tuple(known)))
    places = positions_of(program.program)
    document = Document(program.graph, tables, positions=places)
    form = FORMATS[known[suffix]]
    assert form.write is not None
    return form.write(document), [one.message() for one in losses(document, known[suffix])]
