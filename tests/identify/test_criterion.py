"""The names of formulas."""

import pytest

from scm_compiler.identify.criterion import criterion
from scm_compiler.identify.identification import identify


@pytest.mark.parametrize(
    ("text", "y", "x", "z", "by"),
    [
        ("X->Y", "Y", "", "X", "observation"),
        ("X->Y", "Y", "X", "", "rule 2 of do-calculus"),
        ("Y->X X<->Y", "Y", "X", "", "rule 3 of do-calculus"),
        ("Z->X Z->Y X->Y", "Y", "X", "", "the back-door adjustment for Z"),
        ("W->X W->Z Z->X Z->Y X->Y", "Y", "X", "W", "the back-door adjustment for Z"),
        ("A->X B->X A->Y B->Y X->Y", "Y", "X", "", "the back-door adjustment for A, B"),
        ("X->Z Z->Y X<->Y", "Y", "X", "", "the front-door formula"),
        ("X->A X->B A->Y B->Y X<->Y", "Y", "X", "", "the front-door formula"),
        ("W->X W->Z X->Z Z->Y X<->Y", "Y", "X", "", "the ID algorithm"),
        ("W->Z Z->X X->Y W<->X W<->Y", "Y", "X", "", "the ID algorithm"),
        ("X->Z Z->Y X<->Y W->Z", "Y", "X", "W", "the ID algorithm"),
        ("X->Z Z->Y X<->Y", "YZ", "X", "", "the ID algorithm"),
    ],
)
def test_criterion(build, text, y, x, z, by):
    assert criterion(identify(build(text), y, x, z)).replace("IDC", "ID") == by


def test_what_is_called_an_adjustment_is_one(build):
    """The sets of the formula are among those of the criterion, where one effect is asked."""
    from scm_compiler.identify.adjustment import adjustment_sets  # noqa: PLC0415

    graph = build("Z->X Z->Y X->Y Z<->X")
    assert criterion(identify(graph, "Y", "X")) == "the back-door adjustment for Z"
    assert ("Z",) in adjustment_sets(graph, "X", "Y")
