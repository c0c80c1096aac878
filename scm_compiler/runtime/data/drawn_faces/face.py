"""The order in which a face is drawn."""

import torch
from torch import Tensor

from scm_compiler.model.module import one_thread
from scm_compiler.runtime.data.drawn_faces.canvas import Canvas
from scm_compiler.runtime.data.drawn_faces.eyes import draw_brows, draw_eyes, draw_glasses
from scm_compiler.runtime.data.drawn_faces.hair import comb, draw_back_hair, draw_front_hair
from scm_compiler.runtime.data.drawn_faces.head import (
    build,
    draw_backdrop,
    draw_body,
    draw_ears,
    draw_head,
    draw_light,
    draw_scalp,
)
from scm_compiler.runtime.data.drawn_faces.mouth import draw_mouth, draw_mustache
from scm_compiler.runtime.data.drawn_faces.palette import choose
from scm_compiler.runtime.data.drawn_faces.person import (
    LABELS,
    NUISANCE,
    Nuisance,
    Traits,
    sample_nuisance,
)
from scm_compiler.runtime.data.drawn_faces.skin import (
    draw_age,
    draw_cheeks,
    draw_earrings,
    draw_nose,
)

SIZES = (16, 128)
CHUNK_PIXELS = 1 << 16  # per colour plane: so much stays in a core's own cache


def draw(labels: Tensor, size: int, generator: torch.Generator | None = None) -> Tensor:
    """Draw one face for each row of labels, with fresh nuisance.

    Args:
        labels: values 0 or 1, (B, 9), integer or bool, columns as in `LABELS`.
        size: height and width in pixels, 16 to 128.
        generator: source of the nuisance; the global one where it is None.

    Returns:
        Images in [-1, 1], (B, 3, size, size).

    Raises:
        ValueError: labels of another shape or with other values, or a size out of range.

    Example:
        >>> labels = torch.tensor([[1, 1, 0, 0, 1, 1, 0, 0, 0]])
        >>> draw(labels, 32, torch.Generator().manual_seed(0)).shape
        torch.Size([1, 3, 32, 32])
    """
    return draw_from(labels, sample_nuisance(labels.shape[0], generator), size)


def draw_from(labels: Tensor, nuisance: Tensor, size: int) -> Tensor:
    """Draw one face for each row of labels and of nuisance: a function of the two alone.

    The same nuisance with other labels is the counterfactual image: only what these labels
    change differs.

    Args:
        labels: values 0 or 1, (B, 9), integer or bool, columns as in `LABELS`.
        nuisance: values in [0, 1], (B, K), columns as in `NUISANCE`.
        size: height and width in pixels, 16 to 128.

    Returns:
        Images in [-1, 1], (B, 3, size, size).

    Raises:
        ValueError: labels or nuisance of another shape or range, or a size out of range.
    """
    refuse_wrong_input(labels, nuisance, size)
    images = torch.empty(labels.shape[0], 3, size, size)
    chunk = max(CHUNK_PIXELS // size**2, 16)
    with torch.no_grad(), one_thread():
        for start in range(0, labels.shape[0], chunk):
            rows = slice(start, start + chunk)
            images[rows] = draw_chunk(labels[rows], nuisance[rows], size)
    return images


def refuse_wrong_input(labels: Tensor, nuisance: Tensor, size: int) -> None:
    """Raise ValueError where the arguments of `draw_from` are not what they should be."""
    if not SIZES[0] <= size <= SIZES[1]:
        raise ValueError(f"size must be {SIZES[0]} to {SIZES[1]}, not {size}")
    if labels.ndim != 2 or labels.shape[1] != len(LABELS):
        raise ValueError(f"labels must be (B, {len(LABELS)}), not {tuple(labels.shape)}")
    if labels.is_floating_point() or not bool(((labels == 0) | (labels == 1)).all()):
        raise ValueError("labels must be integers or bools, each 0 or 1")
    if nuisance.shape != (labels.shape[0], len(NUISANCE)):
        wanted = (labels.shape[0], len(NUISANCE))
        raise ValueError(f"nuisance must be {wanted}, not {tuple(nuisance.shape)}")
    if not bool(((nuisance >= 0) & (nuisance <= 1)).all()):
        raise ValueError("nuisance must lie in [0, 1]")


def draw_chunk(labels: Tensor, nuisance: Tensor, size: int) -> Tensor:
    """Draw a few faces at once, from the back to the front, (B, 3, size, size)."""
    traits = Traits(*labels.to("cpu", torch.float32).T.contiguous())
    vary = Nuisance(*nuisance.to("cpu", torch.float32).T.contiguous())
    colours, form, canvas = choose(traits, vary), build(traits, vary), Canvas(size, vary)
    hair = comb(canvas, traits, vary, form)
    draw_backdrop(canvas, vary, colours)
    draw_back_hair(canvas, hair, colours)
    draw_body(canvas, traits, colours)
    draw_ears(canvas, form, colours)
    draw_head(canvas, traits, vary, form, colours)
    draw_scalp(canvas, traits, form, colours)
    draw_age(canvas, traits, vary, colours)
    draw_cheeks(canvas, traits, vary, colours)
    draw_nose(canvas, traits, vary, colours)
    draw_front_hair(canvas, hair, vary, colours)
    draw_brows(canvas, traits, vary, colours)
    draw_eyes(canvas, traits, vary, colours)
    draw_mouth(canvas, traits, vary, colours)
    draw_mustache(canvas, traits, colours)
    draw_glasses(canvas, traits, vary, colours)
    draw_earrings(canvas, traits, colours, form.width)
    draw_light(canvas, vary)
    return canvas.whole.pixels.clamp_(0, 1).mul_(2).sub_(1).permute(3, 0, 1, 2)
