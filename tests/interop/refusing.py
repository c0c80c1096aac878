"""What the tests of all readers share: the one code with which a text is refused."""

import pytest

from scm_compiler.diagnostics import ScmError


def refused(read, text):
    """The code of the one error that reading the text ends in."""
    with pytest.raises(ScmError) as refusal:
        read(text)
    assert refusal.value.exit_code == 2
    (found,) = refusal.value.diagnostics
    return found.code
