"""Stacked networks against plain chains of nn.Linear."""

import pytest
import torch
from torch import nn

from scm_compiler.model.network import SLOPE, LevelNetworks

COLUMNS = [[0], [0, 2, 3], [4, 1]]
OUTPUTS = [1, 3, 2]


def level(dtype=torch.float32, seed=0):
    torch.manual_seed(seed)
    networks = LevelNetworks(COLUMNS, OUTPUTS, (7, 5)).to(dtype)
    with torch.no_grad():
        for rank, bias in enumerate(networks.biases):
            mask = torch.stack(
                [torch.arange(bias.shape[2]) < (7, 5, o)[rank] for o in OUTPUTS]
            ).unsqueeze(1)
            bias.copy_(torch.randn(bias.shape) * mask)
    return networks


def plain(networks, rank):
    """The same network as a chain of nn.Linear, built from the exported weights alone."""
    weights = networks.node_weights(rank)
    layers = []
    for depth in range(len(weights) // 2):
        weight = weights[f"layer{depth}.weight"]
        linear = nn.Linear(weight.shape[1], weight.shape[0], dtype=weight.dtype)
        linear.load_state_dict({"weight": weight, "bias": weights[f"layer{depth}.bias"]})
        layers += [linear, nn.LeakyReLU(SLOPE)]
    return nn.Sequential(*layers[:-1])


@pytest.mark.parametrize("fused", [True, False])
@pytest.mark.parametrize(("dtype", "tolerance"), [(torch.float32, 1e-5), (torch.float64, 1e-12)])
def test_equals_a_chain_of_linear_layers(fused, dtype, tolerance):
    networks = level(dtype)
    source = torch.randn(11, 5, dtype=dtype)
    found = networks(source, fused=fused)
    assert found.shape == (3, 11, 3)
    for rank, (columns, outputs) in enumerate(zip(COLUMNS, OUTPUTS, strict=True)):
        expected = plain(networks, rank)(source[:, columns])
        torch.testing.assert_close(found[rank, :, :outputs], expected, atol=tolerance, rtol=0)
        assert (found[rank, :, outputs:] == 0).all()


def test_gradients_of_both_forms_agree():
    networks = level(torch.float64)
    source = torch.randn(11, 5, dtype=torch.float64, requires_grad=True)
    inputs = [source, *networks.parameters()]
    mask = torch.stack([torch.arange(3) < outputs for outputs in OUTPUTS]).unsqueeze(1)
    grads = [
        torch.autograd.grad((networks(source, fused=fused) * mask).pow(2).sum(), inputs)
        for fused in (True, False)
    ]
    for fused, single in zip(*grads, strict=True):
        torch.testing.assert_close(fused, single, atol=1e-11, rtol=1e-11)


def test_a_node_reads_its_own_columns_only():
    networks = level(torch.float64)
    source = torch.randn(4, 5, dtype=torch.float64, requires_grad=True)
    for rank, columns in enumerate(COLUMNS):
        (gradient,) = torch.autograd.grad(networks(source)[rank].sum(), source)
        moved = set(gradient.abs().sum(0).nonzero().flatten().tolist())
        assert moved == set(columns)


def test_columns_are_those_that_the_module_gathers():
    networks = level()
    assert networks.columns == tuple(map(tuple, COLUMNS))
    networks.gather[0] += 1  # the first node now reads the second column
    assert networks.columns[0] == (1,)


def test_padding_survives_training():
    networks = level()
    padding = [weight == 0 for weight in networks.weights]
    assert sum(int(zeros.sum()) for zeros in padding) > 0
    optimiser = torch.optim.Adam(networks.parameters(), lr=0.1)
    for _ in range(5):
        found = networks(torch.randn(8, 5))
        loss = sum(found[rank, :, :o].pow(2).sum() for rank, o in enumerate(OUTPUTS))
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
    for weight, zeros in zip(networks.weights, padding, strict=True):
        assert (weight[zeros] == 0).all()
        assert (weight[~zeros] != 0).all()


def test_node_weights_round_trip():
    first, second = level(seed=1), level(seed=2)
    for rank in range(3):
        second.load_node_weights(rank, first.node_weights(rank))
    source = torch.randn(6, 5)
    assert torch.equal(first(source), second(source))


def test_loading_refuses_other_shapes_and_names():
    networks = level()
    weights = networks.node_weights(0)
    with pytest.raises(ValueError, match=r"layer0\.weight has shape \(7, 3\), not \(7, 1\)"):
        networks.load_node_weights(0, weights | {"layer0.weight": torch.zeros(7, 3)})
    weights.pop("layer2.bias")
    with pytest.raises(ValueError, match=r"missing: layer2\.bias"):
        networks.load_node_weights(0, weights)


def test_initial_weights_follow_the_generator_and_xavier():
    draws = [
        LevelNetworks([[0], [0, 1]], [1, 1], (64,), generator=torch.Generator().manual_seed(s))
        for s in (3, 3, 4)
    ]
    first, again, other = (networks.node_weights(1)["layer0.weight"] for networks in draws)
    assert torch.equal(first, again)
    assert not torch.equal(first, other)
    bound = (6 / (2 + 64)) ** 0.5
    assert 0.9 * bound < first.abs().max() <= bound
    assert all((bias == 0).all() for bias in draws[0].biases)


def test_columns_and_outputs_must_match():
    with pytest.raises(ValueError, match="2 lists of columns for 1 nodes"):
        LevelNetworks([[0], [1]], [1], (4,))
