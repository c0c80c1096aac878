"""BIF out: read again it is the same network, and pyAgrum reads it."""

import csv
from itertools import groupby

import numpy as np
import pytest

from scm_compiler.compiler import parse_text
from scm_compiler.diagnostics import ScmError, Source
from scm_compiler.interop import parse_bif, read_bif
from scm_compiler.interop.bif_text import bif_text
from scm_compiler.interop.told import MOST_NUMBERS, changed_names, words
from scm_compiler.ir import Discrete, Edge, Graph, Node
from scm_compiler.model.tables import Tables, table_shape

NETWORKS = ["alarm", "asia", "cancer", "earthquake", "sachs", "survey"]


@pytest.fixture
def gum():
    return pytest.importorskip("pyagrum")


def network(graph, seed=0):
    """Random tables for a graph."""
    random = np.random.default_rng(seed)
    drawn = {n.name: random.gamma(1, size=table_shape(graph, n.name)) for n in graph.labels}
    return Tables(graph, {name: t / t.sum(-1, keepdims=True) for name, t in drawn.items()})


def assert_equal(one, other):
    assert one.graph == other.graph
    for name, table in one.probabilities.items():
        assert np.array_equal(table, other.probabilities[name]), name


@pytest.mark.parametrize("name", NETWORKS)
def test_out_and_in_again_is_the_identity(shared_data, name):
    """To the last bit: the text of what was read again is the text."""
    model = read_bif(shared_data / "bn" / "bif" / f"{name}.bif.gz")
    text = bif_text(model)
    again = parse_bif(Source("t", text), model.graph.name)
    assert_equal(again, model)
    assert bif_text(again) == text


@pytest.mark.parametrize("name", NETWORKS)
def test_pyagrum_reads_it_and_has_the_same_tables(gum, shared_data, tmp_path, name):
    """pyAgrum keeps the numbers of a file in single precision."""
    model = read_bif(shared_data / "bn" / "bif" / f"{name}.bif.gz")
    path = tmp_path / "net.bif"
    path.write_text(bif_text(model), encoding="utf-8")
    found = gum.loadBN(str(path))
    assert found.names() == set(model.graph.by_name)
    for node in model.graph.labels:
        assert found.variable(node.name).labels() == node.domain.values
        table = found.cpt(node.name)
        inputs = [*model.graph.parents[node.name], node.name]
        for place in np.ndindex(model.probabilities[node.name].shape):
            number = table[dict(zip(inputs, place, strict=True))]
            assert abs(number - model.probabilities[node.name][place]) < 1e-7


@pytest.mark.parametrize("name", NETWORKS)
def test_pyagrum_answers_from_it_as_it_did_from_the_original(gum, shared_data, tmp_path, name):
    """Every P(y | x) and P(y | do(x)) of the stored answers, by pyAgrum on what scmc writes."""
    model = read_bif(shared_data / "bn" / "bif" / f"{name}.bif.gz")
    path = tmp_path / "net.bif"
    path.write_text(bif_text(model), encoding="utf-8")
    network = gum.loadBN(str(path))
    with (shared_data / "bn" / "oracle_pyagrum.csv").open(encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if row["network"] == name]
    for (x, value), some in groupby(rows, lambda row: (row["x"], row["x_value"])):
        held = gum.BayesNet(network)
        for parent in list(held.parents(x)):
            held.eraseArc(parent, held.idFromName(x))
        asked = list(some)
        for net, column in ((network, "p_y_given_x"), (held, "p_y_do_x")):
            engine = gum.LazyPropagation(net)
            engine.setEvidence({x: value})
            engine.makeInference()
            for row in asked:
                place = model.graph.by_name[row["y"]].domain.index(row["y_value"])
                found = engine.posterior(row["y"])[place]
                assert abs(found - float(row[column])) < 1e-6
    assert len(rows) >= 100


def test_random_networks_come_back_to_the_last_bit():
    graph = parse_text("A, B : binary\nC : categorical(x, y, z)\nD : binary\nA, B, C -> D\nA -> C")
    for seed in range(20):
        model = network(graph, seed)
        assert_equal(parse_bif(Source("t", bif_text(model)), graph.name), model)


ODD = """"Asy/Patch", "P", "probability", "a b", "a_b", été : binary
"LowerBody O2" : categorical("<5", "5-12", "12+", ";")
H                   : categorical(0, 1, "")
"LowerBody O2", "a b" -> "Asy/Patch"
"""


def test_odd_names_come_back_and_pyagrum_reads_them(gum, tmp_path):
    graph = parse_text(ODD.replace(', ""', ', "_"'), "child")
    model = network(graph)
    text = bif_text(model)
    assert_equal(parse_bif(Source("t", text), "child"), model)
    path = tmp_path / "child.bif"
    path.write_text(text, encoding="utf-8")
    found = gum.loadBN(str(path))
    assert found.names() == set(words(graph.by_name).values())
    assert found.variable("LowerBody_O2").labels() == ("_5", "5_12", "12_", "_")
    assert set(changed_names(model)) == {
        "Asy/Patch", "probability", "a b", "été", "LowerBody O2",
    }  # fmt: skip


def test_hidden_common_causes_come_back_as_such():
    nodes = (
        Node("A", "binary", Discrete(("0", "1"))),
        Node("B", "binary", Discrete(("0", "1"))),
        Node("U(A,B)", "hidden", Discrete(("0", "1", "2"))),
    )
    model = network(Graph("g", nodes, (Edge("U(A,B)", "A"), Edge("A", "B"), Edge("U(A,B)", "B"))))
    assert_equal(parse_bif(Source("t", bif_text(model)), "g"), model)


def test_what_is_no_common_cause_of_two_is_a_variable():
    text = "".join(
        f"variable {name} {{ type discrete [ 2 ] {{ a, b }}; property scmc_kind = hidden ; }}\n"
        f"probability ( {name}{given} ) {{ default 0.5, 0.5; }}\n"
        for name, given in (("U", ""), ("V", ""), ("A", " | U, V"), ("B", " | V, U"), ("C", ""))
    )
    graph = parse_bif(Source("t", text), "g").graph
    assert {n.name: n.kind for n in graph.nodes if n.kind == "hidden"} == {"U": "hidden"}


def test_tables_beyond_reason_are_refused():
    many = " ".join(f"P{rank}," for rank in range(20))
    graph = parse_text(f"{many} Y : binary\n{many[:-1]} -> Y")
    shapes = {n.name: table_shape(graph, n.name) for n in graph.labels}
    assert np.prod(shapes["Y"]) > MOST_NUMBERS
    model = Tables(graph, {name: np.full(shape, 0.5) for name, shape in shapes.items()})
    with pytest.raises(ScmError) as refusal:
        bif_text(model)
    assert refusal.value.diagnostics[0].code == "E827"
