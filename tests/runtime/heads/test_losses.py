"""The losses against closed forms, hand computations and the theorems that they stand for."""

from math import exp, log

import pytest
import torch
from torch import Tensor

from scm_compiler.runtime.heads import losses
from scm_compiler.runtime.heads.head import NUMBER, LabelCoding

BINARY = LabelCoding(("L",), (2,), (0,))
TWO = LabelCoding(("A", "B"), (2, 2), (0, 1))
MIXED = LabelCoding(("Hue", "Big"), (3, 2), (0, 1))
SCALED = LabelCoding(("Light", "Big"), (NUMBER, 2), (0, 1), scales={"Light": (100.0, 40.0)})


def logit(p: float) -> float:
    return log(p / (1 - p))


class TestAdversarial:
    """D = 0.8 on a real image and 0.3 on a generated one, so every term is known."""

    real = torch.tensor([logit(0.8)])
    fake = torch.tensor([logit(0.3)])

    def test_discriminator(self):
        expected = -log(0.8) - log(0.7)
        assert losses.discriminator_loss(self.real, self.fake).item() == pytest.approx(expected)

    @pytest.mark.parametrize(
        ("loss", "expected"),
        [
            (losses.ratio_generator_loss, log(0.7 / 0.3)),
            (losses.saturating_generator_loss, log(0.7)),
            (losses.non_saturating_generator_loss, -log(0.3)),
        ],
    )
    def test_generator(self, loss, expected):
        assert loss(self.fake).item() == pytest.approx(expected, rel=1e-5)

    def test_hinge(self):
        real, fake = torch.tensor([2.0, 0.5]), torch.tensor([-3.0, 0.0])
        assert losses.hinge_discriminator_loss(real, fake).item() == pytest.approx(0.25 + 0.5)

    def test_optimum_is_equation_11(self):
        data, made = torch.tensor([0.5, 0.3, 0.2]), torch.tensor([0.1, 0.3, 0.6])
        verdict = torch.log(data / made).requires_grad_()
        counts = (data * 10).round().int(), (made * 10).round().int()
        real, fake = (verdict.repeat_interleave(count) for count in counts)
        losses.discriminator_loss(real, fake).backward()
        torch.testing.assert_close(verdict.grad, torch.zeros(3), atol=1e-6, rtol=0)
        torch.testing.assert_close(verdict.detach().sigmoid(), data / (data + made))


class TestRelativistic:
    """Pairs whose differences are known, and discriminators whose gradients are."""

    def test_by_hand(self):
        real, fake = torch.tensor([2.0, 0.5]), torch.tensor([-1.0, 1.5])
        expected = (log(1 + exp(-3)) + log(1 + exp(1))) / 2
        assert losses.relativistic_loss(real, fake).item() == pytest.approx(expected)

    def test_only_differences_count_and_both_sides_are_each_others(self):
        random = torch.Generator().manual_seed(0)
        real, fake = (torch.randn(6, generator=random, dtype=torch.float64) for _ in range(2))
        judge, generator = (
            losses.relativistic_loss(real, fake),
            losses.relativistic_loss(fake, real),
        )
        torch.testing.assert_close(losses.relativistic_loss(real + 7, fake + 7), judge)
        torch.testing.assert_close(losses.relativistic_loss(-fake, -real), judge)
        torch.testing.assert_close(generator - judge, (real - fake).mean())
        assert losses.relativistic_loss(real, real).item() == pytest.approx(log(2))

    def test_rows_without_a_pair_do_not_count(self):
        few, many = torch.tensor([0.3, 1.0]), torch.tensor([0.1, -0.4, 9.0])
        found = losses.relativistic_loss(many, few)
        torch.testing.assert_close(found, losses.relativistic_loss(many[:2], few))

    def test_no_discriminator_gains_where_the_distributions_agree(self):
        """Over all pairs of equal sets, log 2 is the least: the value of a constant."""
        logits = torch.randn(50, generator=torch.Generator().manual_seed(1))
        pairs = torch.cartesian_prod(logits, logits)
        assert losses.relativistic_loss(pairs[:, 0], pairs[:, 1]) > log(2)

    def test_the_penalty_of_a_linear_and_of_a_square_discriminator(self):
        images = torch.randn(5, 2, 3, 4, dtype=torch.float64, requires_grad=True)
        slopes = torch.randn(2, 3, 4, dtype=torch.float64, requires_grad=True)
        linear = losses.gradient_penalty((images * slopes).sum((1, 2, 3)), images)
        torch.testing.assert_close(linear, slopes.square().sum() / 2)
        (by_slopes,) = torch.autograd.grad(linear, slopes)
        torch.testing.assert_close(by_slopes, slopes)
        square = losses.gradient_penalty(images.square().sum((1, 2, 3)), images)
        torch.testing.assert_close(square, 2 * images.square().sum((1, 2, 3)).mean())


