"""Networks through every format that holds tables, and back; and what pyAgrum makes of them."""

import gzip

import numpy as np
import pytest

from scm_compiler.compiler import parse_text
from scm_compiler.diagnostics import Source
from scm_compiler.interop import FORMATS, Document, read_bif, read_document
from scm_compiler.ir import Discrete, Edge, Graph, Node
from tests.interop.test_bif_text import NETWORKS, ODD, assert_equal, network

FORMS = sorted(name for name, form in FORMATS.items() if "tables" in form.keeps)
SUFFIX = {"bif": "bif", "xmlbif": "bifxml", "xdsl": "xdsl", "net": "net"}


@pytest.fixture(scope="module")
def gum():
    return pytest.importorskip("pyagrum")


def assert_comes_back(tables, form):
    text = FORMATS[form].write(Document(tables.graph, tables))
    again = FORMATS[form].read(Source("t", text), tables.graph.name).tables
    if form == "xdsl":  # parents stand before their children
        order = {node.name: node for node in again.graph.nodes}
        assert order.keys() == tables.graph.by_name.keys()
        for name, table in tables.probabilities.items():
            given = again.graph.parents[name]
            axes = [given.index(parent) for parent in tables.graph.parents[name]]
            assert order[name] == tables.graph.by_name[name]
            assert np.array_equal(again.probabilities[name].transpose(*axes, len(axes)), table)
    else:
        assert_equal(again, tables)


def numbers(found, name, inputs):
    """pyAgrum's table of a variable, its own axis last, the parents' as asked."""
    table = found.cpt(name)
    return table.reorganize(inputs[::-1]).toarray() if len(inputs) > 1 else table.toarray()


def assert_pyagrum_has(gum, tables, form, path):
    """pyAgrum keeps single precision, and reads `.xdsl` with the first parent fastest."""
    path.write_text(FORMATS[form].write(Document(tables.graph, tables)), encoding="utf-8")
    found = gum.loadBN(str(path))
    assert found.names() == set(tables.graph.by_name)
    for node in tables.graph.labels:
        given = list(tables.graph.parents[node.name])
        table = tables.probabilities[node.name]
        if form == "xdsl" and len(given) > 1:
            shape = [tables.probabilities[parent].shape[-1] for parent in given[::-1]]
            turned = table.reshape(*shape, -1)
            table = turned.transpose(*range(len(given))[::-1], len(given))
        assert np.abs(numbers(found, node.name, [*given, node.name]) - table).max() < 1e-7


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("name", NETWORKS)
def test_the_networks_of_the_bnlearn_repository(shared_data, gum, tmp_path, name, form):
    tables = read_bif(shared_data / "bn" / "bif" / f"{name}.bif.gz")
    assert_comes_back(tables, form)
    assert_pyagrum_has(gum, tables, form, tmp_path / f"g.{SUFFIX[form]}")


@pytest.mark.parametrize("seed", range(30))
def test_random_networks_of_pyagrum(gum, tmp_path, seed):
    gum.initRandom(seed + 1)
    made = gum.randomBN(n=5 + seed % 9, ratio_arc=1.4, domain_size=2 + seed % 4)
    exact = None
    for form in FORMS:
        path = tmp_path / f"made.{SUFFIX[form]}"
        gum.saveBN(made, str(path))
        tables = read_document(path).tables
        for node in tables.graph.labels:
            inputs = [*tables.graph.parents[node.name], node.name]
            theirs = numbers(made, node.name, inputs)
            assert np.abs(theirs - tables.probabilities[node.name]).max() < 1e-5
        exact = exact or tables
        assert_comes_back(exact, form)
        assert_pyagrum_has(gum, exact, form, path)


@pytest.mark.parametrize("form", FORMS)
def test_odd_names_values_and_hidden_causes(form):
    assert_comes_back(network(parse_text(ODD.replace(', ""', ', "_"'), "child")), form)
    values = Discrete(("(-inf, 20]", "(20,65]", 'a & b < "c" > %'))
    nodes = (Node("U(A,B)", "hidden", Discrete(("0", "1", "2"))), Node("A", "categorical", values))
    nodes += (Node("B", "categorical", values),)
    assert_comes_back(network(Graph("g", nodes, (Edge("U(A,B)", "A"), Edge("U(A,B)", "B")))), form)


@pytest.mark.parametrize("form", FORMS)
def test_every_format_may_be_compressed(tmp_path, form):
    tables = network(parse_text("A, B : binary\nA -> B", "g"))
    text = FORMATS[form].write(Document(tables.graph, tables))
    path = tmp_path / f"g.{SUFFIX[form]}.gz"
    path.write_bytes(gzip.compress(text.encode()))
    assert_equal(read_document(path).tables, tables)
