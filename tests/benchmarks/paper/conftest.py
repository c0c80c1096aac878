from pathlib import Path

import pytest

from benchmarks.paper.scale import SMOKE
from benchmarks.paper.task import Task

SHARED = Path(__file__).parents[4] / "shared" / "data"


@pytest.fixture
def task(tmp_path):
    return Task(SMOKE, 0, tmp_path, "cpu")
