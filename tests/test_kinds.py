"""Kinds of nodes: what their arguments may be."""

import re

import pytest

from scm_compiler.ir import Image
from scm_compiler.kinds import BUILTIN, NodeKind

SIZES = "(channels, height, width)"


@pytest.mark.parametrize(
    ("kind", "positional", "keyword", "reason"),
    [
        ("image", (64, 64), {}, f"it takes 3 arguments {SIZES}, 2 given"),
        ("image", (3, 64, 64, 1), {}, f"it takes 3 arguments {SIZES}, 4 given"),
        ("image", (3,), {"width": 8}, f"it takes 3 arguments {SIZES}, 2 given"),
        ("image", (3, 8), {"with": 8}, "it has no argument `with`"),
        ("image", (3, 8), {"height": 8}, "`height` is given twice"),
        ("binary", (0, 1), {}, "it takes no arguments, 2 given"),
        ("categorical", (), {"values": 3}, "it has no argument `values`"),
    ],
)
def test_arguments_that_do_not_fit(kind, positional, keyword, reason):
    with pytest.raises(ValueError, match=f"^{re.escape(reason)}$"):
        BUILTIN[kind].build(positional, keyword)


def test_an_argument_may_have_a_default():
    square = NodeKind("square", lambda side, channels=3: Image(channels, side, side))
    assert square.build((8,), {}) == Image(3, 8, 8)
    with pytest.raises(ValueError, match=r"it takes 1 to 2 arguments \(side, channels\), 0 given"):
        square.build((), {})
