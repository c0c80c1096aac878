"""What tests of commands share."""

import pytest


@pytest.fixture
def here(tmp_path, monkeypatch):
    """A folder of the test's own, in which its commands run."""
    monkeypatch.chdir(tmp_path)
    return tmp_path
