"""Phrases that many messages share."""

import pytest

from scm_compiler.diagnostics import closest, did_you_mean, one_of


@pytest.mark.parametrize(
    ("name", "near"),
    [("Yuong", "Young"), ("young", "Young"), ("MALE", "Male"), ("xyz", None), ("", None)],
)
def test_the_closest_name(name, near):
    assert closest(name, ["Young", "Male"]) == near


def test_a_question_only_where_there_is_a_name():
    assert did_you_mean("Young") == "did you mean `Young`?"
    assert did_you_mean(None) is None


@pytest.mark.parametrize(
    ("phrases", "text"), [(["a"], "a"), (["a", "b"], "a or b"), (["a", "b", "c"], "a, b or c")]
)
def test_alternatives(phrases, text):
    assert one_of(phrases) == text
