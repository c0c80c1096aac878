"""A package that adds an image head of its own size: `mosaic = "mosaic:MOSAIC"`."""

import torch
from pydantic import BaseModel
from torch import nn

from scm_compiler.ir import Image
from scm_compiler.runtime.heads.head import ImageGenerator
from scm_compiler.runtime.heads.registry import HeadSpec

SIDE = 100
TILES = 10


class OPTIONS(BaseModel):
    rate: float = 30.0


PRESETS = {"default": {}}
MOSAIC = HeadSpec(
    "mosaic",
    "the mean picture of each combination, in tiles",
    "mosaic",
    lambda image: Image(image.channels, SIDE, SIDE),
    origin="mosaic",
)


class Mosaic(ImageGenerator):
    """Tiles whose colour is a linear function of the labels, and of the noise a little."""

    def __init__(self, image, coding):
        super().__init__(image, coding, noise_size=2)
        tiles = image.channels * TILES**2
        self.mean, self.spread = nn.Linear(coding.width, tiles), nn.Linear(2, tiles)

    def forward(self, labels, noise):
        tiles = self.mean(labels) + 0.1 * self.spread(noise)
        tiles = tiles.view(len(noise), -1, TILES, TILES).clamp(-1, 1)
        return tiles.repeat_interleave(SIDE // TILES, 2).repeat_interleave(SIDE // TILES, 3)


class Trainer:
    def __init__(self, task, options):
        self.task, self.options = task, options
        self.total, self.done = task.total, 0
        self.random = torch.Generator().manual_seed(task.seed)
        self.made = generator(task.image, task.coding, options)

    def advance(self, steps):
        losses = []
        for _ in range(min(steps, self.total - self.done)):
            images, labels = self.task.batches.draw(16, self.random)
            noise = torch.zeros(16, 2)
            drawn = self.made(self.task.coding.encode(labels), noise)
            loss = (drawn - (images.float() / 127.5 - 1)).square().mean()
            weights = list(self.made.mean.parameters())
            gradients = torch.autograd.grad(loss, weights)
            with torch.no_grad():
                for weight, gradient in zip(weights, gradients, strict=True):
                    weight.sub_(self.options.rate * gradient)
            losses.append(loss.item())
            self.done += 1
        return {"error": sum(losses) / len(losses)} if losses else {}

    def model(self):
        copy = generator(self.task.image, self.task.coding, self.options)
        copy.load_state_dict(self.made.state_dict())
        return copy.requires_grad_(False).eval()

    def state(self):
        held = {name: weight.detach().clone() for name, weight in self.made.state_dict().items()}
        return held | {"random": self.random.get_state(), "done": torch.tensor(self.done)}

    def restore(self, state):
        weights = dict(state)
        self.random.set_state(weights.pop("random"))
        self.done = int(weights.pop("done"))
        self.made.load_state_dict(weights)


def generator(image, coding, _options):
    with torch.random.fork_rng(devices=[]):
        torch.default_generator.manual_seed(0)
        return Mosaic(image, coding)


def trainer(task, options):
    return Trainer(task, options)
