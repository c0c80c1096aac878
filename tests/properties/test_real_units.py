"""Units of random graphs of labels and real nodes: what Pearl's axioms say of them holds.

Mechanisms are random ones of every form. The noise that is drawn for a unit is abducted again from
its values, and the unit is asked for in other worlds.
"""

from math import inf

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from scm_compiler.inference.real.units import Draw, Held, Seen, Variable
from scm_compiler.ir import Discrete, Edge, Graph, Node, Real
from scm_compiler.ir.domain import BINARY
from scm_compiler.model.mechanism import Tabular
from scm_compiler.model.real.classes import Classes
from scm_compiler.model.real.features import Features, Perceptron
from scm_compiler.model.real.linear import Linear
from scm_compiler.model.real.mechanism import Quantiles, Transform
from scm_compiler.model.real.scale import Scale

COUNT = 200
NEAR = 1e-10
KINDS = {
    "binary": BINARY,
    "categorical": Discrete(("low", "mid", "high")),
    "real": Real(),
    "ray": Real(0.0, inf),
    "span": Real(-1.0, 4.0),
}


def rows(domains):
    return int(np.prod([d.size for d in domains.values() if not isinstance(d, Real)], dtype=int))


def network(random, inputs, outputs):
    columns = len(Features.raw(inputs).middles)
    features = Features(inputs, random.normal(size=columns), random.uniform(0.5, 2, columns))
    shapes = [(columns, 6), (6, outputs)]
    weights = tuple(random.normal(0, 0.7, shape) for shape in shapes)
    biases = tuple(random.normal(0, 0.7, shape[1]) for shape in shapes)
    return features, Perceptron(weights, biases)


def mechanism(random, domain, inputs):
    """A random mechanism of a form that the node can have."""
    discrete = not any(isinstance(d, Real) for d in inputs.values())
    if not isinstance(domain, Real):
        if discrete:
            sizes = [d.size for d in inputs.values()]
            table = random.dirichlet(np.ones(domain.size), sizes).reshape(*sizes, domain.size)
            return Tabular(domain, tuple(inputs), rows=table)
        features, layers = network(random, inputs, domain.size)
        return Classes(domain, tuple(inputs), features=features, network=layers)
    scale = Scale(domain, 1.3, 0.4, 1.2)
    if domain == Real() and random.random() < 0.4:
        real = sum(isinstance(d, Real) for d in inputs.values())
        shape = (rows(inputs), 1 + real)
        return Linear(domain, inputs, random.normal(size=shape), random.uniform(0.5, 2, shape[0]))
    if discrete:
        rise = np.exp(random.normal(0, 0.7, (rows(inputs), 7, 2)))
        scores, places = np.moveaxis(rise.cumsum(1) - rise.sum(1, keepdims=True) / 2, -1, 0)
        return Quantiles(
            domain,
            inputs,
            scale,
            scores=scores,
            places=places,
            slopes=np.exp(random.normal(0, 0.5, places.shape)),
            chances=np.ones((len(places), 1)),
        )
    features, layers = network(random, inputs, 3 * 3 + 1)
    line = random.normal(size=len(features.middles))
    return Transform(
        domain, inputs, scale, features=features, network=layers, line=line, floor=1e-2
    )


@st.composite
def models(draw):
    """A graph of up to five nodes, its mechanisms, and a seed."""
    kinds = draw(st.lists(st.sampled_from(sorted(KINDS)), min_size=2, max_size=5))
    nodes = tuple(Node(f"N{k}", kind, KINDS[kind]) for k, kind in enumerate(kinds))
    pairs = [(a, b) for b in range(len(nodes)) for a in range(b)]
    edges = tuple(Edge(f"N{a}", f"N{b}") for a, b in pairs if draw(st.booleans()))
    graph = Graph("random", nodes, edges)
    random = np.random.default_rng(draw(st.integers(0, 2**32)))
    made = {}
    for node in nodes:
        inputs = {parent: graph.by_name[parent].domain for parent in graph.parents[node.name]}
        made[node.name] = mechanism(random, node.domain, inputs)
    return graph, made, random


def units(model, held=()):
    graph, made, random = model
    names = [node.name for node in graph.nodes]
    return Draw(graph, made, held, Seen(), names, np.random.default_rng(random), COUNT)


def holding(draw, name):
    """An intervention that gives every unit the value that its neighbour has."""
    column = np.roll(draw.own[name], 1)
    return Held(name, "as its neighbour", rule=lambda read, draw: column)


def keeping(draw, name, column):
    return Held(name, f"its own {name}", rule=lambda read, draw: column)


def same(graph, name, found, expected):
    if isinstance(graph.by_name[name].domain, Real):
        assert np.allclose(found, expected, rtol=NEAR, atol=NEAR)
    else:
        assert (found == expected).all()


few = settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))


@few
@given(models())
def test_abducted_and_predicted_with_nothing_changed_a_unit_is_what_it_was(model):
    graph, made, random = model
    draw = units(model)
    for node in graph.nodes:
        name, own = node.name, made[node.name]
        noise = own.abduct(draw.own[name], draw.own, random.random((COUNT, own.width)))
        same(graph, name, own.sample(draw.own, noise), draw.own[name])


@few
@given(models())
def test_effectiveness(model):
    graph, _, _ = model
    draw = units(model)
    for node in graph.nodes:
        held = holding(draw, node.name)
        found = draw.value(Variable(node.name, (held,)))
        assert (found == np.roll(draw.own[node.name], 1)).all()


@few
@given(models())
def test_composition(model):
    """Holding a node at what it is anyway changes nothing, in the world of an intervention too."""
    graph, _, _ = model
    draw = units(model)
    first, second, *_ = [node.name for node in graph.nodes]
    last = graph.nodes[-1].name
    held = holding(draw, first)
    middle = draw.value(Variable(second, (held,)))
    same(
        graph,
        last,
        draw.value(Variable(last, (keeping(draw, first, draw.own[first]),))),
        draw.own[last],
    )
    both = Variable(last, (held, keeping(draw, second, middle)))
    same(graph, last, draw.value(both), draw.value(Variable(last, (held,))))


@few
@given(models())
def test_reversibility(model):
    """Y is y under do(X) alone, if it is under do(X, W=w) and W is w under do(X, Y=y)."""
    graph, _, _ = model
    draw = units(model)
    x, *between, y = [node.name for node in graph.nodes]
    held = holding(draw, x)
    for w in between:
        w_alone = draw.value(Variable(w, (held,)))
        y_held = draw.value(Variable(y, (held, keeping(draw, w, w_alone))))
        same(graph, w, draw.value(Variable(w, (held, keeping(draw, y, y_held)))), w_alone)
        same(graph, y, draw.value(Variable(y, (held,))), y_held)


@pytest.mark.parametrize("seed", range(3))
def test_what_does_not_follow_from_an_intervention_is_not_drawn_again(seed):
    random = np.random.default_rng(seed)
    nodes = tuple(Node(name, "real", Real()) for name in ("A", "B", "C"))
    graph = Graph("chain", nodes, (Edge("A", "B"), Edge("B", "C")))
    made = {}
    for node in nodes:
        inputs = {parent: Real() for parent in graph.parents[node.name]}
        made[node.name] = mechanism(random, Real(), inputs)
    draw = units((graph, made, random))
    found = draw.value(Variable("A", (holding(draw, "C"),)))
    assert found is draw.own["A"]
