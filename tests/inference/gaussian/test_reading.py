"""Questions' variables as instances."""

from scm_compiler.inference.gaussian import Instance, instance_of, seen_of
from scm_compiler.ir.query import Event, Setting, Variable

NUMBERS = {"X": (0.25, 4.0), "A": (0, 1)}


def number(node, value):
    return NUMBERS[node][value]


def test_a_variable_in_its_world():
    inner = Variable("Y", (Setting("X", 1),))
    assert instance_of(inner, (Setting("A", 1),), number) == Instance.of("Y", {"A": 1, "X": 4.0})
    assert instance_of(inner, (Setting("X", 0),), number) == Instance.of("Y", {"X": 4.0})
    nested = Variable("Y", (Setting("X", Variable("X", (Setting("A", 0),))),))
    assert instance_of(nested, (), number) is None
    assert seen_of([Event(Variable("X", nested.world), 0)], (), number) is None


def test_what_was_seen():
    events = [Event(Variable("X"), 1), Event(Variable("A", (Setting("X", 0),)), 0)]
    found = seen_of(events, (), number)
    assert found == {Instance.of("X"): 4.0, Instance.of("A", {"X": 0.25}): 0}
