"""Tables from rows with gaps, beside sums over all that is missing, and pyAgrum's learner."""

import itertools

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from scm_compiler.compiler import parse_text
from scm_compiler.diagnostics import ScmError
from scm_compiler.runtime.controller.mle.gaps import Completion
from scm_compiler.runtime.controller.mle.options import MleOptions
from scm_compiler.runtime.controller.mle.tables import fit_tables
from scm_compiler.runtime.controller.mle.trainer import Mle
from scm_compiler.runtime.controller.registry import configure, make_trainer
from scm_compiler.runtime.data.completion import expected, seen_counts
from scm_compiler.runtime.data.table import tabulate

GRAPH = parse_text(
    "A, B, C : binary\nD : categorical(x, y, z)\nF : binary\n"
    "A -> B\nA, B -> C\nA, C -> D\nD -> F\n"
)
NAMES = [node.name for node in GRAPH.labels]
SIZES = tuple(GRAPH.sizes.values())


def holed(seed, rows=300, gone=0.25, graph=GRAPH):
    """Rows of tables of their own, with cells gone at random."""
    random = np.random.default_rng(seed)
    cells = np.zeros((rows, len(graph.labels)), dtype=np.int64)
    order = [node.name for node in graph.labels]
    for name in graph.topological:
        parents = [order.index(parent) for parent in graph.parents[name]]
        shape = tuple(graph.sizes[parent] for parent in graph.parents[name])
        table = random.dirichlet(np.ones(graph.sizes[name]), size=shape)
        chances = table[tuple(cells[:, parent] for parent in parents)]
        chances = np.broadcast_to(chances, (rows, graph.sizes[name]))
        cells[:, order.index(name)] = (chances.cumsum(1) < random.random((rows, 1))).sum(1)
    cells = np.minimum(cells, np.array(tuple(graph.sizes.values())) - 1)
    cells[random.random(cells.shape) < gone] = -1
    return tabulate(graph, cells, np.ones(rows, dtype=np.int64), "rows")


def by_enumeration(table, tables):
    """Expected counts of each table and the log-likelihood: a sum over all complete rows."""
    cells = np.array(list(itertools.product(*map(range, SIZES))))
    index = {
        name: tuple(cells[:, NAMES.index(n)] for n in (*GRAPH.parents[name], name))
        for name in NAMES
    }
    joint = np.prod([tables[name][index[name]] for name in NAMES], axis=0)
    post, total = np.zeros(len(cells)), 0.0
    for row, count in zip(table.cells, table.counts, strict=True):
        fits = joint * ((row < 0) | (cells == row)).all(1)
        post += count * fits / fits.sum()
        total += count * np.log(fits.sum())
    counts = {name: np.zeros_like(tables[name]) for name in NAMES}
    for name in NAMES:
        np.add.at(counts[name], index[name], post)
    return counts, total


def test_the_maximum_is_where_enumeration_stands_still():
    table = holed(0)
    fitting = Completion(GRAPH, table, 4096)
    while not fitting.settled:
        fitting.step()
    counts, total = by_enumeration(table, fitting.tables)
    for name, rows in fitting.tables.items():
        assert counts[name] / counts[name].sum(-1, keepdims=True) == pytest.approx(rows, abs=2e-5)
    assert fitting.step() == pytest.approx(total / table.rows, rel=1e-9)


def test_a_step_is_that_of_enumeration_but_for_what_nothing_tells_of():
    table = holed(1)
    fitting = Completion(GRAPH, table, 4096)
    found = expected(fitting._components, seen_counts(GRAPH, table), fitting.tables)
    counts, total = by_enumeration(table, fitting.tables)
    assert found[1] == pytest.approx(total, rel=1e-12)
    untold = counts["F"].sum() - found[0]["F"].sum()  # rows without F, which say nothing of it
    assert untold == pytest.approx((table.cells[:, 4] < 0) @ table.counts)


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10**6), st.integers(2, 60), st.floats(0.05, 0.8))
def test_the_likelihood_never_falls(seed, rows, gone):
    fitting = Completion(GRAPH, holed(seed, rows, gone), 4096)
    likelihoods = [fitting.step() for _ in range(12)]
    assert np.diff(likelihoods).min() > -1e-11
    for table in fitting.tables.values():
        assert table.sum(-1) == pytest.approx(1)


