"""What is seen on the skin: years, cheeks, nose and earrings."""

import torch
from torch import Tensor

from scm_compiler.runtime.data.drawn_faces.canvas import Canvas
from scm_compiler.runtime.data.drawn_faces.eyes import HEIGHT as EYES
from scm_compiler.runtime.data.drawn_faces.eyes import eye_place
from scm_compiler.runtime.data.drawn_faces.palette import Colours
from scm_compiler.runtime.data.drawn_faces.person import Nuisance, Traits, between
from scm_compiler.runtime.data.drawn_faces.shapes import band, cover, ellipse, fade, stroke

NOSE = 0.19


def draw_age(canvas: Canvas, traits: Traits, nuisance: Nuisance, colours: Colours) -> None:
    """Draw what years leave: forehead lines, bags under the eyes, folds at the mouth."""
    old = 1 - traits.young
    w = canvas.window((-0.50, -0.46, 0.50, 0.62))
    aside = w.f.abs()
    from_eye = (aside - eye_place(nuisance)).mul_(1 / 0.15)
    dip = (1 - from_eye.square()).clamp_(min=0)
    bags = band(w.g, EYES + 0.118 + dip * 0.015, EYES + 0.118 + dip * 0.058, w.sharpness)
    # From beside the nose outwards, and in again beside the mouth.
    down = w.g - 0.40
    fold_at = 0.315 - down.square() * 1.9
    reach = fade(w.g, 0.14, 0.24).mul_(fade(w.g, 0.60, 0.50))
    folds = stroke(aside - fold_at, 0.017, w.sharpness).mul_(reach)
    mark = torch.maximum(bags, folds)
    brow = w.f.square().mul_(0.25)
    across = fade(aside, 0.34, 0.24)
    for height in (-0.42, -0.345):
        line = stroke(w.g - brow - height, 0.012, w.sharpness).mul_(across)
        mark = torch.maximum(mark, line)
    w.paint(colours.wrinkle, mark.mul_(0.62 * old))


def draw_cheeks(canvas: Canvas, traits: Traits, nuisance: Nuisance, colours: Colours) -> None:
    """Redden the cheeks; a smile lifts and fills them."""
    w = canvas.window((-0.56, 0.0, 0.56, 0.48))
    aside = w.f.abs()
    spot = ellipse(aside - 0.36, w.g - (0.24 - 0.03 * traits.smiling), 0.15, 0.125)
    strength = between(0.08, 0.30, nuisance.blush) + 0.22 * traits.smiling
    w.paint(colours.blush, fade(spot, 0.05, -0.11).mul_(strength))
    apple = fade(ellipse(aside - 0.33, w.g - 0.175, 0.13, 0.09), 0.02, -0.08)
    w.paint(colours.skin_light, apple.mul_(0.55 * traits.smiling))


def draw_nose(canvas: Canvas, traits: Traits, nuisance: Nuisance, colours: Colours) -> None:
    """Draw the nose: a shadow at one side, another beneath the tip, a touch of light."""
    n = nuisance
    w = canvas.window((-0.20, -0.10, 0.20, 0.32))
    width = between(0.080, 0.115, n.nose_width) + 0.018 * traits.male
    tip = NOSE + between(-0.03, 0.03, n.nose_length)
    t = w.f / width
    under = (1 - t.square()).clamp_(min=0)
    shadow = band(w.g, tip + under * 0.010, tip + under * 0.062, w.sharpness)
    w.paint(colours.wrinkle, shadow.mul_(0.75))
    toward = torch.where(n.light_angle < 0.5, 1.0, -1.0)
    bridge = stroke(w.f + toward * (width * 0.62), 0.022, w.sharpness)
    bridge.mul_(fade(w.g, -0.06, 0.10)).mul_(fade(w.g, tip + 0.02, tip - 0.04))
    w.paint(colours.shadow, bridge.mul_(0.6))
    light = fade(ellipse(w.f - toward * 0.02, w.g - (tip - 0.03), 0.05, 0.04), 0.01, -0.035)
    w.paint(colours.skin_light, light.mul_(0.7))


def draw_earrings(canvas: Canvas, traits: Traits, colours: Colours, width: Tensor) -> None:
    """Hang an earring at each ear of a woman."""
    w = canvas.window((-0.76, 0.12, 0.76, 0.40))
    bead = ellipse(w.u.abs() - (width + 0.035), w.v - 0.25, 0.055, 0.075)
    w.paint(colours.metal * 0.6, cover(bead, w.sharpness).mul_(1 - traits.male))
    w.paint(colours.metal, cover(bead + 0.018, w.sharpness).mul_(1 - traits.male))
