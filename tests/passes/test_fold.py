"""Hidden causes drawn as nodes become `<->`."""

from scm_compiler.ir import Confounder, Edge, Graph, Node
from scm_compiler.ir.domain import BINARY
from scm_compiler.passes.fold import HIDDEN, fold


def test_hidden_causes_are_sorted_as_a_program_sorts_them():
    nodes = [Node(name, "binary", BINARY) for name in "ABCD"]
    hidden = [Node(name, HIDDEN, BINARY) for name in ("U", "V")]
    edges = [("U", "A"), ("V", "B"), ("V", "C"), ("U", "D")]  # U first, though A <-> D is last
    drawn = Graph("g", (*nodes, *hidden), tuple(Edge(*ends) for ends in edges))
    assert fold(drawn).confounders == (Confounder("B", "C"), Confounder("A", "D"))
