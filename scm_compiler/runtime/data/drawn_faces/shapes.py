"""Coverage of a pixel by a shape, from signed distances (negative inside).

Every function is elementwise. Distances are in the units of the face (its half-width is about
0.6); `sharpness` is one over the width of a pixel in those units, so a straight edge covers a
pixel by the area it really covers, at any size of image.
"""

from torch import Tensor


def cover(distance: Tensor, sharpness: Tensor) -> Tensor:
    """Share of a pixel inside a shape.

    Args:
        distance: signed distance of the pixel's centre, (..., B).
        sharpness: pixels per unit, (B,).

    Returns:
        The share in [0, 1], (..., B).

    Example:
        >>> import torch
        >>> cover(torch.tensor([-1.0, 0.0, 0.125, 1.0]), torch.tensor(2.0))
        tensor([1.0000, 0.5000, 0.2500, 0.0000])
    """
    return (distance * -sharpness).add_(0.5).clamp_(0, 1)


def band(v: Tensor, top: Tensor, bottom: Tensor, sharpness: Tensor) -> Tensor:
    """Share of a pixel between two curves; right also for bands thinner than a pixel.

    Args:
        v: height of the pixel's centre, (..., B); grows downwards.
        top: height of the upper curve at this pixel, (..., B).
        bottom: height of the lower curve, (..., B); above `top` means an empty band.
        sharpness: pixels per unit, (B,).
    """
    return cover(top - v, sharpness).sub_(cover(bottom - v, sharpness)).clamp_(min=0)


def stroke(distance: Tensor, half_width: Tensor | float, sharpness: Tensor) -> Tensor:
    """Share of a pixel within `half_width` of the line where `distance` is zero."""
    return cover(distance - half_width, sharpness).sub_(cover(distance + half_width, sharpness))


def squircle(x: Tensor, y: Tensor, squareness: Tensor | float) -> Tensor:
    """Square of the radius at which a shape between disc (0) and square (1) meets the point.

    The curve x² + y² − s x² y² = 1 (Fernandez-Guasti's squircle). One is on the outline. Beyond
    the square the product is held, or it would outgrow the sum far from the shape.
    """
    x, y = x.square(), y.square()
    return (x + y).sub_(x.clamp_(max=1).mul_(y.clamp_(max=1)).mul_(squareness))


def ellipse(u: Tensor, v: Tensor, width: Tensor | float, height: Tensor | float) -> Tensor:
    """Approximate signed distance to an ellipse around zero: exact on the outline."""
    scale = (width * height) ** 0.5
    return (u / width).square_().add_((v / height).square_()).sqrt_().sub_(1).mul_(scale)


def fade(value: Tensor, start: Tensor | float, stop: Tensor | float) -> Tensor:
    """Smooth step from 0 at `start` to 1 at `stop`, for soft shading.

    Example:
        >>> import torch
        >>> fade(torch.tensor([0.0, 2.0, 3.0, 5.0]), 1.0, 3.0)
        tensor([0.0000, 0.5000, 1.0000, 1.0000])
    """
    t = ((value - start) * (1 / (stop - start))).clamp_(0, 1)
    return t.square().mul_(3 - 2 * t)
