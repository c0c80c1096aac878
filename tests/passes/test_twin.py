"""Networks of worlds: which copies are made, and which are merged."""

import pytest

from scm_compiler.ir import Edge, Graph, Node
from scm_compiler.ir.domain import BINARY
from scm_compiler.ir.query import Event, Setting, Variable
from scm_compiler.passes.twin import Copy, Held, unite


@pytest.fixture(scope="module")
def mediation():
    """X causes M, both cause Y; Z causes all three."""
    nodes = tuple(Node(name, "binary", BINARY) for name in "XMYZ")
    edges = [("Z", "X"), ("X", "M"), ("Z", "M"), ("X", "Y"), ("M", "Y"), ("Z", "Y")]
    return Graph("g", nodes, tuple(Edge(*pair) for pair in edges))


def event(node, value, **world):
    settings = tuple(Setting(name, held) for name, held in world.items())
    return Event(Variable(node, settings), value)


def nodes_of(worlds):
    return sorted(copy.node for copy in worlds.copies)


def test_nodes_that_the_intervention_does_not_reach_are_shared(mediation):
    worlds = unite(mediation, [event("Y", 1, X=0), event("X", 1), event("Y", 1)])
    assert nodes_of(worlds) == ["M", "M", "X", "Y", "Y", "Z"]
    assert worlds.tied == ("M", "Y")


def test_exclusion_a_cause_is_untouched_by_its_effect(mediation):
    worlds = unite(mediation, [event("Z", 1, X=0), event("Z", 1)])
    assert nodes_of(worlds) == ["Z"]
    assert unite(mediation, [event("Z", 1, X=0), event("Z", 0)]) is None


def test_effectiveness_a_held_node_has_its_value(mediation):
    assert unite(mediation, [event("X", 1, X=1)]).copies == ()
    assert unite(mediation, [event("X", 0, X=1)]) is None


def test_consistency_a_world_that_is_the_factual_one(mediation):
    same = unite(mediation, [event("Y", 1, X=1), event("X", 1)])
    assert nodes_of(same) == ["M", "X", "Y", "Z"]
    other = unite(mediation, [event("Y", 1, X=0), event("X", 1)])
    assert other.tied == ()
    assert unite(mediation, [event("Y", 1, X=1), event("X", 1), event("Y", 0)]) is None


def test_composition_holding_a_node_where_it_is_anyway(mediation):
    where_it_is = Setting("M", Variable("M", (Setting("X", 0),)))
    nested = Event(Variable("Y", (Setting("X", 0), where_it_is)), 1)
    assert unite(mediation, [nested, event("Y", 1, X=0)]).tied == ()


def test_a_nested_variable_lives_in_its_own_world(mediation):
    natural = Setting("M", Variable("M", (Setting("X", 0),)))
    worlds = unite(mediation, [Event(Variable("Y", (Setting("X", 1), natural)), 1)])
    (z, m, y) = worlds.copies
    assert (z.node, m, y.node) == ("Z", Copy("M", (Held(0), 0)), "Y")
    assert y.inputs == (Held(1), 1, 0)


def test_do_holds_in_every_world_that_does_not_say_otherwise(mediation):
    do = (Setting("Z", 1), Setting("X", 1))
    (m, y) = unite(mediation, [event("Y", 1, X=0)], do).copies
    assert m == Copy("M", (Held(0), Held(1)))
    assert y == Copy("Y", (Held(0), 0, Held(1)))


def test_what_is_shown_needs_no_value(mediation):
    worlds = unite(mediation, [event("Y", 1)], shown=[Variable("Y", (Setting("X", 0),))])
    assert worlds.tied == ("M", "Y")
    assert list(worlds.known.values()) == [1]


def test_every_copy_comes_after_what_it_reads(mediation):
    worlds = unite(mediation, [event("Y", 1, X=0), event("Y", 1, M=1), event("Y", 0, Z=0)])
    for number, copy in enumerate(worlds.copies):
        assert all(isinstance(i, Held) or i < number for i in copy.inputs)
    assert len(set(worlds.names)) == len(worlds.names)


def test_a_long_chain_is_no_deep_recursion():
    names = [f"N{i}" for i in range(3000)]
    nodes = tuple(Node(name, "binary", BINARY) for name in names)
    chain = Graph("g", nodes, tuple(map(Edge, names, names[1:])))
    assert len(unite(chain, [event("N2999", 1, N0=1), event("N2999", 1)]).copies) == 5999


def test_an_event_needs_a_value(mediation):
    with pytest.raises(ValueError, match="Y has no value"):
        unite(mediation, [event("Y", None)])
