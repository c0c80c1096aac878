"""Terms of regressions: what groups of them span, and which are left out again."""

import numpy as np

from scm_compiler.runtime.controller.real.selection import Candidates, Selection

RANDOM = np.random.default_rng(0)
COLUMNS = np.column_stack([RANDOM.normal(size=(300, 2)), RANDOM.integers(0, 2, 300)])


def test_what_powers_span_does_not_depend_on_where_zero_is():
    found = Candidates.of(COLUMNS)
    here, moved = (found.terms.of(COLUMNS + shift) for shift in (0.0, [0.7, -0.4, 1.0]))
    each = found.terms.each
    splines = np.isin(found.terms.left % each, [1, 2, 3], invert=True) & (found.terms.left > 0)
    powers = [group for group in found.groups if not splines[group].any()]
    assert max(map(len, powers)) == 5  # x, x², z, xz, x²z
    for group in powers:
        design = here[:, [0, *group]]
        solved = np.linalg.lstsq(design, moved[:, group], rcond=None)[0]
        assert np.allclose(design @ solved, moved[:, group], atol=1e-9)


def test_products_that_a_spline_makes_needless_are_left_out_again():
    random = np.random.default_rng(0)
    z, noise = random.normal(size=(2, 5000))
    x = 2 * np.exp(0.6 * z + 0.5 * random.normal(size=5000))
    columns = np.column_stack([z, (x - 2) / 2])
    found = Candidates.of(columns)
    taken = Selection.of(
        found.terms.of(columns), 1.5 * z - 5 * x / (2 + x) + noise, np.ones(5000)
    ).chosen(found.groups)
    assert (found.kept(taken).right == 0).all()
    assert {0, 1, 1 + found.terms.each} <= set(found.kept(taken).left.tolist())
