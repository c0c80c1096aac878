"""How realism grew while a head was trained: the distance of each preview from real images."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from PIL import Image as Picture
from torch import Tensor

from scm_compiler.ir import Image
from scm_compiler.runtime.evaluation.estimate import Array, Estimate
from scm_compiler.runtime.evaluation.features import Features
from scm_compiler.runtime.evaluation.realism import kid
from scm_compiler.runtime.runs.head_files import SIDE, HeadFiles
from scm_compiler.runtime.sampling.grid import cut_grid


@dataclass(frozen=True)
class Moment:
    """How real the images of one preview look.

    Attributes:
        step: The step that it was drawn after.
        kid: Its KID, of few images: 64.
    """

    step: int
    kid: Estimate


def read_previews(folder: Path, files: HeadFiles, image: Image) -> Iterator[tuple[int, Tensor]]:
    """The steps of a run's previews and their images (64, C, H, W) in uint8, in order.

    A picture that cannot be read is passed over: previews are no part of what a run answers for.
    """
    size = image.height, image.width
    for path in sorted((folder / files.preview(0)).parent.glob(f"{files.stem}-*.png")):
        step = path.stem.removeprefix(f"{files.stem}-")
        if not step.isdecimal():
            continue
        try:
            with Picture.open(path) as picture:
                shown = cut_grid(picture, SIDE * SIDE, size)
        except (OSError, ValueError, RuntimeError, Picture.DecompressionBombError):
            continue
        yield int(step), shown[:, : image.channels]


def course(
    previews: Iterator[tuple[int, Tensor]], features: Features, reference: Array
) -> tuple[Moment, ...]:
    """The KID of each preview against the features (n, F) of held-out real images."""
    return tuple(Moment(step, kid(reference, features(shown))) for step, shown in previews)
