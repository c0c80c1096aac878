"""Draws of counterfactuals, against the exact answers and against the model run forwards.

Frequencies are compared at five standard errors: one false alarm in two million comparisons.
"""

from itertools import product

import numpy as np
import pytest
import torch

from scm_compiler.compiler import parse_text
from scm_compiler.diagnostics import ScmError
from scm_compiler.inference import answer
from scm_compiler.inference.counterfactual.abduction import draw_hidden, imagine, under
from scm_compiler.inference.counterfactual.networks import responses_of
from scm_compiler.inference.draws import draw_labels
from scm_compiler.ir import query as ir
from scm_compiler.model.explicit import ExplicitModule
from scm_compiler.model.implicit import ImplicitModule
from scm_compiler.model.spec import ExplicitSpec, ImplicitSpec
from scm_compiler.model.tables import Model, Tables, table_shape
from scm_compiler.semantics.query import read_query

PROGRAM = """X, B : binary
M, Y : categorical(a, b, c)
X -> M
X, M, B -> Y
"""
ROWS = 40_000
pytestmark = pytest.mark.statistics


def network(graph, seed=3):
    random = np.random.default_rng(seed)
    drawn = {n.name: random.gamma(0.7, size=table_shape(graph, n.name)) for n in graph.labels}
    drawn["X"] = np.ones(2)
    return Tables(graph, {name: t / t.sum(-1, keepdims=True) for name, t in drawn.items()})


def uniform_of(seed, rows=ROWS):
    def uniform(node, columns):
        return np.random.default_rng([seed, *node.encode()]).random((rows, columns))

    return uniform


def units_of(model, rows=ROWS, seed=0, given=()):
    drawn = draw_labels(ir.Regime(given=given), model, rows, seed=seed)
    names = [n.name for n in model.graph.labels if n.kind != "hidden"]
    return {name: drawn[:, rank] for rank, name in enumerate(names)}


def near(share, exact, count):
    return abs(share - exact) <= 5 * np.sqrt(max(exact * (1 - exact), 1 / count) / count)


@pytest.mark.parametrize("noise", ["threshold", "gumbel-max"])
def test_shares_are_the_exact_answers(noise):
    """P(Y[X=1] | X=0, M, Y) for every M and Y that occur often."""
    model = network(parse_text(PROGRAM, "g"))
    units = units_of(model)
    found = imagine(under(model, noise), units, {"X": 1}, uniform_of(1))
    assert (found["X"] == 1).all()
    assert (found["B"] == units["B"]).all()
    compared = 0
    for m, y in product(range(3), range(3)):
        chosen = (units["X"] == 0) & (units["M"] == m) & (units["Y"] == y)
        if (count := int(chosen.sum())) < 500:
            continue
        text = f"P(Y[X=1], M[X=1] | X=0, M={'abc'[m]}, Y={'abc'[y]})"
        exact = answer(read_query(text, model.graph), model, noise_model=noise).value
        for value, mediator in product("abc", "abc"):
            hits = (found["Y"][chosen] == "abc".index(value)) & (
                found["M"][chosen] == "abc".index(mediator)
            )
            assert near(hits.mean(), exact[value, mediator], count), (text, value, mediator)
            compared += 1
    assert compared >= 36


def test_the_same_units_as_the_model_run_forwards():
    """Pairs (factual, under do) of one noise, from the module itself and by abduction."""
    graph = parse_text(PROGRAM, "g")
    module = ExplicitModule(graph)
    with torch.no_grad():
        for weight in module.parameters():
            weight.normal_(generator=torch.Generator().manual_seed(5))
    model = module.tables()
    noise = module.draw_noise(ROWS, generator=torch.Generator().manual_seed(0))
    forwards = joint(module(noise).numpy(), module(noise, {"X": 0}).numpy())
    units = units_of(model)
    found = imagine(model.model, units, {"X": 0}, uniform_of(2))
    backwards = joint(np.stack(list(units.values()), 1), np.stack([found[n] for n in units], 1))
    for cell in forwards.keys() | backwards.keys():
        one, other = forwards.get(cell, 0), backwards.get(cell, 0)
        assert abs(one - other) <= 5 * np.sqrt(one + other + 1), cell


def joint(rows, others):
    cells, counts = np.unique(np.hstack([rows, others]), axis=0, return_counts=True)
    return dict(zip(map(tuple, cells.tolist()), counts.tolist(), strict=True))


@pytest.mark.parametrize("noise", ["threshold", "gumbel-max"])
def test_what_does_not_move_keeps_its_value(noise):
    model = network(parse_text(PROGRAM, "g"))
    units = units_of(model, 2000)
    for value in (0, 1):
        found = imagine(under(model, noise), units, {"X": value}, uniform_of(1, 2000))
        same = units["X"] == value
        for name, column in units.items():
            assert (found[name][same] == column[same]).all()
    assert all(
        (imagine(model.model, units, {}, uniform_of(1, 2000))[n] == units[n]).all() for n in units
    )


