"""The module of a graph with real nodes."""

import json
from dataclasses import replace

import numpy as np
import pytest
import torch

from scm_compiler.compiler import parse_text
from scm_compiler.model.compilation import (
    compile_module,
    spec_for,
    spec_from_json,
    spec_to_json,
)
from scm_compiler.model.explicit import ExplicitModule
from scm_compiler.model.real.mixed import MixedModule, trained_module
from scm_compiler.model.real.parts import discrete_part
from scm_compiler.model.shapes import weight_shapes
from scm_compiler.model.spec import Shape
from tests.model.real.conftest import HEAPS, classes, linear, quantiles, regression, transform

GRAPH = parse_text(
    """
    A : binary
    R : real
    B : categorical(a, b, c)
    Q : real
    T : real
    L : real
    S : real
    C : categorical(a, b, c)
    D : binary
    A    -> B
    A, R, B -> T, L, S, C
    A, B -> Q
    C    -> D
    """.replace("    ", "")
)


def made():
    """A trained module and the mechanisms that it is made of."""
    mechanisms = {
        "R": replace(quantiles(3), inputs={}, **rows(quantiles(3))),
        "Q": quantiles(0, heaps=HEAPS["two"]),
        "T": transform(1, heaps=HEAPS["two"]),
        "L": linear(0),
        "S": regression(0),
        "C": classes(0),
    }
    labels = ExplicitModule(discrete_part(GRAPH))
    generator = torch.Generator().manual_seed(0)
    labels.load_node_weights(labels.redrawn_weights(generator))
    return trained_module(GRAPH, labels, mechanisms), mechanisms


def rows(table):
    """The first row of a table of quantiles."""
    names = ("scores", "places", "slopes", "chances")
    return {name: getattr(table, name)[:1] for name in names}


def test_its_values_are_those_of_the_mechanisms():
    module, mechanisms = made()
    noise = module.draw_noise(2000, generator=torch.Generator().manual_seed(1))
    found = module(noise).numpy()
    index = module.layout.index
    world = {
        name: found[:, place].astype(np.int64) if name in GRAPH.domains else found[:, place]
        for name, place in index.items()
    }
    for name, mechanism in mechanisms.items():
        uniform = noise[:, index[name], None].numpy()
        own = mechanism.noise_of(uniform) if name != "C" else uniform[:, 0]
        expected = mechanism.sample(world, own)
        assert np.allclose(world[name], expected, rtol=1e-9, atol=1e-9), name
    shares = [np.bincount(world["B"][world["A"] == a], minlength=3) for a in (0, 1)]
    table = module.tables_part.tables().probabilities["B"]
    for a, counts in enumerate(shares):
        assert np.abs(counts / counts.sum() - table[a]).max() < 0.05


def test_a_node_is_held_at_what_do_says():
    module, _ = made()
    noise = module.draw_noise(100)
    free, held = module(noise), module(noise, {"R": 0.25, "B": 2})
    index = module.layout.index
    assert (held[:, index["R"]] == 0.25).all()
    assert (held[:, index["B"]] == 2).all()
    assert torch.equal(held[:, index["A"]], free[:, index["A"]])
    each = torch.linspace(-1, 1, 100, dtype=torch.float64)
    assert torch.equal(module(noise, {"R": each})[:, index["R"]], each)


@pytest.mark.parametrize("do", [{"R": float("inf")}, {"B": 3}, {"Z": 1.0}, {"L": float("nan")}])
def test_it_is_held_at_nothing_else(do):
    module, _ = made()
    with pytest.raises(ValueError, match="`"):
        module(module.draw_noise(2), do)


def test_its_weights_are_written_and_read_back():
    module, _ = made()
    again = MixedModule(GRAPH, module.spec)
    again.load_node_weights(module.node_weights())
    noise = module.draw_noise(50)
    assert torch.equal(again(noise), module(noise))
    shapes = dict(weight_shapes(GRAPH, module.spec))
    assert shapes == {name: tuple(w.shape) for name, w in module.node_weights().items()}
    assert sum(module.count_parameters().values()) == sum(
        map(torch.Size.numel, map(torch.Size, shapes.values()))
    )


def test_the_shape_of_a_regression_is_written_and_read_back():
    spec = made()[0].spec
    assert spec_from_json(json.loads(json.dumps(spec_to_json(spec)))) == spec


@pytest.mark.parametrize(
    "wrong",
    [
        {"terms": ((0, -1),)},
        {"terms": ()},
        {"knots": 1},
        {"terms": ((0, 36),)},  # five columns of seven functions each, and 1
    ],
)
def test_no_regression_has_terms_of_what_there_is_not(wrong):
    spec = made()[0].spec
    with pytest.raises(ValueError, match=r"regression|factors"):
        MixedModule(
            GRAPH, replace(spec, apart={**spec.apart, "S": replace(spec.apart["S"], **wrong)})
        )


def test_a_regression_goes_on_to_where_cubes_are_numbers():
    module, mechanisms = made()
    for far in (1e200, -1e200):
        parents = {"A": np.zeros(3, int), "B": np.zeros(3, int), "R": np.full(3, far)}
        noise = np.array([0.2, 0.5, 0.7])
        own = mechanisms["S"].noise_of(noise[:, None])
        expected = mechanisms["S"].sample(parents, own)
        inputs = [torch.from_numpy(parents[name]) for name in ("A", "R", "B")]
        found = module.own["S"](torch.from_numpy(noise), None, *inputs)
        assert np.isfinite(expected).all()
        assert np.allclose(found.numpy(), expected)


def test_absurd_sizes_take_no_memory():
    spec = spec_for(GRAPH)
    huge = {**spec.apart, "T": Shape("transform", (10**6, 10**6))}
    assert (
        max(np.prod(shape) for _, shape in weight_shapes(GRAPH, replace(spec, apart=huge))) == 1e12
    )


def test_equal_seeds_give_equal_weights():
    first, second = (
        compile_module(GRAPH, generator=torch.Generator().manual_seed(3)).node_weights()
        for _ in range(2)
    )
    assert first.keys() == second.keys()
    assert all(torch.equal(first[name], second[name]) for name in first)


def test_the_derivative_of_a_value_is_that_of_the_inverse_distribution_function():
    module, _ = made()
    own = module.own["T"]
    uniform = torch.linspace(0.05, 0.95, 19, dtype=torch.float64).requires_grad_()
    inputs = torch.ones(19, dtype=torch.int64), torch.zeros(19, dtype=torch.float64)
    value = own(uniform, None, inputs[0], inputs[1], inputs[0])
    (slope,) = torch.autograd.grad(value.sum(), uniform)
    step = 1e-6
    ends = [own(uniform + s, None, inputs[0], inputs[1], inputs[0]) for s in (-step, step)]
    assert torch.allclose(slope, (ends[1] - ends[0]) / (2 * step), rtol=1e-4, atol=1e-4)


def test_a_module_without_networks_draws_in_double_precision():
    graph = parse_text("X : real")
    module = compile_module(graph)
    assert not list(module.parameters())
    assert module.dtype == module.draw_noise(3).dtype == torch.float64
    assert module.double().sample(3).dtype == torch.float64


def test_no_table_holds_what_real_nodes_cause():
    module, _ = made()
    with pytest.raises(ValueError, match="R is real"):
        module.tables()
    assert module.describe()["L"] == "linear, 6 settings"
