from math import exp

import pytest
import torch

from scm_compiler.runtime.heads import losses
from scm_compiler.runtime.heads.registry import BUILTIN

SPEC = BUILTIN["causal_gan"]
TINY = {"width": 8, "batch": 8, "noise_size": 8, "labeler_width": 8}
TINY |= {
    "labeler_every": 1,
    "likeness": 0.0,
    "labeler_radius": 0.0,
}  # each step has all terms but what a test adds


def trainer(squares, total=50, preset="default", **changes):
    return SPEC.trainer(squares.task(total=total), SPEC.options(preset, **{**TINY, **changes}))


def test_the_labeler_sees_real_images_and_the_anti_labeler_generated_ones(squares):
    """A Labeler's update depends on its own images: the other term's weight changes nothing."""
    both = trainer(squares)
    alone = trainer(squares, anti_labeler_weight=0)
    assert set(both.networks) == {"generator", "discriminator", "labeler", "anti_labeler"}
    assert set(alone.networks) == {"generator", "discriminator", "labeler"}
    assert both.advance(1)["labeler"] == pytest.approx(alone.advance(1)["labeler"], rel=1e-5)


def metrics_of_first_step(squares, **changes):
    return trainer(squares, **changes).advance(1)


def test_the_generator_loss_is_equation_24(squares):
    """The adversarial term, taken from a run without Labelers, plus the weighted label terms."""
    adversarial = metrics_of_first_step(
        squares, augmentation=False, labeler_weight=0, anti_labeler_weight=0
    )
    full = metrics_of_first_step(squares, augmentation=False, beyond=0)
    terms = 0.5 * full["generated_labeler"] - 0.5 * full["generated_anti_labeler"]
    assert full["generator"] == pytest.approx(adversarial["generator"] + terms, abs=1e-5)


def test_the_anti_labeler_fades_by_equation_12(squares):
    run = trainer(squares, anti_labeler_decay=2.0, labeler_weight=0, anti_labeler_weight=1.0)
    plain = trainer(squares, anti_labeler_decay=None, labeler_weight=0, anti_labeler_weight=1.0)
    run.advance(4)
    plain.restore(run.state())
    faded, constant = run.advance(1), plain.advance(1)
    term = constant["generated_anti_labeler"]
    assert faded["generator"] - constant["generator"] == pytest.approx(
        (1 - exp(-4 / 2)) * term, abs=1e-5
    )


def test_the_joint_labeler_has_an_output_a_combination(squares):
    run = trainer(squares, labeler="joint")
    metrics = run.advance(3)
    assert run.labelers.networks["labeler"].read.out_features == 6
    assert 0 <= metrics["generated_label_accuracy"] <= 1


def test_the_swapped_form_feeds_the_generators_own_logits(squares):
    run = trainer(squares, preset="paper")
    asked = run.asked()
    fed = run.generator.label_inputs(asked.encoded, asked.images)
    assert torch.equal(fed > 0, asked.encoded > 0.5)
    outputs = torch.zeros_like(fed)
    half = losses.swapped_label_loss(outputs, fed, run.task.coding)
    assert half > 0
    assert run.advance(1)["anti_labeler"] > 0


def test_learning_the_label_terms_does_not_touch_the_real_labeler(squares):
    """The Labeler learns from real images only: its weights stay in a step without its turn."""
    run = trainer(squares, discriminator_every=2)
    run.advance(1)
    before = [weight.clone() for weight in run.labelers.networks["labeler"].parameters()]
    run.advance(1)
    after = list(run.labelers.networks["labeler"].parameters())
    assert all(torch.equal(one, other) for one, other in zip(before, after, strict=True))


def test_what_a_lazy_labeler_reports_is_the_mean_over_its_own_steps(squares):
    run = trainer(squares, labeler_every=4)
    metrics = run.advance(6)
    assert (metrics["discriminator"].steps, metrics["labeler"].steps) == (6, 2)


def test_a_labeler_learns_from_images_that_mislead_it(squares):
    """Each is moved by the radius, in the direction in which the loss rises fastest."""
    run = trainer(squares, labeler_radius=0.05, augmentation=False)
    images, labels = squares.task().batches.draw(8, run.random)
    shown = images.float() / 127.5 - 1

    def loss(read):
        return losses.label_loss(read, labels, run.task.coding)

    def loss_of(seen):
        return float(loss(run.labelers.networks["labeler"].eval()(seen)).detach())

    moved = run.labelers.misleading(run, "labeler", shown, loss) - shown
    assert torch.allclose(moved.square().mean((1, 2, 3)).sqrt(), torch.full((8,), 0.05))
    other = torch.randn(moved.shape, generator=run.random)
    other *= 0.05 / other.square().mean((1, 2, 3), keepdim=True).sqrt()
    assert loss_of(shown + moved) > max(loss_of(shown), loss_of(shown + other))
    metrics = run.advance(1)
    assert metrics["labeler"] > metrics_of_first_step(squares, augmentation=False)["labeler"]


