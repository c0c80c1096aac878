"""The explicit family against plain loops over its tables."""

import copy
import itertools
import math

import numpy as np
import pytest
import torch

from scm_compiler.model import explicit, logits
from scm_compiler.model.compilation import compile_module
from scm_compiler.model.explicit import ExplicitModule
from scm_compiler.model.spec import ExplicitSpec
from scm_compiler.passes.fold import unfold

TABLES, NETWORKS = ExplicitSpec(hidden_states=4), ExplicitSpec(table_limit=1, hidden_states=4)


def by_hand(module, noise, do=None):
    """The values by a loop over rows, labels and values, from the tables in float64."""
    tables = module.tables()
    graph, labels = tables.graph, module.layout.labels
    hidden = [n.name for n in graph.labels if n.name not in labels]
    found = np.zeros((len(noise), len(labels)), dtype=int)
    for row, numbers in enumerate(noise.tolist()):
        values = {
            name: int(numbers[len(labels) + rank] * module.spec.hidden_states)
            for rank, name in enumerate(hidden)
        }
        for name in (n for n in graph.topological if n in labels):
            own = numbers[labels.index(name)]
            p = tables.probabilities[name][tuple(values[q] for q in graph.parents[name])]
            values[name] = sum(own < p[k + 1 :].sum() for k in range(len(p) - 1))
            if do and name in do:
                values[name] = do[name]
        found[row] = [values[name] for name in labels]
    return torch.from_numpy(found)


@pytest.mark.parametrize("spec", [TABLES, NETWORKS], ids=["tables", "networks"])
@pytest.mark.parametrize("form", ["fused", "plain"])
def test_equals_a_loop_over_the_tables(graph, randomised, spec, form):
    module = randomised(graph, spec)
    module.form = form
    noise = module.draw_noise(300, generator=torch.Generator().manual_seed(1))
    assert torch.equal(module(noise), by_hand(module, noise))
    for label in module.layout.labels:
        assert torch.equal(module(noise, {label: 1}), by_hand(module, noise, {label: 1}))


def test_both_forms_give_the_same_bits_from_tables(graph, randomised):
    module = randomised(graph, TABLES, scale=3.0)
    noise = module.draw_noise(20_000)
    module.form = "fused"
    fused = module(noise)
    module.form = "plain"
    assert torch.equal(fused, module(noise))


@pytest.mark.parametrize("rows", [1, 100, 70_000])
@pytest.mark.parametrize("do", [None, {"B": 2}])
def test_sample_is_forward_of_the_same_noise(graphs, randomised, rows, do):
    module = randomised(graphs["mixed"])
    drawn = module.draw_noise(rows, generator=torch.Generator().manual_seed(5))
    found = module.sample(rows, do=do, generator=torch.Generator().manual_seed(5))
    assert found.dtype == torch.int64
    assert torch.equal(found, module(drawn, do))
    small = module.sample(
        rows, do=do, generator=torch.Generator().manual_seed(5), dtype=torch.uint8
    )
    assert small.dtype == torch.uint8
    assert torch.equal(small.long(), found)


@pytest.mark.statistics
def test_frequencies_are_the_tables_under_observation_and_do(graphs, randomised):
    """Each cell within 5 standard errors: a false alarm once in a million cells."""
    module = randomised(graphs["hidden"], TABLES)
    tables = module.tables()
    rows = 200_000
    for do in ({}, {"B": 1}):
        found = module.sample(rows, do=do, generator=torch.Generator().manual_seed(2))
        counts = np.zeros((2, 3, 2, 3))
        np.add.at(counts, tuple(found.numpy().T), 1)
        expected = joint(tables, do)
        error = 5 * np.sqrt(expected * (1 - expected) / rows)
        assert (np.abs(counts / rows - expected) <= error + 1e-12).all()


def joint(tables, do):
    """P(A, B, C, D) by enumeration over the labels and the hidden causes."""
    graph = tables.graph
    names = [node.name for node in graph.labels]
    sizes = [node.domain.size for node in graph.labels]
    found = np.zeros((2, 3, 2, 3))
    for cell in itertools.product(*map(range, sizes)):
        values = dict(zip(names, cell, strict=True))
        p = math.prod(
            float(values[n] == do[n])
            if n in do
            else tables.probabilities[n][tuple(values[q] for q in (*graph.parents[n], n))]
            for n in names
        )
        found[cell[:4]] += p
    return found


