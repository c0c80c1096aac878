"""What users ask of the graph itself."""

from itertools import combinations

import networkx as nx
import pytest

from scm_compiler.compiler import load, parse_text

GRAPH = load("sprinkler")


def test_separation_is_d_separation():
    drawn = nx.DiGraph([(edge.source, edge.target) for edge in GRAPH.edges])
    names = list(GRAPH.by_name)
    for left, right in combinations(names, 2):
        others = [name for name in names if name not in (left, right)]
        for size in range(3):
            for given in combinations(others, size):
                expected = nx.is_d_separator(drawn, {left}, {right}, set(given))
                assert GRAPH.separated(left, right, given) is expected
                assert GRAPH.separated([left], {right}, given=list(given)) is expected


def test_one_name_is_one_node():
    assert GRAPH.separated("Sprinkler", "Rain", given="Cloudy")


def test_adjustment():
    assert GRAPH.adjustment("Cloudy", "Wet") == ((),)
    assert load("front_door").adjustment("Smoking", "Cancer") == ()
    with pytest.raises(ValueError, match="the same node"):
        GRAPH.adjustment("Rain", "Rain")


def test_implied_is_a_line_each():
    assert repr(GRAPH.implied()).splitlines() == [
        "Cloudy _||_ Wet | Sprinkler, Rain",
        "Sprinkler _||_ Rain | Cloudy",
    ]
    assert len(GRAPH.implied().independences) == 2
    whole = parse_text("A, B : binary\nA -> B\n")
    assert repr(whole.implied()) == "no independence is implied"
    verma = parse_text("A, B, C, D : binary\nA -> B -> C -> D\nB <-> D\n").implied()
    assert "no set separates A, D" in repr(verma)


@pytest.mark.parametrize(
    "ask",
    [
        lambda: GRAPH.separated("Wet", "Cloudy", given=["rain"]),
        lambda: GRAPH.adjustment("rain", "Wet"),
    ],
)
def test_a_name_that_is_not_there(ask):
    with pytest.raises(ValueError, match="not a node of sprinkler; did you mean `Rain`"):
        ask()
