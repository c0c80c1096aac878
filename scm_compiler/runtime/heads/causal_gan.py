"""CausalGAN: a discriminator, a Labeler and an Anti-Labeler (Kocaoglu et al. 2017, section 5.2).

The Labeler reads the labels off real images (3), the Anti-Labeler reads off generated images the
labels that they were asked for (2). The generator is to satisfy the discriminator and the Labeler
and to puzzle the Anti-Labeler (5), (12), (24); with one output a combination of labels, (20).

What each departure from the paper's theory does to Theorem 2, which says that the generator's loss
is minimal exactly where it draws from p_data(x|l). The part it adds to the adversarial loss is,
with ideal Labelers, the mean over generated images of KL(P_g(l|x) || P_data(l|x)).

==========================  ====================================================================
`labeler=marginal`          Proposition 3: only each label's own posterior is right; enough where
                            the image determines its labels. `joint` is Theorem 3, without that.
real labels                 Both Labelers estimate numbers by regression. Keeps it that the optimum
                            is p_data(x|l); that nothing else is one, where an image determines
                            its numbers (`losses.py`).
`gan_loss=hinge`            Keeps it: minimal at p_g = p_data for an ideal discriminator that
                            answers; only the constant in the proof changes.
`non_saturating`            Keeps the equilibrium, but is no divergence of p_g from p_data.
`relativistic`              Keeps the equilibrium likewise: what its discriminator maximises is a
                            divergence (decision 25), the generator's side is the flipped one.
`penalty`                   Keeps it: near a constant the gain of a discriminator grows with its
                            size, the penalty with its square, so it still sees any difference.
`projection`                Adds a second reason: the discriminator compares joint distributions.
weights below 1, but equal  Keep it: any positive multiple of the KL above is zero at the optimum.
unequal weights, (12)'s     The Labeler's excess weight also rewards images with clear labels:
decay                       a term H_g(l|x) is added; harmless where images determine labels.
`anti_labeler_weight=0`     The extreme of that: few, typical images of each label pay
                            (label-conditioned mode collapse).
`swapped`                   Breaks it: the Anti-Labeler's optimum is then a hard decision and not
                            the posterior of Lemma 2.
`labeler_radius`            Holds both Labelers short of their optimum, in the same way: at
                            p_g = p_data they still agree, and their terms cancel.
spectral norm               Holds the judges short of their optimum: what is minimised is a
                            distance between the distributions that bounded judges can see.
`beyond`                    Keeps it where the label model puts probability: elsewhere p_data(x|l)
                            is not defined: the Labeler says what an image is to show, and
                            the parts of it are to be real.
`likeness`                  Draws p(x|l) of a turned label towards that of the drawn one, in the
                            images of `beyond` alone: a small bias where both have probability.
`patches`                   Keeps it: one more divergence that is zero at p_g = p_data.
`augmentation`              Keeps it: the change has an inverse in distribution (nothing is lost
                            but what the rim cuts off).
averaged weights            Do not touch the loss: another point of the same path is saved.
6:1 updates, batch norm,    Change how the optimum is approached, not where it lies.
minibatch features, jitter,
`labeler_every`
==========================  ====================================================================
"""

from scm_compiler.runtime.heads.gan import generator, trainer

__all__ = ["generator", "trainer"]
