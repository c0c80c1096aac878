"""The implicit family: structure, interventions, tables and weights."""

from itertools import product

import numpy as np
import pytest
import torch

from scm_compiler.ir import Confounder, Discrete, Edge, Graph, Node
from scm_compiler.ir.domain import BINARY
from scm_compiler.model.implicit import ImplicitModule
from scm_compiler.model.spec import ImplicitSpec

COLOUR = Discrete(("red", "green", "blue"))
NODES = (
    Node("D", "binary", BINARY),
    Node("A", "binary", BINARY),
    Node("C", "categorical", COLOUR),
    Node("B", "binary", BINARY),
)
# The topological order differs from the order of declaration; C and B share a level.
EDGES = (Edge("A", "D"), Edge("C", "D"), Edge("A", "C"), Edge("A", "B"))
SPEC = ImplicitSpec(hidden=6, layers=3, noise=4)


def graph(confounders=()):
    return Graph("mixed", NODES, EDGES, tuple(confounders))


def module(confounders=(), seed=0):
    made = ImplicitModule(graph(confounders), SPEC, generator=torch.Generator().manual_seed(seed))
    return made.double()


def noise_of(made, batch=200, seed=1):
    return made.draw_noise(batch, generator=torch.Generator().manual_seed(seed))


def by_hand(made, noise):
    """The model written out with one chain of linear layers for each label."""
    weights = made.node_weights()

    def chain(name, inputs):
        for depth in range(SPEC.layers):
            weight, bias = (weights[f"{name}.layer{depth}.{w}"] for w in ("weight", "bias"))
            inputs = inputs @ weight.t() + bias
            if depth < SPEC.layers - 1:
                inputs = torch.where(inputs > 0, inputs, 0.2 * inputs)
        return inputs

    own = {name: noise[:, made.layout.blocks[f"U({name})"]] for name in made.layout.labels}
    a = (chain("A", own["A"]) > 0).double()
    c = chain("C", torch.cat([a, own["C"]], 1)).argmax(1)
    b = (chain("B", torch.cat([a, own["B"]], 1)) > 0).double()
    one_hot = torch.eye(3, dtype=torch.double)[c]
    d = (chain("D", torch.cat([a, one_hot, own["D"]], 1)) > 0).double()
    return torch.cat([d, a, c.unsqueeze(1).double(), b], 1).long()


def test_equals_the_model_written_out():
    made = module()
    noise = noise_of(made)
    found = made(noise)
    assert torch.equal(found, by_hand(made, noise))
    assert all(len(found[:, label].unique()) > 1 for label in range(4))


def test_noise_is_uniform_and_follows_the_generator():
    made = module()
    noise = noise_of(made, 20_000)
    assert noise.shape == (20_000, 16)
    assert noise.min() >= -1
    assert noise.max() < 1
    assert noise.mean(0).abs().max() < 0.03
    assert (noise.var(0) - 1 / 3).abs().max() < 0.02
    assert torch.equal(noise, noise_of(made, 20_000))


def test_large_and_small_batches_give_the_same_rows():
    made = module()
    noise = noise_of(made, 8000)
    assert torch.equal(made(noise)[:300], made(noise[:300]))


def test_an_intervention_moves_descendants_alone():
    made = module()
    noise = noise_of(made)
    free, fixed = made(noise), made(noise, do={"C": 2})
    assert (fixed[:, 2] == 2).all()
    assert torch.equal(fixed[:, [1, 3]], free[:, [1, 3]])
    assert not torch.equal(fixed[:, 0], free[:, 0])
    # Consistency: where C is 2 anyway, setting it changes nothing.
    natural = free[:, 2] == 2
    assert natural.any()
    assert torch.equal(fixed[natural], free[natural])


def test_an_intervention_is_checked():
    made = module()
    with pytest.raises(ValueError, match="`X` is not a label of mixed"):
        made(noise_of(made), do={"X": 0})
    with pytest.raises(ValueError, match="`C` has the values 0 to 2, not 3"):
        made(noise_of(made), do={"C": 3})


def test_a_node_is_moved_by_its_ancestors_noise_alone():
    made = module()
    ancestors = {"A": "A", "C": "AC", "B": "AB", "D": "ACD"}
    noise = noise_of(made)
    for block, span in made.layout.blocks.items():
        other = noise.clone()
        other[:, span] = noise_of(made, seed=9)[:, span]
        moved = (made.raw(other) != made.raw(noise)).any(0)
        for label, columns in zip(made.layout.labels, made.layout.encoded, strict=True):
            assert moved[columns].any() == (block[2:-1] in ancestors[label])


def test_a_hidden_common_cause_feeds_both_its_ends():
    made = module([Confounder("C", "B")])
    noise = noise_of(made)
    other = noise.clone()
    span = made.layout.blocks["U(C,B)"]
    other[:, span] = noise_of(made, seed=9)[:, span]
    moved = (made.raw(other, do={"D": 0}) != made.raw(noise, do={"D": 0})).any(0)
    columns = dict(zip(made.layout.labels, made.layout.encoded, strict=True))
    assert {name for name, span in columns.items() if moved[span].any()} == {"C", "B"}
    with pytest.raises(ValueError, match="<->"):
        made.tables()


