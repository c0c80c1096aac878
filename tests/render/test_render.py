"""Every format: well-formed whatever the names, the same bytes each time, the whole graph."""

import re
import subprocess
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from scm_compiler import render
from scm_compiler.diagnostics import ScmError
from scm_compiler.ir.query import Event, Regime, Setting, Variable
from scm_compiler.markup import visible
from scm_compiler.render import graphviz as engine
from scm_compiler.render.looks import HELD_FILL, HELD_LINE, KINDS, OTHER, SEEN_FILL, SEEN_LINE

SVG = "{http://www.w3.org/2000/svg}"
ENGINES = ["graphviz-pure", "built-in"]
PNG_HEAD = b"\x89PNG\r\n\x1a\n"


def texts(svg):
    """The text of each text element of a well-formed SVG."""
    return ["".join(element.itertext()) for element in ET.fromstring(svg).iter(f"{SVG}text")]


@pytest.mark.parametrize("name", ENGINES)
def test_svg_shows_every_name_however_hostile(hostile, name):
    shown = texts(render.draw_svg(hostile, engine=name))
    for node in hostile.nodes:
        assert visible(node.name) in shown, shown
    assert visible(hostile.name) in shown


@pytest.mark.parametrize("name", ENGINES)
def test_svg_has_a_group_for_every_node_and_line(hair, name):
    drawn = ET.fromstring(render.draw_svg(hair, engine=name))
    classes = [group.get("class") for group in drawn.iter(f"{SVG}g")]
    assert classes.count("node") == len(hair.nodes)
    assert classes.count("edge") == len(hair.edges) + len(hair.confounders)


@pytest.mark.parametrize("name", ENGINES)
def test_kinds_differ_and_a_foreign_kind_has_a_look(kinds, name):
    """The two with an order look alike."""
    drawn = render.draw_svg(kinds, engine=name)
    for look in (*KINDS.values(), OTHER):
        assert look.fill in drawn
    looks = {look for kind, look in KINDS.items() if kind != "binned"} | {OTHER}
    assert KINDS["ordinal"] == KINDS["binned"]
    assert len({look.fill for look in looks}) == len({look.shape for look in looks}) == 6


def test_a_real_node_is_slanted_in_every_format(kinds):
    assert 'n0[/"Age<br/><small>real(0, 120)</small>"/]:::real' in render.draw_mermaid(kinds)
    assert "shape=parallelogram" in render.draw_dot(kinds)
    shown = ET.fromstring(render.draw_svg(kinds, engine="built-in"))
    corners = {
        group.find(f"{SVG}title").text: len(shape.get("points").split())
        for group in shown.iter(f"{SVG}g")
        for shape in group.findall(f"{SVG}polygon")
    }
    assert corners == {"Age": 4, "Pain": 4, "School": 8, "Weight": 8, "Mood": 6}


@pytest.mark.parametrize("name", ENGINES)
def test_a_regime_shows_what_is_set_and_seen(hair, name):
    regime = Regime(do=(Setting("Hair", 2),), given=(Event(Variable("Male"), 1),))
    drawn = render.draw_svg(hair, regime, engine=name)
    assert {"held at blond", "seen: 1"} <= set(texts(drawn))
    assert re.search(rf'fill="{HELD_LINE}">do\(Hair=blond\), <', drawn)
    assert re.search(rf'fill="{SEEN_LINE}">given\(Male=1\)<', drawn)
    plain = render.draw_svg(hair, engine=name)
    for fill in (HELD_FILL, SEEN_FILL):
        assert fill in drawn
        assert fill not in plain


@pytest.mark.parametrize("form", ["svg", "png", "dot", "mermaid"])
def test_the_same_graph_gives_the_same_bytes(hair, form):
    assert render.draw(hair, form) == render.draw(hair, form)


def test_png_is_a_png(front_door):
    assert render.draw_png(front_door).startswith(PNG_HEAD)


def test_hidden_common_causes_are_dashed_with_two_heads(front_door):
    dot = render.draw_dot(front_door)
    line = next(line for line in dot.splitlines() if "Smoking -> Cancer" in line)
    assert "style=dashed" in line
    assert "dir=both" in line
    assert "n0 <-.-> n2" in render.draw_mermaid(front_door)
    assert 'marker-start="url(#hidden)"' in render.draw_svg(front_door, engine="built-in")


