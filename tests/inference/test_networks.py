"""Answers on real networks, against pyAgrum and published figures."""

import csv
import json

import numpy as np
import pytest

from scm_compiler.inference import answer
from scm_compiler.interop import read_bif
from scm_compiler.ir import Edge, Graph, Node
from scm_compiler.ir import query as ir
from scm_compiler.ir.domain import BINARY
from scm_compiler.model.tables import Tables

NETWORKS = ["asia", "cancer", "earthquake", "sachs", "survey", "alarm"]


def event(graph, node, value):
    return ir.Event(ir.Variable(node), graph.by_name[node].domain.index(value))


@pytest.mark.parametrize("name", NETWORKS)
def test_the_stored_answers_of_pyagrum(shared_data, name):
    """Every P(y | x) and P(y | do(x)) of the file, within 1e-6."""
    model = read_bif(shared_data / "bn" / "bif" / f"{name}.bif.gz")
    graph, checked = model.graph, 0
    with (shared_data / "bn" / "oracle_pyagrum.csv").open(encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if row["network"] == name]
    for row in rows:
        target = (event(graph, row["y"], row["y_value"]),)
        cause = event(graph, row["x"], row["x_value"])
        seen = answer(ir.Probability(target, (), (cause,)), model)
        held = ir.Setting(row["x"], cause.value)
        done = answer(ir.Probability(target, (held,)), model)
        assert abs(seen.probability - float(row["p_y_given_x"])) < 1e-6
        assert abs(done.probability - float(row["p_y_do_x"])) < 1e-6
        checked += 1
    assert checked >= 100


@pytest.mark.slow
@pytest.mark.parametrize("name", NETWORKS)
def test_pyagrum_itself(shared_data, tmp_path, name):
    """Evidence on three nodes, under an intervention or not; every other node's table."""
    gum = pytest.importorskip("pyagrum")
    model = read_bif(shared_data / "bn" / "bif" / f"{name}.bif.gz")
    graph = model.graph
    network = theirs(gum, model)
    random = np.random.default_rng(11)
    names = [node.name for node in graph.labels]
    for trial in range(12):
        chosen = [str(n) for n in random.choice(names, size=4, replace=False)]
        values = {n: int(random.integers(graph.by_name[n].domain.size)) for n in chosen}
        held = chosen[:1] if trial % 2 else []
        mutilated = gum.BayesNet(network)
        for node in held:
            for parent in list(mutilated.parents(node)):
                mutilated.eraseArc(parent, mutilated.idFromName(node))
            point = np.zeros(graph.by_name[node].domain.size)
            point[values[node]] = 1
            mutilated.cpt(node)[:] = point
        engine = gum.LazyPropagation(mutilated)
        engine.setEvidence(values)
        do = tuple(ir.Setting(n, values[n]) for n in held)
        given = tuple(ir.Event(ir.Variable(n), values[n]) for n in chosen if n not in held)
        try:
            engine.makeInference()
            possible = engine.evidenceProbability() > 0
        except gum.GumException:
            possible = False
        if not possible:
            continue
        regime = answer(ir.Regime(do, given), model).value
        for node in names:
            expected = engine.posterior(node).toarray()
            found = [number.value for number in regime[node].values()]
            assert np.abs(found - expected).max() < 1e-6
            alone = answer(ir.Probability((ir.Event(ir.Variable(node)),), do, given), model)
            table = [row.probability.value for row in alone.value.rows]
            assert np.abs(np.array(table) - found).max() < 1e-9


def theirs(gum, model):
    """The same network in pyAgrum, built from the tables and not from the file."""
    network = gum.BayesNet()
    graph = model.graph
    for node in graph.labels:
        values = list(node.domain.values)
        network.add(gum.LabelizedVariable(node.name, "", values))
    for edge in graph.edges:
        network.addArc(edge.source, edge.target)
    for node in graph.labels:
        parents = graph.parents[node.name]
        table = model.probabilities[node.name]
        for place in np.ndindex(table.shape[:-1]):
            at = dict(zip(parents, map(int, place), strict=True))
            if at:
                network.cpt(node.name)[at] = table[place]
            else:
                network.cpt(node.name)[:] = table
    return network


def test_the_published_graph_of_celeba(shared_data):
    """Each P(target | cause) and P(target | do(cause)) of the reference, within its rounding."""
    folder = shared_data / "celeba"
    model = celeba(json.loads((folder / "g1_cpds.json").read_text(encoding="utf-8")))
    with (folder / "g1_do_vs_cond.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 40
    for row in rows:
        target = (ir.Event(ir.Variable(row["target"]), 1),)
        cause = row["intervene"]
        seen = answer(ir.Probability(target, (), (ir.Event(ir.Variable(cause), 1),)), model)
        done = answer(ir.Probability(target, (ir.Setting(cause, 1),)), model)
        assert abs(seen.probability - float(row["G1_cond"])) < 2e-5
        assert abs(done.probability - float(row["G1_do"])) < 2e-5


def celeba(cpds):
    """Causal Graph 1 with the reference's tables; keys are the parents' values in order."""
    parents = {
        "Young": (),
        "Male": (),
        "Eyeglasses": ("Young",),
        "Bald": ("Male", "Young"),
        "Mustache": ("Male", "Young"),
        "Smiling": ("Male", "Young"),
        "Wearing_Lipstick": ("Male", "Young"),
        "Mouth_Slightly_Open": ("Young", "Smiling"),
        "Narrow_Eyes": ("Male", "Young", "Smiling"),
    }
    order = ["Male", "Young", *list(parents)[2:]]
    edges = tuple(Edge(parent, name) for name in order for parent in parents[name])
    tables = {}
    for name, causes in parents.items():
        ones = np.zeros((2,) * len(causes))
        for key, value in cpds[name].items():
            ones[tuple(map(int, key.strip("-")))] = value
        tables[name] = np.stack([1 - ones, ones], -1)
    nodes = tuple(Node(name, "binary", BINARY) for name in order)
    return Tables(Graph("celeba_g1", nodes, edges), tables)
