"""Mouth and mustache."""

from dataclasses import dataclass

from torch import Tensor

from scm_compiler.runtime.data.drawn_faces.canvas import Canvas, Window
from scm_compiler.runtime.data.drawn_faces.palette import MOUTH, WHITE, Colours
from scm_compiler.runtime.data.drawn_faces.person import Nuisance, Traits, between
from scm_compiler.runtime.data.drawn_faces.shapes import band, cover, ellipse, fade

HEIGHT = 0.435


@dataclass(frozen=True)
class Mouth:
    """The line between the lips in a window: two curves, apart where the mouth is open."""

    half: Tensor  # half its width, (B,)
    corner: Tensor  # height of its corners, (B,)
    share: Tensor  # -1 at the left corner, 1 at the right, (H, W, B)
    bow: Tensor  # 1 in the middle, falling to 0 at the corners
    opening: Tensor  # distance between the lips
    upper: Tensor  # height of the upper lip's lower edge
    lower: Tensor  # height of the lower lip's upper edge


def shape_mouth(window: Window, traits: Traits, nuisance: Nuisance) -> Mouth:
    """Work out the line: a smile widens it and lifts its corners, an open mouth parts it."""
    smile, gape = traits.smiling, traits.mouth_open
    half = between(0.175, 0.20, nuisance.mouth_width) + 0.115 * smile - 0.015 * gape
    share = window.f / half
    arch = (1 - share.square()).clamp_(min=0)
    corner = HEIGHT + between(-0.012, 0.012, nuisance.mouth_height) - 0.105 * smile
    curve = arch * (0.160 * smile - 0.010) + (corner + 0.008)
    opening = arch * (gape * (0.075 + 0.02 * smile))
    return Mouth(
        half=half,
        corner=corner,
        share=share,
        bow=arch.sqrt_(),
        opening=opening,
        upper=curve - opening * 0.85,
        lower=curve + opening * 1.15,
    )


def draw_mouth(canvas: Canvas, traits: Traits, nuisance: Nuisance, colours: Colours) -> None:
    """Draw the lips, what is between them, and the dimples of a smile."""
    w = canvas.window((-0.40, 0.24, 0.40, 0.68))
    mouth = shape_mouth(w, traits, nuisance)
    fullness = between(0.92, 1.1, nuisance.lip_fullness) * (1 + 0.16 * traits.lipstick)
    draw_lips(w, mouth, fullness, colours)
    between_lips = band(w.g, mouth.upper - 0.009, mouth.lower + 0.009, w.sharpness)
    w.paint(MOUTH, between_lips.mul_(cover((mouth.share.abs() - 1) * mouth.half, w.sharpness)))
    teeth = band(w.g, mouth.upper + 0.006, mouth.upper + mouth.opening * 1.05, w.sharpness)
    w.paint(WHITE, teeth.mul_(traits.mouth_open))
    from_corner = ellipse(w.f.abs() - mouth.half, w.g - mouth.corner, 0.026, 0.034)
    w.paint(colours.wrinkle, cover(from_corner, w.sharpness).mul_(0.9 * traits.smiling))


def draw_lips(window: Window, mouth: Mouth, fullness: Tensor, colours: Colours) -> None:
    """Draw both lips, the light on the lower one and the shadow beneath it."""
    w = window
    beneath = ellipse(w.f, w.g - (HEIGHT + 0.165), 0.13, 0.035)
    w.paint(colours.shadow, fade(beneath, 0.02, -0.03).mul_(0.7))
    dent = (1 - (mouth.share * 3.5).square_()).clamp_(min=0).mul_(0.012)
    top = mouth.upper - mouth.bow * (0.052 * fullness) + dent
    bottom = mouth.lower + mouth.bow * (0.074 * fullness)
    w.paint(colours.lips, band(w.g, top, bottom, w.sharpness))
    light = band(
        w.g, mouth.lower + mouth.bow * 0.028, mouth.lower + mouth.bow * 0.045, w.sharpness
    )
    w.paint(colours.lips_light, light.mul_(fade(mouth.share.abs(), 0.55, 0.1)).mul_(0.5))


def draw_mustache(canvas: Canvas, traits: Traits, colours: Colours) -> None:
    """Draw a dark mustache between nose and upper lip."""
    w = canvas.window((-0.36, 0.16, 0.36, 0.50))
    half = 0.265
    t = w.f.abs() / half
    arch = (1 - t.square()).clamp_(min=0)
    top = 0.335 + t * 0.03 - arch.sqrt() * 0.075 + (1 - t * 4).clamp_(min=0) * 0.02
    bottom = 0.345 + arch * 0.045 + t * 0.035
    hair = band(w.g, top, bottom, w.sharpness).mul_(cover((t - 1) * half, w.sharpness))
    w.paint(colours.mustache, hair.mul_(traits.mustache))
