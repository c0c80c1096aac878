"""Twins: one label turned, all else the same."""

import torch

from scm_compiler.ir import Image
from scm_compiler.runtime.heads.head import NUMBER, HeadTask, LabelCoding
from scm_compiler.runtime.heads.twins import Twins

CODING = LabelCoding(("Light", "Hue"), (NUMBER, 3), (0, 1))


def test_a_number_turns_into_that_of_another_row():
    task = HeadTask("Picture", Image(1, 16, 16), CODING, None, None, 0, 1)
    random = torch.Generator().manual_seed(0)
    hue = torch.randint(3, (64,), generator=random)
    labels = torch.stack([torch.arange(64) + 0.25, hue], 1).double()
    noise = torch.randn(64, 2, generator=random)
    drawn, same = Twins(task, 64, 4).draw(labels, noise, random)
    twins = torch.arange(3, 64, 4)
    others = torch.ones(64, dtype=torch.bool)
    others[twins] = False
    assert torch.equal(drawn[others], labels[others])
    assert torch.equal(same[twins], noise[twins - 1])
    assert (drawn[twins] != labels[twins - 1]).sum(1).max() == 1
    turned = drawn[twins, 0][drawn[twins, 0] != labels[twins - 1, 0]]
    assert len(turned) > 4
    assert torch.isin(turned, labels[:, 0]).all()
    assert torch.isin(drawn[twins, 1], torch.arange(3).double()).all()
