"""The joint training of labels and image: both move, and it goes on as if never stopped."""

import numpy as np
import pytest
import torch

from benchmarks.paper.faces import causal_graph_1
from benchmarks.paper.together import HEAD, JointTrainer
from scm_compiler.model.implicit import ImplicitModule
from scm_compiler.runtime.data.images.table import ImageTable
from scm_compiler.runtime.heads.head import FrozenLabels, HeadTask, LabelCoding
from scm_compiler.runtime.heads.registry import installed
from scm_compiler.runtime.runs.trained_head import image_domain


@pytest.fixture
def make():
    graph = causal_graph_1(16)
    coding = LabelCoding.of(graph, "Face")
    random = np.random.default_rng(0)
    images = random.integers(0, 256, (40, 3, 16, 16), dtype=np.uint8)
    labels = random.integers(0, 2, (40, len(coding.names)))
    table = ImageTable(coding.names, images, labels, None, "0", "noise")
    options = installed().find(HEAD).options("default", width=4, batch=8)

    def trainer():
        module = ImplicitModule(graph, generator=torch.Generator().manual_seed(0))
        frozen = FrozenLabels(module, coding)
        domain = image_domain(graph, "Face")
        return JointTrainer(HeadTask("Face", domain, coding, table, frozen, 1, 100), options)

    return trainer


def test_labels_and_image_are_trained_by_one_discriminator(make):
    trainer = make()
    before = {name: [w.clone() for w in n.parameters()] for name, n in trainer.networks.items()}
    trainer.advance(2)
    for name, network in trainer.networks.items():
        moved = [
            not torch.equal(a, b) for a, b in zip(before[name], network.parameters(), strict=True)
        ]
        assert any(moved), name


def test_the_discriminator_has_a_channel_for_each_label(make):
    first = make().discriminator.stack.layers[0]
    assert first.in_channels == 3 + 9


def test_it_goes_on_as_if_it_had_never_been_stopped(make):
    whole, first, second = make(), make(), make()
    whole.advance(4)
    first.advance(2)
    second.restore(first.state())
    second.advance(2)
    for name, tensor in whole.state().items():
        assert torch.equal(tensor, second.state()[name]), name