class TestLabels:
    outputs = torch.tensor([[0.5, -1.0, 2.0, 0.3], [1.0, 0.0, 0.0, -2.0]])
    labels = torch.tensor([[2, 1], [0, 1]])

    def test_cross_entropy_of_each_label(self):
        hue = [
            -log(exp(2.0) / (exp(0.5) + exp(-1.0) + exp(2.0))),
            -log(exp(1.0) / (exp(1.0) + 2)),
        ]
        big = [log(1 + exp(-0.3)), log(1 + exp(2.0))]
        expected = (sum(hue) / 2 + sum(big) / 2) / 2
        assert losses.label_loss(self.outputs, self.labels, MIXED).item() == pytest.approx(
            expected
        )

    def test_joint(self):
        outputs = torch.tensor([[0.1, 0.2, 0.3, 0.4]])
        value = losses.joint_label_loss(outputs, torch.tensor([[1, 0]]), TWO).item()
        total = sum(exp(v) for v in (0.1, 0.2, 0.3, 0.4))
        assert value == pytest.approx(-log(exp(0.3) / total))

    def test_swapped_is_cross_entropy_with_arguments_swapped(self):
        fed = torch.tensor([[0.2, -0.4, 0.1, logit(0.7)], [0.0, 0.3, 0.9, logit(0.3)]])
        value = losses.swapped_label_loss(self.outputs, fed, MIXED)
        target = losses.label_probabilities(self.outputs, MIXED)
        prediction = losses.label_probabilities(fed, MIXED)
        hue = -(target[:, :3] * prediction[:, :3].log()).sum(1).mean()
        a, m = target[:, 3], prediction[:, 3]
        big = -(a * m.log() + (1 - a) * (1 - m).log()).mean()
        torch.testing.assert_close(value, (hue + big) / 2)

    def test_swapped_optimum_is_a_hard_decision(self):
        """Linear in the probability: the gradient has the sign of the fed logit everywhere."""
        outputs = torch.linspace(-3, 3, 7)[:, None].requires_grad_()
        losses.swapped_label_loss(outputs, torch.full((7, 1), 0.8), BINARY).backward()
        assert (outputs.grad < 0).all()

    def test_squared(self):
        outputs = torch.tensor([[logit(0.9)], [logit(0.4)]])
        value = losses.squared_label_loss(outputs, torch.tensor([[1], [1]]), BINARY)
        assert value.item() == pytest.approx((0.1**2 + 0.6**2) / 2)

    def test_accuracy(self):
        assert losses.label_accuracy(self.outputs, self.labels, MIXED).item() == 0.75

    def test_joint_accuracy_decodes_the_combination(self):
        outputs = torch.eye(6)
        labels = torch.tensor([[hue, big] for hue in range(3) for big in range(2)])
        assert losses.joint_label_accuracy(outputs, labels, MIXED).item() == 1
        wrong = labels.clone()
        wrong[:, 1] = 1 - wrong[:, 1]
        assert losses.joint_label_accuracy(outputs, wrong, MIXED).item() == 0.5

    @pytest.mark.parametrize("loss", [losses.label_loss, losses.joint_label_loss])
    def test_gradients(self, loss):
        width = 4 if loss is losses.label_loss else 6
        outputs = torch.randn(3, width, dtype=torch.float64, generator=seeded(0)).requires_grad_()
        labels = torch.tensor([[0, 1], [1, 0], [2, 1]])
        assert torch.autograd.gradcheck(lambda o: loss(o, labels, MIXED).double(), outputs)