def test_one_image_in_so_many_is_the_twin_of_the_one_before(squares):
    """The same noise and labels, but for one label."""
    run = trainer(squares, beyond=4)
    labels, noise = run.draw_asked()
    plain, same = trainer(squares, beyond=0).draw_asked()
    turned = [0, 1, 2, 2, 4, 5, 6, 6]
    assert torch.equal(noise, same[turned])
    assert (labels != plain[turned]).sum(1).tolist() == [0, 0, 0, 1, 0, 0, 0, 1]
    assert ((labels >= 0) & (labels < torch.tensor(run.task.coding.sizes))).all()


def test_the_labelers_take_part_in_some_steps_with_more_weight(squares):
    """In between a step is a conditional GAN's: no twins, and the Labelers' weights stay."""
    run = trainer(squares, beyond=4, labeler_every=2, augmentation=False)
    assert "labeler" in run.step()
    run.done = 1
    before = run.state()
    assert not {"labeler", "generated_labeler"} & set(run.step())
    after = run.state()
    for name in before:
        if "labeler" in name:
            assert torch.equal(before[name], after[name])
    run.restore(before)
    plain = trainer(squares, beyond=0)
    plain.random.set_state(before["random"].clone())
    assert torch.equal(run.draw_asked()[0], plain.draw_asked()[0])
    losses = []
    for every in (1, 2):
        run = trainer(squares, beyond=0, labeler_every=every, augmentation=False)
        asked = run.asked()
        fake = run.draw(asked)
        loss, found = run.generator_loss(fake, fake, asked)
        terms = 0.5 * every * (found["generated_labeler"] - found["generated_anti_labeler"])
        losses.append(loss - terms)
    assert torch.allclose(*losses)


def test_twins_are_to_look_alike(squares):
    """The term is the mean absolute difference: an image is one of eight, a label one of two."""
    losses = []
    for likeness in (0.0, 6.0):
        run = trainer(squares, beyond=4, likeness=likeness, augmentation=False)
        asked = run.asked()
        fake = run.draw(asked)
        losses.append(run.generator_loss(fake, fake, asked)[0])
    change = (fake[[3, 7]] - fake[[2, 6]]).abs().mean((1, 2, 3)).sum() / 8
    assert change > 0
    assert torch.allclose(losses[1] - losses[0], 3 * change, atol=1e-5)


def test_what_leads_beyond_the_data_teaches_no_judge_but_of_its_parts(squares):
    """Without parts, the judges' losses are those of the other six of eight images."""
    run = trainer(squares, beyond=4, patches=False, augmentation=False)
    asked = run.asked()
    fake = run.draw(asked)
    spoilt = fake.clone()
    spoilt[[3, 7]] = 1.0
    state, real = run.state(), run.real()
    first = run.judge(real, fake, asked)
    run.restore(state)
    second = run.judge(real, spoilt, asked)
    assert all(torch.equal(first[name], second[name]) for name in first)


def test_the_parts_are_those_of_all_images(squares):
    run = trainer(squares, beyond=4, augmentation=False)
    asked = run.asked()
    fake = run.draw(asked)
    spoilt = fake.clone()
    spoilt[[3, 7]] = 1.0
    state, real = run.state(), run.real()
    first = run.judge(real, fake, asked)
    run.restore(state)
    second = run.judge(real, spoilt, asked)
    assert not torch.equal(first["discriminator"], second["discriminator"])
    assert torch.equal(first["anti_labeler"], second["anti_labeler"])


def test_without_a_labeler_nothing_leads_beyond_the_data(squares):
    run = trainer(squares, labeler_weight=0, beyond=4)
    plain = trainer(squares, beyond=0)
    assert torch.equal(run.draw_asked()[0], plain.draw_asked()[0])


@pytest.mark.slow
def test_it_learns_its_labels(squares):
    """A few hundred steps on coloured squares: both labels can be read off the images exactly."""
    run = trainer(squares, total=400, width=16, batch=32, noise_size=16, averaging=0.95)
    run.advance(400)
    model, random = run.model(), torch.Generator().manual_seed(1)
    labels = squares.draw_labels(400, random)
    read = squares.read(model.render(labels, model.draw_noise(400, generator=random)))
    right = (read == labels).float().mean(0)
    assert right[0] > 0.9
    assert right[1] > 0.9


def test_the_discriminator_of_r3gan_descends_pairs_and_both_penalties(squares):
    """Its metric, computed again from the same images; twins have no pair and are penalised."""
    run = trainer(squares, preset="r3gan", augmentation=False, penalty=0.3, beyond=4)
    asked, real = run.asked(), run.real()
    fake = run.draw(asked).detach()
    images = [it.clone().requires_grad_() for it in (real.images, fake)]
    sides = [
        run.discriminator(it, labels.encoded)
        for it, labels in zip(images, (real, asked), strict=True)
    ]
    paired = [row for row in range(8) if (row + 1) % 4]
    whole = sides[0].whole[:6] - sides[1].whole[paired]
    parts = sides[0].parts - sides[1].parts
    expected = sum(torch.nn.functional.softplus(-gap).mean() for gap in (whole, parts))
    for side, seen in zip(sides, images, strict=True):
        for row in range(8):
            score = side.whole[row] + side.parts[row].mean()
            (slope,) = torch.autograd.grad(score, seen, retain_graph=True)
            expected = expected + 0.3 * slope[row].square().sum() / 2 / 8
    found = run.judge(real, fake, asked)["discriminator"]
    torch.testing.assert_close(found, expected)
