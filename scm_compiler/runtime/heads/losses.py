"""The losses of the image heads: pure functions of network outputs, one equation each.

Equation numbers are those of Kocaoglu et al. 2017. A discriminator's output is its logit
d = log D/(1-D) (B,); a Labeler's are logits (B, E) for one output a label value, or (B, J) for
one output a combination of labels. Every loss is to be minimised (the paper states some as
maxima), is a mean over the batch, and is in nats.

Why CausalGAN's generator loss is right. With the Labeler and the Anti-Labeler at their optima
(Lemmas 1 and 2) the difference of their terms in (5) is

    E_{x~p_g} KL( P_g(l|x) || P_r(l|x) )  >=  0,

and zero only where both posteriors agree. So any adversarial loss that is minimal only at
p_g = p_r, plus this difference at any positive weight, is minimal only where p_g(x|l) = p_r(x|l):
Theorem 2 does not need equal weights of 1, but it needs the two terms to have the same weight.

Of a number the Labelers' posterior is a normal distribution of a fixed deviation s around what
they estimate. Their optima are the posterior means m_r and m_g, and since m_g is the mean of l
given x under p_g, the difference of their terms is

    E_{x~p_g} (m_g(x) - m_r(x))^2 / 2 s^2  >=  0,

zero where p_g(x|l) = p_r(x|l), so that the loss is still minimal there. It is zero elsewhere, too,
where the means agree and the rest of the posteriors does not. Where a real image determines its
numbers there is no such place: with p_g(x) = p_r(x) and equal means, what is left of the variance
of l is the same for both, that is none.
"""

from math import exp

import torch
from torch import Tensor
from torch.nn.functional import (
    binary_cross_entropy_with_logits,
    cross_entropy,
    log_softmax,
    relu,
    softmax,
    softplus,
)

from scm_compiler.runtime.heads.head import NUMBER, LabelBlock, LabelCoding
from scm_compiler.runtime.heads.jitter import beside_numbers

NEAR = 0.1
"""So near, of half of its width, a number is read right."""
SPREAD = 0.3
"""The deviation, of half of its width, of a number around what a Labeler of a GAN estimates.

The smaller, the more numbers weigh beside labels and beside the discriminator. With 1 a generator
hardly draws numbers that data do not show together; with 0.3 it does, and is no less real.
"""


def discriminator_loss(real: Tensor, fake: Tensor) -> Tensor:
    """The discriminator's log loss, whose optimum is (11): D = p_data / (p_data + p_g).

    Printed (4) has log((1-D)/D) for the generated images, which has another optimum; the proof
    uses (11), the one of log(1-D), and says that this is meant.
    """
    return softplus(-real).mean() + softplus(fake).mean()


def hinge_discriminator_loss(real: Tensor, fake: Tensor) -> Tensor:
    """The hinge loss of Lim and Ye 2017: relu(1 - d(x)) + relu(1 + d(G))."""
    return relu(1 - real).mean() + relu(1 + fake).mean()


def relativistic_loss(higher: Tensor, lower: Tensor) -> Tensor:
    """The relativistic pairing loss of Jolicoeur-Martineau 2019, as R3GAN has it: E log(1 + e^-t).

    t is by how much the logit of one image of a pair is above that of the other. Real images are
    to be the higher ones for the discriminator, generated ones for the generator.

    Args:
        higher: Logits (B, …) of images that are to be above.
        lower: Those of images that are to be below; further rows of either have no pair.
    """
    pairs = min(len(higher), len(lower))
    return softplus(lower[:pairs] - higher[:pairs]).mean()


def gradient_penalty(scores: Tensor, images: Tensor) -> Tensor:
    """R1 or R2, E |grad D|^2 / 2, as the images are real or generated (Mescheder et al. 2018).

    Args:
        scores: D (B,) of each image by itself.
        images: The images (B, C, H, W) that they were computed from.
    """
    (slopes,) = torch.autograd.grad(scores.sum(), images, create_graph=True)
    return slopes.square().sum((1, 2, 3)).mean() / 2


