"""The formats of `interop.formats`, which is too heavy to be imported for `--help`."""

FORMATS = ("bif", "xmlbif", "xdsl", "net", "dagitty", "dot", "adjacency", "json")
