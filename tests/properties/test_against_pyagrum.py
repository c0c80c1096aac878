"""Questions that pyAgrum answers too, from the same tables: an independent implementation."""

import numpy as np
import pytest

from scm_compiler.compiler import parse_text
from scm_compiler.identify.graph import causal
from scm_compiler.inference import answer
from scm_compiler.model.tables import Tables, table_shape
from scm_compiler.semantics.query import read_query

gum = pytest.importorskip("pyagrum")
causal_of_gum = pytest.importorskip("pyagrum.causal")

PROGRAM = (
    "Z, X, M, Y : binary\nE3 : categorical(1, 2, 3)\nZ -> X -> M\nZ, X, M, E3 -> Y\nZ -> E3\n"
)


@pytest.fixture(scope="module")
def model():
    graph, random = causal(parse_text(PROGRAM)), np.random.default_rng(11)
    shapes = {node.name: table_shape(graph, node.name) for node in graph.labels}
    tables = {
        name: random.dirichlet(np.ones(shape[-1]), shape[:-1]) for name, shape in shapes.items()
    }
    return Tables(graph, tables)


@pytest.fixture(scope="module")
def net(model):
    net = gum.BayesNet()
    for node in model.graph.labels:
        net.add(gum.LabelizedVariable(node.name, "", list(node.domain.values)))
    for edge in model.graph.edges:
        net.addArc(edge.source, edge.target)
    for node in model.graph.labels:
        parents = model.graph.parents[node.name]
        for place in np.ndindex(model.probabilities[node.name].shape[:-1]):
            at = dict(zip(parents, map(int, place), strict=True))
            row = model.probabilities[node.name][place].tolist()
            if at:
                net.cpt(node.name)[at] = row
            else:
                net.cpt(node.name).fillWith(row)
    return net


def asked(model, text):
    return answer(read_query(text, model.graph), model, text=text).probability


def doing(net, outcome, **held):
    """P(outcome=1 | do(held)) by pyAgrum."""
    causes = causal_of_gum.CausalModel(net)
    _, found, _ = causal_of_gum.causalImpact(causes, on=outcome, doing=set(held), values=held)
    return float(found[{outcome: 1}])


def test_uncertain_evidence(model, net):
    inference = gum.LazyPropagation(net)
    inference.setEvidence({"X": [0.2, 0.8], "E3": [0.5, 0.1, 0.7]})
    inference.makeInference()
    text = "P(Y=1 | X ~ (0.2, 0.8), E3 ~ (0.5, 0.1, 0.7))"
    assert asked(model, text) == pytest.approx(inference.posterior("Y")[1])


def test_the_effect_on_the_treated(model, net):
    """What the treated would have been by abduction, action and prediction."""
    causes = causal_of_gum.CausalModel(net)
    would = causal_of_gum.counterfactual(
        causes, profile={"X": 1}, on="Y", whatif="X", values={"X": 0}
    )
    inference = gum.LazyPropagation(net)
    inference.setEvidence({"X": 1})
    seen = inference.posterior("Y")[1]
    assert asked(model, "ATT(X -> Y)") == pytest.approx(seen - float(would[{"Y": 1}]))


def test_effects_past_and_through_a_mediator(model, net):
    """By the mediation formula: nothing but X causes M."""
    for name, (changed, fixed) in {"NDE": (1, 0), "NIE": (0, 1)}.items():
        mediator = doing(net, "M", X=fixed)
        chance = {0: 1 - mediator, 1: mediator}
        nested = sum(chance[m] * doing(net, "Y", X=changed, M=m) for m in (0, 1))
        assert asked(model, f"{name}(X -> Y)") == pytest.approx(nested - doing(net, "Y", X=0))
    for held in (0, 1):
        both = [doing(net, "Y", X=x, M=held) for x in (1, 0)]
        assert asked(model, f"CDE(X -> Y, M={held})") == pytest.approx(both[0] - both[1])


def test_a_ratio_and_a_random_action(model, net):
    one, zero = (doing(net, "Y", X=x) for x in (1, 0))
    assert asked(model, "P(Y=1 | do(X=1)) / P(Y=1 | do(X=0))") == pytest.approx(one / zero)
    assert asked(model, "P(Y=1 | do(X ~ 0.3))") == pytest.approx(0.3 * one + 0.7 * zero)
