"""The evaluation of heads of numbers: one that draws the truth, and one that learnt nothing."""

from types import SimpleNamespace

import numpy as np
import pytest
import torch
from torch import nn

from scm_compiler.compiler import parse_text
from scm_compiler.ir import Image
from scm_compiler.runtime.data.images import load_images
from scm_compiler.runtime.data.images.sources import known_behind
from scm_compiler.runtime.data.scenes import PENDULUM
from scm_compiler.runtime.evaluation import evaluate
from scm_compiler.runtime.evaluation.classifier import JudgeRecipe
from scm_compiler.runtime.evaluation.features import FeatureRecipe
from scm_compiler.runtime.evaluation.head import Effort
from scm_compiler.runtime.evaluation.html import report_html
from scm_compiler.runtime.evaluation.of_numbers import evaluate_of_numbers
from scm_compiler.runtime.evaluation.real import real_images
from scm_compiler.runtime.evaluation.text import report_text
from scm_compiler.runtime.fit import train
from scm_compiler.runtime.heads.head import ImageGenerator

PROGRAM = """graph swing
Pendulum, Light, Shadow_Length : real
Picture                        : image(3, 16, 16)
Pendulum, Light -> Shadow_Length
Pendulum, Light, Shadow_Length -> Picture
"""
SOURCE = "pendulum:900"
EFFORT = Effort(
    observed=150,
    regime=40,
    realism=80,
    detective=20,
    shown=3,
    judge=JudgeRecipe(width=16, steps=150),
    features=FeatureRecipe(width=8, steps=20),
)


class Truth(ImageGenerator):
    """Draws the scene."""

    def __init__(self, coding):
        super().__init__(Image(3, 16, 16), coding, 1)
        self.place = nn.Parameter(torch.zeros(1), requires_grad=False)
        self.eval()

    def forward(self, labels, noise):
        names = self.coding.names
        middle, half = (np.array([self.coding.scales[it][i] for it in names]) for i in (0, 1))
        rows = labels.double().numpy() * half + middle
        values = PENDULUM.values(rows[:, :2], {"Shadow_Length": rows[:, 2]})
        return torch.from_numpy(PENDULUM.draw(values, 16)).float() / 127.5 - 1


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    units = PENDULUM.between(400, np.random.default_rng(0))
    columns = {name: list(it) for name, it in PENDULUM.values(units, {}).items()}
    del columns["Shadow_Position"]
    return train(
        parse_text(PROGRAM),
        data=columns,
        images=SOURCE,
        head_steps=2,
        head_options={"width": 8, "labeler_width": 8, "batch": 8, "noise_size": 4},
        real="linear",
        run=tmp_path_factory.mktemp("runs") / "swing",
        device="cpu",
    )


@pytest.fixture(scope="module")
def cache(tmp_path_factory):
    return tmp_path_factory.mktemp("evaluators")


@pytest.fixture(scope="module")
def perfect(run, cache):
    """What is found of the truth."""
    real = real_images(load_images(SOURCE, run.graph, "Picture", cache=cache))
    coding = run.head("Picture").coding
    head = SimpleNamespace(coding=coding, generator=Truth(coding))
    truth = SimpleNamespace(graph=run.graph, mechanisms=run.mechanisms, head=lambda _: head)
    known = known_behind(SOURCE)
    return evaluate_of_numbers(truth, "Picture", real, known, effort=EFFORT, cache=cache)


@pytest.fixture(scope="module")
def whole(run, cache):
    """What is found of the run, whose head learnt nothing."""
    return evaluate.evaluate_run(run, effort=EFFORT, cache=cache)


def scores(report, label):
    return next(it for it in report.numbers if it.label == label)


def moved(report, regime, label):
    return next(it for it in report.moved if it.regime.startswith(regime) and it.label == label)


def test_numbers_are_read_off_true_images_and_not_off_noise(perfect, whole):
    (untrained,) = whole.heads
    assert [it.label for it in perfect.numbers] == ["Pendulum", "Light", "Shadow_Length"]
    for name in ("Pendulum", "Light"):
        found = scores(perfect, name)
        assert found.own.explained.value > 0.8
        for kind in ("observation", "do", "given"):
            assert found.generated[kind].explained.value > 0.7
            assert scores(untrained, name).generated[kind].explained.value < 0.2
    assert perfect.realism.kid.value < untrained.realism.kid.value


def test_what_doing_makes_is_held_against_the_true_mechanism(perfect):
    """Of a shadow's length the truth is a curve, which the model does not know."""
    assert perfect.mechanism_known
    light, shadow = (moved(perfect, "do(Light", name) for name in ("Light", "Shadow_Length"))
    held = float(light.regime.removeprefix("do(Light=").removesuffix(")"))
    assert light.known.mean == pytest.approx(held)
    assert light.learnt.mean == pytest.approx(held)
    assert light.shown.mean == pytest.approx(held, abs=5)
    units = PENDULUM.between(5000, np.random.default_rng(1))
    true = PENDULUM.values(units, {"Light": held})["Shadow_Length"]
    assert shadow.known.mean == pytest.approx(true.mean(), abs=0.3)
    back = moved(perfect, "do(Shadow_Length", "Light")  # a shadow moves no light
    assert back.learnt.mean == pytest.approx(back.known.mean, abs=3)
    assert back.shown.mean == pytest.approx(back.known.mean, abs=8)


def test_the_figure_is_of_a_cause_and_its_effect(perfect):
    above, below = perfect.pictures.regimes
    assert above.replace("do(", "given(") == below
    assert above.startswith("do(Shadow_Length=")


def test_the_report_of_a_run(whole):
    text, page = report_text(whole), report_html(whole)
    parts = ("numbers read off the images", "what doing makes of each number", "known")
    for part in (*parts, "f(x) off even", "farthest correlations"):
        assert part in text.lower()
        assert part in page.lower()
    assert whole.to_dict()["heads"][0]["moved"][0]["known"]["mean"]
    assert [it.node for it in whole.nodes.scores] == ["Pendulum", "Light", "Shadow_Length"]
