"""Hair: behind the head and before it."""

from dataclasses import dataclass

import torch
from torch import Tensor

from scm_compiler.runtime.data.drawn_faces.canvas import Canvas
from scm_compiler.runtime.data.drawn_faces.head import CROWN, Build
from scm_compiler.runtime.data.drawn_faces.palette import Colours
from scm_compiler.runtime.data.drawn_faces.person import Nuisance, Traits, between
from scm_compiler.runtime.data.drawn_faces.shapes import cover, ellipse, fade


@dataclass(frozen=True)
class Hair:
    """Shares of each pixel, (H, W, B), zero if bald."""

    back: Tensor
    front: Tensor


def comb(canvas: Canvas, traits: Traits, nuisance: Nuisance, form: Build) -> Hair:
    """Work out where the hair lies: before the head outside the hairline, elsewhere behind it."""
    outline = outline_hair(canvas, traits, nuisance, form)
    w = canvas.whole
    before = cover((w.v - hairline(canvas, traits, nuisance)).mul_(0.62), w.sharpness)
    # No hair behind hair, or the soft edge would be laid twice.
    return Hair(back=outline * (before < 1), front=before.mul_(outline))


def outline_hair(canvas: Canvas, traits: Traits, nuisance: Nuisance, form: Build) -> Tensor:
    """Share of each pixel in the outline of all the hair.

    A round cap above; below it two sides that end above the ears of a man and beneath the chin of
    a woman.
    """
    w, male, n = canvas.whole, traits.male, nuisance
    down = w.v - CROWN
    cap = ellipse(w.u, down, form.hair_width, form.hair_top)
    end = torch.lerp(between(0.52, 1.15, n.hair_length), between(0.06, 0.16, n.hair_length), male)
    flare = (1 - male) * between(-0.02, 0.14, n.hair_volume) - 0.10 * male
    wave = (1 - male) * between(0.0, 0.030, n.hair_wave)
    corner = 0.16 - 0.12 * male
    side = w.u.abs().sub_(form.hair_width - corner).sub_(down * flare)
    side.sub_((down * 17).sin_().mul_(wave))
    foot = down - (end - corner)
    round_off = side.clamp(min=0).square_().add_(foot.clamp(min=0).square_()).sqrt_()
    side = torch.maximum(side, foot).clamp_(max=0).add_(round_off).sub_(corner)
    return cover(torch.where(down < 0, cap, side), w.sharpness).mul_(1 - traits.bald)


def hairline(canvas: Canvas, traits: Traits, nuisance: Nuisance) -> Tensor:
    """Height of the hairline, which bends down to the temples, at each pixel, (H, W, B)."""
    n, male, w = nuisance, traits.male, canvas.whole
    top = between(-0.50, -0.35, n.hair_fringe) + (1 - male) * 0.09 * n.hair_fringe.square()
    wide = w.u.square()
    line = wide.square().mul_(5.2 + 0.8 * male).add_(wide.mul_(1.2 - 0.7 * male)).add_(top)
    # The hair falls to both sides of a woman's parting, a man's is swept across.
    part = parting(n)
    from_part = w.u - part
    line.add_(from_part.abs().mul_((1 - male) * between(0.0, 0.30, n.hair_wave)))
    return line.add_(from_part.mul_(male * part * 1.6))


def parting(nuisance: Nuisance) -> Tensor:
    """Where the hair divides, right of the middle, (B,)."""
    return between(-0.24, 0.24, nuisance.hair_part)


def draw_back_hair(canvas: Canvas, hair: Hair, colours: Colours) -> None:
    """Lay the hair behind the head."""
    canvas.whole.paint(colours.hair_shadow, hair.back)


def draw_front_hair(canvas: Canvas, hair: Hair, nuisance: Nuisance, colours: Colours) -> None:
    """Lay the hair before the head, in strands, with a gloss."""
    w, part = canvas.whole, parting(nuisance)
    strand = (w.u - part).div_((w.v + 1.15).clamp_(min=0.12))
    strand = strand.mul_(between(11, 17, nuisance.hair_wave)).sin_().add_(0.6).clamp_(min=0)
    # The tips are as dark as the hair behind, so that the two run into each other.
    shade = torch.maximum(strand.mul_(0.26), fade(w.v, 0.05, 0.55))
    # First the dark, then the light over it: together they cover a soft edge by `front`.
    light = (1 - shade).mul_(hair.front)
    w.paint(colours.hair_shadow, shade.mul_(hair.front).div_((1 - light).clamp_(min=1e-6)))
    w.paint(colours.hair, light)
    gloss = ellipse(w.u - part * 0.6, w.v + 0.10, 0.44, 0.50).abs_()
    gloss = fade(gloss, 0.10, 0.0).mul_(fade(w.v, -0.22, -0.5)).mul_(hair.front)
    w.paint(colours.hair_light, gloss.mul_(0.8))
