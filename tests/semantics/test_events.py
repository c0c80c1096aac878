"""Values as they are written, and what comparisons leave."""

import pytest

from scm_compiler.ir import Binned, Discrete
from scm_compiler.semantics.events import compared, index_of

CUT = Binned((60, 80))
NUMBERS, NAMES = Discrete(("1", "2", "10")), Discrete(("low", "mid", "high"))


@pytest.mark.parametrize(
    ("text", "values", "index"),
    [
        ("yes", ("0", "1"), 1),
        ("False", ("0", "1"), 0),
        ("1", ("no", "yes"), 1),
        ("TRUE", ("true", "false"), 0),
        ("1.0", ("0", "1"), 1),
        ("2", ("0", "1"), None),
        ("yes", ("low", "high"), None),
        ("yes", ("1", "true"), None),
        ("yes", ("0", "1", "2"), None),
        ("2.0", ("1", "2", "10"), 1),
    ],
)
def test_a_value_may_be_written_as_data_write_it(text, values, index):
    assert index_of(text, Discrete(values)) == index


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
