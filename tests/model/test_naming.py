"""Identifiers for names that hold anything."""

import keyword

from hypothesis import given
from hypothesis import strategies as st
from torch import nn

from scm_compiler.model.naming import identifiers


@given(st.lists(st.text(min_size=1), unique=True, max_size=30))
def test_identifiers_are_distinct_and_safe(names):
    found = identifiers(names)
    assert list(found) == names
    assert len(set(found.values())) == len(names)
    for identifier in found.values():
        assert identifier.isidentifier()
        assert not keyword.iskeyword(identifier)
        assert not hasattr(nn.Module(), identifier)
        assert not identifier.startswith("_")


def test_no_attribute_of_a_torch_module_is_taken():
    found = identifiers(dir(nn.Module()))
    assert not set(found.values()) & set(dir(nn.Module()))


def test_a_plain_name_keeps_its_own_whatever_comes_before():
    assert identifiers(["hair colour", "hair_colour"]) == {
        "hair colour": "hair_colour_2",
        "hair_colour": "hair_colour",
    }


def test_look_alikes_that_python_takes_for_one_name_differ():
    found = identifiers(["ﬁn", "fin", "é", "e\u0301"])
    assert len(set(found.values())) == 4


def test_names_that_differ_behind_the_cut_differ():
    found = identifiers(["x" * 60 + "a", "x" * 60 + "b"])
    assert len(set(found.values())) == 2
