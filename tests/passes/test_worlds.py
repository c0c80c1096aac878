"""Queries come to the lowest rung that they stand on."""

import pytest

from scm_compiler.ir import Edge, Graph, Node
from scm_compiler.ir.domain import BINARY
from scm_compiler.ir.query import Event, Probability, Regime, Setting, Sum, Variable
from scm_compiler.passes import flatten
from scm_compiler.passes.worlds import rung

# X causes M and Y, M causes Y; Z causes nothing.
GRAPH = Graph(
    "g",
    tuple(Node(name, "binary", BINARY) for name in "XMYZ"),
    (Edge("X", "M"), Edge("X", "Y"), Edge("M", "Y")),
)


def var(node, **world):
    return Variable(node, tuple(Setting(name, value) for name, value in world.items()))


def asked(*events, do=None, given=()):
    held = tuple(Setting(name, value) for name, value in (do or {}).items())
    return Probability(tuple(Event(e, 1) for e in events), held, tuple(Event(e, 1) for e in given))


@pytest.mark.parametrize(
    ("query", "flat"),
    [
        (asked(var("Y")), asked(var("Y"))),
        (asked(var("Y", X=1)), asked(var("Y"), do={"X": 1})),
        # Exclusion: Z does not reach Y, M does not reach X.
        (asked(var("Y", Z=1)), asked(var("Y"))),
        (asked(var("X", M=1), given=[var("Y")]), asked(var("X"), given=[var("Y")])),
        (asked(var("Y", M=1), given=[var("X")]), asked(var("Y"), do={"M": 1}, given=[var("X")])),
        # Effectiveness: a node held at a value has it.
        (asked(var("X", X=1)), asked(var("X"), do={"X": 1})),
        # What is held next to the variable hides what is held behind it.
        (
            asked(var("Y", X=1, M=0), var("X")),
            None,
        ),
        (asked(var("Y", X=1), do={"X": 0}), asked(var("Y"), do={"X": 1})),
        (
            asked(var("Y", X=1), given=[var("M", X=1)]),
            asked(var("Y"), do={"X": 1}, given=[var("M")]),
        ),
    ],
)
def test_one_world_becomes_do(query, flat):
    if flat is None:
        assert flatten(query, GRAPH) == query
        assert rung(query) == 3
        return
    assert flatten(query, GRAPH) == flat
    assert rung(flatten(query, GRAPH)) == (2 if flat.do else 1)


@pytest.mark.parametrize(
    "query",
    [
        asked(var("Y", X=1), given=[var("X")]),
        asked(var("Y", X=1), given=[var("M")]),
        asked(var("Y", X=1), var("Y", X=0)),
        asked(Variable("Y", (Setting("X", 1), Setting("M", var("M", X=0))))),
        Sum(((1.0, asked(var("Y"))), (-1.0, asked(var("Y", X=1), given=[var("Y")])))),
        # Y and Y[Z=1] are one variable, and a table has an axis for each.
        Probability((Event(var("Y")), Event(var("Y", Z=1)))),
        Probability((Event(var("Y")), Event(var("Y", Z=1), 0))),
    ],
)
def test_different_worlds_stay(query):
    assert flatten(query, GRAPH) == query
    assert rung(query) == 3


def regime(*given, do=None):
    return Regime(asked(do=do).do, tuple(Event(variable, 1) for variable in given))


@pytest.mark.parametrize(
    ("query", "flat"),
    [
        (regime(var("Z", X=1)), regime(var("Z"))),
        (regime(var("Y", X=1), do={"X": 1}), regime(var("Y"), do={"X": 1})),
        (regime(var("Y", M=1), do={"M": 1, "Z": 0}), regime(var("Y"), do={"M": 1, "Z": 0})),
    ],
)
def test_evidence_of_the_regimes_own_world_is_plain(query, flat):
    assert flatten(query, GRAPH) == flat
    assert rung(flat) == (2 if flat.do else 1)


@pytest.mark.parametrize(
    "query", [regime(var("Y", X=1)), regime(var("Y", X=1), do={"X": 0}), regime(var("Y", M=1))]
)
def test_evidence_of_another_world_makes_a_regime_counterfactual(query):
    assert flatten(query, GRAPH) == query
    assert rung(query) == 3
