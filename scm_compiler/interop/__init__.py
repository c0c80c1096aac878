"""Files and objects of other programs: Bayesian networks, drawn graphs, matrices, networkx.

The names of this package are imported when they are first used: who reads one format does not wait
for all of them.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from scm_compiler.interop.adjacency import adjacency_text, read_adjacency
    from scm_compiler.interop.bif import parse_bif, read_bif
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

_MODULES = {
    "Document": "document",
    "FORMATS": "formats",
    "adjacency_text": "adjacency",
    "dagitty_text": "dagitty",
    "dot_text": "dot",
    "from_networkx": "networkx",
    "gml_text": "gml",
    "graphml_text": "graphml",
    "losses": "formats",
    "net_text": "hugin",
    "parse_bif": "bif",
    "read_adjacency": "adjacency",
    "read_bif": "bif",
    "read_dagify": "formulas",
    "read_dagitty": "dagitty",
    "read_document": "formats",
    "read_dot": "dot",
    "read_edges": "edge_list",
    "read_gml": "gml",
    "read_graphml": "graphml",
    "read_lavaan": "formulas",
    "read_net": "hugin",
    "read_xdsl": "xdsl",
    "read_xmlbif": "xmlbif",
    "to_networkx": "networkx",
    "xdsl_text": "xdsl",
    "xmlbif_text": "xmlbif",
}

__all__ = [
    "FORMATS",
    "Document",
    "adjacency_text",
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


def __getattr__(name: str) -> Any:  # noqa: ANN401  (whatever the public name stands for)
    """The public name, imported when it is first asked for (PEP 562)."""
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module  # noqa: PLC0415  (only when something is asked for)

    return getattr(import_module(f"{__name__}.{_MODULES[name]}"), name)
