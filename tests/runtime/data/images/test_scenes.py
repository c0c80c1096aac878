"""Scenes as sources of labels and images, and what they tell of the truth."""

import numpy as np
import pytest

from scm_compiler import ScmError, parse
from scm_compiler.runtime.data.scenes import FLOW, PENDULUM
from scm_compiler.runtime.data.sources import load_labels

PROGRAM = """
Pendulum        : categorical(-40, 0, 40)
Light           : categorical(60, 147, 101)
Shadow_Length   : categorical(3, 6, 9)
Shadow_Position : categorical(5, 10, 15)
Face            : image(3, 32, 32)
Pendulum, Light -> Shadow_Length, Shadow_Position
* -> Face
"""


@pytest.fixture(scope="module")
def graph():
    return parse(PROGRAM)


@pytest.fixture
def small(load, graph):
    return load("pendulum:60?seed=1", graph)


def test_the_papers_split(load, graph):
    train, held = load("pendulum", graph).cut()
    assert (len(train), len(held)) == (5482, 1826)
    table = load("pendulum:declared", graph)
    assert sorted(map(tuple, table.labels[:, :2].tolist())) == [
        (i, j) for i in range(3) for j in range(3)
    ]


def test_labels_are_the_nearest_declared_values(small):
    units = PENDULUM.between(60, np.random.default_rng(1))
    declared = np.array([60, 147, 101])
    nearest = np.abs(units[:, 1:] - declared).argmin(1)
    assert small.labels[:, 1].tolist() == nearest.tolist()


def test_a_binned_label_is_the_interval_that_holds_the_number(load):
    program = PROGRAM.replace("categorical(60, 147, 101)", "binned(80, 100, 120)")
    graph = parse(program)
    found = load("pendulum:60?seed=1", graph)
    light = PENDULUM.between(60, np.random.default_rng(1))[:, 1]
    by_hand = [sum(value >= cut for cut in (80, 100, 120)) for value in light.tolist()]
    assert found.labels[:, 1].tolist() == by_hand
    assert found.truth is None  # do(Light="[80,100)") says no number to draw
    table = load_labels("pendulum", parse("Light : binned(60, 100, 147)"))
    assert table.cells[:, 0].tolist() == [1, 2, 3]  # an interval holds its lower end
    assert table.counts.tolist() == [84 * 40, 84 * 46, 84]  # the grid is 60 to 147 but for 100
    part = load("pendulum:declared", graph)  # every number has an interval
    assert len(part) == (np.isin(PENDULUM.grid()[:, 0], [-40, 0, 40])).sum()


def test_the_truth_of_a_row(small):
    rows = np.arange(60)
    assert (small.truth.redrawn(rows, small.labels) == small.images).all()
    units = PENDULUM.between(60, np.random.default_rng(1))
    true = PENDULUM.draw(PENDULUM.values(units, {"Light": 147.0}), 32)
    assert (small.truth.imagined(rows, {"Light": 1}) == true).all()
    others = small.labels.copy()
    others[:, 1] = 1
    moved = small.labels[:, 1] != 1
    shadows = slice(29, 32)  # `redrawn` leaves them as they were
    found = small.truth.redrawn(rows, others)
    assert (found[~moved] == small.images[~moved]).all()
    assert (found[:, :, :28] == true[:, :, :28])[moved].all()
    assert (found[:, :, shadows] == small.images[:, :, shadows]).all()


def test_labels_and_images_agree(small, graph):
    table = load_labels("pendulum:60?seed=1", graph)
    rows, counts = np.unique(small.labels, axis=0, return_counts=True)
    assert (table.cells == rows).all()
    assert (table.counts == counts).all()
    assert FLOW.name == "flow"


@pytest.mark.parametrize(
    ("place", "code"),
    [("pendulum:?seed=1", "E670"), ("pendulum:some", "E670"), ("flow:9", "E676")],
)
def test_refused(load, graph, place, code):
    with pytest.raises(ScmError) as caught:
        load(place, graph)
    assert caught.value.diagnostics[0].code == code


def test_names_are_no_numbers(graph):
    with pytest.raises(ScmError) as caught:
        load_labels("pendulum", parse("Light : categorical(left, right)\nLamp : binary"))
    assert [found.code for found in caught.value.diagnostics] == ["E692", "E692"]
    assert caught.value.diagnostics[1].help().startswith("`pendulum` shows")
