"""Steps that are recorded and replayed, with the graph of the GPU played by the step itself."""

import pytest
import torch

from scm_compiler.runtime.heads.registry import BUILTIN
from scm_compiler.runtime.heads.replay import WARM, Replays

TINY = {"width": 8, "batch": 8, "noise_size": 8}


def played(replays):
    """Records by keeping the step, and replays it on what lies where it was recorded."""

    def capture(step):
        places = list(replays._given)

        def replay():
            replays._given = iter(places)
            try:
                return step()
            finally:
                replays._given = None

        return replay

    replays.capture = capture
    return replays


class AsTheyCome(Replays):
    """Takes each step as it is."""

    def step(self, key, step):
        del key
        return step()


def trainer(squares, head, **changes):
    spec = BUILTIN[head]
    return spec.trainer(squares.task(total=50), spec.options(**{**TINY, **changes}))


@pytest.mark.parametrize(
    ("head", "changes"),
    [
        ("causal_gan", {"labeler_width": 8}),
        ("causal_gan", {"labeler_width": 8, "generator_updates": 2, "discriminator_every": 3}),
        ("conditional_gan", {"gan_loss": "relativistic", "penalty": 0.1}),
        ("conditional_gan", {"augmentation": False}),
        ("causal_began", {"halving": 6}),
    ],
)
def test_a_replayed_training_is_the_training(squares, head, changes):
    plain, replayed = (trainer(squares, head, **changes) for _ in range(2))
    plain.replays = AsTheyCome(torch.device("cpu"))
    replayed.replays = played(Replays(torch.device("cpu")))
    assert replayed.advance(20) == plain.advance(20)
    assert replayed.replays.known
    one, other = plain.state(), replayed.state()
    assert all(torch.equal(one[name], other[name]) for name in one)


def test_a_step_whose_weights_change_with_time_is_not_recorded(squares):
    run = trainer(squares, "causal_gan", labeler_width=8, anti_labeler_decay=100.0)
    run.replays = played(Replays(torch.device("cpu")))
    run.advance(10)
    assert not run.replays.known


def test_each_kind_is_recorded_after_its_own_first_steps_and_forgotten_with_its_weights(squares):
    run = trainer(squares, "causal_gan", labeler_width=8, labeler_every=2)
    run.replays = played(Replays(torch.device("cpu")))
    run.advance(2 * WARM)
    assert len(run.replays.known) == 0
    run.advance(1)
    assert len(run.replays.known) == 1
    run.advance(1)
    assert len(run.replays.known) == 2
    run.restore(run.state())
    assert not run.replays.known


def test_nothing_is_replayed_on_a_cpu(squares):
    assert trainer(squares, "causal_gan", replay=True).replays is None
