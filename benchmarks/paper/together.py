"""Figure 24: labels and image trained jointly, by one discriminator that sees both.

Section 10.9: "one way is to simply encode the label as a constant image in an additional channel".
The label model is the Causal Controller; it is not trained beforehand and not frozen. Networks,
losses and rates are those of the head that CausalGAN is compared with, without its Labelers, so
that the two trainings differ in little else than in what is trained when.
"""

from dataclasses import replace

import torch
from torch import Tensor, nn

from benchmarks.paper.task import Task, trained
from scm_compiler.ir import Graph
from scm_compiler.model.implicit import ImplicitModule
from scm_compiler.runtime.data.images.table import ImageTable
from scm_compiler.runtime.heads import losses
from scm_compiler.runtime.heads.device import faster_precision
from scm_compiler.runtime.heads.head import FrozenLabels, HeadTask, LabelCoding
from scm_compiler.runtime.heads.networks import ConvDiscriminator, ConvGenerator
from scm_compiler.runtime.heads.options.gan import GanOptions
from scm_compiler.runtime.heads.registry import installed
from scm_compiler.runtime.heads.training import AdversarialTrainer, LabelledImages
from scm_compiler.runtime.runs.trained_head import image_domain
from scm_compiler.runtime.training.loop import Outcome

HEAD = "conditional_gan"
STEPS = 1_000_000
REPORTS = 2000


class JointTrainer(AdversarialTrainer[GanOptions, ConvGenerator]):
    """Trains the label model and the generator against one discriminator of both.

    Args:
        task: Its label model is the one that is trained along.
        options: Of the generator and the discriminator.
    """

    discriminator: ConvDiscriminator

    def build(self) -> tuple[ConvGenerator, dict[str, nn.Module]]:
        """The generator, the label model and the discriminator with a channel a label."""
        task = self.task
        assert isinstance(task.labels, FrozenLabels)
        self.labels = task.labels.module
        channels = task.image.channels + task.coding.width
        self.discriminator = ConvDiscriminator(
            replace(task.image, channels=channels),
            task.coding,
            self.options.model_copy(update={"projection": False, "patches": False}),
        )
        made = ConvGenerator(task.image, task.coding, self.options)
        return made, {"labels": self.labels, "discriminator": self.discriminator}

    def rate(self, name: str) -> float:
        """The learning rate of a network."""
        options = self.options
        judging = name == "discriminator"
        return options.discriminator_rate if judging else options.generator_rate

    def step(self) -> dict[str, Tensor]:
        """One update of the discriminator, then one of generator and label model together."""
        real = self.real()
        labels, images = self._drawn()
        with self.autocast():
            for_real = self.discriminator(_beside(real.images, real.encoded), real.encoded).whole
            shown = _beside(images.detach(), labels.detach())
            for_fake = self.discriminator(shown, labels.detach()).whole
        judged = losses.hinge_discriminator_loss(for_real, for_fake)
        self.descend(("discriminator", judged))
        with self.autocast():
            verdict = self.discriminator(_beside(images, labels), labels).whole
        fooled = losses.ratio_generator_loss(verdict)
        self.descend(("generator", fooled), ("labels", fooled))
        return {"discriminator": judged, "generator": fooled}

    def asked(self) -> LabelledImages:
        """Not drawn from a frozen model: see `_drawn`."""
        raise NotImplementedError("the labels are trained along")

    def _drawn(self) -> tuple[Tensor, Tensor]:
        """Soft labels (B, E) of the label model, and images of them."""
        rows = self.options.batch
        inputs = self.labels.layout.noise_size
        noise = torch.rand(rows, inputs, generator=self.random) * 2 - 1  # on the CPU
        soft, _ = self.labels.sweep(noise.to(self.task.device), "soft")
        drawn = self.generator.draw_noise(rows, generator=self.random).to(self.task.device)
        with self.autocast():
            images: Tensor = self.generator(soft, drawn)
        return soft, images.float()


def _beside(images: Tensor, labels: Tensor) -> Tensor:
    """The images (B, C, H, W) with a constant channel for each encoded label (B, E)."""
    planes = (labels * 2 - 1)[:, :, None, None].expand(-1, -1, *images.shape[2:])
    return torch.cat([images, planes], dim=1)


def train_jointly(
    task: Task, graph: Graph, image: str, table: ImageTable, seconds: float
) -> tuple[Outcome, ConvGenerator, ImplicitModule, int]:
    """Train labels and image jointly; how it ended, both models, and the trained steps.

    Args:
        task: The piece.
        graph: Labels and an image that reads all of them.
        image: The image.
        table: Its images.
        seconds: The budget.
    """
    precision = faster_precision(task.device)
    spec = installed().find(HEAD)
    options = spec.options("default", precision=precision, **task.scale.head_options)
    coding = LabelCoding.of(graph, image)
    module = ImplicitModule(graph, generator=torch.Generator().manual_seed(task.seed))
    domain = image_domain(graph, image)
    labels = FrozenLabels(module, coding)
    asked = HeadTask(image, domain, coding, table, labels, task.seed, STEPS, task.place)
    trainer = JointTrainer(asked, options)
    outcome, _ = trained(
        trainer,
        task.work,
        seconds=seconds,
        reports=REPORTS,
        facts={"graph": graph.hash, "seed": task.seed, "options": options.model_dump(mode="json")},
    )
    return outcome, trainer.model().cpu(), module.cpu().eval(), trainer.done
