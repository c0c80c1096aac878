"""The kinds that a table's columns tell."""

import pytest

from scm_compiler.diagnostics import ScmError
from scm_compiler.ir import Discrete, Ordinal, Real
from scm_compiler.ir.domain import BINARY
from scm_compiler.runtime.data.survey import MOST_VALUES, survey


@pytest.fixture
def columns(tmp_path):
    def read(*texts, spec="csv:{}"):
        path = tmp_path / "t.csv"
        path.write_text("a\n" + "".join(f"{text}\n" for text in texts))
        return survey(spec.format(path)).columns["a"]

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
        (("high", "low"), ("high", "low")),
    ],
)
def test_few_values_are_a_categorical_in_their_order(columns, texts, values):
    assert columns(*texts).domain == Discrete(values)


@pytest.mark.parametrize(
    ("texts", "values"),
    [
        (("3", "1", "2", "10"), ("1", "2", "3", "10")),
        (("0.5", "2", "0.5", "1e0"), ("0.5", "1e0", "2")),
        ((*map(str, range(MOST_VALUES)),) * 3, tuple(map(str, range(MOST_VALUES)))),
        (("High", "low", "medium", "low"), ("low", "medium", "High")),
        (("agree", "disagree", "neutral"), ("disagree", "neutral", "agree")),
    ],
)
def test_few_numbers_and_the_words_of_a_scale_are_ordinal(columns, texts, values):
    assert columns(*texts).domain == Ordinal(values)


@pytest.mark.parametrize(
    "texts",
    [
        [str(rank % 21) for rank in range(500)],
        ["0.5", "0.7", "1e3", "-2", "NA", "0.5", "8"],
        [str(rank * 3 % 19) for rank in range(30)],
        ["1", "2", "3", "4", "4", "5"],
        [str(rank / 7) for rank in range(3000)],
    ],
)
def test_many_numbers_are_real(columns, texts):
    assert columns(*texts).domain == Real()


def test_what_a_draft_says_of_a_real_node(columns):
    numbers = [str(rank * 7 % 90) for rank in range(90)]
    assert columns(*numbers).remark == "0 to 89; as classes: binned(30, 60)"
    assert columns(*numbers, "?").remark.startswith("1 of 91 rows have no value; 0 to 89; ")
    assert columns("0", "1").remark == ""


@pytest.mark.parametrize(
    ("texts", "advice"),
    [
        ((f"id{rank}" for rank in range(30)), "30 different texts"),
        ((*map(str, range(0, 60, 2)), "old"), "31 different values, numbers but for `old`"),
        (("x", "x"), "one value in all rows"),
        (("NA", "?"), "no value at all"),
    ],
)
def test_what_is_no_label_has_advice(columns, texts, advice):
    column = columns(*texts)
    assert column.domain is None
    assert column.advice.startswith(advice)


def test_a_column_may_number_the_rows(columns):
    """Such as the index that pandas writes; who draws it as a node means it."""
    for first, count in ((0, 30), (7, 3000)):
        column = columns(*map(str, range(first, first + count)))
        assert column.numbered
        assert column.domain == Real()
        assert column.advice == "a number for each row, one more than the last: an identifier"
    assert not columns("1", "2", "3", "4", "6").numbered


def test_gaps_are_counted_each_time(columns):
    column = columns("0", "NA", "", "1", "na", "1", spec="{}")
    assert (column.rows, column.gaps) == (6, 3)


def test_sources_that_are_no_tables_are_refused(tmp_path):
    for spec, code in (("celeba:here", "E601"), (f"csv:{tmp_path}/none.csv", "E602")):
        with pytest.raises(ScmError, match=code):
            survey(spec)


PEOPLE = """Exercise,Diet,Weight,count
no,poor,high,160
no,poor,normal,40
no,good,high,50
no,good,normal,50
yes,poor,high,45
yes,poor,normal,55
yes,good,high,80
yes,good,normal,320
"""


@pytest.mark.parametrize(
    ("suffix", "spec"),
    [
        ("", "?count=count"),
        ("?missing=drop", "?missing=drop&count=count"),
        ("?count=count", "?count=count"),
    ],
)
def test_a_column_of_counts_is_none_of_nodes(tmp_path, suffix, spec):
    path = tmp_path / "people.csv"
    path.write_text(PEOPLE)
    found = survey(f"csv:{path}{suffix}")
    assert list(found.columns) == ["Exercise", "Diet", "Weight"]
    assert found.told == "the column `count` says how often each row occurs"
    assert found.spec == f"csv:{path}{spec}"


@pytest.mark.parametrize(
    ("old", "new"), [(",320", ",3.5"), (",320", ",-1"), (",count", ",counts"), (",320", ",many")]
)
def test_other_columns_are_nodes(tmp_path, old, new):
    path = tmp_path / "people.csv"
    path.write_text(PEOPLE.replace(old, new))
    found = survey(str(path))
    assert (len(found.columns), found.count, found.spec) == (4, None, str(path))


def test_what_is_a_node_is_no_column_of_counts(tmp_path):
    path = tmp_path / "people.csv"
    path.write_text(PEOPLE)
    assert "count" in survey(str(path), ["Weight", "count"]).columns
    path.write_text("count\n1\n2\n")
    assert list(survey(str(path)).columns) == ["count"]
