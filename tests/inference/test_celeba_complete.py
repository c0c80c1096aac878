"""The complete graph over all forty attributes of CelebA: trained, and asked what no table holds.

In a complete graph the first label of the order has no cause, so that doing and seeing it are the
same: the answer must be the share of the data, up to the fit of the networks.
"""

import csv

import numpy as np
import pytest

import scm_compiler as scm
from scm_compiler.ir import Edge, Graph, Node
from scm_compiler.ir.domain import BINARY
from scm_compiler.runtime.evaluation.evaluate import evaluate_run


@pytest.fixture(scope="module")
def attributes(shared_data):
    found = np.load(shared_data / "celeba" / "celeba_attr_bits.npz")
    rows = np.unpackbits(found["bits"][:20_000], axis=1)[:, :40].astype(np.int64)
    return [str(name) for name in found["names"]], rows


@pytest.fixture(scope="module")
def run(attributes, tmp_path_factory):
    names, rows = attributes
    folder = tmp_path_factory.mktemp("complete")
    cells, counts = np.unique(rows, axis=0, return_counts=True)
    with (folder / "rows.csv").open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow([*names, "count"])
        writer.writerows(np.concatenate([cells, counts[:, None]], 1).tolist())
    nodes = tuple(Node(name, "binary", BINARY) for name in names)
    edges = tuple(Edge(a, b) for i, b in enumerate(names) for a in names[:i])
    graph = Graph("complete", nodes, edges)
    data = f"csv:{folder / 'rows.csv'}?count=count"
    return scm.train(graph, data=data, path=folder / "run", steps=100)


@pytest.mark.slow
@pytest.mark.statistics
def test_doing_the_first_is_seeing_it(attributes, run):
    names, rows = attributes
    first = names[0]
    held = rows[rows[:, 0] == 1]
    for name in ("Young", "Smiling", "Male", "Attractive"):
        found = run.query(f"P({name}=1 | do({first}=1))")
        assert found.method in ("exact", "weighted")
        share = held[:, names.index(name)].mean()
        assert found.probability == pytest.approx(share, abs=0.03 + 5 * (found.std_error or 0))


@pytest.mark.slow
def test_every_pair_is_answered(attributes, run):
    names, _ = attributes
    pick = np.random.default_rng(3)
    for _ in range(12):
        cause, effect = (str(name) for name in pick.choice(names, 2, replace=False))
        found = run.query(f"P({effect}=1 | do({cause}=1))", samples=1000)
        assert 0 < found.probability < 1
        assert (found.effective is None) == (found.method == "exact")
    last = run.query(f"P({names[-1]}=1 | do({names[0]}=1))", samples=1000)
    assert [warning.code for warning in last.warnings] == ["W442", "W441"]


@pytest.mark.slow
def test_rows_under_do_need_no_table(attributes, run):
    names, _ = attributes
    rows = run.do({names[20]: 1}).sample(500, seed=1)
    assert (rows[names[20]] == 1).all()
    with pytest.raises(scm.ScmError) as refused:
        run.given({names[-1]: 1}).sample(1)
    assert refused.value.diagnostics[0].code == "E440"


@pytest.mark.slow
@pytest.mark.statistics
def test_it_is_evaluated_with_what_is_left_out_said(run, attributes, tmp_path):
    """Marginals and pairs against the rows, and the likelihood of rows that it never saw."""
    names, rows = attributes
    found = evaluate_run(run, seed=2).labels
    assert found.agreement.draws == 200_000
    assert len(found.agreement.pairs) == 780
    shares = dict(zip(names, rows.mean(0), strict=True))
    for name, table in found.agreement.marginals.items():
        assert table[0, 1] == pytest.approx(shares[name])
    assert found.agreement.worst_marginal < 0.05
    assert found.likelihood.model.value > found.likelihood.alone.value + 3
    assert found.likelihood.kept.networks == 27
    assert "`Young` has 2^39 parent configurations" in found.left_out[0]
    held = run.labels.cells[::7]
    with (tmp_path / "held.csv").open("w", newline="") as file:
        csv.writer(file).writerows([names, *held.tolist()])
    other = evaluate_run(run, data=f"csv:{tmp_path / 'held.csv'}").labels
    assert other.likelihood.kept is None
    assert other.likelihood.impossible == 0
