"""A program for a table: its columns declared, its arrows yet to be written."""

from scm_compiler.ir import Discrete, Graph, Node, Ordinal, Real
from scm_compiler.ir.domain import BINARY
from scm_compiler.runtime.data.survey import Column, Survey
from scm_compiler.semantics.program import program_text
from scm_compiler.syntax.printer import print_name, writable


def draft(table: Survey, name: str, called: str) -> str:
    """A program that declares a node for each column, and no edges yet.

    Args:
        table: What the columns hold.
        name: Of the graph.
        called: The table's name.
    """
    columns = table.columns
    left = {column: why for column, found in columns.items() if (why := _left(column, found))}
    nodes = tuple(
        declared(column, found.domain)
        for column, found in columns.items()
        if found.domain is not None and column not in left
    )
    remarks = {n.name: f"# {columns[n.name].remark}" for n in nodes if columns[n.name].remark}
    lines = [program_text(Graph(name, nodes, ()), remarks).rstrip()]
    if left:
        lines += ["", f"# not declared, though columns of {called}:"]
        lines += [f"# {_named(column)}: {why}" for column, why in left.items()]
    lines += ["", "# write what causes what: A, B -> C"]
    return "\n".join([*lines, *([f"# {table.told}"] if table.told else []), ""])


def _left(name: str, found: Column) -> str:
    """Why a column is not declared; empty if it is."""
    if found.numbered or found.domain is None:
        return found.advice
    values = () if isinstance(found.domain, Real) else found.domain.values
    if not all(map(writable, (name, *values))):
        whose, it = ("all its values", "them") if writable(name) else ("its name", "it")
        return f"a program cannot hold {whose}: rename {it} in the table"
    return ""


def _named(column: str) -> str:
    """A column's name on one line of a comment."""
    return print_name(column) if writable(column) else ascii(column)


def declared(name: str, domain: Discrete | Ordinal | Real) -> Node:
    """A node with these values."""
    kind = "categorical" if isinstance(domain, Discrete) else domain.type
    return Node(name, "binary" if domain == BINARY else kind, domain)
