"""A program for a table: its columns declared, its arrows yet to be written."""

from collections.abc import Mapping

from scm_compiler.ir import Discrete, Graph, Node, Ordinal, Real
from scm_compiler.ir.domain import BINARY
from scm_compiler.runtime.data.survey import Column
from scm_compiler.semantics.program import program_text
from scm_compiler.syntax.printer import print_name


def draft(columns: Mapping[str, Column], name: str, spec: str) -> str:
    """A program that declares a node for each column, and no edges yet."""
    domains = {
        column: None if found.numbered else found.domain for column, found in columns.items()
    }
    nodes = tuple(declared(column, domain) for column, domain in domains.items() if domain)
    left = {column: columns[column] for column, domain in domains.items() if domain is None}
    remarks = {n.name: f"# {columns[n.name].remark}" for n in nodes if columns[n.name].remark}
    lines = [program_text(Graph(name, nodes, ()), remarks).rstrip()]
    if left:
        lines += ["", f"# not declared, though columns of {spec}:"]
        lines += [f"# {print_name(column)}: {found.advice}" for column, found in left.items()]
    return "\n".join([*lines, "", "# write what causes what: A, B -> C", ""])


def declared(name: str, domain: Discrete | Ordinal | Real) -> Node:
    """A node with these values."""
    kind = "categorical" if isinstance(domain, Discrete) else domain.type
    return Node(name, "binary" if domain == BINARY else kind, domain)
