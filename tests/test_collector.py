"""The collector is left as it was found."""

import gc

import pytest

from scm_compiler.collector import collector_paused


def test_it_is_off_meanwhile_and_on_again_also_after_an_error():
    with collector_paused():
        assert not gc.isenabled()
        with collector_paused():
            pass
        assert not gc.isenabled()
    assert gc.isenabled()
    with pytest.raises(ValueError, match="stop"), collector_paused():
        raise ValueError("stop")
    assert gc.isenabled()