def test_do_leaves_non_descendants_alone_and_pins_the_column(graphs, randomised):
    module = randomised(graphs["binary"])
    noise = module.draw_noise(1000)
    before, after = module(noise), module(noise, {"S": 1})
    assert (after[:, 3] == 1).all()
    assert torch.equal(before[:, :3], after[:, :3])
    assert not torch.equal(before[:, 4], after[:, 4])


def test_certain_and_impossible_values_are_so_in_samples(graphs):
    module = ExplicitModule(graphs["mixed"])
    with torch.no_grad():
        module.table("A").fill_(-math.inf)
        module.table("B").copy_(torch.tensor([[0.0, -math.inf, 0.0], [-math.inf, 0.0, -math.inf]]))
    found = module.sample(50_000)
    assert (found[:, 0] == 0).all()
    assert set(found[:, 1].tolist()) == {0, 2}
    assert set(module.sample(50_000, do={"A": 1})[:, 1].tolist()) == {1}


def test_thresholds_lie_on_the_grid_of_the_noise(build_graph):
    module = ExplicitModule(build_graph({"A": 2}, []))
    tiny = 2.0**-26
    with torch.no_grad():
        module.table("A").fill_(math.log(tiny))
    lowest = torch.zeros(1, 1)
    assert module(lowest).item() == 0  # half a step of float32 noise rounds down to never
    precise = copy.deepcopy(module).double()
    assert precise(lowest.double()).item() == 1
    assert precise.tables().probabilities["A"][1] == pytest.approx(tiny, rel=1e-6)


def test_unfolded_tables_have_the_hidden_causes_as_nodes(graphs, randomised):
    module = randomised(graphs["hidden"], TABLES)
    tables = module.tables()
    assert [n.name for n in tables.graph.nodes if n.kind == "hidden"] == ["U(A,C)", "U(B,D)"]
    assert tables.probabilities["U(A,C)"].tolist() == [0.25] * 4
    assert tables.probabilities["D"].shape == (2, 4, 3)
    assert unfold(graphs["mixed"], 4) == (graphs["mixed"], ())


def test_tables_are_float64_softmaxes_of_the_logits(graphs, randomised):
    module = randomised(graphs["mixed"])
    logits = module.node_weights()["D.logits"].double().numpy()
    expected = np.exp(logits) / np.exp(logits).sum(-1, keepdims=True)
    found = module.tables().probabilities["D"]
    assert found.dtype == np.float64
    np.testing.assert_allclose(found, expected, atol=1e-15)


@pytest.mark.parametrize("spec", [TABLES, NETWORKS], ids=["tables", "networks"])
def test_log_probability_is_the_log_of_the_tables(graphs, randomised, spec):
    module = randomised(graphs["hidden"], spec).double()
    tables = module.tables()
    for name, table in tables.probabilities.items():
        if name not in module.layout.index:
            continue
        cells = torch.tensor(list(itertools.product(*map(range, table.shape))))
        found = module.log_probability(name, cells[:, :-1], cells[:, -1])
        np.testing.assert_allclose(found.detach().exp().numpy(), table.ravel(), atol=1e-12)
        found.sum().backward()
    assert all(p.grad is not None and bool((p.grad != 0).any()) for p in module.parameters())


@pytest.mark.parametrize("spec", [TABLES, NETWORKS], ids=["tables", "networks"])
def test_a_value_is_the_number_of_positive_scores(graphs, randomised, spec):
    module = randomised(graphs["mixed"], spec).double()
    noise = module.draw_noise(500)
    values = module(noise)
    encoded = torch.cat(
        [
            values[:, [i]].double() if size == 2 else torch.eye(size, dtype=torch.float64)[v]
            for i, (size, v) in enumerate(zip(module.layout.sizes, values.t(), strict=True))
        ],
        1,
    )
    scores = module.scores(encoded, noise)
    assert torch.equal(torch.stack([(s > 0).sum(1) for s in scores], 1), values)


