"""Maximum likelihood: tables, networks, and where both are possible."""

import subprocess
import sys

import numpy as np
import pytest
import torch

from scm_compiler.compiler import load
from scm_compiler.runtime.controller.mle.options import MleOptions
from scm_compiler.runtime.controller.mle.tables import fit_tables
from scm_compiler.runtime.controller.mle.trainer import Mle
from scm_compiler.runtime.data import load_labels, tabulate
from scm_compiler.runtime.evaluation import distance

QUICK = MleOptions(table_limit=16, hidden=16, steps=120, check_steps=20, rate=0.02)


def finished(trainer: Mle) -> Mle:
    while trainer.done < trainer.total:
        trainer.advance(1000)
    return trainer


@pytest.fixture(scope="module")
def wide(make_graph):
    """Six binary parents of one label with three values, and 30,000 rows of it."""
    names = [f"P{i}" for i in range(6)]
    graph = make_graph(" ".join([*names, "Y:a|b|c"]), " ".join(f"{n}>Y" for n in names))
    draw = np.random.default_rng(0)
    parents = draw.integers(0, 2, (30_000, 6))
    scores = parents @ np.array([[0.0, 1.0, -1.0]] * 3 + [[0.5, 0.0, -0.5]] * 3)
    noise = draw.gumbel(size=scores.shape)
    values = (scores + noise).argmax(1)
    cells = np.column_stack([parents, values])
    return graph, tabulate(graph, cells, np.ones(len(cells), dtype=np.int64), "drawn")


def test_fitting_tables_does_not_wait_for_the_compiler_of_torch(tmp_path):
    code = (
        "import sys, scm_compiler as scm;"
        "scm.train(scm.load('celeba_g1'), stage='labels', path='run');"
        "sys.exit('torch._dynamo' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], cwd=tmp_path, check=False).returncode == 0


def test_tables_take_one_step_and_are_the_shares():
    graph = load("celeba_g1")
    table = load_labels("celeba-labels", graph)
    trainer = Mle(graph, table, MleOptions(), 0)
    assert trainer.total == 1
    assert trainer.advance(5) == {}
    assert trainer.done == 1
    found, expected = trainer.model().tables(), fit_tables(graph, table)
    for name, shares in expected.probabilities.items():
        np.testing.assert_allclose(found.probabilities[name], shares, atol=1e-7, rtol=0)


def test_zero_stays_zero():
    graph = load("celeba_cg1")
    table = load_labels("celeba-labels", graph)
    found = finished(Mle(graph, table, MleOptions(), 0)).model().tables()
    for name, shares in fit_tables(graph, table).probabilities.items():
        assert ((found.probabilities[name] == 0) == (shares == 0)).all()


def test_a_network_comes_near_the_closed_form(wide):
    graph, table = wide
    options = QUICK.model_copy(update={"steps": 400})
    fitted = finished(Mle(graph, table, options, 0)).model().tables()
    closed = fit_tables(graph, table)
    # About 470 rows stand behind each shown configuration: a share's standard error is 0.02.
    gap = np.abs(fitted.probabilities["Y"] - closed.probabilities["Y"])
    assert gap.max() < 0.1
    assert gap.mean() < 0.02
    assert distance(fitted, table).value < distance(closed, table).value + 0.03
    # The parents have tables, in closed form all the same.
    for name in ("P0", "P5"):
        np.testing.assert_allclose(
            fitted.probabilities[name], closed.probabilities[name], atol=1e-7
        )


def test_training_stops_where_held_out_rows_gain_no_more(wide):
    graph, table = wide
    options = MleOptions(table_limit=16, steps=5000, check_steps=5, patience=2, rate=0.05)
    trainer = finished(Mle(graph, table, options, 0))
    assert trainer.done == trainer.total < 5000


def test_the_seed_decides_and_the_slices_do_not(wide):
    graph, table = wide
    options = QUICK.model_copy(update={"batch": 50})
    one = finished(Mle(graph, table, options, 3))
    two = Mle(graph, table, options, 3)
    while two.done < two.total:
        two.advance(7)
        state = {name: tensor.clone() for name, tensor in two.state().items()}
        two = Mle(graph, table, options, 3)
        two.restore(state)
    other = finished(Mle(graph, table, options, 4))
    first, second = one.model().node_weights(), two.model().node_weights()
    assert all(torch.equal(first[name], second[name]) for name in first)
    third = other.model().node_weights()
    assert any(not torch.equal(first[name], third[name]) for name in first)


def test_a_restored_trainer_leaves_the_state_alone(wide):
    graph, table = wide
    trainer = Mle(graph, table, QUICK, 0)
    trainer.advance(30)
    state = trainer.state()
    kept = {name: tensor.clone() for name, tensor in state.items()}
    trainer.advance(30)
    trainer.restore(state)
    trainer.advance(30)
    assert all(torch.equal(state[name], kept[name]) for name in state)
    pointers = [tensor.untyped_storage().data_ptr() for tensor in state.values()]
    assert len(set(pointers)) == len(pointers)


def test_the_state_of_another_training_is_refused(wide, make_graph):
    graph, table = wide
    small = make_graph("A")
    other = Mle(small, tabulate(small, np.array([[0]]), np.array([1]), "test"), QUICK, 0)
    with pytest.raises(ValueError, match="does not fit"):
        Mle(graph, table, QUICK, 0).restore(other.state())


def test_one_row_is_enough(make_graph):
    names = [f"P{i}" for i in range(6)]
    graph = make_graph(" ".join([*names, "Y"]), " ".join(f"{n}>Y" for n in names))
    table = tabulate(graph, np.zeros((1, 7), dtype=np.int64), np.array([1]), "test")
    module = finished(Mle(graph, table, QUICK, 0)).model()
    assert distance(module, table).value < 0.05