def test_two_counterfactuals_are_of_the_same_units():
    """Monotone in the threshold model: with growing P(Y=1) nobody falls back."""
    graph = parse_text("X : categorical(a, b, c)\nY : binary\nX -> Y", "g")
    rows = np.array([[0.9, 0.1], [0.5, 0.5], [0.2, 0.8]])
    model = Tables(graph, {"X": np.full(3, 1 / 3), "Y": rows})
    units = units_of(model, 5000)
    worlds = [imagine(model.model, units, {"X": v}, uniform_of(4, 5000))["Y"] for v in range(3)]
    assert (worlds[0] <= worlds[1]).all()
    assert (worlds[1] <= worlds[2]).all()


def test_certain_tables_are_followed():
    graph = parse_text("X, Y : binary\nX -> Y", "g")
    model = Tables(graph, {"X": np.array([0.5, 0.5]), "Y": np.eye(2)})
    units = units_of(model, 1000)
    for noise in ("threshold", "gumbel-max"):
        for value in (0, 1):
            found = imagine(under(model, noise), units, {"X": value}, uniform_of(0, 1000))
            assert (found["Y"] == value).all()


def test_networks_answer_by_their_own_noise():
    graph = parse_text("X, Y : binary\nX -> Y", "g")
    spec = ImplicitSpec(hidden=8, layers=2, noise=3)
    module = ImplicitModule(graph, spec, generator=torch.Generator().manual_seed(2))
    model = module.tables(draws=20_000, generator=torch.Generator().manual_seed(0))
    noise = responses_of(module, draws=20_000)
    units = units_of(model)
    found = imagine(under(model, noise), units, {"X": 1}, uniform_of(6))
    for y in (0, 1):
        chosen = (units["X"] == 0) & (units["Y"] == y)
        if (count := int(chosen.sum())) < 500:
            continue
        text = f"P(Y[X=1]=1 | X=0, Y={y})"
        exact = answer(read_query(text, graph), model, noise_model=noise).probability
        assert near(found["Y"][chosen].mean(), exact, count)


def test_a_value_that_no_noise_gives():
    graph = parse_text("X, Y : binary\nX -> Y", "g")
    module = ImplicitModule(graph, ImplicitSpec(hidden=4, layers=2, noise=1))
    noise = responses_of(module, draws=100)
    never = noise.law("Y").values
    never[:] = 0
    model = Tables(graph, {"X": np.array([0.5, 0.5]), "Y": np.full((2, 2), 0.5)})
    units = {"X": np.array([0]), "Y": np.array([1])}
    with pytest.raises(ScmError) as refusal:
        imagine(under(model, noise), units, {"X": 1}, uniform_of(0, 1))
    assert refusal.value.diagnostics[0].code == "E835"


def test_hidden_common_causes_are_drawn_given_the_labels():
    """P(Y[X=1] | X=0, Y=y) where X <-> Y, by enumeration over the states of the hidden cause."""
    graph = parse_text("X, Y : binary\nX -> Y\nX <-> Y", "g")
    module = ExplicitModule(graph, ExplicitSpec(hidden_states=3))
    with torch.no_grad():
        for weight in module.parameters():
            weight.normal_(std=2.0, generator=torch.Generator().manual_seed(7))
    model = module.tables()
    p_x, p_y = (model.probabilities[name] for name in "XY")  # [u, x], [x, u, y]
    units = units_of(model)
    known = draw_hidden(model, units, seed=11)
    assert set(known) == {"X", "Y", "U(X,Y)"}
    found = imagine(model.model, known, {"X": 1}, uniform_of(8))
    for y in (0, 1):
        chosen = (units["X"] == 0) & (units["Y"] == y)
        posterior = p_x[:, 0] * p_y[0, :, y]
        posterior /= posterior.sum()
        exact = 0.0
        for state in range(3):
            old, new = p_y[0, state, 1], p_y[1, state, 1]
            both = min(old, new) if y else max(new - old, 0.0)
            exact += posterior[state] * both / (old if y else 1 - old)
        assert near(found["Y"][chosen].mean(), exact, int(chosen.sum()))


class Linear:
    """A mechanism of real values, as a package could bring it: y = slope x + noise."""

    def __init__(self, *parents, slope=1.0):
        self.domain, self.parents, self.width, self.slope = None, parents, 0, slope

    def sample(self, world, noise):
        return sum((self.slope * world[parent] for parent in self.parents), noise)

    def abduct(self, value, world, uniform):
        return value - self.sample(world, np.zeros(len(value)))


def test_another_family_of_mechanisms_is_one_more_class():
    graph = parse_text("X, M, Y : binary\nX -> M\nX, M -> Y\n")
    model = Model(graph, {"X": Linear(), "M": Linear("X", slope=2), "Y": Linear("X", "M")})
    world = {}
    for name in "XMY":
        own = np.random.default_rng(ord(name)).normal(size=50)
        world[name] = model.mechanisms[name].sample(world, own)
    found = imagine(model, world, {"X": 0.5}, uniform_of(0, 50))
    moved = 0.5 - world["X"]
    assert np.allclose(found["M"] - world["M"], 2 * moved)
    assert np.allclose(found["Y"] - world["Y"], 3 * moved)
