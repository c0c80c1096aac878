"""What is fitted where hidden causes reach real nodes."""

import pytest

from scm_compiler.compiler import parse_text
from scm_compiler.model.real.parts import apart, discrete_part, observed, tied_nodes

LABELS = "A, B, C : binary\nX : real\nA -> B -> X\nA <-> B"


@pytest.mark.parametrize(
    "program", [LABELS, "A : binary\nX, Y : real\nA -> X -> Y", "A, B : binary"]
)
def test_without_a_hidden_cause_of_real_nodes_nothing_changes(program):
    graph = parse_text(program)
    assert observed(graph) is graph
    assert not tied_nodes(graph)


def test_a_district_that_reaches_a_real_node_has_blankets_for_parents():
    graph = parse_text(f"{LABELS}\nD, F : binary\nC -> D\nC <-> D\nD <-> X\nF -> D")
    law = observed(graph)
    assert tied_nodes(graph) == {"C", "D", "X"}
    assert law.parents == {
        **graph.parents,
        "D": ("C", "F"),
        "X": ("B", "C", "D", "F"),
    }
    assert [(pair.left, pair.right) for pair in law.confounders] == [("A", "B")]
    assert observed(law) is law


def test_labels_of_the_law_have_tables_unless_they_read_numbers():
    graph = parse_text("A, B, C : binary\nX : real\nA -> X\nX <-> B\nB <-> C")
    assert apart(graph) == ("X",)
    part = discrete_part(graph)
    assert not part.confounders
    assert part.parents == {"A": (), "B": (), "C": ("B",)}


def test_a_label_of_the_law_keeps_no_family():
    counted = parse_text("N : ordinal(a, b, c)\nX : real\nN <-> X")
    assert observed(counted).by_name["N"].domain.family is None
