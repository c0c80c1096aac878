"""Whose an option is."""

import pytest

from scm_compiler.diagnostics import ScmError
from scm_compiler.runtime.stages.options import divide


def test_what_heads_have_is_theirs_and_the_rest_the_trainers():
    ours, theirs = divide({"width": 24, "tables": "shares"}, "mle", "default", {"causal_gan"})
    assert (ours, theirs) == ({"tables": "shares"}, {"width": 24})


def test_without_heads_all_are_the_trainers():
    ours, theirs = divide({"batch": 7}, "mle", "default", ())
    assert (ours, theirs) == ({"batch": 7}, {})


@pytest.mark.parametrize(
    ("options", "heads", "message", "advice"),
    [
        ({"foo": 1}, (), "the trainer `mle` has no option `foo`", "there are `table_limit`"),
        ({"table": 1}, (), "the trainer `mle` has no option `table`", "did you mean `tables`?"),
        (
            {"widht": 9},
            ("causal_gan",),
            "nor a head has an option `widht`",
            "did you mean `width`?",
        ),
        (
            {"steps": 0},
            (),
            "`steps` of the trainer `mle`: input should be greater",
            "leave it out",
        ),
    ],
)
def test_what_nothing_takes_is_refused(options, heads, message, advice):
    with pytest.raises(ScmError) as caught:
        divide(options, "mle", "default", heads)
    (found,) = caught.value.diagnostics
    assert (found.code, caught.value.exit_code) == ("E560", 2)
    assert message in found.message()
    assert found.help().startswith(advice)