def ratio_generator_loss(fake: Tensor) -> Tensor:
    """The adversarial line of (5): E log((1-D)/D), which is the mean of -d.

    It is also the generator's side of the hinge loss.
    """
    return -fake.mean()


def saturating_generator_loss(fake: Tensor) -> Tensor:
    """The loss of Goodfellow et al. 2014: E log(1-D)."""
    return -softplus(fake).mean()


def non_saturating_generator_loss(fake: Tensor) -> Tensor:
    """The loss of Goodfellow et al. 2014 in practice: E -log D."""
    return softplus(-fake).mean()


def label_loss(
    outputs: Tensor, labels: Tensor, coding: LabelCoding, spread: float = 1.0
) -> Tensor:
    """The label terms (2), (3), (22), (23): cross entropy of each label, mean over the labels.

    Of a number it is that of a normal distribution around the output, but for a constant: half the
    squared error over the variance.

    For the Labeler the outputs belong to real images, for the Anti-Labeler to generated ones;
    in (5) and (24) the generator meets both.

    Args:
        outputs: A Labeler's outputs (B, E): a logit for two values, a logit a value for more.
        labels: The labels (B, P) that belong to the images.
        coding: How labels lie in the outputs.
        spread: The deviation of that normal distribution.
    """
    losses = [_block_loss(outputs, labels, block, coding, spread) for block in coding.blocks]
    return torch.cat(losses).mean()


def _block_loss(
    outputs: Tensor, labels: Tensor, block: LabelBlock, coding: LabelCoding, spread: float
) -> Tensor:
    """The term of each label of a block."""
    read = outputs[:, block.columns]
    if block.size == NUMBER:
        wrong = (read - coding.scaled(labels, block).to(read)) / spread
        return wrong.square().mean(0) / 2
    if block.size == 2:
        known = labels[:, block.ranks].to(outputs)
        return binary_cross_entropy_with_logits(read, known, reduction="none").mean(0)
    return cross_entropy(read, block.one(labels))[None]


def joint_label_loss(outputs: Tensor, labels: Tensor, coding: LabelCoding) -> Tensor:
    """The label terms (16), (19), (20): cross entropy over all combinations of labels (B, J)."""
    return cross_entropy(outputs, coding.joint(labels))


def swapped_label_loss(outputs: Tensor, inputs: Tensor, coding: LabelCoding) -> Tensor:
    """Section 7.2's label terms: cross entropy with its arguments swapped.

    The Labeler's probabilities are the target, and the label that the generator was fed (jittered,
    as logits) is the prediction. The loss is linear in the Labeler's probabilities. So the
    Anti-Labeler's optimum under it is a hard decision and not the posterior of Lemma 2: Theorem 2
    does not cover this form. Of a number, which is fed as it is, the swapped loss is the same.

    Args:
        outputs: A Labeler's outputs (B, E).
        inputs: The label logits (B, E) that the generator was fed.
        coding: How labels lie in both.
    """
    losses = []
    for block in coding.blocks:
        mine, fed = outputs[:, block.columns], inputs[:, block.columns]
        if block.size == NUMBER:
            losses.append((mine - fed).square().mean(0) / 2 / SPREAD**2)
        elif block.size == 2:
            losses.append((softplus(fed) - mine.sigmoid() * fed).mean(0))
        else:
            losses.append(-(softmax(mine, dim=1) * log_softmax(fed, dim=1)).sum(1).mean()[None])
    return torch.cat(losses).mean()


def decay(step: int, constant: float | None) -> float:
    """The Anti-Labeler's coefficient of (12): e^(-t/T); always 1 if there is no T.

    Below 1 it adds (1 - e^(-t/T)) times the conditional entropy of the labels given the generated
    image to the criterion of Theorem 2. Where an image determines its labels, that is zero at the
    optimum; elsewhere it makes the generator avoid images whose labels are in doubt.

    >>> decay(0, 3000.0), round(decay(3000, 3000.0), 4), decay(7, None)
    (1.0, 0.3679, 1.0)
    """
    return 1.0 if constant is None else exp(-step / constant)


