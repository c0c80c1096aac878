"""The models without labels see none, and the codes of a picture are told by it alone."""

import pytest
import torch

from benchmarks.table1.models import MODELS, codes
from scm_compiler.ir.domain import Image
from scm_compiler.runtime.heads.head import HeadTask, LabelCoding
from scm_compiler.runtime.heads.training import LabelledImages

CODING = LabelCoding(("Male", "Bald"), (2, 2), (0, 1), ((0, 1),))
SMALL = {"width": 8, "hidden": 16, "batch": 8}


class Noise:
    """Eight pictures that show nothing."""

    fingerprint = "noise"

    def __len__(self):
        return 8

    def draw(self, n, generator):
        images = torch.randint(256, (n, 3, 16, 16), generator=generator, dtype=torch.uint8)
        return images, torch.randint(2, (n, 2), generator=generator)


def trained(name):
    model = MODELS[name]
    task = HeadTask("Picture", Image(3, 16, 16), CODING, Noise(), None, 0, 3)
    made = type(model)(**{**vars(model), "options": {**model.options, **SMALL}})
    trainer = made.trainer(task)
    trainer.advance(3)
    return trainer.model()


@pytest.mark.parametrize("name", ["β-VAE", "CausalVAE-unsup"])
def test_without_labels_nothing_depends_on_them(name):
    generator = trained(name)
    pictures = torch.rand(5, 3, 16, 16) * 2 - 1
    none, every = torch.zeros(5, 2), torch.ones(5, 2)
    assert (codes(generator, pictures, none) == codes(generator, pictures, every)).all()
    standard = torch.zeros(5, generator.noise_size)
    one, other = (
        generator.rebuild(LabelledImages(pictures, it.long(), it), standard)
        for it in (none, every)
    )
    assert torch.equal(one.images, other.images)
    assert torch.equal(one.cost, other.cost)


@pytest.mark.parametrize("name", ["CausalVAE", "ConditionVAE", "vae"])
def test_the_others_are_told_the_labels(name):
    generator = trained(name)
    pictures = torch.rand(5, 3, 16, 16) * 2 - 1
    none, every = torch.zeros(5, 2), torch.ones(5, 2)
    assert not (codes(generator, pictures, none) == codes(generator, pictures, every)).all()


def test_a_model_without_a_prior_of_labels_pays_for_its_noise_alone():
    """KL(q || N(0, I)) of all numbers, as torch has it."""
    generator = trained("CausalVAE-unsup")
    pictures, labels = torch.rand(5, 3, 16, 16) * 2 - 1, torch.ones(5, 2)
    with torch.no_grad():
        posterior, _ = generator._posterior(pictures, labels)
        spread = (posterior.log_variance / 2).exp()
        exact = torch.distributions.kl_divergence(
            torch.distributions.Normal(posterior.mean, spread), torch.distributions.Normal(0, 1)
        ).sum(1)
        found = generator._divergence(posterior, labels)
    torch.testing.assert_close(found, exact)
