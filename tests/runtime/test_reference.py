"""The default trainer against exact figures that were computed independently of scmc."""

import csv
import json

import numpy as np
import pytest

import scm_compiler as scm
from scm_compiler.runtime.evaluation.distance import distance


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    return scm.train(
        scm.load("celeba_g1"), stage="labels", path=tmp_path_factory.mktemp("runs") / "g1"
    )


def test_the_distance_to_the_data_is_the_floor_of_the_graph(run, shared_data):
    reference = json.loads((shared_data / "celeba" / "reference.json").read_text())
    found = distance(run.tables(), run.labels).value
    assert found == pytest.approx(reference["G1"]["tvd"], abs=1e-3)


def test_every_published_pair_of_seeing_and_doing_agrees(run, shared_data):
    with (shared_data / "celeba" / "g1_do_vs_cond.csv").open() as stream:
        rows = list(csv.DictReader(stream))
    assert len(rows) == 40
    for row in rows:
        held, target = row["intervene"], row["target"]
        seen = run.query(f"P({target}=1 | {held}=1)").probability
        done = run.query(f"P({target}=1 | do({held}=1))").probability
        assert seen == pytest.approx(float(row["G1_cond"]), abs=2e-3), row
        assert done == pytest.approx(float(row["G1_do"]), abs=2e-3), row


@pytest.mark.parametrize("example", ["celeba_cg1", "celeba_rcg1"])
def test_a_complete_graph_fits_the_data(example, tmp_path):
    trained = scm.train(scm.load(example), stage="labels", path=tmp_path / "run")
    assert distance(trained.tables(), trained.labels).value <= 2e-3


def test_sampled_labels_follow_the_exact_answer(run):
    drawn = run.do(Mustache=1).given(Young=0).sample(20_000, seed=1)
    exact = run.query("P(Male=1 | do(Mustache=1), Young=0)").probability
    # Five standard errors: a right program fails with probability 6e-7, at a fixed seed.
    error = 5 * np.sqrt(exact * (1 - exact) / 20_000)
    assert drawn["Male"].mean() == pytest.approx(exact, abs=error)
    assert (drawn["Mustache"] == 1).all()
    assert (drawn["Young"] == 0).all()


def test_noise_gives_the_rows_back(run):
    import torch  # noqa: PLC0415

    regime = run.do(Mustache=1).given(Young=0, Bald=1)
    rows = torch.from_numpy(regime.sample(500, seed=3).rows)
    noise = regime.noise(500, seed=3)
    module = run.module().double()
    column = module.layout.index
    assert torch.equal(module(noise, {"Mustache": 1}), rows)
    other = module(noise, {"Mustache": 1, "Male": 0})
    unmoved = [column[name] for name in ("Young", "Eyeglasses")]
    moved = torch.equal(other[:, column["Wearing_Lipstick"]], rows[:, column["Wearing_Lipstick"]])
    assert torch.equal(other[:, unmoved], rows[:, unmoved])
    assert not moved
