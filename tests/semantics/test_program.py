"""A graph written as a program is the same graph when it is read."""

import pytest

from scm_compiler.compiler import check, load, parse_text
from scm_compiler.diagnostics import Sink, Source
from scm_compiler.semantics.program import program_text
from scm_compiler.shipped import example_programs
from scm_compiler.syntax.parser import parse
from scm_compiler.syntax.printer import print_file


def again(graph, remarks=None):
    text = program_text(graph, remarks or {})
    found, report = check(Source("g", text))
    assert found is not None, str(report)
    source = Source("g", text)
    assert print_file(parse(source, Sink(source))) == text
    return found


@pytest.mark.parametrize("name", sorted(set(example_programs()) - {"own_kind"}))
def test_the_examples_come_back(name):
    graph = load(name)
    assert (again(graph).hash, again(graph).name) == (graph.hash, graph.name)


@pytest.mark.usefixtures("own_kind")
def test_the_kind_of_another_package_is_written_as_its_values():
    graph = load("own_kind")
    assert again(graph).by_name["Effort"].domain == graph.by_name["Effort"].domain


def test_names_that_need_quotes_and_hidden_causes():
    text = '"P", "do" : binary\nH : categorical("light-brown", 1, "01")\n"P" -> H\n"P" <-> "do"\n'
    graph = parse_text(text, "graph")
    assert (again(graph).hash, again(graph).name) == (graph.hash, "graph")


def test_asserted_independences_are_kept():
    graph = parse_text("A, B, C : binary\nA -> C\nassert A _||_ B | C\nassert B _||_ A, C\n")
    assert again(graph).asserts == graph.asserts


def test_a_remark_stands_behind_its_node():
    graph = parse_text("A, B, C : binary\nA -> C\n", "g")
    text = program_text(graph, {"A": "# at 1, 2", "B": "# at 1, 2"})
    assert text.splitlines()[2:5] == [
        "A : binary  # at 1, 2",
        "B : binary  # at 1, 2",
        "C : binary",
    ]
    assert again(graph, {"A": "# at 1, 2"}) == graph