def test_scores_in_the_middle_of_a_hidden_state_are_those_of_the_state(graphs, randomised):
    module = randomised(graphs["hidden"], TABLES).double()
    noise = module.draw_noise(200)
    noise[:, 4:] = (noise[:, 4:] * 4).floor() / 4 + 0.125
    values = module(noise)
    eye = torch.eye(3, dtype=torch.float64)
    encoded = torch.cat(
        [values[:, [0]].double(), eye[values[:, 1]], values[:, [2]].double(), eye[values[:, 3]]], 1
    )
    found = torch.stack([(s > 0).sum(1) for s in module.scores(encoded, noise)], 1)
    assert torch.equal(found, values)


@pytest.mark.parametrize("spec", [TABLES, NETWORKS], ids=["tables", "networks"])
def test_node_weights_round_trip(graph, randomised, spec):
    first, second = randomised(graph, spec, seed=1), randomised(graph, spec, seed=2)
    second.load_node_weights(first.node_weights())
    noise = first.draw_noise(500)
    assert torch.equal(first(noise), second(noise))
    for name, weight in second.node_weights().items():
        assert torch.equal(weight, first.node_weights()[name])


def test_wrong_weights_are_refused_and_change_nothing(graphs, randomised):
    module = randomised(graphs["mixed"])
    before = module.node_weights()
    missing = {k: torch.zeros_like(v) for k, v in before.items() if k != "B.logits"}
    with pytest.raises(ValueError, match=r"missing: B\.logits"):
        module.load_node_weights(missing)
    with pytest.raises(ValueError, match=r"unknown: Z\.logits"):
        module.load_node_weights(before | {"Z.logits": torch.zeros(1)})
    with pytest.raises(ValueError, match=r"B\.logits has shape \(3,\), not \(2, 3\)"):
        module.load_node_weights(before | {"B.logits": torch.zeros(3)})
    assert all(torch.equal(v, module.node_weights()[k]) for k, v in before.items())


def test_interventions_must_name_labels_and_values(graphs):
    module = ExplicitModule(graphs["mixed"])
    noise = module.draw_noise(3)
    with pytest.raises(ValueError, match="`Face` is not a label"):
        module(noise, {"Face": 0})
    with pytest.raises(ValueError, match="`B` has the values 0 to 2, not 3"):
        module.sample(3, do={"B": 3})


def test_a_table_that_cannot_be_written_out_is_refused(build_graph):
    many = [f"N{i}" for i in range(30)]
    graph = build_graph(dict.fromkeys([*many, "Z"], 2), [(n, "Z") for n in many])
    module = compile_module(graph)
    assert module.sample(5).shape == (5, 31)
    with pytest.raises(ValueError, match="the table of `Z` has 2,147,483,648 entries"):
        module.tables()
    with pytest.raises(ValueError, match="`Z` has a network"):
        module.table("Z")


def test_sizes_are_at_least_one():
    with pytest.raises(ValueError, match="at least 1"):
        ExplicitSpec(hidden_states=0)


@pytest.mark.parametrize("form", ["fused", "plain"])
def test_a_value_for_each_row_is_that_value_alone(graph, randomised, form):
    module = randomised(graph)
    module.form = form
    noise = module.draw_noise(12, generator=torch.Generator().manual_seed(3))
    for name, size in zip(module.layout.labels, module.layout.sizes, strict=True):
        held = torch.arange(12) % size
        found = module(noise, {name: held})
        for value in range(size):
            assert torch.equal(found[held == value], module(noise, {name: value})[held == value])
        with pytest.raises(ValueError, match=f"0 to {size - 1}, not {size}"):
            module(noise, {name: held + 1})


def test_steps_are_computed_once_while_the_weights_are_settled(graphs, randomised, monkeypatch):
    module = randomised(graphs["mixed"])
    computed = []
    monkeypatch.setattr(explicit, "on_grid", lambda *x: computed.append(x) or logits.on_grid(*x))
    noise = module.draw_noise(4)
    with module.settled():
        first = module(noise)
        assert torch.equal(module(noise), first)
    assert len(computed) == len(module.tables_of_size)
    module(noise)
    assert len(computed) == 2 * len(module.tables_of_size)