def test_reconstruction():
    images, rebuilt = torch.zeros(2, 3, 4, 4), torch.full((2, 3, 4, 4), -0.25)
    assert losses.reconstruction_loss(images, rebuilt).item() == 0.25


def test_decay_is_equation_12():
    assert losses.decay(6000, 3000.0) == pytest.approx(exp(-2))
    assert losses.decay(6000, None) == 1


def test_generator_loss_adds_and_subtracts():
    terms = [torch.tensor(v) for v in (3.0, 0.5, 0.25)]
    assert losses.causal_generator_loss(*terms).item() == 3.25
    assert losses.causal_generator_loss(*terms, weights=(2.0, 4.0)).item() == 3.0


def seeded(seed: int) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


CELLS = 4


def drawn_table(generator: torch.Generator, combinations: int, rows: int = 40) -> Tensor:
    """Counts (J, X) of `rows` images a label combination over X kinds of images, all positive."""
    kinds = torch.randint(CELLS, (combinations, rows - CELLS), generator=generator)
    return torch.stack([torch.bincount(row, minlength=CELLS) + 1 for row in kinds])


def criterion(data: Tensor, made: Tensor, coding: LabelCoding, weight: float) -> float:
    """C(G): the generator's loss at the optimal discriminator and Labelers (Theorems 2 and 3).

    Images are one of a few kinds; each is listed as often as it occurs, so that means over the
    batch are exact expectations.
    """
    real, fake = data.double(), made.double()
    p, q = real.sum(0) / real.sum(), fake.sum(0) / fake.sum()
    verdict = (p / q).log()
    combination, kind = (made > -1).nonzero().unbind(1)
    counts = made[combination, kind]
    combination, kind = (v.repeat_interleave(counts) for v in (combination, kind))
    joint = coding.combinations > 2
    posteriors = [table / table.sum(0) for table in (real, fake)]
    labels = torch.stack(
        torch.unravel_index(combination, tuple(coding.sizes)) if joint else (combination,), dim=1
    )
    if joint:
        terms = [losses.joint_label_loss(t.log().t()[kind], labels, coding) for t in posteriors]
    else:
        terms = [
            losses.label_loss(torch.logit(t[1])[kind][:, None], labels, coding) for t in posteriors
        ]
    about_real = (p * (p / (p + q)).log()).sum()
    adversarial = losses.ratio_generator_loss(verdict[kind])
    fake_part = (q * (q / (p + q)).log()).sum() - (q * (p / (p + q)).log()).sum()
    torch.testing.assert_close(adversarial, fake_part)
    total = losses.causal_generator_loss(adversarial, *terms, weights=(weight, weight))
    return float(about_real + total)


def closed_form(data: Tensor, made: Tensor, weight: float) -> float:
    """The proof's last line, in nats, for labels of equal probability and any equal weights."""
    real = data.double() / data.sum(1, keepdim=True)
    fake = made.double() / made.sum(1, keepdim=True)
    p, q = real.mean(0), fake.mean(0)

    def divergence(a: Tensor, b: Tensor) -> Tensor:
        return (a * (a / b).log()).sum()

    conditional = torch.stack([divergence(f, r) for f, r in zip(fake, real, strict=True)]).mean()
    shift = divergence(q, p)
    value = -log(2) + divergence(p, (p + q) / 2) + shift + weight * (conditional - shift)
    return float(value)


