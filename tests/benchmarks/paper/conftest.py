import pytest

from benchmarks.paper.scale import SMOKE
from benchmarks.paper.task import Task


@pytest.fixture
def task(tmp_path):
    return Task(SMOKE, 0, tmp_path, "cpu")