def test_cut_lines_are_barred_in_every_format(front_door):
    regime = Regime(do=(Setting("Tar", 1),))
    assert "arrowhead=teenormal" in render.draw_dot(front_door, regime)
    assert "n0 -.-x n1" in render.draw_mermaid(front_door, regime)
    built_in = render.draw_svg(front_door, regime, engine="built-in")
    assert built_in.count("l8,8 m0,-8 l-8,8") == 1


def test_dot_is_read_back_by_graphviz_with_the_same_graph(hostile):
    program = engine.find_engine("graphviz-pure")
    done = subprocess.run(
        [program.program, "-Tplain"],
        input=render.draw_dot(hostile).encode(),
        capture_output=True,
        check=True,
    )
    lines = done.stdout.decode().splitlines()
    assert sum(line.startswith("node ") for line in lines) == len(hostile.nodes)
    lines_drawn = len(hostile.edges) + len(hostile.confounders)
    assert sum(line.startswith("edge ") for line in lines) == lines_drawn


def test_mermaid_text_holds_no_markup_of_a_name(hostile):
    drawn = render.draw_mermaid(hostile)
    labels = re.findall(r'^  n\d+\(\["(.*)"\]\):::binary$', drawn, flags=re.MULTILINE)
    assert len(labels) == len(hostile.nodes)
    assert not any(character in "".join(labels) for character in '"<>`{}[]|\\\n')


def test_a_large_graph_is_drawn_by_the_built_in_layout(large, monkeypatch):
    monkeypatch.setattr(engine.subprocess, "run", None)
    classes = [g.get("class") for g in ET.fromstring(render.draw_svg(large)).iter(f"{SVG}g")]
    assert classes.count("edge") == len(large.edges)


def test_without_any_engine_svg_is_built_in_and_png_says_what_to_install(front_door, monkeypatch):
    monkeypatch.setattr(engine.shutil, "which", lambda *_, **__: None)
    assert render.draw_svg(front_door) == render.draw_svg(front_door, engine="built-in")
    with pytest.raises(ScmError) as caught:
        render.draw_png(front_door)
    assert [d.code for d in caught.value.diagnostics] == ["E802"]
    assert "pip install graphviz-pure" in str(caught.value)
    assert caught.value.exit_code == 2


def test_an_engine_asked_for_by_name_must_be_there(front_door, monkeypatch):
    monkeypatch.setattr(engine.shutil, "which", lambda *_, **__: None)
    with pytest.raises(ScmError) as caught:
        render.draw_svg(front_door, engine="dot")
    assert [d.code for d in caught.value.diagnostics] == ["E802"]


def test_a_system_dot_is_found_where_graphviz_pure_is_not(monkeypatch):
    there = {"dot": "/somewhere/dot"}
    monkeypatch.setattr(engine.shutil, "which", lambda name, **_: there.get(name))
    assert engine.find_engine() == engine.Engine("dot", Path("/somewhere/dot"))


@pytest.mark.parametrize(
    ("script", "reason"),
    [("echo it broke >&2; exit 3", "it broke"), ("exit 3", "exit 3"), ("sleep 5", "seconds")],
)
def test_an_engine_that_fails_is_reported(tmp_path, monkeypatch, script, reason):
    program = tmp_path / "dot"
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)
    monkeypatch.setattr(engine, "_SECONDS", 0.5)
    with pytest.raises(ScmError) as caught:
        engine.lay_out(engine.Engine("dot", program), "digraph {}", "svg")
    assert [d.code for d in caught.value.diagnostics] == ["E803"]
    assert reason in caught.value.diagnostics[0].message()


@pytest.mark.parametrize("name", ["g", "g.pdf", "g.svg.gz"])
def test_an_unknown_suffix_is_refused(name):
    with pytest.raises(ScmError) as caught:
        render.format_of(Path(name))
    assert [d.code for d in caught.value.diagnostics] == ["E801"]
    assert ".svg, .png, .dot" in str(caught.value)
    assert caught.value.exit_code == 2
