"""Queries against brute-force enumeration of the joint, on random models up to ten nodes."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scm_compiler.diagnostics import ScmError, Sink, Source
from scm_compiler.inference import answer
from scm_compiler.ir import Discrete, Edge, Graph, Node
from scm_compiler.ir import query as ir
from scm_compiler.ir.domain import BINARY
from scm_compiler.model.tables import Tables, table_shape
from scm_compiler.passes import mutilate
from scm_compiler.semantics.query import phrase, resolve
from scm_compiler.syntax.query import parse_query

EXACT = 1e-9


@st.composite
def models(draw, most=10):
    """A random graph with random tables; some entries are exact zeros."""
    sizes = draw(st.lists(st.sampled_from([2, 2, 2, 3]), min_size=2, max_size=most))
    names = [f"N{i}" for i in range(len(sizes))]
    pairs = [(a, b) for b in range(len(sizes)) for a in range(max(0, b - 6), b)]
    chosen = draw(st.lists(st.sampled_from(pairs), unique=True, max_size=14))
    chosen = [
        pair for i, pair in enumerate(chosen) if sum(p[1] == pair[1] for p in chosen[:i]) < 4
    ]
    nodes = tuple(
        Node(name, "binary", BINARY)
        if size == 2
        else Node(name, "categorical", Discrete(("low", "mid", "a b")))
        for name, size in zip(names, sizes, strict=True)
    )
    edges = tuple(Edge(names[a], names[b]) for a, b in sorted(chosen, key=lambda p: p[::-1]))
    # The declaration order is shuffled, so that it is no topological order.
    order = draw(st.permutations(range(len(names))))
    graph = _ordered(nodes, edges, order)
    return _tables(graph, draw(st.integers(0, 2**32)), draw(st.sampled_from([0.0, 0.0, 0.3])))


def _ordered(nodes, edges, order):
    nodes = tuple(nodes[i] for i in order)
    rank = {node.name: i for i, node in enumerate(nodes)}
    ranked = sorted(edges, key=lambda edge: (rank[edge.target], rank[edge.source]))
    return Graph("g", nodes, tuple(ranked))


def _tables(graph, seed, zeros):
    random = np.random.default_rng(seed)
    found = {}
    for node in graph.labels:
        shape = table_shape(graph, node.name)
        table = random.gamma(1.0, size=shape) + 1e-3
        table[random.random(shape) < zeros] = 0.0
        table[table.sum(-1) == 0] = 1.0
        found[node.name] = table / table.sum(-1, keepdims=True)
    return Tables(graph, found)


@st.composite
def questions(draw, model):
    """Targets (some with a value), do and evidence; do and evidence do not overlap."""
    names = draw(st.permutations([node.name for node in model.graph.labels]))
    held = names[: draw(st.integers(0, 2))]
    seen = names[len(held) : len(held) + draw(st.integers(0, 3))]
    targets = draw(st.lists(st.sampled_from(names), min_size=1, max_size=3, unique=True))

    def value(name):
        return draw(st.integers(0, model.graph.by_name[name].domain.size - 1))

    return ir.Probability(
        tuple(
            ir.Event(ir.Variable(n), value(n) if draw(st.booleans()) else None) for n in targets
        ),
        tuple(ir.Setting(name, value(name)) for name in held),
        tuple(ir.Event(ir.Variable(name), value(name)) for name in seen),
    )


def enumerated(model, query):
    """P(targets | do, given) from the whole joint; None if the evidence is impossible."""
    names = [node.name for node in model.graph.labels]
    sizes = [node.domain.size for node in model.graph.labels]
    cells = np.indices(sizes).reshape(len(sizes), -1)
    at = dict(zip(names, cells, strict=True))
    do = {setting.node: setting.value for setting in query.do}
    mass = np.ones(cells.shape[1])
    for name in names:
        if name in do:
            mass *= at[name] == do[name]
        else:
            table = model.probabilities[name]
            mass *= table[(*(at[parent] for parent in model.graph.parents[name]), at[name])]
    for event in query.given:
        mass *= at[event.variable.node] == event.value
    if mass.sum() == 0:
        return None
    hit = np.ones(len(mass), bool)
    for event in query.targets:
        hit &= True if event.value is None else at[event.variable.node] == event.value
    free = [variable.node for variable in query.free]
    found = np.zeros([model.graph.by_name[name].domain.size for name in free])
    if not free:
        return (mass * hit).sum() / mass.sum()
    np.add.at(found, tuple(at[name] for name in free), mass * hit)
    return found / mass.sum()


def numbers(found, model):
    """An answer as an array, axes in the order of the free targets."""
    if not hasattr(found.value, "rows"):
        return np.array(found.probability)
    shape = [model.graph.by_name[name].domain.size for name in found.value.variables]
    return np.array([row.probability.value for row in found.value.rows]).reshape(shape)


@given(st.data())
@settings(max_examples=300, deadline=None)
def test_every_probability_is_that_of_enumeration(data):
    model = data.draw(models())
    query = data.draw(questions(model))
    expected = enumerated(model, query)
    if expected is None:
        with pytest.raises(ScmError) as refusal:
            answer(query, model)
        assert refusal.value.diagnostics[0].code == "E431"
        return
    found = answer(query, model)
    assert found.method == "exact"
    assert found.rung == (2 if query.do else 1)
    assert np.abs(numbers(found, model) - expected).max() < EXACT
    again = answer(query, model)  # from the table of all questions of this shape
    assert np.abs(numbers(again, model) - expected).max() < EXACT


@given(st.data())
@settings(max_examples=100, deadline=None)
def test_a_regime_is_every_labels_own_answer(data):
    model = data.draw(models(most=7))
    query = data.draw(questions(model))
    if enumerated(model, query) is None:
        return
    found = answer(ir.Regime(query.do, query.given), model)
    for node in model.graph.labels:
        alone = ir.Probability((ir.Event(ir.Variable(node.name)),), query.do, query.given)
        mine = [number.value for number in found.value[node.name].values()]
        assert np.abs(mine - enumerated(model, alone)).max() < EXACT


def intervened(model, do):
    """The mutilated graph with tables in which each held label is certain."""
    points = {name: np.eye(model.graph.domain(name).size)[value] for name, value in do.items()}
    return Tables(mutilate(model.graph, do), {**model.probabilities, **points})


@given(st.data())
@settings(max_examples=100, deadline=None)
def test_do_is_the_same_as_asking_the_intervened_model(data):
    model = data.draw(models(most=7))
    query = data.draw(questions(model))
    before = {name: table.copy() for name, table in model.probabilities.items()}
    held = intervened(model, {setting.node: setting.value for setting in query.do})
    if enumerated(model, query) is not None:
        plain = ir.Probability(query.targets, (), query.given)
        assert np.allclose(
            numbers(answer(query, model), model), numbers(answer(plain, held), model), atol=EXACT
        )
    assert all((model.probabilities[name] == table).all() for name, table in before.items())


@given(st.data())
@settings(max_examples=100, deadline=None)
def test_the_text_of_a_query_means_the_query(data):
    model = data.draw(models(most=5))
    query = data.draw(questions(model))
    sink = Sink(Source("query", phrase(query, model.graph)))
    tree = parse_query(sink.source, sink)
    assert resolve(tree, model.graph, sink) == query


@given(st.text(alphabet='PEATdogivn()[]|=,-> "01AB\n\t\0é', max_size=40))
@settings(max_examples=300, deadline=None)
def test_no_text_crashes(text):
    sink = Sink(Source("query", text))
    tree = parse_query(sink.source, sink)
    assert (tree is None) == (not sink.close().ok)
