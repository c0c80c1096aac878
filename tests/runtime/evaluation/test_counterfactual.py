"""Measures of counterfactuals, on a head that knows the truth and on one that does not."""

import math
from dataclasses import replace

import numpy as np
import pytest
import torch

from scm_compiler import ScmError, parse, train
from scm_compiler.cli.main import main
from scm_compiler.runtime.evaluation.classifier import JudgeRecipe
from scm_compiler.runtime.evaluation.counterfactual import Care, evaluate_counterfactuals
from scm_compiler.runtime.evaluation.counterfactual_report import counterfactual_text
from scm_compiler.runtime.evaluation.features import FeatureRecipe
from scm_compiler.runtime.heads.head import EncodingGenerator
from scm_compiler.runtime.runs.record import Record

PROGRAM = """graph swing
Pendulum        : categorical(-40, 0, 40)
Light           : categorical(60, 99, 140)
Shadow_Length   : categorical(3, 5, 7, 9, 11)
Shadow_Position : categorical(4, 7, 10, 13, 16)
Picture         : image(3, 16, 16)
Pendulum, Light -> Shadow_Length, Shadow_Position
* -> Picture
"""
TINY = {"width": 8, "hidden": 16, "batch": 8, "noise_size": 4}
CARE = Care(
    photos=60,
    values=2,
    coded=120,
    judge=JudgeRecipe(width=8, steps=150),
    features=FeatureRecipe(width=8, steps=60),
)


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    place = tmp_path_factory.mktemp("runs")
    return train(
        parse(PROGRAM),
        data="pendulum",
        images="pendulum:600",
        head="causal_vae",
        head_steps=3,
        head_options=TINY,
        run=place / "swing",
        device="cpu",
        tables="shares",
    )


@pytest.fixture(scope="module")
def report(run, tmp_path_factory):
    return evaluate_counterfactuals(
        run, "Picture", care=CARE, cache=tmp_path_factory.mktemp("cache")
    )


def test_what_is_measured(report):
    assert [turned.label for turned in report.labels] == [
        "Pendulum",
        "Light",
        "Shadow_Length",
        "Shadow_Position",
    ]
    for turned in report.labels:
        assert 0 < turned.photos <= 2 * 60
        assert turned.edit.value > 0
        assert turned.truth.value > 0
        assert turned.off.value >= 0
    assert math.isnan(report.labels[2].follow.value)  # a shadow's length causes no label
    assert set(report.association) == {turned.label for turned in report.labels}
    assert report.pictures.shape == (6, 5, 3, 16, 16)


def test_how_it_is_told(report):
    text = counterfactual_text(report)
    assert "composition" in text
    assert "MIC" in text
    assert "completeness" in text
    data = report.to_dict()
    assert 0 <= data["disentanglement"]["mcc"] <= 1
    assert data["labels"][2]["follow"] is None
    assert data["labels"][0]["truth"][0] == report.labels[0].truth.value


class Truthful(EncodingGenerator):
    """Gives every image back as it is, whatever its labels."""

    def __init__(self, own):
        super().__init__(own.image, own.coding, 3 * 16 * 16)
        self.place = torch.nn.Parameter(torch.zeros(1), requires_grad=False)
        self.eval()

    def forward(self, labels, noise):
        return noise.view(-1, 3, 16, 16)

    def noise_of(self, images, labels):
        return images.flatten(1)

    def read(self, images):
        return torch.zeros(len(images), self.coding.width)


def test_leaving_the_photo_alone(run, report, monkeypatch, tmp_path_factory):
    """A head that ignores labels rebuilds all, has no effect, and errs by the size of the edit."""
    head = run.head("Picture")
    still = type(head)(head.node, head.config, Truthful(head.generator))
    monkeypatch.setattr(Record, "head", lambda *_: still)
    found = evaluate_counterfactuals(
        run, "Picture", care=CARE, cache=tmp_path_factory.mktemp("cache")
    )
    assert found.composition.value == 0
    for turned in found.labels:
        assert turned.truth.value == pytest.approx(turned.edit.value)
        assert turned.back.value == 0
        assert turned.keep.value == 1
    assert found.association == {}
    assert found.disentanglement is None
    assert np.mean([turned.effect.value for turned in found.labels]) < 0.5


def test_a_head_without_encoder(run, monkeypatch, capsys):
    head = run.head("Picture")
    plain = torch.nn.Identity()
    monkeypatch.setattr(Record, "head", lambda *_: type(head)("Picture", head.config, plain))
    with pytest.raises(ScmError) as caught:
        evaluate_counterfactuals(run, "Picture")
    assert caught.value.diagnostics[0].code == "E693"
    assert main(["eval", str(run.path), "--counterfactual"]) == 2
    assert "[E693]" in capsys.readouterr().err


NUMBERS = """graph swing
Pendulum, Light                : real
Shadow_Length, Shadow_Position : real
Picture                        : image(3, 16, 16)
Pendulum, Light -> Shadow_Length, Shadow_Position
* -> Picture
"""


def test_photos_of_numbers(tmp_path, tmp_path_factory):
    """What is done is read off by a regression, and numbers follow by the model's abduction."""
    run = train(
        parse(NUMBERS),
        data="pendulum:300",
        images="pendulum:500",
        head="causal_vae",
        head_steps=3,
        head_options=TINY,
        run=tmp_path / "swing",
        device="cpu",
        real="linear",
    )
    care = replace(CARE, photos=20)
    found = evaluate_counterfactuals(run, "Picture", care=care, cache=tmp_path / "cache")
    by_name = {turned.label: turned for turned in found.labels}
    for turned in found.labels:
        assert turned.truth.value > 0
        assert turned.off.value > 0
        assert 0 <= turned.keep.value <= 1
    assert math.isnan(by_name["Shadow_Length"].follow.value)
    assert 0 <= by_name["Light"].follow.value <= 1
    assert found.disentanglement is not None
    assert "Light" in counterfactual_text(found)


def test_what_a_number_would_have_been(tmp_path):
    """In a linear model the noise is what the equation leaves: the answer is known exactly."""
    run = train(
        parse(NUMBERS),
        data="pendulum:300",
        images="pendulum:100",
        head="vae",
        head_steps=1,
        head_options=TINY,
        run=tmp_path / "swing",
        device="cpu",
        real="linear",
    )
    values = {"Pendulum": 10.0, "Light": 80.0, "Shadow_Length": 5.0, "Shadow_Position": 9.0}
    photo = np.zeros((16, 16, 3), np.uint8)
    found = run.given(image=photo, **values).counterfactual(do={"Light": 120.0})
    means = [
        run.do(Pendulum=10.0, Light=light).sample(8000)["Shadow_Length"].mean()
        for light in (80.0, 120.0)
    ]
    after = {name: found.counterfactual[name][0] for name in values}
    assert after["Pendulum"] == 10
    assert after["Light"] == 120
    assert after["Shadow_Length"] - 5 == pytest.approx(means[1] - means[0], abs=0.3)
    assert found.told(0) == (
        "Pendulum=10 (given), Light=80 (given), Shadow_Length=5 (given), Shadow_Position=9 (given)"
    )
