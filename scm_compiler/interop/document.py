"""What a file of another program holds: a graph, and what travels beside it."""

import gzip
import re
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from scm_compiler.diagnostics import Diagnostic, Report, Source, refuse
from scm_compiler.interop.codes.bif import NotText
from scm_compiler.interop.codes.graph_files import TooLarge
from scm_compiler.ir import Graph
from scm_compiler.model.tables import Tables

LARGEST_FILE = 16 * 2**20
"""The most bytes that are read, after decompression."""

Position = tuple[float, float]
"""To the right and down, in inches."""

Bend = tuple[str, str, str]
"""An edge that is drawn bent: its ends, and `->` or `<->` between them."""


@dataclass(frozen=True, eq=False)
class Document:
    """A graph and what its file has beside it.

    Attributes:
        graph: The graph; its labels' tables, where there are any, may hold hidden causes as nodes.
        tables: P(node | parents) of the labels, in formats that hold it.
        untold: What the file leaves open of its tables, where it has such and they are not given.
        positions: Where nodes are drawn.
        bends: A point that an edge is drawn towards.
        marks: What dagitty says of nodes: `exposure`, `outcome`, `adjusted`, `selected`.
        report: What to know of the reading.
    """

    graph: Graph
    tables: Tables | None = None
    untold: Diagnostic | None = None
    positions: Mapping[str, Position] = field(default_factory=dict)
    bends: Mapping[Bend, Position] = field(default_factory=dict)
    marks: Mapping[str, frozenset[str]] = field(default_factory=dict)
    report: Report = field(default_factory=lambda: Report(None, ()))

    def marked(self, mark: str) -> tuple[str, ...]:
        """The nodes with a mark, in the order of declaration."""
        return tuple(n.name for n in self.graph.nodes if mark in self.marks.get(n.name, ()))


def read_text(path: Path) -> Source:
    """The text of a file, perhaps compressed by gzip.

    Raises:
        ScmError: With exit code 2: E685 if it is no text, E824 if it is too large.
        OSError: If it cannot be opened.
    """
    packed = path.suffix == ".gz"
    try:
        with gzip.open(path, "rb") if packed else path.open("rb") as stream:
            content = stream.read(LARGEST_FILE + 1)
        if len(content) > LARGEST_FILE:
            what = f"`{path}` has more than {LARGEST_FILE // 2**20} MB of text"
            raise refuse(TooLarge(what), exit_code=2)
        text = content.decode("utf-8-sig")
        if "\0" in text:  # as in UTF-16
            raise refuse(NotText(str(path)), exit_code=2)
    except (UnicodeDecodeError, EOFError, zlib.error, gzip.BadGzipFile) as damage:
        raise refuse(NotText(str(path)), exit_code=2) from damage
    return Source(str(path), text.replace("\r\n", "\n").replace("\r", "\n"))


def stem(path: Path) -> str:
    """A file's name without its suffixes: what its graph is called.

    >>> stem(Path("nets/asia.bif.gz"))
    'asia'
    """
    return graph_name(path.name.lstrip(".").partition(".")[0])


def graph_name(text: str) -> str:
    """A text as the name of a graph, which is also that of a folder.

    >>> graph_name("my <net>")
    'my net'
    """
    return re.sub(r"[^\w .-]", "", text).strip(" .") or "graph"
