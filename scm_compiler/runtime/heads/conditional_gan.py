"""The baseline head: a conditional GAN, with the labels as inputs only and no Labelers.

Its networks, adversarial losses and schedule are those of CausalGAN's default, so that the two
differ by the Labeler and the Anti-Labeler alone.

The labels enter the generator and, projected onto its features, the discriminator (Miyato and
Koyama 2018). A discriminator that sees the labels compares joint distributions of images and
labels, so the adversarial loss alone is minimal only at p_g(x|l) = p_data(x|l), given that the
label model has the data's labels. Without the projection only p_g(x) = p_data(x) is asked for.
"""

from scm_compiler.runtime.heads.gan import generator, trainer

__all__ = ["generator", "trainer"]
