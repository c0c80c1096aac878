"""Small graphs and tables for the tests of what runs."""

from collections.abc import Callable
from pathlib import Path

import pytest

from scm_compiler.ir import Discrete, Edge, Graph, Node
from scm_compiler.ir.domain import BINARY

MakeGraph = Callable[..., Graph]


@pytest.fixture(scope="session")
def make_graph() -> MakeGraph:
    """Builds a graph: `make_graph("A B H:red|blue", "A>B B>H")`."""

    def make(nodes: str, edges: str = "", name: str = "g") -> Graph:
        declared = []
        for word in nodes.split():
            label, _, values = word.partition(":")
            domain = Discrete(tuple(values.split("|"))) if values else BINARY
            declared.append(Node(label, "categorical" if values else "binary", domain))
        order = [node.name for node in declared]
        pairs = [Edge(*word.split(">")) for word in edges.split()]
        pairs.sort(key=lambda edge: (order.index(edge.target), order.index(edge.source)))
        return Graph(name, tuple(declared), tuple(pairs))

    return make


@pytest.fixture
def write(tmp_path: Path) -> Callable[..., Path]:
    """Writes a file in the test's folder, bytes as they are."""

    def write_file(content: str | bytes, name: str = "table.csv") -> Path:
        path = tmp_path / name
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    return write_file


@pytest.fixture
def spec(write: Callable[..., Path]) -> Callable[..., str]:
    """Writes a CSV file and says how it is named as data."""

    def write_csv(content: str, name: str = "table.csv") -> str:
        return f"csv:{write(content, name)}"

    return write_csv
