"""Training from Python."""

import numpy as np
import pytest

import scm_compiler as scm
from scm_compiler.compiler import check
from scm_compiler.diagnostics import ScmError, Source
from scm_compiler.runtime.evaluation.evaluate import evaluate_run
from scm_compiler.runtime.fit import train_images

PROGRAM = "Male : binary\nFace : image(3, 16, 16)\nMale -> Face\n"
TINY = {"width": 4, "batch": 8, "noise_size": 4, "precision": "float32"}


@pytest.fixture(autouse=True)
def _cache(tmp_path, monkeypatch):
    monkeypatch.setenv("SCMC_CACHE", str(tmp_path / "cache"))


@pytest.fixture
def graph():
    found, _ = check(Source("g.scm", PROGRAM))
    return found


def test_labels_and_images_in_one_call(graph, tmp_path):
    run = scm.train(
        graph,
        images="drawn-faces:20",
        head="conditional_gan",
        head_options=TINY,
        head_steps=2,
        device="cpu",
        path=tmp_path / "run",
    )
    assert run.images == ("Face",)
    assert run.do(Male=1).sample(4).images.shape == (4, 3, 16, 16)
    assert scm.open_run(run.path).head("Face").config.options["width"] == 4


def test_labels_first_and_images_later(graph, tmp_path):
    run = scm.train(graph, stage="labels", path=tmp_path / "run")
    assert run.sample(4).images is None
    added = {"images": {"Face": "drawn-faces:20"}, "options": TINY, "steps": 2, "device": "cpu"}
    assert train_images(run, **added).sample(4).images.shape == (4, 3, 16, 16)
    with pytest.raises(ScmError) as caught:
        train_images(scm.open_run(run.path), **added)
    assert [found.code for found in caught.value.diagnostics] == ["E711"]


def _cohort(rows=400):
    random = np.random.default_rng(0)
    smoke = random.random(rows) < 0.4
    ill = random.random(rows) < np.where(smoke, 0.6, 0.2)
    gone = random.random(rows) < np.where(smoke, 0.5, 0.1)
    found = [None if lost else int(value) for lost, value in zip(gone, ill, strict=True)]
    return {"Smoke": smoke.tolist(), "Ill": found, "w": random.uniform(1, 3, rows).tolist()}


def test_rows_with_gaps_from_training_to_the_report(tmp_path):
    """Where only the effect is missing, by what is seen, the law is that of complete strata."""
    graph, data = scm.parse("Smoke, Ill : binary\nSmoke -> Ill"), _cohort()
    run = scm.train(graph, data=data, missing="em", replicates=2, path=tmp_path / "em")
    dropped = scm.train(graph, data=data, missing="drop", path=tmp_path / "drop")
    smoke = np.mean(data["Smoke"])
    given = [float(dropped.query(f"P(Ill=1 | Smoke={n})")) for n in (0, 1)]
    expected = (1 - smoke) * given[0] + smoke * given[1]
    assert float(run.query("P(Ill=1)")) == pytest.approx(expected, abs=1e-6)
    assert float(dropped.query("P(Ill=1)")) < expected - 0.02
    again = scm.open_run(run.path)
    interval = again.query("P(Ill=1)").interval
    assert (interval.rows, interval) == (400, run.query("P(Ill=1)").interval)
    assert interval.low < expected < interval.high
    assert len(again.tables().replicates) == 2
    assert evaluate_run(again).data == "dict"


def test_weighted_rows_from_training_to_the_interval(tmp_path):
    graph, data = scm.parse("Smoke : binary"), _cohort()
    run = scm.train(graph, data=data, weight="w", path=tmp_path / "run")
    weights, smoke = np.array(data["w"]), np.array(data["Smoke"])
    answer = scm.open_run(run.path).query("P(Smoke=1)")
    assert float(answer) == pytest.approx(weights[smoke].sum() / weights.sum())
    assert answer.interval.rows == round(weights.sum() ** 2 / (weights**2).sum())


def test_a_training_warns_as_the_command_does(tmp_path):
    """A gram is a thousandth of a kilogram, so that one says the other; three rows have gaps."""
    kilos = np.random.default_rng(0).normal(70, 10, 300)
    columns = {"Kilos": [*kilos, *[None] * 3], "Grams": [*(1000 * kilos), *[1.0] * 3]}
    graph = scm.parse("Kilos, Grams : real\nKilos -> Grams")
    with pytest.warns(scm.ScmWarning) as caught:
        run = scm.train(graph, data=columns, missing="drop", path=tmp_path / "run")
    assert [told.message.diagnostic.code for told in caught] == ["W621", "W566"]
    assert str(caught[1].message).startswith("warning[W566]: `Grams` is all but determined")
    assert {told.filename for told in caught} == {__file__}
    assert run.manifest.status == "complete"
