"""Files and objects of other programs: Bayesian networks, drawn graphs, matrices, networkx."""

from scm_compiler.interop.adjacency import adjacency_text, read_adjacency
from scm_compiler.interop.bif import parse_bif, read_bif
from scm_compiler.interop.bif_text import bif_text
from scm_compiler.interop.dagitty import dagitty_text, read_dagitty
from scm_compiler.interop.document import Document
from scm_compiler.interop.dot import dot_text, read_dot
from scm_compiler.interop.edge_list import read_edges
from scm_compiler.interop.formats import FORMATS, losses, read_document
from scm_compiler.interop.formulas import read_dagify, read_lavaan
from scm_compiler.interop.gml import gml_text, read_gml
from scm_compiler.interop.graphml import graphml_text, read_graphml
from scm_compiler.interop.hugin import net_text, read_net
from scm_compiler.interop.networkx import from_networkx, to_networkx
from scm_compiler.interop.xdsl import read_xdsl, xdsl_text
from scm_compiler.interop.xmlbif import read_xmlbif, xmlbif_text

__all__ = [
    "FORMATS",
    "Document",
    "adjacency_text",
    "bif_text",
    "dagitty_text",
    "dot_text",
    "from_networkx",
    "gml_text",
    "graphml_text",
    "losses",
    "net_text",
    "parse_bif",
    "read_adjacency",
    "read_bif",
    "read_dagify",
    "read_dagitty",
    "read_document",
    "read_dot",
    "read_edges",
    "read_gml",
    "read_graphml",
    "read_lavaan",
    "read_net",
    "read_xdsl",
    "read_xmlbif",
    "to_networkx",
    "xdsl_text",
    "xmlbif_text",
]
