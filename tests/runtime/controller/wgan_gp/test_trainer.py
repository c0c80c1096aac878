"""Adversarial training: reproducible, resumable, and it fits."""

from itertools import product

import numpy as np
import pytest
import torch

from scm_compiler.ir import Confounder, Discrete, Edge, Graph, Node
from scm_compiler.ir.domain import BINARY
from scm_compiler.runtime.controller.wgan_gp.options import PRESETS, WganGpOptions
from scm_compiler.runtime.controller.wgan_gp.trainer import WganGp
from scm_compiler.runtime.data.table import LabelTable
from scm_compiler.runtime.training.fitting import Diverged

NODES = (
    Node("A", "binary", BINARY),
    Node("C", "categorical", Discrete(("red", "green", "blue"))),
)
PAIR = Graph("pair", NODES, (Edge("A", "C"),))
JOINT = np.array([[60, 130, 110], [420, 70, 210]], dtype=np.int64)
SMALL = WganGpOptions(hidden=8, layers=3, noise=3, batch=64, critic_updates=4, steps=20)


def table():
    cells = np.array(list(product(range(2), range(3))))
    return LabelTable(("A", "C"), (2, 3), cells, JOINT.flatten(), origin="test")


def trainer(seed=0, graph=PAIR, **changes):
    return WganGp(graph, table(), SMALL.model_copy(update=changes), seed)


def same(first, second):
    assert first.keys() == second.keys()
    return all(torch.equal(tensor, second[name]) for name, tensor in first.items())


def test_the_same_seed_gives_the_same_weights():
    runs = [trainer(seed) for seed in (1, 1, 2)]
    for run in runs:
        run.advance(5)
    first, again, other = (run.model().node_weights() for run in runs)
    assert same(first, again)
    assert not same(first, other)


def test_a_resumed_run_equals_an_uninterrupted_one():
    whole = trainer()
    whole.advance(12)
    part = trainer()
    part.advance(5)
    state = part.state()
    part.advance(1)
    resumed = trainer(seed=99)
    resumed.restore(state)
    assert resumed.done == 5
    resumed.advance(3)
    resumed.advance(4)
    assert same(whole.state(), resumed.state())


def test_weights_do_not_depend_on_the_number_of_threads():
    found = []
    for number in (1, 2):
        torch.set_num_threads(number)
        run = trainer(batch=512)
        run.advance(3)
        assert torch.get_num_threads() == number
        found.append(run.state())
    assert same(*found)


def test_the_global_generator_is_left_alone():
    before = torch.random.get_rng_state()
    run = trainer()
    run.advance(2)
    run.model()
    assert torch.equal(torch.random.get_rng_state(), before)


def test_a_state_of_another_shape_is_refused():
    state = trainer(hidden=9).state()
    with pytest.raises(ValueError, match="does not fit this training: average, networks"):
        trainer().restore(state)
    with pytest.raises(ValueError, match="random"):
        trainer().restore({k: v for k, v in trainer().state().items() if k != "random"})


def test_steps_end_at_the_total():
    run = trainer(steps=3)
    losses = run.advance(10)
    assert run.done == run.total == 3
    assert losses.keys() == {"distance", "penalty"}
    assert run.advance(1) == {}


def test_the_model_is_a_copy_with_the_averaged_weights():
    averaged, last = trainer(), trainer(average=0.0)
    for run in (averaged, last):
        run.advance(8)
    assert torch.equal(averaged.state()["networks"], last.state()["networks"])
    assert not same(averaged.model().node_weights(), last.model().node_weights())
    kept = averaged.model().node_weights()
    saved = averaged.model()
    averaged.advance(1)
    assert same(saved.node_weights(), kept)


def test_divergence_is_an_error():
    run = trainer(rate=1e30)
    with pytest.raises(Diverged, match="not finite"):
        run.advance(20)


def test_a_hidden_common_cause_can_be_trained():
    confounded = Graph("pair", NODES, (), (Confounder("A", "C"),))
    run = trainer(graph=confounded)
    run.advance(2)
    model = run.model()
    assert model(model.draw_noise(5)).shape == (5, 2)


def test_the_paper_preset_has_the_papers_settings():
    paper = PRESETS["paper"]
    assert (paper.layers, paper.critic_updates, paper.rate) == (6, 25, 0.0008)
    assert (paper.hidden, paper.critic_hidden, paper.critic_layers) == (10, 15, 6)
    assert (paper.penalty, paper.parents, paper.average) == (0.1, "soft", 0)


def test_training_fits_a_small_table():
    changes = {"hidden": 16, "batch": 128, "critic_updates": 5, "steps": 400, "rate": 4e-3}
    run = WganGp(PAIR, table(), PRESETS["default"].model_copy(update=changes), 0)
    run.advance(400)
    fitted = run.model().tables(draws=50_000, generator=torch.Generator().manual_seed(1))
    joint = fitted.probabilities["A"][:, None] * fitted.probabilities["C"]
    assert 0.5 * np.abs(joint - JOINT / JOINT.sum()).sum() < 0.03
