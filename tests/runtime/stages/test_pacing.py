"""What a training with a budget says of its rate, and when it chooses threads anew."""

import pytest
import torch

from scm_compiler.ir import Image
from scm_compiler.runtime.progress import Silent
from scm_compiler.runtime.stages.pacing import Pacing, wanted_steps


class Heard(Silent):
    """Keeps what it is told."""

    def __init__(self):
        self.lines = []

    def phase(self, name):
        self.lines.append(name)


@pytest.fixture
def heard():
    torch.set_num_threads(2)
    return Heard()


def trained(pacing, rates, step=5.0):
    """Let it watch a training with such rates, in steps a second, each for `step` seconds."""
    pacing.start(1_000_000, 0)
    done, seconds = 0.0, 0.0
    for rate in rates:
        seconds += step
        done += rate * step
        pacing.move(round(done), seconds)


def test_what_the_budget_buys_is_said_once(heard):
    trained(Pacing(heard, Image(3, 64, 64), 300.0, 64, None), [3.0] * 30)
    assert heard.lines == [
        "192 images/s: the budget buys about 900 steps; pictures of 64 by 64 want about 4,000"
    ]


def test_threads_are_chosen_at_the_start_and_where_the_rate_falls(heard):
    asked = []

    def choose(counts):
        asked.append(counts)
        return 2 if len(asked) == 1 else 1

    pacing = Pacing(heard, Image(3, 16, 16), 600.0, 8, choose)
    trained(pacing, [10.0] * 8 + [2.0] * 8)
    assert asked == [[2, 1], [2, 1]]
    assert torch.get_num_threads() == 1
    assert heard.lines[-1] == "going on with 1 thread, by measuring: 2 could be used"


def test_a_steady_rate_keeps_its_threads(heard):
    asked = []
    pacing = Pacing(heard, Image(3, 16, 16), 600.0, 8, lambda counts: asked.append(counts) or 2)
    trained(pacing, [10.0, 8.0, 9.0, 7.0] * 5)
    assert len(asked) == 1
    assert len(heard.lines) == 1


def test_larger_pictures_want_more_steps():
    assert [wanted_steps(Image(3, side, side)) for side in (16, 32, 64, 256)] == [
        1000,
        2000,
        4000,
        4000,
    ]
