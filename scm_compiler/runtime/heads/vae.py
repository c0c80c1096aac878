"""A variational auto-encoder of images, given their labels (Sohn et al. 2015).

With `rungs`, as in the preset `paper`, it is hierarchical: beside a vector its noise has maps on
the coarsest grids, as the auto-encoders have that Melistas et al. 2024 measure.
"""

from math import prod

import torch
from torch import Tensor, nn

from scm_compiler.ir.domain import Image
from scm_compiler.runtime.heads.autoencoder import (
    Gaussian,
    LabelEmbedding,
    Painter,
    Perceptron,
    Sight,
)
from scm_compiler.runtime.heads.encoding import EncodingTrainer, Rebuilt, TrainedByRebuilding
from scm_compiler.runtime.heads.head import HeadTask, LabelCoding
from scm_compiler.runtime.heads.options.vae import VaeOptions
from scm_compiler.runtime.heads.training import LabelledImages


class VaeGenerator(TrainedByRebuilding):
    """Draws images from labels and a normal vector, and finds that vector from an image."""

    def __init__(self, image: Image, coding: LabelCoding, options: VaeOptions) -> None:
        painter = Painter(image, options.hidden + options.noise_size, options)
        maps = sum(prod(shape) for shape in painter.maps)
        super().__init__(image, coding, options.noise_size + maps)
        self.vector = options.noise_size
        self.painter = painter
        self.labels = LabelEmbedding(coding, options.hidden)
        self.sight = Sight(image, options.width, options.hidden)
        hidden = options.hidden
        self.reader = Perceptron(hidden, hidden, coding.width)
        self.infer = Perceptron(2 * hidden, hidden, 2 * options.noise_size)
        counts = self.sight.counts[::-1]
        self.rungs = nn.ModuleList(
            nn.Conv2d(2 * count, 2 * shape[0], 3, padding=1)
            for count, shape in zip(counts, painter.maps, strict=False)
        )

    def forward(self, labels: Tensor, noise: Tensor) -> Tensor:
        """Images (B, C, H, W) in [-1, 1] from encoded labels (B, E) and noise (B, Z)."""
        vector = torch.cat([self.labels(labels), noise[:, : self.vector]], 1)
        drawn: Tensor = self.painter(vector, self.painter.split(noise[:, self.vector :]))
        return torch.tanh(drawn)

    def read(self, images: Tensor) -> Tensor:
        """See `EncodingGenerator.read`."""
        logits: Tensor = self.reader(self.sight(images)[1])
        return logits

    def noise_of(self, images: Tensor, labels: Tensor) -> Tensor:
        """See `EncodingGenerator.noise_of`: the posterior's mean, rung by rung."""
        return self._pass(images, labels, None).noise

    def rebuild(self, batch: LabelledImages, standard: Tensor) -> Rebuilt:
        """See `TrainedByRebuilding.rebuild`."""
        return self._pass(batch.images, batch.encoded, standard)

    def _pass(self, images: Tensor, labels: Tensor, standard: Tensor | None) -> Rebuilt:
        """From images to their noise and back; what is drawn so far says what is still missing."""
        grids, seen = self.sight(images)
        embedded = self.labels(labels)
        first = Gaussian.of(self.infer(torch.cat([seen, embedded], 1)))
        posteriors, picked = [first], [first.at(_part(standard, 0, self.vector))]

        def pick(level: int, hidden: Tensor) -> Tensor:
            both = torch.cat([grids[-1 - level], hidden], 1)
            posterior = Gaussian.of(self.rungs[level](both))
            start = sum(noise.shape[1] for noise in picked)
            stop = start + posterior.mean.shape[1]
            posteriors.append(posterior)
            picked.append(posterior.at(_part(standard, start, stop)))
            return picked[-1].view(-1, *self.painter.maps[level])

        drawn = self.painter(torch.cat([embedded, picked[0]], 1), pick)
        cost = Gaussian.together(posteriors).divergence().sum(1)
        return Rebuilt(torch.tanh(drawn), torch.cat(picked, 1), cost, self.reader(seen))


def _part(standard: Tensor | None, start: int, stop: int) -> Tensor | None:
    return None if standard is None else standard[:, start:stop]


class VaeTrainer(EncodingTrainer[VaeOptions, VaeGenerator]):
    """Trains the auto-encoder."""

    def untrained(self) -> VaeGenerator:
        """The generator before the first step."""
        return VaeGenerator(self.task.image, self.task.coding, self.options)


def generator(image: Image, coding: LabelCoding, options: VaeOptions) -> VaeGenerator:
    """An untrained generator."""
    with torch.random.fork_rng(devices=[]):
        return VaeGenerator(image, coding, options)


def trainer(task: HeadTask, options: VaeOptions) -> VaeTrainer:
    """What trains the head."""
    return VaeTrainer(task, options)
