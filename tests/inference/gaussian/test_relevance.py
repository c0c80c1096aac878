"""What hangs together."""

from scm_compiler.inference.gaussian.relevance import Ties, concerning
from tests.inference.gaussian.conftest import here


def test_parts():
    ties = Ties()
    for left, right in [(1, 2), (3, 4), ("a", 4), (2, 5), (5, 1)]:
        ties.tie(left, right)
    assert len({ties.part(each) for each in (1, 2, 5)}) == 1
    assert ties.part("a") == ties.part(3) != ties.part(1)
    assert ties.part("alone") == "alone"


def test_only_what_is_tied_to_a_target_concerns_it():
    ties = Ties()
    ties.tie(here("Y"), "noise")
    ties.tie(here("X"), "noise")
    seen = {here("X"): 1.0, here("Z"): 2.0}
    assert concerning([here("Y")], seen, seen, ties) == {here("X")}
    assert concerning([here("X")], seen, seen, ties) == set()  # it is known already
