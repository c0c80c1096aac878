"""The formats of `interop.formats`, which is too heavy to be imported for `--help`."""

WRITTEN = (
    "bif",
    "xmlbif",
    "xdsl",
    "net",
    "dagitty",
    "dot",
    "gml",
    "graphml",
    "adjacency",
    "json",
)
FORMATS = (*WRITTEN, "edges", "lavaan", "dagify")
