"""The pendulum and the flow, against the paper's own geometry and a painter of many points."""

import numpy as np
import pytest

from scm_compiler.compiler import parse_text
from scm_compiler.runtime.data import load_table
from scm_compiler.runtime.data.images import load_images
from scm_compiler.runtime.data.scenes import FLOW, PENDULUM, SCENES
from scm_compiler.runtime.data.scenes.canvas import Canvas

UNITS = {"pendulum": np.array([[-20.0, 80.0], [31.5, 120.25]]), "flow": np.array([[30, 20, 9.0]])}


def test_the_papers_grids():
    assert len(PENDULUM.grid()) == 7308
    assert len(FLOW.grid()) == 8100
    values = PENDULUM.values(PENDULUM.grid(), {})
    length, position = values["Shadow_Length"], values["Shadow_Position"]
    assert (length == 3).mean() == pytest.approx(0.396, abs=1e-3)
    assert length.max() == pytest.approx(12.58, abs=5e-3)
    assert [position.min(), position.max()] == pytest.approx([2.01, 19.61], abs=5e-3)
    water = FLOW.values(FLOW.grid(), {})
    assert [water["Water"].min(), water["Water"].max()] == pytest.approx([1.005, 5.356], abs=1e-3)
    assert [water["Flow"].min(), water["Flow"].max()] == pytest.approx([1.72, 6.61], abs=5e-3)


def test_light_goes_straight():
    """The shadow's ends are where lines from the light's direction meet the ground."""
    units = np.array([[-35.0, 125.0]])
    values = {name: column[0] for name, column in PENDULUM.values(units, {}).items()}
    swing, angle = np.radians(-35 * 0.9), np.radians(125 * 0.9)
    ends = []
    for x, y in ((10, 10.5), (10 + 9.5 * np.sin(swing), 10.5 - 9.5 * np.cos(swing))):
        way = (y + 0.5) / np.sin(angle)
        ends.append(x - way * np.cos(angle))
    assert values["Shadow_Position"] == pytest.approx(sum(ends) / 2)
    assert values["Shadow_Length"] == pytest.approx(abs(ends[0] - ends[1]))


@pytest.mark.parametrize("scene", SCENES.values(), ids=SCENES)
def test_what_is_held_moves_its_effects_alone(scene):
    units = scene.between(50, np.random.default_rng(0))
    factual = scene.values(units, {})
    causes = {
        "Pendulum": {"Shadow_Length", "Shadow_Position"},
        "Light": {"Shadow_Length", "Shadow_Position"},
        "Ball": {"Water", "Flow"},
        "Water": {"Flow"},
        "Hole": {"Flow"},
    }
    for name in scene.labels:
        held = float(factual[name].mean())
        found = scene.values(units, {name: held})
        assert (found[name] == held).all()
        moved = {it for it in scene.labels if (found[it] != factual[it]).any()} - {name}
        assert moved == causes.get(name, set())
        kept = scene.values(units, {name: factual[name]})
        assert all((kept[it] == factual[it]).all() for it in scene.labels)


@pytest.mark.parametrize("scene", SCENES.values(), ids=SCENES)
def test_every_size_shows_the_same_picture(scene):
    """A pixel is what the pixels of a picture eight times as large have on average."""
    values = scene.values(UNITS[scene.name], {})
    large = scene.draw(values, 256).astype(float)
    averaged = large.reshape(len(large), 3, 32, 8, 32, 8).mean(axis=(3, 5))
    assert np.abs(scene.draw(values, 32) - averaged).mean() < 0.8


def test_a_shape_covers_its_own_area():
    canvas = Canvas.of(1, 64)
    pixel = (22 / 64) ** 2
    assert canvas.disc(10.3, 9.1, 2.0).sum() * pixel == pytest.approx(4 * np.pi, rel=0.01)
    assert canvas.disc(10.3, 9.1, 0.1).sum() * pixel == pytest.approx(0.01 * np.pi, rel=0.5)
    assert canvas.box(2.05, 3.17, 4.4, 4.6).sum() * pixel == pytest.approx(1.12 * 0.2, rel=1e-4)
    rod = canvas.rod((10, 15), np.array([0.5]), 8, 1.0)
    assert rod.sum() * pixel == pytest.approx(8, rel=0.01)


def test_a_real_label_is_the_scenes_own_number():
    graph = parse_text(
        "Pendulum : real\nShadow_Length : real\nLight : categorical(60, 100, 140)\n"
        "Picture : image(3, 16, 16)\n* -> Picture"
    )
    values = PENDULUM.values(PENDULUM.between(50, np.random.default_rng(4)), {})
    table = load_table("pendulum:50?seed=4", graph)
    order = np.lexsort([values["Shadow_Length"], values["Pendulum"], table_light(values)])
    for name in ("Pendulum", "Shadow_Length"):
        assert (table.columns[name] == values[name][order]).all()
    images = load_images("pendulum:50?seed=4", graph, "Picture")
    assert (images.labels[:, 0] == values["Pendulum"]).all()
    assert (images.labels[:, 2] == table_light(values)).all()
    drawn = images.truth.redrawn(np.arange(50), images.labels)
    assert (drawn == PENDULUM.draw(values, 16)).all()
    higher = images.labels.copy()
    higher[:, 1] = 3.5
    assert (
        images.truth.redrawn(np.arange(50), higher)
        == PENDULUM.draw({**values, "Shadow_Length": np.full(50, 3.5)}, 16)
    ).all()


def table_light(values):
    """Which of the declared values is nearest."""
    return np.abs(values["Light"][:, None] - [60, 100, 140]).argmin(1)
