"""Eyes, brows and glasses. Both sides at once: the face is folded along its middle."""

from dataclasses import dataclass

import torch
from torch import Tensor

from scm_compiler.runtime.data.drawn_faces.canvas import Canvas, Window
from scm_compiler.runtime.data.drawn_faces.palette import BLACK, GLASS, WHITE, Colours
from scm_compiler.runtime.data.drawn_faces.person import Nuisance, Traits, between
from scm_compiler.runtime.data.drawn_faces.shapes import (
    band,
    cover,
    ellipse,
    fade,
    squircle,
    stroke,
)

HEIGHT = -0.03


@dataclass(frozen=True)
class Eye:
    """The opening of both eyes in a window."""

    half: Tensor  # half its width, (B,)
    aside: Tensor  # outwards from its middle, (H, W, B)
    share: Tensor  # the same, -1 at the inner and 1 at the outer corner
    arch: Tensor  # 1 above the middle, falling to 0 at the corners
    top: Tensor  # height of the upper lid's edge
    bottom: Tensor  # height of the lower lid's edge


def eye_place(nuisance: Nuisance) -> Tensor:
    """Distance of an eye's middle from the middle of the face, (B,)."""
    return between(0.235, 0.275, nuisance.eye_spacing)


def open_eyes(window: Window, traits: Traits, nuisance: Nuisance) -> Eye:
    """Work out the opening; narrow eyes open a quarter as far."""
    half = between(0.135, 0.155, nuisance.eye_size)
    opening = between(0.9, 1.1, nuisance.eye_size) * (1 - 0.76 * traits.narrow_eyes)
    aside = window.f.abs() - eye_place(nuisance)
    share = aside / half
    arch = (1 - share.square()).clamp_(min=0)
    middle = HEIGHT - share * 0.008
    return Eye(
        half=half,
        aside=aside,
        share=share,
        arch=arch,
        top=middle - arch * (0.108 * opening),
        bottom=middle + arch * (0.082 * opening),
    )


def draw_eyes(canvas: Canvas, traits: Traits, nuisance: Nuisance, colours: Colours) -> None:
    """Draw the eyes: socket, white, iris, pupil, glint and lid."""
    w = canvas.window((-0.54, -0.26, 0.54, 0.16))
    eye = open_eyes(w, traits, nuisance)
    socket = fade(ellipse(eye.aside, w.g - HEIGHT + 0.03, 0.20, 0.15), 0.03, -0.10)
    w.paint(colours.shadow, socket.mul_(0.45))
    white = band(w.g, eye.top, eye.bottom, w.sharpness)
    w.paint(WHITE, white)
    # Both eyes look the same way, so on the left of the fold the other way round.
    outwards = w.f.sign()
    across = eye.aside - outwards * between(-0.035, 0.035, nuisance.gaze)
    down = w.g - (HEIGHT - 0.008)
    radius = across.square().add_(down.square()).sqrt_()
    w.paint(colours.iris, cover(radius - 0.082, w.sharpness).mul_(white))
    w.paint(BLACK, cover(radius - 0.042, w.sharpness).mul_(white))
    glint = ellipse(eye.aside - outwards * 0.03, down + 0.035, 0.026, 0.026)
    w.paint(WHITE, cover(glint, w.sharpness).mul_(white))
    draw_lids(w, eye, 1 - traits.male)


def draw_lids(window: Window, eye: Eye, woman: Tensor) -> None:
    """Draw the edge of the upper lid; a woman's ends in lashes beyond the outer corner."""
    w = window
    thick = 0.012 + 0.026 * woman
    lid = band(w.g, eye.top - eye.arch.sqrt() * thick - 0.008, eye.top + 0.012, w.sharpness)
    lid.mul_(cover((eye.share.abs() - 1.02) * eye.half, w.sharpness))
    line = HEIGHT - (eye.share - 0.75).clamp_(min=0).mul_(0.10)
    taper = (1.52 - eye.share).clamp_(0, 0.5).mul_(0.075)
    wing = band(w.g, line - taper, line + taper * 0.3, w.sharpness)
    wing.mul_(cover((0.75 - eye.share) * eye.half, w.sharpness)).mul_(woman)
    w.paint(BLACK, torch.maximum(lid, wing).mul_(0.92))


def draw_brows(canvas: Canvas, traits: Traits, nuisance: Nuisance, colours: Colours) -> None:
    """Draw the brows: a man's thick and straight, a woman's thin and arched."""
    n, male = nuisance, traits.male
    w = canvas.window((-0.50, -0.40, 0.50, -0.10))
    t = (w.f.abs() - eye_place(n) - 0.01).mul_(1 / (0.165 + 0.015 * male))
    arch = (1 - t.square()).clamp_(min=0)
    middle = HEIGHT - 0.185 - between(0.0, 0.05, n.brow_height) + 0.025 * male
    slope = between(-0.025, 0.02, n.brow_angle)
    line = t * slope + (middle - arch * (0.055 - 0.035 * male))
    half = arch.sqrt_().mul_(0.017 + 0.023 * male)
    w.paint(colours.brow, band(w.g, line - half, line + half, w.sharpness))


def draw_glasses(canvas: Canvas, traits: Traits, nuisance: Nuisance, colours: Colours) -> None:
    """Draw a pair of glasses: tinted lenses with a glare, frames, bridge and temples."""
    n, worn = nuisance, traits.eyeglasses
    w = canvas.window((-0.62, -0.28, 0.62, 0.26))
    aside = w.f.abs()
    from_lens = aside - (eye_place(n) + 0.005)
    down = w.g - (HEIGHT + 0.015)
    radius = squircle(from_lens / 0.215, down / 0.185, between(0.0, 0.85, n.glasses_shape))
    lens = radius.sqrt_().sub_(1).mul_(0.19)
    glass = cover(lens, w.sharpness)
    w.paint(GLASS, (glass * worn).mul_(0.16))
    glare = band(
        from_lens.mul_(0.8).add_(down * 0.6),
        torch.tensor(-0.075),
        torch.tensor(-0.035),
        w.sharpness,
    )
    w.paint(WHITE, (glare * glass).mul_(0.40 * worn))
    frame = stroke(lens, 0.024, w.sharpness)
    bar = stroke(down + 0.045, 0.021, w.sharpness)
    bar.mul_(cover(aside - 0.60, w.sharpness)).mul_(1 - glass)
    w.paint(colours.frame, torch.maximum(frame, bar).mul_(worn))
