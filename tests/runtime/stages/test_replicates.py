"""Label models on other weights of the rows."""

import signal

import numpy as np
import pytest

from scm_compiler.diagnostics import ScmError
from scm_compiler.runtime.controller.registry import configure
from scm_compiler.runtime.data import load_labels, tabulate
from scm_compiler.runtime.data.table import reweighted
from scm_compiler.runtime.run import run_of
from scm_compiler.runtime.runs.numbers import replicate_name
from scm_compiler.runtime.runs.record import open_record
from scm_compiler.runtime.stages.replicates import pending_replicates
from scm_compiler.runtime.stages.sequence import create, train_stages

SMALL = {"hidden": 8, "critic_hidden": 8, "batch": 32, "critic_updates": 2, "steps": 20}
K = 3
QUESTION = "P(Mustache=1 | do(Male=1))"


@pytest.fixture
def celeba(make_graph):
    graph = make_graph("Male Young Mustache", "Male>Mustache Young>Mustache", "faces")
    return graph, load_labels("celeba-labels", graph)


def begun(celeba, path):
    return create(*celeba, configure("wgan-gp", replicates=K, **SMALL), path=path)


class StopInReplicate:
    """Sends a signal to this process in the middle of a replicate."""

    def __init__(self, number):
        self._name, self._here = f"replicate {number} of {K}", False

    def phase(self, name):
        self._here = name == self._name

    def start(self, total, done):
        pass

    def move(self, done, seconds):
        if self._here and done >= 5:
            self._here = False
            signal.raise_signal(signal.SIGINT)

    def report(self, step, metrics):
        pass

    def stop(self):
        pass


def test_answers_have_an_interval_from_them(celeba, tmp_path):
    run = run_of(train_stages(begun(celeba, tmp_path / "run")).run)
    assert not list((tmp_path / "run").glob("*checkpoint*"))
    interval = run.query(QUESTION).interval
    assert interval.by == "3 replicates on Bayesian-bootstrap weights"
    assert 0 <= interval.low <= run.query(QUESTION).probability <= interval.high <= 1
    each = [run.tables().replicates[k].probabilities["Mustache"][1, 0, 1] for k in range(K)]
    assert len(set(each)) == K


@pytest.mark.parametrize(("replicates", "by"), [(0, None), (2, "2 replicates")])
def test_counts_of_rows_do_not_tell_what_a_network_leaves_open(celeba, tmp_path, replicates, by):
    """Of a label whose table could be held, too; others have the posterior of theirs."""
    config = configure("mle", replicates=replicates, table_limit=2, steps=5, hidden=4)
    run = run_of(train_stages(create(*celeba, config, path=tmp_path / "run")).run)
    assert run.query("P(Male=1)").interval.by == "posterior draws of the tables"
    found = run.query(QUESTION)
    if by is None:
        assert found.interval is None
        assert "is not known: train with --replicates 20" in found.text
    else:
        assert found.interval.by.startswith(by)


def test_stopped_and_resumed_they_are_the_same_byte_for_byte(celeba, tmp_path):
    whole = train_stages(begun(celeba, tmp_path / "whole")).run
    stopper = StopInReplicate(2)
    stopped = train_stages(begun(celeba, tmp_path / "parts"), watch=lambda _: stopper)
    assert stopped.outcome.signal == signal.SIGINT
    assert pending_replicates(open_record(tmp_path / "parts")) == [2, 3]
    again = train_stages(open_record(tmp_path / "parts")).run
    assert not pending_replicates(again)
    for number in range(1, K + 1):
        name = replicate_name(number)
        assert whole.manifest.files[name] == again.manifest.files[name]
    with pytest.raises(ScmError, match="E705"):
        train_stages(open_record(tmp_path / "parts"))


def test_without_them_the_answer_says_how_to_get_an_interval(celeba, tmp_path):
    config = configure("wgan-gp", **SMALL)
    run = run_of(train_stages(create(*celeba, config, path=tmp_path / "run")).run)
    assert run.query(QUESTION).interval is None


def test_weights_of_rows_are_those_of_a_bayesian_bootstrap(celeba):
    """Of a cell of share p among N rows: mean p, variance about p (1 - p) / N (Rubin 1981)."""
    _, table = celeba
    shares = table.counts / table.rows
    rank = int(np.argmin(np.abs(shares - 0.4)))
    cell = tuple(table.cells[rank])
    drawn = []
    for seed in range(400):
        found = reweighted(table, np.random.default_rng(seed))
        assert abs(found.rows - table.rows) < len(table.counts)
        (place,) = np.flatnonzero((found.cells == cell).all(1))
        drawn.append(found.counts[place] / found.rows)
    spread = np.sqrt(shares[rank] * (1 - shares[rank]) / table.rows)
    assert np.mean(drawn) == pytest.approx(shares[rank], abs=5 * spread / 20)
    assert np.std(drawn) == pytest.approx(spread, rel=0.2)


def test_tables_that_are_too_large_are_refused_before_anything_is_trained(make_graph, tmp_path):
    names = [f"p{i}" for i in range(21)]
    graph = make_graph(" ".join([*names, "y"]), " ".join(f"{name}>y" for name in names))
    table = tabulate(graph, np.zeros((4, 22), np.int64), np.ones(4, np.int64), "rows")
    config = configure("mle", replicates=2, steps=5, hidden=4)
    with pytest.raises(ScmError) as caught:
        create(graph, table, config, path=tmp_path / "run")
    assert caught.value.diagnostics[0].code == "E561"
    assert not (tmp_path / "run").exists()
