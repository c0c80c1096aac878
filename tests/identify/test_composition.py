"""Worlds composed of copies of the observed law's conditionals."""

import pytest

from scm_compiler.compiler import parse_text
from scm_compiler.identify.composition import Doing, NotComposedError, compose
from scm_compiler.model.real.parts import observed, tied_nodes

FRONT_DOOR = "X, Z, Y : real\nX -> Z -> Y\nX <-> Y"
NAPKIN = "W, R, X, Y : real\nW -> R -> X -> Y\nW <-> X\nW <-> Y"


def composed(program, outcomes, held, **more):
    graph = parse_text(program)
    sets = {name: frozenset(own) for name, own in more.items()}
    doing = Doing(frozenset(outcomes), frozenset(held), **{"constant": frozenset(held), **sets})
    return compose(graph, observed(graph), tied_nodes(graph), doing)


def reads(composition):
    return {copy.name: dict(copy.reads) for copy in composition.copies}


def test_in_the_front_door_the_effect_reads_a_cause_that_nobody_held():
    found = composed(FRONT_DOOR, "Y", "X")
    assert reads(found) == {"X'1": {}, "Z": {"X": "X"}, "Y": {"X": "X'1", "Z": "Z"}}
    assert not found.seen


def test_what_is_held_and_what_it_would_have_been_are_two():
    found = composed(FRONT_DOOR, "Y", "X", natural="X")
    assert reads(found) == {"X'": {}, "Z": {"X": "X"}, "Y": {"X": "X'", "Z": "Z"}}
    assert found.natural == {"X": "X'"}
    assert found.reached({"X"}) == {"X", "Z", "Y"}


def test_what_the_napkin_divides_by_is_seen():
    found = composed(NAPKIN, "Y", "X")
    assert found.seen == {"X'1": "X"}
    assert reads(found)["Y"] == {"W": "W'1", "R": "R'0", "X": "X'1"}
    # Any value of R will do: it is drawn as if nothing were held.
    assert reads(found)["R'0"] == {"W": "W'0"}


def test_a_density_at_what_is_drawn_is_no_weight():
    with pytest.raises(NotComposedError, match="the density of `X` at each value of `W`"):
        composed(NAPKIN, "Y", "X", constant="")


def test_what_is_not_identified_is_not_composed():
    for program in ("X, Y : real\nX -> Y\nX <-> Y", "X, M, Y : real\nX -> M -> Y\nX <-> M"):
        with pytest.raises(NotComposedError, match="does not determine"):
            composed(program, "Y", "X")


def test_names_of_copies_are_nobodys():
    found = composed(f'{FRONT_DOOR}\n"X\'1" : real', "Y", "X")
    assert "X'1'" in reads(found)
