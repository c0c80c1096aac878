"""How the evaluation's networks are trained and run."""

import pytest
import torch
from torch import nn

from scm_compiler.runtime.evaluation.learning import ROWS, apply, dice, learn, to_floats
from scm_compiler.runtime.progress import Silent


def network():
    torch.manual_seed(3)
    return nn.Sequential(nn.Conv2d(1, 4, 3), nn.GroupNorm(2, 4), nn.Flatten(), nn.Linear(64, 2))


def batch(generator):
    images = torch.randint(0, 256, (10, 1, 6, 6), generator=generator).to(torch.uint8)
    return images, (images.float().mean((1, 2, 3)) > 127).long()


def trained(at_once):
    found = network()
    learn(
        found,
        batch,
        nn.functional.cross_entropy,
        steps=20,
        rate=1e-2,
        generator=dice(0, "batches"),
        progress=Silent(),
        at_once=at_once,
    )
    return found.state_dict()


@pytest.mark.parametrize("at_once", [5, 4, 1, 64])
def test_pieces_of_a_batch_teach_what_the_batch_does(at_once):
    whole, pieces = trained(None), trained(at_once)
    for name, weights in whole.items():
        torch.testing.assert_close(pieces[name], weights, rtol=1e-3, atol=1e-4)


def test_a_network_reads_many_images_as_it_reads_each():
    images, _ = batch(dice(1, "images"))
    images = images.repeat(ROWS // 4, 1, 1, 1)
    read = network().eval()
    with torch.no_grad():
        each = torch.cat([read(to_floats(image[None])) for image in images])
    torch.testing.assert_close(apply(read, images), each)
