"""Backdrop, shoulders and head: everything behind the features."""

from dataclasses import dataclass

import torch
from torch import Tensor

from scm_compiler.runtime.data.drawn_faces.canvas import Canvas, Window
from scm_compiler.runtime.data.drawn_faces.palette import Colours
from scm_compiler.runtime.data.drawn_faces.person import Nuisance, Traits, between
from scm_compiler.runtime.data.drawn_faces.shapes import band, cover, ellipse, fade, squircle

CROWN = -0.10  # height of the middle of the skull
SKULL = 0.62  # from there to its top


@dataclass(frozen=True)
class Build:
    """Proportions that several parts share, (B,) each."""

    width: Tensor  # half-width of the head
    length: Tensor  # from the crown's middle to the chin
    taper: Tensor  # how much the face narrows towards the chin
    jaw: Tensor  # how square the jaw is
    hair_width: Tensor
    hair_top: Tensor


def build(traits: Traits, nuisance: Nuisance) -> Build:
    """Work out the proportions: a man's jaw is broad and square, age widens the cheeks."""
    t, n = traits, nuisance
    old = 1 - t.young
    width = between(0.535, 0.585, n.face_width) + 0.02 * t.male
    volume = between(0.05, 0.13, n.hair_volume)
    return Build(
        width=width,
        length=between(0.82, 0.90, n.face_length) + 0.02 * t.male,
        taper=0.30 - 0.24 * t.male - 0.05 * old,
        jaw=0.10 + 0.66 * t.male + 0.05 * old,
        hair_width=width + volume * (1 - 0.62 * t.male),
        hair_top=SKULL + volume * 1.2,
    )


def draw_backdrop(canvas: Canvas, nuisance: Nuisance, colours: Colours) -> None:
    """Fill the image with two tones of one hue in a gradient."""
    whole = canvas.whole
    angle = nuisance.backdrop_angle * (2 * torch.pi)
    along = canvas.x * (angle.cos() * 0.36) + canvas.y * (angle.sin() * 0.36)
    whole.pixels.copy_(colours.backdrop_far[:, None, None, :].expand_as(whole.pixels))
    whole.paint(colours.backdrop, along.add_(0.5).clamp_(0, 1))


def draw_body(canvas: Canvas, traits: Traits, colours: Colours) -> None:
    """Draw shoulders in clothes and a neck in the shadow of the chin."""
    male = traits.male
    w = canvas.window((-3.0, 0.45, 3.0, 3.0))
    wide = 0.74 + 0.22 * male
    low = w.v - 1.42
    shoulders = cover(ellipse(w.u, low, wide, 0.52 + 0.08 * male), w.sharpness)
    w.paint(colours.clothes, shoulders)
    collar = cover(ellipse(w.u, w.v - 0.86, 0.30 + 0.04 * male, 0.17), w.sharpness)
    w.paint(colours.clothes_shadow, collar * shoulders)
    skin_part = cover(ellipse(w.u, w.v - 0.83, 0.25 + 0.06 * male, 0.155), w.sharpness)
    neck = cover(w.u.abs() - (0.185 + 0.115 * male), w.sharpness)
    neck.mul_(cover(w.v - 0.86, w.sharpness))
    neck = torch.maximum(neck, skin_part)
    w.paint(colours.skin, neck)
    w.paint(colours.shadow, neck.mul_(fade(w.v, 1.12, 0.78)))


def draw_ears(canvas: Canvas, form: Build, colours: Colours) -> None:
    """Draw both ears, with their hollow in shadow."""
    w = canvas.window((-0.75, -0.16, 0.75, 0.24))
    aside = w.u.abs() - form.width
    ear = ellipse(aside, w.v - 0.04, 0.085, 0.145)
    w.paint(colours.skin, cover(ear, w.sharpness))
    w.paint(colours.shadow, cover(ear + 0.045, w.sharpness))


@dataclass(frozen=True)
class Outline:
    """The head's outline in a window, (H, W, B) each."""

    x: Tensor  # -1 and 1 at the sides
    y: Tensor  # -1 at the top, 1 at the chin
    square: Tensor  # squared distance from the middle, 1 on the outline
    inside: Tensor  # share of each pixel inside


def outline_head(window: Window, form: Build) -> Outline:
    """Shape the head: an ellipse above, below it something between an egg and a square."""
    down = window.v - CROWN
    below = down.clamp(min=0) / form.length
    y = down.clamp(max=0).mul_(1 / SKULL).add_(below)
    x = window.u / below.square().mul_(-form.taper).add_(1).mul_(form.width)
    square = squircle(x, y, form.jaw * (y > 0))
    return Outline(x, y, square, cover(square.sqrt().sub_(1).mul_(0.68), window.sharpness))


def draw_head(
    canvas: Canvas, traits: Traits, nuisance: Nuisance, form: Build, colours: Colours
) -> None:
    """Draw the bare head: skin, shade on the side away from the light, a man's stubble."""
    w = canvas.window((-0.68, -0.78, 0.68, 0.86))
    head = outline_head(w, form)
    w.paint(colours.skin, head.inside)
    angle = nuisance.light_angle * torch.pi
    lit = head.x * angle.cos() - head.y * (angle.sin() * 0.6 + 0.1)
    shade = fade(head.square * 0.75 - lit * 0.55, 0.35, 1.25).mul_(head.inside)
    w.paint(colours.shadow, shade.mul_(between(0.35, 0.75, nuisance.light_strength)))
    stubble = fade(head.square, 0.30, 0.72).mul_(fade(w.v, 0.20, 0.44)).mul_(head.inside)
    w.paint(colours.stubble, stubble.mul_(0.32 * traits.male))


def draw_scalp(canvas: Canvas, traits: Traits, form: Build, colours: Colours) -> None:
    """Draw what only the bald show: a shine on the scalp, a man's shaved hair at the sides."""
    bald = traits.bald
    w = canvas.window((-0.62, -0.74, 0.62, 0.10))
    shine = fade(ellipse(w.u + 0.16, w.v + 0.50, 0.22, 0.11), 0.03, -0.09)
    w.paint(colours.skin_light, shine.mul_(bald))
    rim = fade(w.u.abs(), form.width - 0.13, form.width - 0.02)
    rim.mul_(band(w.v, torch.tensor(-0.40), torch.tensor(0.02), w.sharpness))
    rim.mul_(cover(ellipse(w.u, w.v - CROWN, form.width, SKULL), w.sharpness))
    w.paint(colours.hair_shadow, rim.mul_(0.75 * bald * traits.male))


def draw_light(canvas: Canvas, nuisance: Nuisance) -> None:
    """Let the light fall off across the whole image."""
    angle = nuisance.light_angle * torch.pi
    strength = between(0.04, 0.13, nuisance.light_strength)
    fall = canvas.x * (angle.cos() * strength) - canvas.y * (angle.sin() * strength)
    canvas.whole.glaze(fall.add_(1.0))