def test_raw_outputs_round_to_the_values():
    made = module()
    noise = noise_of(made)
    raw, values = made.raw(noise), made(noise)
    assert torch.equal((raw[:, [0, 1, 5]] > 0.5).long(), values[:, [0, 1, 3]])
    assert torch.equal(raw[:, 2:5].argmax(1), values[:, 2])
    torch.testing.assert_close(raw[:, 2:5].sum(1), torch.ones(200, dtype=torch.double))
    fixed = made.raw(noise, do={"C": 1})
    assert (fixed[:, 2:5] == torch.tensor([0.0, 1.0, 0.0])).all()


def test_straight_through_has_hard_values_and_soft_gradients():
    made = module()
    noise = noise_of(made)
    soft, hard = made.sweep(noise, "hard")
    through, read = made.sweep(noise, "straight-through")
    assert torch.equal(through, soft)
    assert torch.equal(read, hard)
    root = made.levels[0].weights[0]
    only_d = made.layout.encoded[0]
    (gradient,) = torch.autograd.grad(through[:, only_d].sum(), root)
    assert gradient.abs().max() > 0
    (none,) = torch.autograd.grad(soft[:, only_d].sum(), root)
    assert (none == 0).all()


@pytest.mark.statistics
def test_tables_agree_with_conditional_frequencies():
    """Each frequency within 5 standard errors of its cell: a false alarm in 1e-5 runs or fewer."""
    made = module()
    tables = made.tables(draws=20_000, generator=torch.Generator().manual_seed(2))
    assert tables.draws == dict.fromkeys("DACB", 20_000)
    values = made(noise_of(made, 100_000)).numpy()
    checked = 0
    for name, table in tables.probabilities.items():
        columns = [made.layout.index[parent] for parent in made.graph.parents[name]]
        for configuration in product(*(range(made.layout.sizes[c]) for c in columns)):
            rows = values[(values[:, columns] == configuration).all(1), made.layout.index[name]]
            if len(rows) < 100:
                continue
            for value, p in enumerate(table[configuration]):
                error = np.sqrt(max(p * (1 - p), 1e-4) * (1 / len(rows) + 1 / 20_000))
                assert abs((rows == value).mean() - p) < 5 * error
                checked += 1
    assert checked >= 20


def test_tables_spend_fewer_draws_on_many_configurations():
    tables = module().tables(draws=4000, most_rows=12_000)
    assert tables.draws == {"D": 2000, "A": 4000, "C": 4000, "B": 4000}


def test_tables_with_too_many_configurations_are_refused():
    roots = tuple(Node(f"R{rank}", "binary", BINARY) for rank in range(17))
    sink = Node("S", "binary", BINARY)
    edges = tuple(Edge(root.name, "S") for root in roots)
    made = ImplicitModule(Graph("wide", (*roots, sink), edges), SPEC)
    with pytest.raises(ValueError, match="`S` has 131,072 parent configurations"):
        made.tables(draws=1)


def test_tables_are_the_same_at_every_call():
    made = module()
    first, again = (made.tables(draws=1000).probabilities for _ in range(2))
    assert all(np.array_equal(first[name], again[name]) for name in "DACB")


def test_reads_are_the_parents_and_the_blocks():
    made = module([Confounder("C", "B")])
    for name, reads in zip(made.layout.labels, made.reads(), strict=True):
        parents = {made.layout.labels[column] for column in reads.labels}
        assert parents == set(made.graph.parents[name])
        own = {c for b in made.graph.noise if name in b.readers for c in _block(made, b.name)}
        assert set(reads.noise) == own


def _block(made, name):
    span = made.layout.blocks[name]
    return range(span.start, span.stop)


def test_scores_are_cut_to_the_values_of_forward():
    made = module()
    noise = noise_of(made)
    _, encoded = made.sweep(noise, "hard")
    d, a, c, b = made.scores(encoded, noise)
    found = torch.stack([d[:, 0] > 0, a[:, 0] > 0, c.argmax(1), b[:, 0] > 0], 1).long()
    assert torch.equal(found, made(noise))


def test_the_sampler_exports_with_any_number_of_rows():
    made = module()
    batch = torch.export.Dim("batch", min=2)
    exported = torch.export.export(made, (noise_of(made, 5),), dynamic_shapes=({0: batch},))
    noise = noise_of(made, 333)
    assert torch.equal(exported.module()(noise), made(noise))


def test_weights_round_trip_and_are_named_by_node():
    first, second = module(seed=1), module(seed=2)
    weights = first.node_weights()
    assert weights["D.layer0.weight"].shape == (6, 1 + 3 + 4)
    assert weights["C.layer2.bias"].shape == (3,)
    second.load_node_weights(weights)
    noise = noise_of(first)
    assert torch.equal(first.raw(noise), second.raw(noise))


def test_the_shape_is_checked():
    with pytest.raises(ValueError, match="at least 1"):
        ImplicitSpec(hidden=0)


def test_a_value_for_each_row_is_that_value_alone():
    made = module()
    noise = made.draw_noise(12, generator=torch.Generator().manual_seed(3))
    held = torch.arange(12) % 3
    found = made(noise, {"C": held})
    for value in range(3):
        assert torch.equal(found[held == value], made(noise, {"C": value})[held == value])
    with pytest.raises(ValueError, match="0 to 2, not 3"):
        made(noise, {"C": held + 1})
