"""What is drawn: nine labels and the continuous nuisance that they leave open."""

from dataclasses import dataclass, fields

import torch
from torch import Tensor


@dataclass(frozen=True)
class Traits:
    """The labels as numbers 0.0 or 1.0, one tensor (B,) each, in the order of `LABELS`."""

    young: Tensor
    male: Tensor
    eyeglasses: Tensor
    bald: Tensor
    mustache: Tensor
    smiling: Tensor
    lipstick: Tensor
    mouth_open: Tensor
    narrow_eyes: Tensor


@dataclass(frozen=True)
class Nuisance:
    """What the labels leave open: one tensor (B,) in [0, 1) each, independent and uniform.

    The order of the fields is the order of the columns of a nuisance tensor (B, K).
    """

    skin_tone: Tensor  # from pale to dark
    skin_warmth: Tensor  # from rosy to golden
    hair_colour: Tensor  # black, brown, auburn, ginger, blond; age blends it with grey
    hair_volume: Tensor
    hair_part: Tensor  # where the hair divides, from left to right
    hair_fringe: Tensor  # how far the hair comes down the forehead
    hair_length: Tensor  # within the range of the label Male
    hair_wave: Tensor
    backdrop_hue: Tensor
    backdrop_tone: Tensor  # from dark to light
    backdrop_angle: Tensor  # direction of the gradient
    clothes_hue: Tensor
    clothes_tone: Tensor
    shift_x: Tensor
    shift_y: Tensor
    tilt: Tensor  # rotation in the plane of the image
    zoom: Tensor
    yaw: Tensor  # head turned left or right
    pitch: Tensor  # head lowered or raised
    light_angle: Tensor
    light_strength: Tensor
    face_width: Tensor
    face_length: Tensor
    eye_spacing: Tensor
    eye_size: Tensor
    eye_colour: Tensor
    gaze: Tensor
    brow_angle: Tensor
    brow_height: Tensor
    nose_width: Tensor
    nose_length: Tensor
    mouth_width: Tensor
    mouth_height: Tensor
    lip_fullness: Tensor
    blush: Tensor
    accent_hue: Tensor  # shade of the lipstick, metal of the earrings
    glasses_shape: Tensor  # from round to square
    glasses_colour: Tensor


LABELS = (
    "Young",
    "Male",
    "Eyeglasses",
    "Bald",
    "Mustache",
    "Smiling",
    "Wearing_Lipstick",
    "Mouth_Slightly_Open",
    "Narrow_Eyes",
)
NUISANCE = tuple(field.name for field in fields(Nuisance))


def sample_nuisance(batch: int, generator: torch.Generator | None = None) -> Tensor:
    """Draw the nuisance of `batch` faces, (B, K), uniform in [0, 1), columns as in `NUISANCE`.

    Example:
        >>> generator = torch.Generator().manual_seed(1)
        >>> sample_nuisance(5, generator).shape == (5, len(NUISANCE))
        True
    """
    return torch.rand(batch, len(NUISANCE), generator=generator)


def between(low: float, high: float, share: Tensor) -> Tensor:
    """The number that lies the given share of the way from `low` to `high`."""
    return low + (high - low) * share