def causal_generator_loss(
    adversarial: Tensor,
    labeler: Tensor,
    anti_labeler: Tensor,
    *,
    weights: tuple[float, float] = (1.0, 1.0),
) -> Tensor:
    """The generator's loss (5), (12), (20), (24): GAN term + Labeler's - Anti-Labeler's.

    Args:
        adversarial: One of the generator losses above.
        labeler: The Labeler's loss on the generated images.
        anti_labeler: The Anti-Labeler's loss on them.
        weights: The weights of the two; (12) has 1 and e^(-t/T).
    """
    return adversarial + weights[0] * labeler - weights[1] * anti_labeler


def reconstruction_loss(images: Tensor, rebuilt: Tensor, *, edges: float = 0.0) -> Tensor:
    """L(x) of section 5.3: the mean absolute difference of images and their rebuilt selves.

    Args:
        images: (B, C, H, W).
        rebuilt: Likewise.
        edges: The weight of the mean absolute error of the differences of neighbouring pixels,
            below each other and beside each other (Mathieu et al. 2016): L1 alone forgives blur.
    """
    wrong = images - rebuilt
    loss = wrong.abs().mean()
    if not edges:
        return loss
    down, right = (wrong.diff(dim=side).abs().mean() for side in (2, 3))
    return loss + edges * (down + right)


def squared_label_loss(outputs: Tensor, labels: Tensor, coding: LabelCoding) -> Tensor:
    """L_sq(l, Labeler(x)) of section 5.3: the mean squared error of the label probabilities.

    The error of a number counts in units of `SPREAD`: that of a probability is small, too, but
    what a probability is the sigmoid of answers to a change of the image as steeply.

    Args:
        outputs: A Labeler's outputs (B, E), as for `label_loss`.
        labels: The labels (B, P).
        coding: How labels lie in the outputs.
    """
    apart = label_probabilities(outputs, coding) - coding.encode(labels)
    return beside_numbers(apart / SPREAD, apart, coding).square().mean()


def label_probabilities(outputs: Tensor, coding: LabelCoding) -> Tensor:
    """The probabilities (B, E) that a Labeler's outputs (B, E) stand for, and the numbers."""
    return torch.cat([_told(outputs[:, it.columns], it.size) for it in coding.blocks], dim=1)


def _told(read: Tensor, size: int) -> Tensor:
    if size == NUMBER:
        return read
    return read.sigmoid() if size == 2 else softmax(read, dim=1)


def label_accuracy(outputs: Tensor, labels: Tensor, coding: LabelCoding) -> Tensor:
    """The share of labels (mean over rows and labels) that a Labeler reads right.

    Of a number: within `NEAR` of half its width.
    """
    right = [_right(outputs, labels, block, coding).float().mean(0) for block in coding.blocks]
    return torch.cat(right).mean()


def _right(outputs: Tensor, labels: Tensor, block: LabelBlock, coding: LabelCoding) -> Tensor:
    """Whether each label of a block is read right (B, labels)."""
    read = outputs[:, block.columns]
    if block.size == NUMBER:
        return (read - coding.scaled(labels, block)).abs() < NEAR
    if block.size == 2:
        return (read > 0) == labels[:, block.ranks]
    return (read.argmax(1) == block.one(labels))[:, None]


def joint_label_accuracy(outputs: Tensor, labels: Tensor, coding: LabelCoding) -> Tensor:
    """The share of labels that a joint Labeler's likeliest combination has right."""
    rank = outputs.argmax(1)
    right = []
    for column in reversed(range(len(coding.sizes))):
        right.append(rank % coding.sizes[column] == labels[:, column])
        rank = rank // coding.sizes[column]
    return torch.stack(right).float().mean()
