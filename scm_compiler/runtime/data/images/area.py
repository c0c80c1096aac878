"""Shrinking by the exact average over each pixel's area, in whole numbers.

This is the AREA reduction that the authors of CausalGAN found best. A filter that rounds its
windows to whole pixels, as a plain box filter does, differs where the ratio of the sizes is not a
whole number (108 to 64). Whole numbers make the result the same on every machine.
"""

import numpy as np
from numpy.typing import NDArray


def area_average(pixels: NDArray[np.uint8], height: int, width: int) -> NDArray[np.uint8]:
    """The average of the pixels under each pixel of a smaller image, halves rounded up.

    Args:
        pixels: (C, h, w), with h and w no smaller than the sizes asked for.
        height: H.
        width: W.

    Returns:
        The image (C, H, W).

    Example:
        >>> area_average(np.array([[[0, 30, 60]]], dtype=np.uint8), 1, 2).tolist()
        [[[10, 50]]]
    """
    area = pixels.shape[1] * pixels.shape[2]
    sums = _sums(_sums(pixels, 1, height), 2, width)
    rounded: NDArray[np.int64] = (2 * sums + area) // (2 * area)
    return rounded.astype(np.uint8)


def _sums(values: NDArray[np.uint8 | np.int64], axis: int, target: int) -> NDArray[np.int64]:
    """What lies under each of `target` equal pieces of an axis, times `target`.

    With n values, piece k reaches from k n / target to (k + 1) n / target: the whole values from
    the one that its start cuts, less what lies before the start, plus what the end cuts off.
    """
    count = values.shape[axis]
    first, cut = np.divmod(np.arange(target + 1) * count, target)
    whole = np.add.reduceat(values, first[:-1], axis=axis, dtype=np.int64)
    shape = [1] * values.ndim
    shape[axis] = -1
    edges = np.take(values, np.minimum(first, count - 1), axis).astype(np.int64)
    cuts: NDArray[np.int64] = whole * target + np.diff(edges * cut.reshape(shape), axis=axis)
    return cuts
