"""Offsets and places agree in every encoding, whatever ends a line."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scm_compiler.editor.places import Places

TEXT = st.text(st.sampled_from("ab\n\r \x0b\u2028é𝕏"), max_size=20)


@given(TEXT, st.sampled_from(["utf-8", "utf-16", "utf-32"]))
def test_a_place_leads_back_to_its_offset(text, encoding):
    places = Places(text, encoding)
    for offset in range(len(text) + 1):
        if text[offset - 1 : offset + 1] != "\r\n":
            assert places.offset(*places.place(offset)) == offset


@pytest.mark.parametrize(("encoding", "unit"), [("utf-8", 6), ("utf-16", 3), ("utf-32", 2)])
def test_a_unit_is_what_the_editor_counts(encoding, unit):
    assert Places("x\né𝕏A", encoding).place(4) == (1, unit)


def test_a_place_beyond_the_text_is_its_end():
    assert Places("a\nb").offset(9, 0) == 3
    assert Places("a\nb").offset(0, 9) == 1
