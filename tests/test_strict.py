"""Strict data, held against pydantic, which decides what is not plainly right."""

import json
import re
import sys
from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime
from typing import Annotated, Any, Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from scm_compiler import strict
from scm_compiler.strict import Limits, Readable, Strict, field, read


class Part(Strict, extra="forbid"):
    kind: Literal["a", 1]
    size: Annotated[int, Limits(ge=1, le=3)] = 1


class Other(Strict):
    kind: Literal["b"]
    name: Annotated[str, Limits(min_length=1, max_length=3, pattern="^[a-z]*$")]


class Whole(Strict):
    parts: list[Part]
    one: Part | Other | None = None
    numbers: Mapping[str, Annotated[float, Limits(ge=0, lt=9, allow_inf_nan=False)]] = field(
        default_factory=dict
    )
    moment: Annotated[str, Readable(datetime.fromisoformat)] = "2020-01-01"
    options: Mapping[str, Any] = field(default_factory=dict)


SCALARS = st.sampled_from(
    [None, True, 0, 1, 3, 4, -1, 2**70, 0.5, 1e300, "", "a", "b", "abc", "abcd", "A", "2020-01-01"]
)
KEYS = st.sampled_from(["parts", "one", "numbers", "options", "kind", "size", "name", "x"])
PARTS = st.fixed_dictionaries(
    {"kind": st.sampled_from(["a", 1, "b", True])}, optional={"size": SCALARS}
)
JSON = st.recursive(
    SCALARS | PARTS,
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(KEYS, inner, max_size=3),
)
WHOLES = st.fixed_dictionaries(
    {"parts": st.lists(PARTS, max_size=2) | JSON},
    optional={
        "one": JSON,
        "numbers": st.dictionaries(st.text(max_size=2), SCALARS, max_size=2),
        "moment": SCALARS,
        "options": JSON,
        "x": JSON,
    },
)


def by_pydantic(text):
    try:
        return TypeAdapter(Whole).validate_json(text, strict=True)
    except ValidationError:
        return None


@given(WHOLES | JSON)
def test_what_is_read_here_is_what_pydantic_reads(document):
    text = json.dumps(document)
    wanted = by_pydantic(text)
    with suppress(ValueError, TypeError):
        assert strict._value(Whole, strict._plain(text)) == wanted
    try:
        found = read(Whole, text)
    except ValueError:
        found = None
    assert found == wanted


@pytest.mark.parametrize(
    "text",
    ['{"parts": []}', '{"parts": [{"kind": 1}], "numbers": {"é": 1.5}, "options": {"a": [1]}}'],
)
def test_what_is_plain_needs_no_pydantic(text, monkeypatch):
    wanted = by_pydantic(text)
    monkeypatch.setitem(sys.modules, "pydantic", None)
    assert read(Whole, text.encode()) == wanted


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("[]", "Input should be an object"),
        ("{}", "parts: Field required"),
        ('{"parts": [{"kind": "a", "x": 1}]}', "parts.0.x: Extra inputs are not permitted"),
        ('{"parts": [{"kind": "a", "size": 0}]}', "parts.0.size: Input should be greater than"),
        ('{"parts": [], "moment": "x"}', "moment: Value error, Invalid isoformat string: 'x'"),
    ],
)
def test_a_refusal_says_what_is_wrong_and_where(text, reason):
    with pytest.raises(ValueError, match=re.escape(reason)):
        read(Whole, text)


@pytest.mark.parametrize("text", ['{"a": NaN}', '"\\ud800"', '{"a": 1, "a": 2}', "\ufeff1", "{"])
def test_a_text_that_readers_differ_about_is_left_to_pydantic(text):
    with pytest.raises(ValueError, match=r"\w"):
        strict._plain(text)


def test_it_is_written_as_it_is_read():
    whole = Whole(parts=[Part(kind=1)], numbers={"a": 1e-05})
    assert read(Whole, whole.model_dump_json(indent=2)) == whole
    assert whole.model_copy(update={"one": None}) == whole
    assert json.loads(whole.model_dump_json()) == whole.model_dump()
