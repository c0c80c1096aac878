import pytest
import torch

from scm_compiler.runtime.heads.head import LabelCoding
from scm_compiler.runtime.heads.registry import BUILTIN

TINY = {"width": 8, "batch": 8, "noise_size": 8}


def trainer(squares, head="conditional_gan", total=50, preset="default", **changes):
    spec = BUILTIN[head]
    return spec.trainer(squares.task(total=total), spec.options(preset, **{**TINY, **changes}))


def test_it_is_causal_gan_without_the_labelers(squares):
    """With the label terms switched off, CausalGAN is the baseline, bit for bit."""
    plain = trainer(squares)
    off = trainer(squares, "causal_gan", labeler_weight=0, anti_labeler_weight=0)
    assert plain.advance(3) == off.advance(3)
    one, other = plain.state(), off.state()
    assert one.keys() == other.keys()
    assert all(torch.equal(one[name], other[name]) for name in one)


@pytest.mark.parametrize(
    "loss", ["hinge", "ratio", "non_saturating", "saturating", "relativistic"]
)
@pytest.mark.parametrize("norm", ["batch", "group", "none"])
def test_every_loss_and_norm_trains(squares, loss, norm):
    changes = {"gan_loss": loss, "generator_norm": norm, "discriminator_norm": norm}
    assert trainer(squares, **changes).advance(2)["generator"]


@pytest.mark.parametrize(
    "changes",
    [
        {"conditional_norm": False},
        {"conditional_norm": True},
        {"label_input": "logits"},
        {"label_input": "logits", "noise": "uniform"},
        {"label_input": "logits", "label_jitter": False},
        {"projection": False},
        {"minibatch_features": True},
        {"augmentation": False},
        {"kernel": 5},
        {"averaging": 0.0},
        {"penalty": 0.1},
        {"penalty": 0.1, "patches": False},
    ],
    ids=str,
)
def test_every_part_can_be_switched(squares, changes):
    run = trainer(squares, **changes)
    run.advance(2)
    extra = 2 if changes.get("label_input") == "logits" and "label_jitter" not in changes else 0
    assert run.model().noise_size == TINY["noise_size"] + extra


def test_the_published_schedule_is_six_to_one(squares):
    run = trainer(squares, preset="paper")
    counts = dict.fromkeys(run.optimizers, 0)
    for name, optimizer in run.optimizers.items():

        def count(*_, name=name):
            counts[name] += 1

        optimizer.register_step_post_hook(count)
    run.advance(9)
    assert counts == {"generator": 18, "discriminator": 3}


def test_the_discriminator_is_not_moved_by_the_generators_update(squares):
    run = trainer(squares, discriminator_every=2)
    run.advance(1)
    before = {n: p.clone() for n, p in run.discriminator.named_parameters()}
    run.advance(1)
    after = dict(run.discriminator.named_parameters())
    assert all(torch.equal(before[name], after[name]) for name in before)


def test_without_labels_it_is_a_plain_gan(squares):
    task = squares.task()

    class Unlabelled:
        fingerprint = "unlabelled"

        def __len__(self):
            return len(task.batches)

        def draw(self, n, generator):
            return task.batches.draw(n, generator)[0], torch.zeros(n, 0, dtype=torch.int64)

        def draw_labels(self, n, generator):
            return torch.zeros(n, 0, dtype=torch.int64)

    source = Unlabelled()
    bare = type(task)("Picture", task.image, LabelCoding((), (), ()), source, source, 0, 5)
    spec = BUILTIN["conditional_gan"]
    run = spec.trainer(bare, spec.options(**TINY))
    run.advance(2)
    model = run.model()
    images = model.render(torch.zeros(3, 0, dtype=torch.int64), model.draw_noise(3))
    assert images.shape == (3, 3, 16, 16)


@pytest.mark.slow
def test_it_learns_its_labels(squares):
    """The baseline reads its labels too, through the discriminator's projection."""
    run = trainer(squares, total=400, width=16, batch=32, noise_size=16, averaging=0.95)
    run.advance(400)
    model, random = run.model(), torch.Generator().manual_seed(1)
    labels = squares.draw_labels(400, random)
    read = squares.read(model.render(labels, model.draw_noise(400, generator=random)))
    assert (read == labels).float().mean(0)[0] > 0.9