def test_rows_without_gaps_are_told_by_their_shares():
    table = holed(2).complete
    cells = np.vstack([table.cells, [[-1] * 5]])  # a row that says nothing
    with_nothing = tabulate(GRAPH, cells, np.append(table.counts, 7), "rows")
    plain, found = fit_tables(GRAPH, table), fit_tables(GRAPH, with_nothing)
    for name in NAMES:
        assert found.probabilities[name] == pytest.approx(plain.probabilities[name])


def test_pyagrum_finds_the_same_tables(tmp_path):
    gum = pytest.importorskip("pyagrum")
    gum.initRandom(1)  # where its search starts
    table = holed(3, rows=400, gone=0.15)
    lines = [",".join("?" if v < 0 else f"v{v}" for v in row) for row in table.cells.tolist()]
    repeated = np.repeat(lines, table.counts)
    path = tmp_path / "t.csv"
    path.write_text("\n".join([",".join(NAMES), *repeated]) + "\n")
    net = gum.BayesNet()
    for name, size in zip(NAMES, SIZES, strict=True):
        net.add(gum.LabelizedVariable(name, "", [f"v{value}" for value in range(size)]))
    for edge in GRAPH.edges:
        net.addArc(edge.source, edge.target)
    learner = gum.BNLearner(str(path), net, ["?"])
    learner.useEM(1e-9)
    learner.setMaxIter(2000)
    learned = learner.learnParameters(net.dag())
    ours = fit_tables(GRAPH, table).probabilities
    for name in NAMES:
        theirs = learned.cpt(name)
        for state in itertools.product(*(range(GRAPH.sizes[p]) for p in GRAPH.parents[name])):
            setting = dict(zip(GRAPH.parents[name], state, strict=True))
            assert np.array(theirs[setting]) == pytest.approx(ours[name][state], abs=2e-3)


def test_a_training_that_is_stopped_goes_on():
    table = holed(4)
    straight, first, second = (Mle(GRAPH, table, MleOptions(), 0) for _ in range(3))
    straight.advance(2000)
    first.advance(3)
    second.restore(first.state())
    second.advance(2000)
    assert straight.done == second.done == straight.total
    weights = zip(straight.model().parameters(), second.model().parameters(), strict=True)
    assert all(torch.equal(left, right) for left, right in weights)


@pytest.mark.parametrize(
    ("text", "trainer", "said"),
    [
        ("A, B : binary\nA -> B", "wgan-gp", "`wgan-gp` trains networks"),
        ("A, B : binary\nA -> B\nA <-> B", "mle", "hidden causes (`A <-> B`) are fitted"),
        ("A, B, C : binary\nA, B -> C", "mle", "`C`, of 4 parent configurations, has a network"),
    ],
)
def test_what_needs_complete_rows(text, trainer, said):
    graph = parse_text(text)
    table = holed(5, graph=graph) if "<->" not in text else None
    if table is None:
        cells = np.array([[0, 1], [-1, 1]])
        table = tabulate(graph, cells, np.ones(2, dtype=np.int64), "rows")
    limit = {"table_limit": 2} if trainer == "mle" else {}
    with pytest.raises(ScmError, match=r"E625.*missing=em") as caught:
        make_trainer(graph, table, configure(trainer, **limit))
    assert said in str(caught.value)
    assert caught.value.exit_code == 2


def test_a_row_in_which_next_to_nothing_is_seen():
    causes = [f"C{n}" for n in range(12)]
    graph = parse_text(f"{', '.join(causes)}, X : binary\n{', '.join(causes)} -> X")
    cells = np.full((2, 13), -1)
    cells[:, 12] = [0, 1]
    table = tabulate(graph, cells, np.ones(2, dtype=np.int64), "rows")
    assert Completion(graph, table, 4096).step() == pytest.approx(np.log(0.5), abs=0.1)
