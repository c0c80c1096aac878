"""A trained head: the weights of a generator in a run, and what it draws."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from scm_compiler.ir import Graph, Image
from scm_compiler.model.mechanism import Column, Noise, World
from scm_compiler.runtime.heads.config import HeadConfig
from scm_compiler.runtime.heads.head import ImageGenerator, LabelCoding
from scm_compiler.runtime.heads.registry import installed
from scm_compiler.runtime.runs.head_files import files_of
from scm_compiler.runtime.storage.tensor_file import Form, open_tensors, refuse_foreign, unusable
from scm_compiler.runtime.storage.tensors import finite, write_tensors


@dataclass(frozen=True, eq=False)
class TrainedHead:
    """The `Mechanism` of an image node: a function of its declared parents and its own noise.

    Attributes:
        node: The image's name.
        config: What was asked for.
        generator: The trained generator, in evaluation mode.
    """

    node: str
    config: HeadConfig
    generator: ImageGenerator

    @property
    def image(self) -> Image:
        """The shape of its images."""
        return self.generator.image

    @property
    def coding(self) -> LabelCoding:
        """The labels that it reads."""
        return self.generator.coding

    @property
    def domain(self) -> Image:
        """See `Mechanism.domain`."""
        return self.generator.image

    @property
    def parents(self) -> tuple[str, ...]:
        """The image's declared parents."""
        return self.coding.names

    @property
    def width(self) -> int:
        """The numbers that its noise is made of."""
        return self.generator.noise_size

    def sample(self, world: World, noise: Noise) -> Column:
        """Images (B, C, H, W) in [-1, 1] for noise (B, Z) from `draw_noise`."""
        kind = np.float64 if self.coding.real else np.int64
        labels = np.zeros((len(noise), len(self.parents)), kind)
        for rank, parent in enumerate(self.parents):
            labels[:, rank] = world[parent]
        drawn = self.generator.render(torch.from_numpy(labels), torch.as_tensor(noise))
        found: Column = drawn.cpu().numpy()
        return found

    def log_prob(self, value: Column, world: World) -> Column:
        """A generator draws images and tells no density: always ValueError."""
        raise ValueError(f"the generator of `{self.node}` tells no probabilities")

    def abduct(self, value: Column, world: World, uniform: Noise) -> Noise:
        """The noise behind an image cannot be had: always ValueError."""
        raise ValueError(f"the noise behind an image of `{self.node}` cannot be had")

    def table(self) -> None:
        """There is none."""

    def columns(self, noise: Noise) -> Noise:
        """The noise (B, Z) as it is."""
        return noise

    def draw_noise(self, rows: int, *, generator: torch.Generator | None = None) -> Tensor:
        """The image's own exogenous noise (rows, Z)."""
        return self.generator.draw_noise(rows, generator=generator)

    def render(self, labels: Tensor, noise: Tensor) -> Tensor:
        """Images (B, C, H, W) in [-1, 1] of all of the graph's labels (B, V) and noise (B, Z)."""
        return self.generator.render(self.coding.select(labels), noise)


def image_domain(graph: Graph, node: str) -> Image:
    """The shape of an image node.

    Raises:
        ValueError: If the graph has no such image.
    """
    found = {image.name: image.domain for image in graph.images}
    if node not in found:
        raise ValueError(f"`{node}` is no image of {graph.name}")
    domain = found[node]
    assert isinstance(domain, Image)
    return domain


def write_head(folder: Path, graph: Graph, config: HeadConfig, generator: ImageGenerator) -> None:
    """Keep a trained generator, with the graph's hash and what the head is.

    Raises:
        ScmError: E657 with exit code 2 if the file cannot be written.
    """
    facts = {"graph": graph.hash, **config.model_dump(mode="json")}
    write_tensors(folder / files_of(graph, config.image).weights, generator.state_dict(), facts)


def read_head(folder: Path, graph: Graph, config: HeadConfig) -> TrainedHead:
    """A trained head.

    Raises:
        ScmError: E653 if the file holds no weights of this head; E654 if they belong to another
            graph; E661 if the package that brought the head is no longer installed.
    """
    file = open_tensors(folder / files_of(graph, config.image).weights)
    refuse_foreign(file, graph)
    if file.facts != {"graph": graph.hash, **config.model_dump(mode="json")}:
        raise unusable(file.path, "it is not of the head that was asked for")
    with torch.device("meta"):
        outline = _untrained(graph, config)
    file.require((name, form(tensor)) for name, tensor in outline.state_dict().items())
    generator = _untrained(graph, config)
    generator.load_state_dict(dict(finite(file.path, file.load("pt"))))
    return TrainedHead(config.image, config, generator.requires_grad_(False).eval())


def count_numbers(graph: Graph, config: HeadConfig) -> int:
    """How many weights the generator of a head has."""
    with torch.device("meta"):
        return sum(weight.numel() for weight in _untrained(graph, config).parameters())


def _untrained(graph: Graph, config: HeadConfig) -> ImageGenerator:
    spec, image = installed().find(config.head), image_domain(graph, config.image)
    coding = LabelCoding.of(graph, config.image, config.scales)
    spec.check(config.image, image, len(coding.names))
    return spec.generator(image, coding, spec.stored_options(config.options))


def form(tensor: Tensor) -> Form:
    """A tensor's type, as a file names it, and its shape."""
    kind = "F" if tensor.is_floating_point() else "I"
    return f"{kind}{tensor.dtype.itemsize * 8}", tuple(tensor.shape)
