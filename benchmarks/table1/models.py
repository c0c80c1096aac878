"""The models of table 1, as settings of the heads, and what each says of a picture.

`causal_vae` is the head with its default options. *ConditionVAE*, as the paper has it, is given
the labels in its prior and has no causal layer: the same head under a graph without edges between
labels. The *β-VAE* is the head `vae` without labels and without the reader. *CausalVAE-unsup* is
`causal_vae` without its masks, without the labels in prior and encoder, and without the reader.
`vae` is the head as it is, whose labels go beside its noise. Two more have hardly been trained.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from scm_compiler.runtime.evaluation.disentanglement import component
from scm_compiler.runtime.heads.autoencoder import Gaussian
from scm_compiler.runtime.heads.causal_vae import CausalVaeGenerator, CausalVaeTrainer
from scm_compiler.runtime.heads.encoding import EncodingTrainer, Rebuilt, TrainedByRebuilding
from scm_compiler.runtime.heads.head import HeadTask
from scm_compiler.runtime.heads.registry import BUILTIN
from scm_compiler.runtime.heads.vae import VaeGenerator, VaeTrainer

Array = NDArray[np.float64]

UNSUPERVISED_BETA = 4.0
"""The weight of the divergence of what has no labels, as Higgins et al. 2017 have it for faces."""


@dataclass(frozen=True)
class Model:
    """A model.

    Attributes:
        head: The head that it is made of.
        edges: Whether it is told the declared edges between labels.
        options: What differs from the head's defaults.
        unsupervised: Whether the head is to do without labels.
        named: Whether a code belongs to each label by itself.
        steps: Of its training; those of the set if None.
    """

    head: str
    edges: bool = True
    options: Mapping[str, Any] = field(default_factory=dict)
    unsupervised: bool = False
    named: bool = False
    steps: int | None = None

    def trainer(self, task: HeadTask) -> EncodingTrainer[Any, Any]:
        """What trains it."""
        options = BUILTIN[self.head].options("default", **self.options)
        if self.unsupervised:
            return UNLABELLED[self.head](task, options)
        trainer = BUILTIN[self.head].trainer(task, options)
        assert isinstance(trainer, EncodingTrainer)
        return trainer


_ALONE = {"beta": UNSUPERVISED_BETA, "beta_start": UNSUPERVISED_BETA, "reader_weight": 0.0}

MODELS: Mapping[str, Model] = MappingProxyType(
    {
        "CausalVAE": Model("causal_vae", named=True),
        "ConditionVAE": Model("causal_vae", edges=False, named=True),
        "β-VAE": Model("vae", options={**_ALONE, "swap_every": 0}, unsupervised=True),
        "CausalVAE-unsup": Model(
            "causal_vae",
            options=_ALONE,
            unsupervised=True,
        ),
        "vae": Model("vae"),
        "CausalVAE, 10 steps": Model("causal_vae", named=True, steps=10),
        "β-VAE, 10 steps": Model(
            "vae", options={**_ALONE, "swap_every": 0}, unsupervised=True, steps=10
        ),
    }
)


class UnlabelledVae(VaeGenerator):
    """A VAE that sees no label."""

    def _pass(self, images: Tensor, labels: Tensor, standard: Tensor | None) -> Rebuilt:
        return super()._pass(images, torch.zeros_like(labels), standard)


class UnlabelledVaeTrainer(VaeTrainer):
    """Trains it."""

    def untrained(self) -> VaeGenerator:
        """The generator before the first step."""
        return UnlabelledVae(self.task.image, self.task.coding, self.options)


class UnlabelledCausalVae(CausalVaeGenerator):
    """CausalVAE without its masks, and with no label in its prior or its encoder."""

    def draw(self, concepts: Tensor, noise: Tensor) -> Tensor:
        """Images of endogenous concepts and of noise, as they are."""
        rest = noise[:, self.concepts * self.concept_size :]
        drawn: Tensor = self.painter(torch.cat([concepts.flatten(1), rest], 1))
        return drawn

    def _posterior(self, images: Tensor, labels: Tensor) -> tuple[Gaussian, Tensor]:
        return super()._posterior(images, torch.zeros_like(labels))

    def _divergence(self, posterior: Gaussian, labels: Tensor) -> Tensor:
        del labels
        return posterior.divergence().sum(1)


class UnlabelledCausalVaeTrainer(CausalVaeTrainer):
    """Trains it."""

    def untrained(self) -> CausalVaeGenerator:
        """The generator before the first step."""
        return UnlabelledCausalVae(self.task.image, self.task.coding, self.options)


UNLABELLED: Mapping[str, Callable[[HeadTask, Any], EncodingTrainer[Any, Any]]] = MappingProxyType(
    {"vae": UnlabelledVaeTrainer, "causal_vae": UnlabelledCausalVaeTrainer}
)
"""What trains the heads without labels."""


@torch.no_grad()
def codes(generator: TrainedByRebuilding, images: Tensor, labels: Tensor) -> Array:
    """The codes (n, K) of images with such encoded labels: of concepts, else the noise's numbers.

    Of a concept's numbers the first principal component is taken, as `scmc eval` does.
    """
    if not isinstance(generator, CausalVaeGenerator):
        return generator.noise_of(images, labels).double().numpy()
    concepts = generator.concepts_of(images, labels).double().numpy()
    return np.stack([component(concepts[:, rank]) for rank in range(concepts.shape[1])], 1)
