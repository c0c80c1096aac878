"""CausalVAE: a causal layer between encoder and decoder (Yang et al. 2021).

The encoder tells an image's exogenous ε, one vector a concept; the causal layer mixes them to the
endogenous z, whose prior p(z_i | u_i) is a normal distribution around what the label u_i says, as
in (7); masks make each concept again of its parents and its ε, (2), and the decoder draws.

As an image of a structural causal model it is a function of its labels u and of its own noise:
η_i = (z_i − λ1(u_i)) / λ2, and a vector for what no label is about. Under `do` the labels move as
the label model says, z with them, and A, whose edges are the declared ones, hands that on. So
Definition 1 holds of every trained head, whatever A is.

===================  ===========================================================================
`learn_graph=true`   A is pre-trained on the labels, (11) and (13), and may have any edges.
`prior=labels`       λ1(u_i) is the label as a number and λ2 = 1, as published; else both are
                     learnt, as λ2 = 1 says that a label hardly tells what the image shows. Of a
                     number learnt is how fast the waves go that it is told by.
`networks=mlp`       The published layers; a decoder for each concept, as in the default.
`exogenous_weight`   Of KL(q(ε) || N(0, I)) in (10); at 1, as published, it and KL(q(z) || p(z|u))
                     pull at the same numbers towards two different places.
`noise_size`         0 as published: what no label is about cannot be drawn.
===================  ===========================================================================
"""

from itertools import pairwise
from math import pi

import torch
from torch import Tensor, nn
from torch.nn.functional import elu

from scm_compiler.ir.domain import Image
from scm_compiler.runtime.heads.autoencoder import (
    Gaussian,
    LabelEmbedding,
    Painter,
    Perceptron,
    Sight,
)
from scm_compiler.runtime.heads.causal_layer import CausalLayer
from scm_compiler.runtime.heads.encoding import EncodingTrainer, Rebuilt, TrainedByRebuilding
from scm_compiler.runtime.heads.graph_learning import learnt_graph
from scm_compiler.runtime.heads.head import NUMBER, HeadTask, LabelCoding
from scm_compiler.runtime.heads.networks import RowLinear
from scm_compiler.runtime.heads.options.causal_vae import CausalVaeOptions
from scm_compiler.runtime.heads.training import LabelledImages

START_SPREAD = -2.0
"""The logarithm of λ2, before it is learnt."""

ROWS_OF_LABELS = 4096
"""The images whose labels A is learnt from."""


class LabelPrior(nn.Module):
    """p(z | u) of (7): λ1 and the logarithm of λ2, of each concept from its own label alone.

    Args:
        coding: The labels.
        size: k.
        learnt: Whether they are learnt; else λ1 is the label as a number from -1 to 1, λ2 is 1.
    """

    gain: Tensor
    owners: Tensor
    numbers: Tensor
    numeric: Tensor

    def __init__(self, coding: LabelCoding, size: int, *, learnt: bool) -> None:
        super().__init__()
        owners = torch.zeros(len(coding.names), coding.width)
        for rank, columns in enumerate(coding.encoded):
            owners[rank, columns] = 1
        self.register_buffer("owners", owners)
        binary = torch.tensor([float(values == 2) for values in coding.sizes])
        self.register_buffer("gain", 1 + binary @ owners)
        waves = torch.cat([_waves(size, values) for values in coding.sizes])
        self.places = nn.Parameter(waves) if learnt else None
        real = torch.tensor([float(values == NUMBER) for values in coding.sizes]) @ owners > 0
        self.register_buffer("numeric", real[:, None], persistent=False)
        self.real = coding.real
        shape = (len(coding.names), size)
        self.log_spread = nn.Parameter(torch.full(shape, START_SPREAD)) if learnt else None
        self.register_buffer("numbers", torch.cat([*map(_numbers, coding.sizes)])[:, None])
        self.size = size

    def forward(self, labels: Tensor) -> tuple[Tensor, Tensor]:
        """λ1 (B, n, k) of encoded labels (B, E), and log λ2 (n, k)."""
        read = labels * self.gain - (self.gain - 1)  # -1 and 1 where there is one column
        places = self.numbers.expand(-1, self.size) if self.places is None else self.places
        said = read[:, :, None] * places
        if self.real and self.places is not None:
            said = torch.where(self.numeric, _turned(said), said)
        mean = (self.owners[None, :, :, None] * said[:, None]).sum(2)
        if self.log_spread is None:
            return mean, torch.zeros_like(mean[0])
        return mean, self.log_spread


def _numbers(size: int) -> Tensor:
    """What the encoded columns of a label with so many values stand for, from -1 to 1."""
    return torch.ones(1) if size in (2, NUMBER) else torch.linspace(-1, 1, size)


