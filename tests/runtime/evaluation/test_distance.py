"""The total variation distance, over cells that the data lack as well."""

import json
from itertools import product

import numpy as np
import pytest
import torch

from scm_compiler.compiler import load, parse_text
from scm_compiler.model.explicit import ExplicitModule
from scm_compiler.model.implicit import ImplicitModule
from scm_compiler.model.tables import Tables, table_shape
from scm_compiler.passes import fold, unfold
from scm_compiler.runtime.controller.mle.tables import fit_tables
from scm_compiler.runtime.data import load_labels, tabulate
from scm_compiler.runtime.evaluation import between_samples, distance


def enumerated(tables: Tables, table) -> float:
    """1/2 sum |p - q| by visiting every cell."""
    graph = tables.graph
    names = [node.name for node in graph.labels]
    cells = map(tuple, table.cells.tolist())
    shares = dict(zip(cells, (table.counts / table.rows).tolist(), strict=True))
    total = 0.0
    for cell in product(*(range(size) for size in table.sizes)):
        value = dict(zip(names, cell, strict=True))
        q = 1.0
        for name in names:
            index = tuple(value[n] for n in (*graph.parents[name], name))
            q *= float(tables.probabilities[name][index])
        total += abs(shares.get(cell, 0.0) - q)
    return total / 2


@pytest.mark.parametrize("name", ["celeba_g1", "celeba_cg1"])
def test_it_agrees_with_enumeration(name):
    graph = load(name)
    table = load_labels("celeba-labels", graph)
    tables = fit_tables(graph, table)
    blurred = {n: 0.9 * p + 0.1 / p.shape[-1] for n, p in tables.probabilities.items()}
    for model in (tables, Tables(graph, blurred)):
        assert distance(model, table).value == pytest.approx(enumerated(model, table), abs=1e-12)


def test_the_floor_of_causal_graph_1(shared_data):
    graph = load("celeba_g1")
    table = load_labels("celeba-labels", graph)
    stored = json.loads((shared_data / "celeba" / "reference.json").read_text())
    found = distance(fit_tables(graph, table), table)
    assert found.value == pytest.approx(stored["G1"]["tvd"], abs=1e-5)
    assert found.draws is None


def test_mass_on_cells_that_the_data_lack_counts(make_graph):
    graph = make_graph("A B")
    table = tabulate(graph, np.array([[0, 0], [1, 1]]), np.array([1, 1]), "test")
    even = np.full(2, 0.5)
    assert distance(Tables(graph, {"A": even, "B": even}), table).value == pytest.approx(0.5)


def test_an_explicit_module_is_measured_without_tables(make_graph):
    graph = make_graph("A H:x|y|z B", "A>H A>B H>B")
    draw = np.random.default_rng(0)
    cells = np.column_stack([draw.integers(0, size, 300) for size in (2, 3, 2)])
    table = tabulate(graph, cells, np.ones(300, dtype=np.int64), "test")
    module = ExplicitModule(graph)
    with torch.no_grad():
        for parameter in module.parameters():
            parameter.normal_(generator=torch.Generator().manual_seed(1))
    expected = enumerated(module.tables(), table)
    assert distance(module, table).value == pytest.approx(expected, abs=1e-6)


def test_sixty_labels_are_no_obstacle(make_graph):
    graph = make_graph(" ".join(f"A{i}" for i in range(60)))
    cells = np.zeros((2, 60), dtype=np.int64)
    cells[1] = 1
    table = tabulate(graph, cells, np.array([3, 1]), "test")
    even = np.full(2, 0.5)
    model = Tables(graph, {node.name: even for node in graph.labels})
    assert distance(model, table).value == pytest.approx(1.0)


def test_samples_against_data(make_graph):
    graph = make_graph("A B")
    table = tabulate(graph, np.array([[0, 0], [1, 1]]), np.array([3, 1]), "test")
    assert between_samples(table, np.array([[0, 0]] * 3 + [[1, 1]])) == 0.0
    assert between_samples(table, np.array([[0, 1]])) == 1.0
    assert between_samples(table, np.array([[0, 0], [1, 0]])) == pytest.approx(0.5)


def test_other_modules_are_estimated(make_graph):
    graph = make_graph("Male Mustache", "Male>Mustache")
    table = load_labels("celeba-labels", graph)
    module = ImplicitModule(graph, generator=torch.Generator().manual_seed(0))
    found = distance(module, table, draws=50_000)
    assert found.draws == 50_000
    exact = distance(module.tables(generator=torch.Generator().manual_seed(1)), table).value
    assert found.value == pytest.approx(exact, abs=0.02)
    assert distance(module, table, draws=50_000) == found


class Row:
    """A network, whose table cannot be held, with the rows of one that can."""

    def __init__(self, table):
        self.table = table

    def at(self, parents):
        return self.table[tuple(parents.T)]


@pytest.mark.parametrize("tie", ["", "A <-> B"])
def test_a_label_whose_table_cannot_be_held_counts(tie):
    graph, random = (
        parse_text(f"A, B, C : binary\nA -> B\nA, B -> C\n{tie}"),
        np.random.default_rng(0),
    )
    graph = unfold(graph, 2)[0] if tie else graph
    cells = random.integers(0, 2, (50, 3))
    table = tabulate(fold(graph), cells, np.ones(50, np.int64), "test")
    shapes = {node.name: table_shape(graph, node.name) for node in graph.labels}
    whole = {name: random.dirichlet(np.ones(s[-1]), s[:-1]) for name, s in shapes.items()}
    held = {name: rows for name, rows in whole.items() if name != "C"}
    one = Tables(graph, held, networks={"C": Row(whole["C"])})
    far = distance(Tables(graph, whole), table).value
    assert distance(one, table).value == pytest.approx(far, abs=1e-12)
