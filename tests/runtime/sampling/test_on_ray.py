"""Shards drawn by the workers of a Ray cluster; needs Ray."""

import os
import signal

import pytest

from scm_compiler.runtime.sampling.on_ray import each

pytest.importorskip("ray")


def written(place, part):
    """Write a part; the first worker that comes to part 1 is killed."""
    killed = place / "killed"
    if part == 1 and not killed.exists():
        killed.touch()
        os.kill(os.getpid(), signal.SIGKILL)
    (place / str(part)).write_text(f"part {part}")


@pytest.mark.slow
def test_the_part_of_a_killed_worker_is_drawn_again(tmp_path):
    found = list(each(lambda part: written(tmp_path, part), [0, 1, 2], "s.tar"))
    assert found == [0, 1, 2]
    assert (tmp_path / "killed").exists()
    assert [(tmp_path / str(part)).read_text() for part in found] == ["part 0", "part 1", "part 2"]
