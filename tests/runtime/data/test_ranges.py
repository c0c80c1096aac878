"""What is said of the columns of real nodes."""

import numpy as np
import pytest

from scm_compiler.compiler import parse_text
from scm_compiler.runtime.data.ranges import check_table

GRAPH = parse_text("A : real\nB : binary\nC : binary\nA, C -> B")


def checked(tmp_path, numbers):
    path = tmp_path / "t.csv"
    rows = [f"{number},{rank % 2},1" for rank, number in enumerate(numbers)]
    path.write_text("\n".join(["A,B,C", *rows]), encoding="utf-8")
    return check_table(GRAPH, f"csv:{path}")


@pytest.mark.parametrize(
    ("numbers", "code", "said"),
    [
        ([5], "W617", "`A` is 5 in the only row"),
        ([0.5] * 9, "W617", "`A` is 0.5 in all 9 rows"),
        ([1, 2, 3] * 10, "W618", "`A` has 3 different numbers in 30 rows"),
        ([*range(90), *[99] * 12], "W616", "`A`: 12 of 102 rows are 99"),
        (
            [*range(60), *[-1] * 20, *[999] * 30],
            "W616",
            "`A`: 30 of 110 rows are 999, 20 are -1",
        ),
        ([*range(100), *[99] * 10], None, None),
        ([1, 2], None, None),
    ],
)
def test_what_looks_like_no_measurement(tmp_path, numbers, code, said):
    report, _, _ = checked(tmp_path, numbers)
    found = [one for one in report.diagnostics if one.code.startswith("W61")]
    assert [(one.code, one.message()) for one in found] == ([(code, said)] if code else [])


def test_the_range_is_that_of_the_rows(tmp_path):
    numbers = np.random.default_rng(0).normal(size=41).round(2)
    _, coverage, (one,) = checked(tmp_path, numbers)
    assert (one.least, one.most) == (numbers.min(), numbers.max())
    assert one.median == np.median(numbers)
    assert one.different == len(set(numbers))
    assert one.rows == 41
    assert [row.parents for row in coverage] == [("C",)]
