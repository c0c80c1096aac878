"""The GANs of Figure 6: consistent with their graph, and they go on as if never stopped."""

import pytest
import torch

from benchmarks.paper.continuous import GENERATORS, NOISE, Discriminator, SyntheticGan, build
from benchmarks.paper.polynomials import NODES, PROGRAMS, draw_truths

CPU = torch.device("cpu")
DESCENDANTS = {
    "line": {"X1": {"X2", "X3"}, "X2": {"X3"}},
    "collider": {"X1": {"X2"}, "X3": {"X2"}},
    "complete": {"X1": {"X2", "X3"}, "X2": {"X3"}},
}


def dice(seed=0):
    return torch.Generator().manual_seed(seed)


def gan(name="line", steps=40):
    data = draw_truths("line", [0, 1]).sample(500, dice())
    return SyntheticGan(name, data, steps, 3, CPU)


@pytest.mark.parametrize("name", list(PROGRAMS))
def test_a_generator_is_consistent_with_its_graph(name):
    """Definition 1: a node moves with the noise of its ancestors and its own, and no other."""
    generator = build(name, 2, dice())
    noise = torch.rand(2, 16, int(generator.noise), generator=dice(1))
    before = generator(noise)
    for place, node in enumerate(NODES):
        moved = noise.clone()
        moved[..., place * NOISE : (place + 1) * NOISE] = 0.5
        changed = (generator(moved) - before).abs().amax((0, 1)) > 0
        downstream = {node} | (DESCENDANTS[name].get(node, set()))
        assert {NODES[i] for i in range(3) if changed[i]} == downstream


@pytest.mark.parametrize("name", GENERATORS)
def test_outputs_lie_between_zero_and_one(name):
    found = gan(name).sample(50, seed=0)
    assert found.shape == (2, 50, 3)
    assert found.min() > 0
    assert found.max() < 1


def test_a_dense_generator_has_as_many_layers_as_it_says():
    assert [len(build(f"fc{n}", 1, dice()).layers) for n in (3, 5, 10)] == [3, 5, 10]


def test_replicas_are_trained_apart():
    """The weights of a replica do not depend on the data of another one."""
    data = draw_truths("line", [0, 1]).sample(500, dice())
    other = data.clone()
    other[1] = 0.5
    first, second = (SyntheticGan("line", d, 10, 3, CPU) for d in (data, other))
    for trainer in (first, second):
        trainer.advance(5)
    ours, theirs = first.sample(20, seed=1), second.sample(20, seed=1)
    assert torch.equal(ours[0], theirs[0])
    assert not torch.equal(ours[1], theirs[1])


def test_no_discriminator_begins_dead():
    """Plain ReLUs of these first weights give every row of some data sets the same verdict."""
    rows = draw_truths("line", range(60)).sample(64, dice())
    spread = Discriminator(60, dice())(rows).std(1)
    assert spread.min() > 1e-3


def test_the_discriminator_sees_how_near_the_rows_of_a_batch_lie():
    judge = Discriminator(1, dice())
    apart = torch.rand(1, 8, 3, generator=dice(2))
    copies = apart[:, :1].expand(-1, 8, -1)
    assert not torch.allclose(judge(apart)[:, 0], judge(copies)[:, 0])


def test_a_training_goes_on_as_if_it_had_never_been_stopped():
    whole, first, second = gan(), gan(), gan()
    whole.advance(12)
    first.advance(7)
    second.restore(first.state())
    second.advance(5)
    for name, tensor in whole.state().items():
        assert torch.equal(tensor, second.state()[name]), name


def test_a_state_of_another_training_is_refused():
    with pytest.raises(ValueError, match="another"):
        gan("line").restore(gan("fc3").state())


def test_it_takes_no_step_beyond_its_total():
    trainer = gan(steps=3)
    assert trainer.advance(10).keys() == {"discriminator", "generator"}
    assert trainer.done == 3
    assert trainer.advance(1) == {}
