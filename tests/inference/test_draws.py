import numpy as np
import pytest

from scm_compiler.diagnostics import ScmError
from scm_compiler.inference.draws import draw_labels
from scm_compiler.ir import Confounder, Discrete, Edge, Graph, Node
from scm_compiler.ir import query as ir
from scm_compiler.model.tables import Tables

ROWS = 40_000
# A cell's frequency errs by more than 5 standard errors with probability 6e-7; at most 60 cells
# are looked at here, so that a right program fails with probability below 4e-5, at a fixed seed.
SIGMAS = 5.0


@pytest.fixture(scope="module")
def model() -> Tables:
    """Diamond with a tail: A -> B, C; B, C -> D; B, D -> E; B and D have three values."""
    sizes = {"A": 2, "B": 3, "C": 2, "D": 3, "E": 2}
    nodes = tuple(Node(n, "k", Discrete(tuple("xyz"[:k]))) for n, k in sizes.items())
    pairs = ["AB", "AC", "BD", "CD", "BE", "DE"]
    graph = Graph("g", nodes, tuple(Edge(a, b) for a, b in pairs))
    random = np.random.default_rng(3)
    tables = {
        name: random.dirichlet(np.ones(size), tuple(sizes[p] for p in graph.parents[name]))
        for name, size in sizes.items()
    }
    return Tables(graph, tables)


def joint(model: Tables, do: dict[str, int]) -> np.ndarray:
    """P(A, B, C, D, E | do) by enumeration."""
    tables = dict(model.probabilities)
    for name, value in do.items():
        tables[name] = np.broadcast_to(np.eye(tables[name].shape[-1])[value], tables[name].shape)
    return np.einsum("a,ab,ac,bcd,bde->abcde", *(tables[name] for name in "ABCDE"))


@pytest.mark.statistics
@pytest.mark.parametrize(
    ("do", "given"),
    [({}, {}), ({}, {"E": 1}), ({"C": 1}, {"E": 0}), ({"D": 2}, {"A": 1}), ({}, {"B": 2, "E": 1})],
)
def test_rows_follow_the_conditional(model, do, given):
    names = "ABCDE"
    regime = ir.Regime(
        tuple(ir.Setting(name, value) for name, value in do.items()),
        tuple(ir.Event(ir.Variable(name), value) for name, value in given.items()),
    )
    rows = draw_labels(regime, model, ROWS, seed=5)
    assert rows.shape == (ROWS, 5)
    table = joint(model, do)
    seen = np.zeros_like(table)
    np.add.at(seen, tuple(rows.T), 1 / ROWS)
    keep = tuple(slice(given[n], given[n] + 1) if n in given else slice(None) for n in names)
    wanted = np.zeros_like(table)
    wanted[keep] = table[keep] / table[keep].sum()
    error = SIGMAS * np.sqrt(wanted * (1 - wanted) / ROWS) + 1e-12
    assert (np.abs(seen - wanted) <= error).all()


def test_the_same_seed_gives_the_same_rows(model):
    first, again, other = (draw_labels(ir.Regime(), model, 50, seed=s) for s in (1, 1, 2))
    assert (first == again).all()
    assert (first != other).any()


def test_rare_evidence_costs_no_rejection(model):
    table = np.array([1 - 1e-12, 1e-12])
    rare = Tables(model.graph, {**model.probabilities, "A": table})
    rows = draw_labels(ir.Regime(given=(ir.Event(ir.Variable("A"), 1),)), rare, 1000)
    assert (rows[:, 0] == 1).all()


def test_impossible_evidence_is_refused(model):
    never = Tables(model.graph, {**model.probabilities, "A": np.array([1.0, 0.0])})
    with pytest.raises(ScmError) as refused:
        draw_labels(ir.Regime(given=(ir.Event(ir.Variable("A"), 1),)), never, 10)
    assert refused.value.diagnostics[0].code == "E431"


def test_hidden_causes_are_refused():
    binary = Discrete(("0", "1"))
    nodes = (Node("X", "binary", binary), Node("Y", "binary", binary))
    graph = Graph("bow", nodes, (Edge("X", "Y"),), (Confounder("X", "Y"),))
    half = np.array([0.5, 0.5])
    with pytest.raises(ScmError) as refused:
        draw_labels(ir.Regime(), Tables(graph, {"X": half, "Y": np.stack([half, half])}), 10)
    assert refused.value.diagnostics[0].code == "E432"


class _Noisy:
    """A mechanism without a table: near to the parity of its parents."""

    def at(self, parents):
        odd = 0.2 + 0.6 * (parents.sum(1) % 2)
        return np.stack([1 - odd, odd], 1)


@pytest.fixture(scope="module")
def wide() -> Tables:
    """Thirty roots, an effect of all of them, and an effect of the first."""
    binary = Discrete(("0", "1"))
    names = [f"R{i}" for i in range(30)]
    nodes = tuple(Node(n, "binary", binary) for n in [*names, "All", "One"])
    edges = (*(Edge(n, "All") for n in names), Edge("R0", "One"))
    tables = {name: np.array([0.7, 0.3]) for name in names}
    tables["One"] = np.array([[0.9, 0.1], [0.4, 0.6]])
    return Tables(Graph("g", nodes, edges), tables, networks={"All": _Noisy()})


@pytest.mark.statistics
def test_below_the_evidence_mechanisms_are_run(wide):
    seen = (ir.Event(ir.Variable("One"), 1),)
    rows = draw_labels(ir.Regime(given=seen), wide, ROWS, seed=2)
    share = 0.18 / 0.25
    assert rows[:, 0].mean() == pytest.approx(share, abs=5 * np.sqrt(share * 0.28 / ROWS))
    odd = rows[:, :30].sum(1) % 2
    for value, chance in ((0, 0.2), (1, 0.8)):
        at = rows[odd == value, 30]
        assert at.mean() == pytest.approx(chance, abs=5 * np.sqrt(0.16 / len(at)))


def test_what_does_not_fit_is_refused_before_memory_is_taken(wide):
    with pytest.raises(ScmError) as refused:
        draw_labels(ir.Regime(given=(ir.Event(ir.Variable("All"), 1),)), wide, 1)
    assert refused.value.diagnostics[0].code == "E440"


def test_a_thousand_labels_need_no_table_above_the_evidence():
    binary = Discrete(("0", "1"))
    random = np.random.default_rng(0)
    nodes = tuple(Node(f"N{i}", "binary", binary) for i in range(300))
    pairs = [(p, i) for i in range(2, 300) for p in sorted(random.choice(i, 2, replace=False))]
    graph = Graph("g", nodes, tuple(Edge(f"N{p}", f"N{i}") for p, i in pairs))
    shapes = {node.name: [2] * len(graph.parents[node.name]) for node in nodes}
    model = Tables(graph, {n: random.dirichlet([1, 1], shape) for n, shape in shapes.items()})
    rows = draw_labels(ir.Regime(given=(ir.Event(ir.Variable("N12"), 1),)), model, 100)
    assert rows.shape == (100, 300)
    assert (rows[:, 12] == 1).all()
