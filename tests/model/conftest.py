"""The graphs of the tests of emission."""

from tests.emit.conftest import build_graph, graph, graphs, randomised

__all__ = ["build_graph", "graph", "graphs", "randomised"]
