"""Colours of a face: red, green and blue in [0, 1], one column for each image, (3, B)."""

import math
from dataclasses import dataclass

import torch
from torch import Tensor

from scm_compiler.runtime.data.drawn_faces.person import Nuisance, Traits, between

SKIN = (
    (0.99, 0.86, 0.77),
    (0.97, 0.79, 0.66),
    (0.90, 0.69, 0.53),
    (0.77, 0.55, 0.39),
    (0.62, 0.42, 0.29),
    (0.48, 0.31, 0.22),
)
HAIR = (
    (0.10, 0.08, 0.09),
    (0.22, 0.14, 0.10),
    (0.38, 0.23, 0.14),
    (0.52, 0.25, 0.13),
    (0.78, 0.42, 0.17),
    (0.91, 0.74, 0.42),
)
IRIS = (
    (0.20, 0.11, 0.07),
    (0.34, 0.20, 0.10),
    (0.30, 0.42, 0.22),
    (0.22, 0.46, 0.66),
    (0.38, 0.50, 0.56),
)
LIPSTICK = ((0.86, 0.10, 0.10), (0.82, 0.04, 0.22), (0.86, 0.12, 0.42), (0.66, 0.03, 0.24))
FRAMES = ((0.07, 0.07, 0.09), (0.26, 0.12, 0.06), (0.08, 0.12, 0.32), (0.34, 0.05, 0.12))
METAL = ((0.97, 0.78, 0.25), (0.93, 0.93, 0.97), (0.25, 0.78, 0.80))


@dataclass(frozen=True)
class Colours:
    """The colours of every part, (3, B) each."""

    skin: Tensor
    skin_light: Tensor
    shadow: Tensor
    wrinkle: Tensor
    stubble: Tensor
    blush: Tensor
    lips: Tensor
    lips_light: Tensor
    hair: Tensor
    hair_shadow: Tensor
    hair_light: Tensor
    brow: Tensor
    mustache: Tensor
    iris: Tensor
    frame: Tensor
    metal: Tensor
    clothes: Tensor
    clothes_shadow: Tensor
    backdrop: Tensor
    backdrop_far: Tensor


def fixed(*rgb: float) -> Tensor:
    """One colour for all images, (3, 1)."""
    return torch.tensor(rgb)[:, None]


WHITE = fixed(0.99, 0.98, 0.97)
BLACK = fixed(0.06, 0.04, 0.05)
MOUTH = fixed(0.20, 0.04, 0.06)
GLASS = fixed(0.86, 0.93, 1.0)


def ramp(colours: tuple[tuple[float, float, float], ...], share: Tensor) -> Tensor:
    """Colour at a share in [0, 1) of the way through a list of colours, (3, B).

    Example:
        >>> ramp(((0.0, 0.0, 0.0), (1.0, 0.5, 0.0)), torch.tensor([0.5])).flatten()
        tensor([0.5000, 0.2500, 0.0000])
    """
    stops = torch.tensor(colours).T
    place = share * (len(colours) - 1)
    low = place.floor().long().clamp_(0, len(colours) - 2)
    return torch.lerp(stops[:, low], stops[:, low + 1], place - low)


def wheel(hue: Tensor) -> Tensor:
    """Fully saturated colour of a hue in turns, (3, B)."""
    phases = torch.tensor((0.0, -1 / 3, -2 / 3))[:, None]
    return torch.cos((hue + phases) * math.tau).mul_(0.5).add_(0.5)


def choose(traits: Traits, nuisance: Nuisance) -> Colours:
    """Mix the colours of a batch of faces."""
    n, old = nuisance, 1 - traits.young
    skin = ramp(SKIN, n.skin_tone)
    skin = skin + (n.skin_warmth - 0.5) * fixed(0.0, 0.035, -0.05)
    natural = ramp(HAIR, n.hair_colour)
    # Age takes the colour, not all of the difference between dark and fair hair.
    grey = fixed(0.72, 0.73, 0.76) + 0.16 * (natural.mean(0) - 0.35)
    hair = torch.lerp(natural, grey, 0.92 * old)
    pale_lips = skin * fixed(0.83, 0.62, 0.60)
    lips = torch.lerp(pale_lips, ramp(LIPSTICK, n.accent_hue), traits.lipstick)
    clothes = wheel(n.clothes_hue) * 0.5 + 0.25
    clothes = torch.lerp(clothes * 0.45, clothes * 0.6 + 0.4, n.clothes_tone)
    backdrop = wheel(n.backdrop_hue) * 0.34 + 0.5
    backdrop = backdrop * between(0.55, 1.15, n.backdrop_tone)
    return Colours(
        skin=skin,
        skin_light=skin * 0.7 + 0.3,
        shadow=skin * fixed(0.80, 0.70, 0.68),
        wrinkle=skin * fixed(0.60, 0.50, 0.48),
        stubble=skin * fixed(0.52, 0.54, 0.58),
        blush=skin * fixed(1.0, 0.68, 0.64) + fixed(0.04, 0.01, 0.01),
        lips=lips,
        lips_light=lips * 0.6 + 0.4,
        hair=hair,
        hair_shadow=hair * fixed(0.70, 0.68, 0.70),
        hair_light=torch.lerp(hair, fixed(1.0, 0.95, 0.88), torch.tensor(0.30)),
        brow=torch.lerp(natural * fixed(0.60, 0.50, 0.48), grey * 0.95, 0.9 * old),
        # Always dark enough to stand out from any skin, in the old with less colour.
        mustache=torch.lerp(natural * fixed(0.42, 0.32, 0.28), fixed(0.22, 0.22, 0.24), 0.6 * old),
        iris=ramp(IRIS, n.eye_colour),
        frame=ramp(FRAMES, n.glasses_colour),
        metal=ramp(METAL, n.accent_hue),
        clothes=clothes,
        clothes_shadow=clothes * 0.72,
        backdrop=backdrop,
        backdrop_far=backdrop * 0.72 + 0.10 * wheel(n.backdrop_hue + 0.12),
    )
