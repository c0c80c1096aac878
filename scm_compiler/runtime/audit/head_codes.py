"""A run's head as a generator: the noise of its labels and of its image, made standard normal.

`graph`: the code holds the noise of the label model and of the image, so that the labels hold
together as the graph says. `random`: it holds a number for each label, whose sign or quantile is
its value, so that labels are even and independent, and what moves with them is the bare head's
doing.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from math import sqrt
from typing import Literal

import torch
from torch import Tensor

from scm_compiler.model.module import CausalModule, Held
from scm_compiler.runtime.audit.generator import Generator
from scm_compiler.runtime.heads.head import ImageGenerator

Labels = Literal["graph", "random"]
LABELS: tuple[Labels, ...] = ("graph", "random")

_AT_ONCE, _TRIES = 64, 40
_BELOW_ONE = 1 - 2.0**-24


@dataclass(frozen=True, eq=False)
class HeadCodes:
    """What a code of a run's head stands for.

    Attributes:
        head: The image's generator, in evaluation mode.
        module: The label model; None where labels are drawn at random.
    """

    head: ImageGenerator
    module: CausalModule | None

    @property
    def own(self) -> int:
        """How many numbers of a code belong to the labels."""
        if self.module is None:
            return len(self.head.coding.names)
        return int(self.module.layout.noise_size)

    @property
    def latent(self) -> int:
        """D, the size of a code."""
        return self.own + self.head.noise_size

    @torch.no_grad()
    def labels(self, codes: Tensor, do: Mapping[str, Held] | None = None) -> Tensor:
        """The image's labels (n, P) of codes (n, D), some of them held."""
        uniform = _uniform(codes[:, : self.own])
        if self.module is not None:
            noise = self.module.noise_of(uniform.to(self.module.dtype))
            return self.head.coding.select(self.module(noise, do))
        sizes = torch.tensor(self.head.coding.sizes)
        found = (uniform * sizes).long()
        for name, value in (do or {}).items():
            found[:, self.head.coding.names.index(name)] = value
        return found

    def images(self, codes: Tensor, do: Mapping[str, Held] | None = None) -> Tensor:
        """The images (n, C, H, W) of codes (n, D), some labels held."""
        return self.head.render(self.labels(codes, do), self.noise(codes[:, self.own :]).float())

    def noise(self, normal: Tensor) -> Tensor:
        """The image's noise (n, Z) for which standard normal numbers stand."""
        if self.head.noise == "normal":
            return normal
        return torch.erf(normal / sqrt(2))

    @property
    def reads_all(self) -> bool:
        """Whether the image reads every label, so that its labels tell of all noise."""
        return self.module is None or len(self.head.coding.names) == len(self.module.layout.labels)

    @torch.no_grad()
    def abducted(self, labels: Tensor, dice: torch.Generator) -> Tensor:
        """The labels' part (n, own) of codes that explain labels (n, P), drawn by rejection.

        Where nothing in some thousand draws explains a label, the last one is left.
        """
        codes = torch.randn(len(labels), self.own, generator=dice)
        names = self.head.coding.names
        for rank, name in enumerate(names):
            held = {n: labels[:, r] for r, n in enumerate(names) if n != name}
            self._explain(codes, rank, held, labels[:, rank], dice)
        return codes

    def _explain(
        self,
        codes: Tensor,
        rank: int,
        held: Mapping[str, Tensor],
        wanted: Tensor,
        dice: torch.Generator,
    ) -> None:
        """Draw one label's noise, in place, until the label is what is wanted."""
        column = self.head.coding.columns[rank]
        reads = [rank] if self.module is None else list(self.module.reads()[column].noise)
        left = torch.arange(len(codes))
        for _ in range(_TRIES):
            tried = codes[left].repeat_interleave(_AT_ONCE, dim=0)
            tried[:, reads] = torch.randn(len(tried), len(reads), generator=dice)
            do = {n: values[left].repeat_interleave(_AT_ONCE) for n, values in held.items()}
            found = self.labels(tried, do)[:, rank].view(-1, _AT_ONCE) == wanted[left, None]
            first = torch.arange(len(left)) * _AT_ONCE + found.int().argmax(1)
            codes[left] = tried[first]
            left = left[~found.any(1)]
            if not len(left):
                return

    def generator(self, name: str) -> Generator:
        """The head as any other generator."""
        image = self.head.image
        shape = image.channels, image.height, image.width
        return Generator(name, self.latent, shape, self.images)


def _uniform(normal: Tensor) -> Tensor:
    """The uniform numbers in [0, 1) at whose quantiles standard normal ones lie."""
    found: Tensor = ((1 + torch.erf(normal.double() / sqrt(2))) / 2).float().clamp(0, _BELOW_ONE)
    return found
