"""The distance of continuous variables against numpy's histograms and by hand."""

import numpy as np
import pytest
import torch

from benchmarks.paper.histogram import projected, shares, total_variation


def rows(seed, replicas=2, count=400, axes=3):
    return torch.rand(replicas, count, axes, generator=torch.Generator().manual_seed(seed))


def test_the_shares_are_those_of_numpys_histogram():
    sample = rows(0)
    found = shares(sample, bins=4)
    for replica in range(2):
        counts, _ = np.histogramdd(sample[replica].numpy(), bins=4, range=[(0, 1)] * 3)
        np.testing.assert_allclose(found[replica].numpy(), counts.reshape(-1) / 400, atol=1e-7)


def test_the_distance_is_half_the_sum_of_the_differences():
    left, right = shares(rows(1), bins=3), shares(rows(2), bins=3)
    expected = 0.5 * np.abs(left.numpy() - right.numpy()).sum(1)
    np.testing.assert_allclose(total_variation(left, right).numpy(), expected, rtol=1e-5)
    assert total_variation(left, left).max() == 0


def test_a_complete_graph_keeps_every_distribution():
    cells = shares(rows(3), bins=3)
    kept = projected(cells, ((), (0,), (0, 1)), bins=3)
    np.testing.assert_allclose(kept.numpy(), cells.numpy(), atol=1e-6)


def test_a_graph_without_edges_keeps_the_marginals_alone():
    cells = shares(rows(4, replicas=1), bins=2).view(2, 2, 2).numpy()
    one, two, three = cells.sum((1, 2)), cells.sum((0, 2)), cells.sum((0, 1))
    kept = projected(torch.from_numpy(cells).view(1, 8), ((), (), ()), bins=2)
    expected = np.einsum("i,j,k->ijk", one, two, three)
    np.testing.assert_allclose(kept.numpy()[0], expected.reshape(-1), atol=1e-6)


@pytest.mark.parametrize("parents", [((), (0,), (1,)), ((), (0, 2), ())])
def test_what_is_projected_is_a_distribution_and_projecting_again_changes_nothing(parents):
    cells = shares(rows(5), bins=3)
    once = projected(cells, parents, bins=3)
    np.testing.assert_allclose(once.sum(1).numpy(), 1, rtol=1e-5)
    np.testing.assert_allclose(projected(once, parents, bins=3).numpy(), once.numpy(), atol=1e-6)
