"""The bars in a notebook: what is chosen is asked, and every label moves."""

import re
import sys

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
