"""Photos as they are, and as they would have been: what is known of them, and how it is shown."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from PIL import Image as Pillow
from torch import Tensor

from scm_compiler.notebook import picture
from scm_compiler.runtime.sampling.grid import PictureRow, figure, png
from scm_compiler.runtime.sampling.mixed import MixedSample
from scm_compiler.runtime.sampling.sample import Sample

HEADINGS = ("photo", "rebuilt", "imagined", "difference")

WIDE = 96
"""The least width of an image in the figure, whose heading is to fit above it."""


@dataclass(frozen=True, eq=False)
class Photos:
    """Images to ask about.

    Attributes:
        names: What to call each.
        images: (B, C, H, W) in [-1, 1].
    """

    names: tuple[str, ...]
    images: Tensor


@dataclass(frozen=True, eq=False)
class Known:
    """What is known of one label of photos.

    Attributes:
        name: The label.
        values: The value index (B,) that was taken, or the number.
        chances: How probable the photo makes it (B,); 1 where it was given, NaN of a number.
        given: Whether it was given.
    """

    name: str
    values: NDArray[Any]
    chances: NDArray[np.float64]
    given: bool

    def sure(self, place: int) -> str:
        """How sure it is, in a word or a number."""
        if self.given:
            return "given"
        chance = self.chances[place]
        return "as read" if np.isnan(chance) else f"{chance:.2f}"


@dataclass(frozen=True, eq=False)
class ImaginedPhotos:
    """Photos as they are, and as they would have been.

    Attributes:
        photos: The images, as the head sees them.
        rebuilt: The head's own drawing of their noise, (B, C, H, W).
        factual: Their labels.
        counterfactual: What these would have been, with the images.
        labels: How each label of the image was found.
        do: What would have been held, as it is written.
        noise_model: As of `Imagined`.
        edited: Whether an editor changed the photos, which needs no noise.
    """

    photos: Photos
    rebuilt: Tensor
    factual: Sample | MixedSample
    counterfactual: Sample | MixedSample
    labels: tuple[Known, ...]
    do: str
    noise_model: str | None
    edited: bool = False

    @property
    def images(self) -> Tensor:
        """The counterfactual images (B, C, H, W) in [-1, 1]."""
        return next(iter(self.counterfactual.pictures.values()))

    @cached_property
    def composition(self) -> NDArray[np.float64]:
        """The mean error (B,) of the rebuilt photos, as a share of the pixels' range."""
        error = (self.photos.images - self.rebuilt).abs().mean((1, 2, 3)) / 2
        return error.double().numpy()

    @property
    def changed(self) -> NDArray[np.bool_]:
        """Which labels of which photos would have been others, shape (B, V)."""
        return np.not_equal(self.factual.rows, self.counterfactual.rows)

    def figure(self) -> Pillow.Image:
        """Each photo, as it is rebuilt, as it would have been, and the difference, in a row."""
        difference = (self.images - self.photos.images).abs() - 1
        four = torch.stack([self.photos.images, self.rebuilt, self.images, difference], 1)
        times = -(-WIDE // four.shape[-1])
        large = four.repeat_interleave(times, 3).repeat_interleave(times, 4)
        rows = zip(self._captions, large, strict=True)
        return figure([PictureRow(*row) for row in rows], headings=HEADINGS)

    @property
    def _captions(self) -> list[str]:
        return [
            f"{name}, had {self.do}; rebuilt to {error:.3f}"
            for name, error in zip(self.photos.names, self.composition, strict=True)
        ]

    def told(self, place: int) -> str:
        """The labels of one photo and how probable each is: `Male=1 (0.98), Bald=0 (given)`."""
        names = {known.name: self.factual.values(known.name)[place] for known in self.labels}
        return ", ".join(
            f"{known.name}={_shown(names[known.name])} ({known.sure(place)})"
            for known in self.labels
        )

    def to_dict(self) -> dict[str, Any]:
        """The labels of both worlds, with how they were found and the composition error."""
        return {
            "do": self.do,
            "photos": list(self.photos.names),
            "edited": self.edited,
            "composition": [round(float(error), 6) for error in self.composition],
            "chances": {
                it.name: [None if np.isnan(chance) else round(chance, 6) for chance in it.chances]
                for it in self.labels
            },
            "given": [it.name for it in self.labels if it.given],
            "noise_model": self.noise_model,
            "factual": self.factual.to_dict(),
            "counterfactual": self.counterfactual.to_dict(),
        }

    def __repr__(self) -> str:
        count = len(self.photos.names)
        told = [f"{name}: {self.told(at)}" for at, name in enumerate(self.photos.names[:5])]
        return "\n".join([f"{count:,} photos had {self.do}", self.fidelity, *told])

    @property
    def fidelity(self) -> str:
        """How much of the photos the head can draw, in words."""
        if self.edited:
            return "changed by an editor: a photo is kept but for what its labels change"
        return f"composition error {self.composition.mean():.3f} of the pixels' range"

    def _repr_html_(self) -> str:
        return picture(png(self.figure()))


def _shown(value: str | float) -> str:
    return value if isinstance(value, str) else f"{value:.4g}"
