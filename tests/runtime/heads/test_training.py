import pytest
import torch
from torch import nn

from scm_compiler.runtime.heads.training import average_into, copied


def test_the_average_by_hand():
    network = nn.BatchNorm2d(1)
    average = copied(network)
    with torch.no_grad():
        network.weight.fill_(3.0)
        network.running_mean.fill_(8.0)
        network.num_batches_tracked.fill_(5)
    average_into(average, network, 0.75, step=1000)
    assert average.weight.item() == pytest.approx(0.75 * 1 + 0.25 * 3)
    assert average.running_mean.item() == pytest.approx(2)
    assert average.num_batches_tracked.item() == 5
    assert not average.training


def test_the_first_steps_move_it_faster():
    network, average = nn.Linear(1, 1), nn.Linear(1, 1)
    with torch.no_grad():
        network.weight.fill_(11.0)
        average.weight.fill_(0.0)
    average_into(average, network, 0.999, step=1)
    assert average.weight.item() == pytest.approx(9.0)


def test_no_decay_copies():
    network, average = nn.Linear(2, 2), nn.Linear(2, 2)
    average_into(average, network, 0.0, step=100)
    assert torch.equal(average.weight, network.weight)
