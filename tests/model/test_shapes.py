"""The shapes of weights, held against the weights of modules that are made."""

from math import prod

import pytest

from scm_compiler.model.compilation import compile_module
from scm_compiler.model.shapes import count_numbers, weight_shapes
from scm_compiler.model.spec import ExplicitSpec, ImplicitSpec

SPECS = [
    ExplicitSpec(),
    ExplicitSpec(table_limit=2, hidden_states=3, hidden=5, layers=1),
    ExplicitSpec(table_limit=1, hidden_states=2, hidden=5, layers=3),
    ImplicitSpec(),
    ImplicitSpec(hidden=3, layers=1, noise=2),
    ImplicitSpec(hidden=3, layers=4, noise=1),
]


@pytest.mark.parametrize("spec", SPECS)
def test_the_shapes_are_those_of_the_weights(graphs, spec):
    for graph in graphs.values():
        weights = compile_module(graph, spec).node_weights()
        shapes = dict(weight_shapes(graph, spec))
        assert shapes == {name: tuple(weight.shape) for name, weight in weights.items()}
        assert count_numbers(graph, spec) == sum(prod(w.shape) for w in weights.values())


def test_no_size_is_too_large_to_be_told_of(graphs):
    huge = ImplicitSpec(hidden=10**30, noise=10**30)
    assert count_numbers(graphs["mixed"], huge) > 10**60


@pytest.mark.parametrize("family", [ExplicitSpec, ImplicitSpec])
def test_a_network_has_no_more_layers_than_can_be_trained(family):
    with pytest.raises(ValueError, match="at most 1,000 layers"):
        family(layers=10**30)
