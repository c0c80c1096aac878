"""The average over areas, against one with fractions."""

from fractions import Fraction

import numpy as np
import pytest

from scm_compiler.runtime.data.images.area import area_average


def overlap(i: int, j: int, ratio: Fraction) -> Fraction:
    """How much of source pixel j lies under target pixel i, which is `ratio` wide."""
    return max(Fraction(0), min((i + 1) * ratio, j + 1) - max(i * ratio, Fraction(j)))


def exact(plane: np.ndarray, height: int, width: int) -> list[list[int]]:
    tall, wide = Fraction(plane.shape[0], height), Fraction(plane.shape[1], width)
    rows = [[overlap(i, j, tall) for j in range(plane.shape[0])] for i in range(height)]
    columns = [[overlap(i, j, wide) for j in range(plane.shape[1])] for i in range(width)]
    found = []
    for row in rows:
        used = [(j, weight) for j, weight in enumerate(row) if weight]
        line = []
        for column in columns:
            total = sum(
                weight * share * int(plane[j, k])
                for j, weight in used
                for k, share in enumerate(column)
                if share
            )
            line.append(int(total / (tall * wide) + Fraction(1, 2)))
        found.append(line)
    return found


@pytest.mark.parametrize("size", [(27, 16), (12, 12), (7, 1), (13, 12), (9, 3)])
def test_it_is_the_exact_average(size):
    source, target = size
    pixels = np.random.default_rng(source).integers(0, 256, (2, source, source + 5), np.uint8)
    found = area_average(pixels, target, target + 1)
    for plane, expected in zip(found, pixels, strict=True):
        assert plane.tolist() == exact(expected, target, target + 1)


def test_a_large_image_does_not_overflow():
    white = np.full((1, 2000, 3001), 255, np.uint8)
    assert (area_average(white, 127, 128) == 255).all()
