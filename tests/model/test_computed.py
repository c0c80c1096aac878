"""Networks that are run where they are asked give the numbers of their tables."""

import numpy as np
import pytest

from scm_compiler.model.spec import ExplicitSpec


@pytest.mark.parametrize("name", ["binary", "mixed"])
def test_the_same_numbers_as_the_table(graphs, randomised, name):
    module = randomised(graphs[name], ExplicitSpec(table_limit=1))
    whole, parts = module.tables(), module.tables(most=0)
    networks = [label for label in module.layout.labels if whole.graph.parents[label]]
    assert sorted(parts.networks) == sorted(networks)
    assert sorted(parts.probabilities) == sorted(set(module.layout.labels) - set(networks))
    for label, conditional in parts.networks.items():
        table = whole.probabilities[label]
        rows = np.indices(table.shape[:-1]).reshape(table.ndim - 1, -1).T.copy()
        assert np.allclose(conditional.at(rows), table.reshape(len(rows), -1), atol=1e-12)
        assert conditional.at(rows[:0]).shape == (0, table.shape[-1])


def test_the_smallest_tables_are_written_first(graphs, randomised):
    module = randomised(graphs["mixed"], ExplicitSpec(table_limit=1))
    sizes = {name: table.size for name, table in module.tables().probabilities.items()}
    some = module.tables(most=20)
    assert some.networks
    written = [sizes[n] for n in some.probabilities if some.graph.parents[n]]
    assert sum(written) <= 20
    assert max(written) <= min(sizes[n] for n in some.networks)


def test_saturated_tables_are_always_written(graphs, randomised):
    assert not randomised(graphs["mixed"]).tables(most=0).networks
