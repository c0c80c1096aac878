"""Files and objects of other programs: BIF, dagitty, DOT, networkx, adjacency matrices."""

from scm_compiler.interop.adjacency import adjacency_text, read_adjacency
from scm_compiler.interop.bif import parse_bif, read_bif
from scm_compiler.interop.bif_text import bif_text
from scm_compiler.interop.dagitty import dagitty_text, read_dagitty
from scm_compiler.interop.document import Document
from scm_compiler.interop.dot import dot_text, read_dot
from scm_compiler.interop.formats import FORMATS, losses, read_document
from scm_compiler.interop.networkx import from_networkx, to_networkx

__all__ = [
    "FORMATS",
    "Document",
    "adjacency_text",
    "bif_text",
    "dagitty_text",
    "dot_text",
    "from_networkx",
    "losses",
    "parse_bif",
    "read_adjacency",
    "read_bif",
    "read_dagitty",
    "read_document",
    "read_dot",
    "to_networkx",
]