@pytest.mark.parametrize("coding", [BINARY, TWO], ids=["theorem 2", "theorem 3"])
@pytest.mark.parametrize("weight", [1.0, 0.5])
def test_the_true_conditional_minimises_the_criterion(coding, weight):
    """C(G) is -log 2 at p_g(x|l) = p_data(x|l) and larger elsewhere, for any equal weights."""
    generator = seeded(1)
    data = drawn_table(generator, coding.combinations)
    assert criterion(data, data, coding, weight) == pytest.approx(-log(2), abs=1e-5)
    for _ in range(50):
        made = drawn_table(generator, coding.combinations)
        value = criterion(data, made, coding, weight)
        assert value == pytest.approx(closed_form(data, made, weight), abs=1e-4)
        assert value > -log(2) + 1e-4


def test_without_the_anti_labeler_typical_images_pay():
    """Theorem 2 needs the Anti-Labeler: without it, images with clear labels beat the truth."""
    data = torch.tensor([[30, 10], [10, 30]])
    clear = torch.tensor([[40, 1], [1, 40]])

    def loss(made: Tensor) -> Tensor:
        posterior = torch.logit(data[1] / data.sum(0))
        combination, kind = (made > 0).nonzero().unbind(1)
        counts = made[combination, kind]
        labels, kinds = (v.repeat_interleave(counts) for v in (combination, kind))
        return losses.label_loss(posterior[kinds][:, None], labels[:, None], BINARY)

    assert loss(clear) < loss(data)


class TestNumbers:
    """Light is 120, a half of its width above the middle; what is read is -0.5 and 0.25."""

    outputs = torch.tensor([[-0.5, logit(0.9)], [0.25, logit(0.4)]])
    labels = torch.tensor([[120.0, 1.0], [120.0, 1.0]], dtype=torch.float64)

    def test_the_label_term_is_that_of_a_normal_distribution(self):
        """What it says of two readings differs by the difference of two log densities."""
        light = torch.distributions.Normal(torch.tensor([-0.5, 0.25]), 0.3)
        right = torch.distributions.Normal(torch.tensor(0.5), 0.3).log_prob(torch.tensor(0.5))
        number = (right - light.log_prob(torch.tensor(0.5))).mean()
        big = (-log(0.9) - log(0.4)) / 2
        found = losses.label_loss(self.outputs, self.labels, SCALED, losses.SPREAD)
        assert found.item() == pytest.approx((number.item() + big) / 2, rel=1e-5)

    def test_the_squared_error_counts_in_spreads(self):
        found = losses.squared_label_loss(self.outputs, self.labels, SCALED).item()
        light = (1.0**2 + 0.25**2) / losses.SPREAD**2
        assert found == pytest.approx((light + 0.1**2 + 0.6**2) / 4)

    def test_swapping_the_arguments_changes_nothing_for_a_number(self):
        light = LabelCoding(("Light",), (NUMBER,), (0,), scales=SCALED.scales)
        outputs, labels = self.outputs[:, :1], self.labels[:, :1]
        swapped = losses.swapped_label_loss(outputs, light.encode(labels), light)
        plain = losses.label_loss(outputs, labels, light, losses.SPREAD)
        torch.testing.assert_close(swapped, plain)

    def test_the_terms_differ_by_how_far_the_posterior_means_are_apart(self):
        """With ideal Labelers, of any joint distributions of numbers and images."""
        generator = seeded(3)
        light = LabelCoding(("Light",), (NUMBER,), (0,), scales={"Light": (0.0, 1.0)})
        numbers = torch.linspace(-1, 1, 5)
        real, made = (torch.rand(5, 3, generator=generator) for _ in range(2))
        means = [(numbers[:, None] * p).sum(0) / p.sum(0) for p in (real, made)]
        expected = 0.0
        for number, image in [(i, j) for i in range(5) for j in range(3)]:
            row = numbers[number][None, None]
            terms = [losses.label_loss(m[image][None, None], row, light, 0.3) for m in means]
            expected += float(made[number, image] / made.sum() * (terms[0] - terms[1]))
        share = made.sum(0) / made.sum()
        apart = (share * (means[0] - means[1]).square()).sum() / 2 / 0.3**2
        assert expected == pytest.approx(apart.item(), rel=1e-4)
        assert expected > 0
