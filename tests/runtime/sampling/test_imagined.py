"""The same units in another world, with their images."""

import numpy as np
import pytest
import torch

from scm_compiler.diagnostics import ScmError
from scm_compiler.runtime.sampling.sample import BLOCK
from scm_compiler.telling import telling


def test_units_are_those_of_the_sample_and_share_its_noise(run):
    found = run.given(Male=1).counterfactual(6, do={"Mustache": 1}, seed=7)
    sample = run.given(Male=1).sample(6, seed=7)
    assert np.array_equal(found.factual.rows, sample.rows)
    assert torch.equal(found.factual.images, sample.images)
    assert set(found.counterfactual.values("Mustache")) == {"1"}
    for name in ("Male", "Young"):  # nothing of them lies behind Mustache
        assert np.array_equal(found.counterfactual[name], found.factual[name])
    head = run.head("Face")
    noise = run.given(Male=1).stream(seed=7).noise("Face", 0, 6)
    expected = head.render(torch.from_numpy(found.counterfactual.rows), noise)
    assert torch.equal(found.counterfactual.images, expected)
    kept = ~found.changed.any(1)
    assert torch.equal(found.counterfactual.images[kept], found.factual.images[kept])


def test_a_longer_sample_begins_with_a_shorter_one(run):
    regime = run.given()
    few = regime.counterfactual(5, do={"Male": 0}, seed=3, images=())
    many = regime.counterfactual(BLOCK + 9, do={"Male": 0}, seed=3, images=())
    for world in ("factual", "counterfactual"):
        assert np.array_equal(getattr(many, world).rows[:5], getattr(few, world).rows)
    assert len(many.counterfactual) == BLOCK + 9
    again = regime.counterfactual(5, do={"Male": 0}, seed=4, images=())
    assert not np.array_equal(again.factual.rows, few.factual.rows)


def test_how_many_units_are_imagined_is_told(run):
    heard = []
    with telling(lambda *said: heard.append(said)):
        run.given().counterfactual(2 * BLOCK + 9, do={"Male": 0}, seed=3, images=())
    units = [said for said in heard if said[0] == "units"]
    assert units == [("units", it, 2 * BLOCK + 9) for it in (BLOCK, 2 * BLOCK, 2 * BLOCK + 9)]


def test_how_it_shows_itself(run):
    found = run.given(Male=1).counterfactual(3, do={"Male": 0}, seed=1)
    assert repr(found).startswith("3 units had do(Male=0) (noise model: threshold)\nchanged: ")
    assert "as drawn, seed 1, given(Male=1):" in repr(found)
    assert "noise model: threshold" in found._repr_html_()
    document = found.to_dict()
    assert document["counterfactual"]["Male"] == ["0"] * 3
    assert (document["units"], document["noise_model"]) == ("given(Male=1)", "threshold")
    assert found.figure().size[0] > 3 * 16
    with pytest.raises(ValueError, match="no image was drawn"):
        run.given().counterfactual(3, do={"Mustache": 1}, images=()).figure()


def test_where_no_label_can_change_nothing_is_assumed(run):
    found = run.given(Male=1).counterfactual(3, do={"Mustache": 1}, seed=1)
    assert set(np.flatnonzero(found.changed.any(0))) <= {found.factual.names.index("Mustache")}
    assert found.noise_model is found.to_dict()["noise_model"] is None
    assert repr(found).startswith("3 units had do(Mustache=1)\nchanged: ")
    assert "noise model" not in found._repr_html_()


def test_regimes_of_the_wrong_sort(run):
    for call, code in (
        (lambda: run.do(Male=1).counterfactual(3, do={"Mustache": 1}), "E833"),
        (lambda: run.given(Male=1).counterfactual(3, do={}), "E834"),
        (lambda: run.given(Male=2).counterfactual(3, do={"Mustache": 1}), "E411"),
    ):
        with pytest.raises(ScmError) as refusal:
            call()
        assert refusal.value.diagnostics[0].code == code
    with pytest.raises(ValueError, match="no noise model `guess`; there are `threshold` and"):
        run.given().counterfactual(3, do={"Male": 1}, noise_model="guess")
