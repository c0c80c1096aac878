"""What comparisons leave of the values."""

import pytest

from scm_compiler.ir import Binned, Discrete
from scm_compiler.semantics.events import compared

CUT = Binned((60, 80))
NUMBERS, NAMES = Discrete(("1", "2", "10")), Discrete(("low", "mid", "high"))


@pytest.mark.parametrize(
    ("relation", "text", "domain", "left"),
    [
        (">", "2", NUMBERS, {2}),
        ("<=", "2.5", NUMBERS, {0, 1}),
        ("!=", "10", NUMBERS, {0, 1}),
        (">", "100", NUMBERS, set()),
        (">=", "mid", NAMES, {1, 2}),
        ("<", "3", NAMES, None),
        (">=", "60", CUT, {1, 2}),
        (">=", "80.0", CUT, {2}),
        ("<", "80", CUT, {0, 1}),
        ("<", "60", CUT, {0}),
        (">", "60", CUT, None),
        ("<=", "60", CUT, None),
        ("<", "70", CUT, None),
        (">=", "[60,80)", CUT, {1, 2}),
    ],
)
def test_numbers_are_in_their_order_and_names_in_that_of_declaration(relation, text, domain, left):
    assert compared(relation, text, domain) == left
