"""The kinds that a table's columns tell."""

import pytest

from scm_compiler.diagnostics import ScmError
from scm_compiler.ir.domain import BINARY
from scm_compiler.runtime.data.survey import MOST_VALUES, survey


@pytest.fixture
def columns(tmp_path):
    def read(*texts, spec="csv:{}"):
        path = tmp_path / "t.csv"
        path.write_text("a\n" + "".join(f"{text}\n" for text in texts))
        return survey(spec.format(path))["a"]

    return read


@pytest.mark.parametrize(
    "texts",
    [("0", "1"), ("1.0", "0.0", "1.0"), ("-1", "1"), ("True", "False", "TRUE"), ("0", "1", "NA")],
)
def test_two_values_of_a_truth_are_binary(columns, texts):
    assert columns(*texts).domain == BINARY


@pytest.mark.parametrize(
    ("texts", "values"),
    [
        (("yes", "no", " yes"), ("no", "yes")),
        (("10", "9", "1e1"), ("9", "10", "1e1")),
        (("b", "2", "a", "10"), ("2", "10", "a", "b")),
        (tuple(map(str, range(MOST_VALUES))), tuple(map(str, range(MOST_VALUES)))),
    ],
)
def test_few_values_are_a_categorical_in_their_order(columns, texts, values):
    assert columns(*texts).domain.values == values


@pytest.mark.parametrize(
    ("texts", "advice"),
    [
        (map(str, range(30)), "30 different numbers, 0 to 29: cut them into classes"),
        ((f"id{rank}" for rank in range(30)), "30 different texts"),
        (map(str, range(3000)), "more than 1,000 different numbers"),
        (("x", "x"), "one value in all rows"),
        (("NA", "?"), "no value at all"),
    ],
)
def test_what_is_no_label_has_advice(columns, texts, advice):
    column = columns(*texts)
    assert column.domain is None
    assert column.advice.startswith(advice)


def test_gaps_are_counted_each_time(columns):
    column = columns("0", "NA", "", "1", "na", "1", spec="{}")
    assert (column.rows, column.gaps) == (6, 3)


def test_sources_that_are_no_tables_are_refused(tmp_path):
    for spec, code in (("celeba:here", "E601"), (f"csv:{tmp_path}/none.csv", "E602")):
        with pytest.raises(ScmError, match=code):
            survey(spec)
