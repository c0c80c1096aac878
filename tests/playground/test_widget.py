"""The bars in a notebook: what is chosen is asked, and every label moves."""

import re
import sys

import numpy as np
import pytest

import scm_compiler as scm
from scm_compiler.shipped import find_run

pytestmark = pytest.mark.usefixtures("ipywidgets")


@pytest.fixture(scope="module")
def ipywidgets():
    return pytest.importorskip("ipywidgets")


@pytest.fixture
def rows(ipywidgets):
    heading, *rows = scm.bars(scm.open_run(find_run("drawn_faces"))).children
    return {"": heading} | {row.children[0].description: row.children for row in rows}


def numbers(row):
    return [float(found) for found in re.findall(r"<code>([\d.]+)", row[1].value)]


def test_what_is_held_moves_every_label(rows):
    alone = numbers(rows["Male"])
    assert len(alone) == 2
    rows["Mustache"][0].value = ("do", "1")
    seeing_0, doing_0, seeing_1, doing_1 = numbers(rows["Male"])
    assert (seeing_1, doing_1) == (0.999, 0.417)
    assert (seeing_0, doing_0) == (0.001, 0.583)
    assert "[0.998, 1.000]" in rows["Male"][1].value
    assert "do(Mustache=1)" in rows[""].value
    rows["Mustache"][0].value = ("", "")
    assert numbers(rows["Male"]) == alone


def test_what_cannot_be_asked_is_said(tmp_path):
    columns = {"A": [0, 0, 1, 1], "B": [0, 0, 1, 1]}
    graph = scm.parse("A, B : binary\nA -> B\n")
    heading, cause, effect = scm.bars(scm.train(graph, data=columns, run=tmp_path / "r")).children
    cause.children[0].value, effect.children[0].value = ("given", "1"), ("given", "0")
    assert "the evidence `A=1, B=0` has probability zero" in heading.value
    assert numbers(cause.children) == []
    effect.children[0].value = ("given", "1")
    assert numbers(cause.children) == [0.0, 1.0]


def test_without_ipywidgets_the_package_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "ipywidgets", None)
    with pytest.raises(ImportError, match="pip install ipywidgets"):
        scm.bars(scm.open_run(find_run("drawn_faces")))


COHORT = scm.parse(
    "Ill : binary\nDose : real(0, inf)\nPain : real\nIll -> Dose, Pain\nDose -> Pain"
)


def cohort(rows=400):
    random = np.random.default_rng(0)
    ill = random.random(rows) < 0.5
    dose = np.exp(0.3 * random.standard_normal(rows) + ill)
    return {"Ill": ill, "Dose": dose, "Pain": 3 * ill - dose + random.standard_normal(rows)}


def test_a_run_with_real_nodes_is_asked_itself(tmp_path):
    """The bars of the labels alone would know nothing of doses."""
    data = cohort()
    run = scm.train(COHORT, data=data, run=tmp_path / "r", steps=50)
    heading, *rows = scm.bars(run).children
    by_name = {row.children[0].description: row.children for row in rows}
    assert list(by_name) == ["Ill", "Dose", "Pain"]
    (choice, shown), (_, label) = by_name["Dose"], by_name["Ill"]
    texts = [text for text, _ in choice.options]
    assert len(texts) == 7
    mean = re.search(r"mean ([\d.]+), half in ", shown.value)
    assert float(mean[1]) == pytest.approx(data["Dose"].mean(), abs=0.1)
    choice.value = ("given", texts[3].removeprefix("seen: "))  # few who are well have so much
    few, most = numbers(by_name["Ill"])
    assert most > 0.9
    choice.value = ("do", choice.value[1])
    seeing_0, doing_0, seeing_1, doing_1 = numbers(by_name["Ill"])
    assert (seeing_0, seeing_1) == (few, most)
    assert doing_0 == pytest.approx(0.5, abs=0.1)
    assert doing_0 + doing_1 == pytest.approx(1)
    assert "do(Dose=" in heading.value
    assert "[" not in label.value
    assert f"mean {float(choice.value[1]):.4g}, half in" in shown.value


def test_what_is_exact_about_real_nodes_has_its_interval(tmp_path):
    graph = scm.parse("Age, Pain : real\nAge -> Pain")
    age = np.linspace(20, 80, 60)
    data = {"Age": age, "Pain": age + np.random.default_rng(0).standard_normal(60)}
    run = scm.train(graph, data=data, replicates=2, real="linear", run=tmp_path / "r")
    _, first, _ = scm.bars(run).children
    assert re.search(r"mean 50 \[[\d.]+, [\d.]+\], half in", first.children[1].value)