def _waves(numbers: int, size: int) -> Tensor:
    """Where the values of a label start (columns, numbers): neighbours are near to each other.

    Of a number it is how fast the waves go.
    """
    place = _numbers(size)[:, None] * (torch.arange(numbers) // 2 + 1) * pi / 2
    return place if size == NUMBER else _turned(place)


def _turned(angles: Tensor) -> Tensor:
    """Angles (…, numbers) as sines and cosines by turns."""
    even = torch.arange(angles.shape[-1], device=angles.device) % 2 == 0
    return torch.where(even, angles.sin(), angles.cos())


class ConceptPainters(nn.Module):
    """Draws an image as a sum of what each concept shows, given the noise of all the rest.

    What two concepts show together is then what they show apart, also where data never have both.
    """

    def __init__(self, image: Image, coding: LabelCoding, options: "CausalVaeOptions") -> None:
        super().__init__()
        concepts, self.size = len(coding.names), options.concept_size
        width = max(4, options.width * 2 // (concepts + 1))
        narrow = options.model_copy(update={"width": width, "rungs": 0})
        inputs = self.size + options.noise_size
        self.painters = nn.ModuleList(Painter(image, inputs, narrow) for _ in range(concepts))

    def forward(self, vectors: Tensor) -> Tensor:
        """Images (B, C, H, W) in [-1, 1] of concepts and noise (B, n k + Z)."""
        stop = len(self.painters) * self.size
        concepts, rest = vectors[:, :stop].chunk(len(self.painters), 1), vectors[:, stop:]
        pairs = zip(self.painters, concepts, strict=True)
        shown = [painter(torch.cat([concept, rest], 1)) for painter, concept in pairs]
        return torch.tanh(torch.stack(shown).sum(0))


class PublishedSight(nn.Module):
    """The published encoder: three layers of all pixels."""

    def __init__(self, image: Image, outputs: int) -> None:
        super().__init__()
        pixels = image.channels * image.height * image.width
        self.layers = nn.ModuleList(
            RowLinear(*pair) for pair in ((pixels, 900), (900, 300), (300, outputs))
        )

    def forward(self, images: Tensor) -> tuple[list[Tensor], Tensor]:
        """No grids, and a vector (B, outputs)."""
        hidden = images.flatten(1)
        for layer in self.layers:
            hidden = elu(layer(hidden))
        return [], hidden


class PublishedPainter(nn.Module):
    """The published decoder: four layers for each concept, and the mean of what they draw."""

    def __init__(self, image: Image, concepts: int, size: int, rest: int) -> None:
        super().__init__()
        self.image, self.concepts, self.rest = image, concepts, rest
        sizes = (size + rest, 300, 300, 1024, image.channels * image.height * image.width)
        pairs = list(pairwise(sizes))
        self.painters = nn.ModuleList(
            nn.ModuleList(RowLinear(*pair) for pair in pairs) for _ in range(concepts)
        )

    def forward(self, vectors: Tensor) -> Tensor:
        """Images (B, C, H, W) in [-1, 1] of concepts and noise (B, n k + Z)."""
        drawn = vectors.new_zeros(())
        stop = vectors.shape[1] - self.rest
        own = vectors[:, :stop].chunk(self.concepts, 1)
        for painter, concept in zip(self.painters, own, strict=True):
            *inner, last = painter.children()
            hidden = torch.cat([concept, vectors[:, stop:]], 1)
            for layer in inner:
                hidden = elu(layer(hidden))
            drawn = drawn + last(hidden)
        shape = (-1, self.image.channels, self.image.height, self.image.width)
        return torch.tanh(drawn / self.concepts).view(shape)


class CausalVaeGenerator(TrainedByRebuilding):
    """Draws images from labels and normal noise by way of concepts, and finds both in an image."""

    def __init__(self, image: Image, coding: LabelCoding, options: CausalVaeOptions) -> None:
        concepts, size, hidden = len(coding.names), options.concept_size, options.hidden
        self.concepts, self.concept_size = concepts, size
        super().__init__(image, coding, concepts * size + options.noise_size)
        self.options = options
        published = options.networks == "mlp"
        self.layer = CausalLayer(size, declared(coding))
        self.prior = LabelPrior(coding, size, learnt=options.prior == "learnt")
        if published:
            self.sight: nn.Module = PublishedSight(image, hidden)
            self.painter: nn.Module = PublishedPainter(image, concepts, size, options.noise_size)
        else:
            self.sight = Sight(image, options.width, options.hidden)
            self.painter = ConceptPainters(image, coding, options)
        self.labels = LabelEmbedding(coding, hidden)
        self.reader = Perceptron(hidden, hidden, coding.width)
        self.infer = Perceptron(2 * hidden, hidden, 2 * self.noise_size)

    def forward(self, labels: Tensor, noise: Tensor) -> Tensor:
        """Images (B, C, H, W) in [-1, 1] from encoded labels (B, E) and noise (B, Z)."""
        mean, log_spread = self.prior(labels)
        return self.draw(mean + log_spread.exp() * self._own(noise), noise)

    def draw(self, concepts: Tensor, noise: Tensor) -> Tensor:
        """Images of endogenous concepts z (B, n, k), and of the noise (B, Z) of all the rest."""
        masked = self.layer(concepts).flatten(1)
        rest = noise[:, self.concepts * self.concept_size :]
        drawn: Tensor = self.painter(torch.cat([masked, rest], 1))
        return drawn

    def read(self, images: Tensor) -> Tensor:
        """See `EncodingGenerator.read`."""
        logits: Tensor = self.reader(self.sight(images)[1])
        return logits

    def noise_of(self, images: Tensor, labels: Tensor) -> Tensor:
        """See `EncodingGenerator.noise_of`: of the posterior's means."""
        posterior, _ = self._posterior(images, labels)
        return self._noise(posterior.mean, labels)

    def concepts_of(self, images: Tensor, labels: Tensor) -> Tensor:
        """The endogenous z (B, n, k) of images, as the paper measures them."""
        posterior, _ = self._posterior(images, labels)
        found: Tensor = self.layer.endogenous(self._own(posterior.mean))
        return found

    def rebuild(self, batch: LabelledImages, standard: Tensor) -> Rebuilt:
        """See `TrainedByRebuilding.rebuild`; the cost is that of (10), and γ l_m."""
        posterior, seen = self._posterior(batch.images, batch.encoded)
        exogenous = posterior.at(standard)
        noise = self._noise(exogenous, batch.encoded)
        concepts = self.layer.endogenous(self._own(exogenous))
        cost = self._divergence(posterior, batch.encoded)
        if self.options.mask_weight:
            missed = (concepts - self.layer.caused(concepts)).square().sum((1, 2))
            cost = cost + self.options.mask_weight * missed
        drawn = self.draw(concepts, noise)
        return Rebuilt(drawn, noise, cost, self.reader(seen))

    def _own(self, noise: Tensor) -> Tensor:
        """The part (B, n, k) of the noise (B, Z) that is the concepts'."""
        count = self.concepts * self.concept_size
        return noise[:, :count].view(-1, self.concepts, self.concept_size)

    def _posterior(self, images: Tensor, labels: Tensor) -> tuple[Gaussian, Tensor]:
        """q(ε, rest | x, u), and what was seen of the images."""
        _, seen = self.sight(images)
        return Gaussian.of(self.infer(torch.cat([seen, self.labels(labels)], 1))), seen

    def _noise(self, exogenous: Tensor, labels: Tensor) -> Tensor:
        """The noise (B, Z): each concept by how far it is from what its label says."""
        mean, log_spread = self.prior(labels)
        away = (self.layer.endogenous(self._own(exogenous)) - mean) / log_spread.exp()
        return torch.cat([away.flatten(1), exogenous[:, self.concepts * self.concept_size :]], 1)

    def _divergence(self, posterior: Gaussian, labels: Tensor) -> Tensor:
        """The second and the third line of (10): (B,), in nats. The determinant of C is 1."""
        mean, log_spread = self.prior(labels)
        to_normal = posterior.divergence()
        own = self.options.exogenous_weight * self._own(to_normal).sum((1, 2))
        log_variance = self._own(posterior.log_variance)
        away = self.layer.endogenous(self._own(posterior.mean)) - mean
        spread = self.layer.variances(log_variance.exp())
        scaled = (spread + away.square()) * (-2 * log_spread).exp()
        to_prior = (scaled - 1 - log_variance + 2 * log_spread).sum((1, 2)) / 2
        rest = to_normal[:, self.concepts * self.concept_size :].sum(1)
        whole: Tensor = own + to_prior + rest
        return whole


def declared(coding: LabelCoding) -> Tensor:
    """Which label causes which (n, n), as the graph declares it."""
    allowed = torch.zeros(len(coding.names), len(coding.names))
    for cause, effect in coding.edges:
        allowed[cause, effect] = 1
    return allowed


class CausalVaeTrainer(EncodingTrainer[CausalVaeOptions, CausalVaeGenerator]):
    """Trains CausalVAE; where A is to be learnt, it learns that first, from the labels alone."""

    def untrained(self) -> CausalVaeGenerator:
        """The generator before the first step."""
        task, options = self.task, self.options
        made = CausalVaeGenerator(task.image, task.coding, options)
        if options.learn_graph:
            _, labels = task.batches.draw(ROWS_OF_LABELS, self.random)
            numbers = labels.double()
            spread = numbers.std(0).clamp(min=1e-6)
            found = learnt_graph(((numbers - numbers.mean(0)) / spread).float(), self.random)
            made.layer.allowed.copy_(found != 0)
            with torch.no_grad():
                made.layer.weight.copy_(found)
        return made


def generator(image: Image, coding: LabelCoding, options: CausalVaeOptions) -> CausalVaeGenerator:
    """An untrained generator."""
    with torch.random.fork_rng(devices=[]):
        return CausalVaeGenerator(image, coding, options)


def trainer(task: HeadTask, options: CausalVaeOptions) -> CausalVaeTrainer:
    """What trains the head."""
    return CausalVaeTrainer(task, options)
