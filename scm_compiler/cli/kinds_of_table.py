"""The kinds of an imported graph's nodes, from the columns of a table."""

from collections.abc import Mapping
from dataclasses import replace

from scm_compiler.cli.codes.interchange import KindsOpen
from scm_compiler.diagnostics import Diagnostic, Report, closest
from scm_compiler.interop import Document
from scm_compiler.interop.codes.graph_files import ValuesUnknown
from scm_compiler.ir import Node
from scm_compiler.ir.domain import BINARY
from scm_compiler.runtime.data.drafting import declared
from scm_compiler.runtime.data.survey import Column


def with_kinds(document: Document, columns: Mapping[str, Column], spec: str) -> Document:
    """The document with the kinds that a table's columns tell, for nodes whose file told none.

    A network tells all its values.
    """
    if document.tables is not None or document.untold is not None:
        return document
    open_: dict[str, str] = {}
    nodes = tuple(_told(node, columns, open_) for node in document.graph.nodes)
    found: list[Diagnostic] = [
        one for one in document.report.diagnostics if not isinstance(one, ValuesUnknown)
    ]
    if open_:
        found.append(KindsOpen(spec, tuple(open_.items())))
    graph = replace(document.graph, nodes=nodes)
    return replace(document, graph=graph, report=Report(document.report.source, tuple(found)))


def _told(node: Node, columns: Mapping[str, Column], open_: dict[str, str]) -> Node:
    """The node with the values of its column; why not is noted."""
    if node.domain != BINARY:
        return node
    column = columns.get(node.name)
    if column is None:
        near = closest(node.name, columns)
        open_[node.name] = "there is no such column" + (f", only `{near}`" if near else "")
    elif column.domain is None:
        open_[node.name] = column.advice
    else:
        return replace(declared(node.name, column.domain), span=node.span)
    return node
