"""An encoder for a head that has none: from an image and its labels to the noise behind it.

It is trained once the generator G is, which stays as it is. For generated images x = G(l, n) and
for real ones, with e the encoder and r its reader of labels, what is made as small as possible is

    |x − G(l, e(x, l))|² / s²  +  w |n − e(x, l)|²  −  v log r(l | x),

the second term of generated images alone, whose noise is known, and the third of real ones (Zhu et
al. 2016; Xia et al. 2022). s² is what the first squared error was of late.
"""

import torch
from torch import Tensor, nn

from scm_compiler.runtime.heads import losses
from scm_compiler.runtime.heads.autoencoder import LabelEmbedding, Perceptron, Sight
from scm_compiler.runtime.heads.encoding import RebuildingTrainer
from scm_compiler.runtime.heads.head import EncodingGenerator, HeadTask, ImageGenerator
from scm_compiler.runtime.heads.options.encoder import EncoderOptions
from scm_compiler.runtime.heads.training import copied


class Encoder(nn.Module):
    """What tells the noise and the labels of images that a generator draws.

    Args:
        drawing: The generator.
        options: Its sizes.
    """

    def __init__(self, drawing: ImageGenerator, options: EncoderOptions) -> None:
        super().__init__()
        coding, hidden = drawing.coding, options.hidden
        self.bounded = drawing.noise == "uniform"
        self.sight = Sight(drawing.image, options.width, hidden)
        self.labels = LabelEmbedding(coding, hidden)
        self.reader = Perceptron(hidden, hidden, coding.width)
        self.infer = Perceptron(2 * hidden, hidden, drawing.noise_size)

    def forward(self, images: Tensor, labels: Tensor) -> tuple[Tensor, Tensor]:
        """The noise (B, Z) and the labels' logits (B, E) of images with encoded labels (B, E)."""
        seen = self.see(images)
        found: Tensor = self.infer(torch.cat([seen, self.labels(labels)], 1))
        return found.tanh() if self.bounded else found, self.reader(seen)

    def see(self, images: Tensor) -> Tensor:
        """What is seen (B, hidden) of images (B, C, H, W)."""
        seen: Tensor = self.sight(images)[1]
        return seen


class Accompanied(EncodingGenerator):
    """A generator beside which another network tells what a photo shows.

    Args:
        drawing: The generator.
    """

    def __init__(self, drawing: ImageGenerator) -> None:
        super().__init__(drawing.image, drawing.coding, drawing.noise_size, drawing.noise)
        self.drawing = drawing

    def forward(self, labels: Tensor, noise: Tensor) -> Tensor:
        """See `ImageGenerator.forward`."""
        drawn: Tensor = self.drawing(labels, noise)
        return drawn

    def draw_noise(self, batch: int, *, generator: torch.Generator | None = None) -> Tensor:
        """See `ImageGenerator.draw_noise`."""
        return self.drawing.draw_noise(batch, generator=generator)


class Encoded(Accompanied):
    """A generator with the encoder that was trained for it.

    Args:
        drawing: The generator.
        encoder: The encoder.
    """

    def __init__(self, drawing: ImageGenerator, encoder: Encoder) -> None:
        super().__init__(drawing)
        self.encoder = encoder

    def noise_of(self, images: Tensor, labels: Tensor) -> Tensor:
        """See `EncodingGenerator.noise_of`."""
        noise: Tensor = self.encoder(images, labels)[0]
        return noise

    def read(self, images: Tensor) -> Tensor:
        """See `EncodingGenerator.read`."""
        logits: Tensor = self.encoder.reader(self.encoder.see(images))
        return logits


class EncoderTrainer(RebuildingTrainer[EncoderOptions, Encoder]):
    """Trains the encoder of a generator, which is not changed.

    Args:
        task: What the generator was trained on, with the steps of the encoder.
        options: Of the encoder.
        drawing: The trained generator.
    """

    def __init__(self, task: HeadTask, options: EncoderOptions, drawing: ImageGenerator) -> None:
        self._drawing = copied(drawing).to(task.device)
        super().__init__(task, options)

    @property
    def drawing(self) -> ImageGenerator:
        """What draws the images."""
        return self._drawing

    def build(self) -> tuple[Encoder, dict[str, nn.Module]]:
        """The encoder; there are no judges."""
        return Encoder(self.drawing, self.options), {}

    def step(self) -> dict[str, Tensor]:
        """One update of the encoder, on real images and generated ones."""
        real, asked, coding = self.real(), self.asked(), self.task.coding
        with self.autocast():
            drawn = self.drawing(asked.encoded, asked.images).float()
            images = torch.cat([drawn, real.images]).contiguous(memory_format=self.layout)
            labels = torch.cat([asked.encoded, real.encoded])
            noise, logits = self.generator(images, labels)
            again = self.drawing(labels, noise).float()
        count = len(drawn)
        errors = (again - images).square().mean((1, 2, 3))
        missed = (noise[:count].float() - asked.images).square().mean()
        loss = errors.mean() / self.variance / 2 + self.options.noise_weight * missed
        error, error_drawn = self.roots(errors[count:].mean(), errors[:count].mean())
        metrics = {"error": error, "error_drawn": error_drawn, "noise": missed}
        if coding.width:
            read = logits[count:].float()
            reading = losses.label_loss(read, real.labels, coding)
            loss = loss + self.options.reader_weight * reading
            accuracy = losses.label_accuracy(read, real.labels, coding)
            metrics |= {"reading": reading, "label_accuracy": accuracy}
        self.descend(("generator", loss))
        self.follow_variance(errors.mean())
        return metrics


def untrained(drawing: ImageGenerator, options: EncoderOptions) -> Encoder:
    """An encoder to load trained weights into."""
    with torch.random.fork_rng(devices=[]):
        return Encoder(drawing, options)
