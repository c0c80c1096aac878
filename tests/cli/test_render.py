"""`scmc render`."""

import json
import shutil

import pytest

from scm_compiler.cli.main import main

HEADS = {
    "g.svg": b"<?xml",
    "g.png": b"\x89PNG",
    "g.dot": b"digraph",
    "g.gv": b"digraph",
    "g.mmd": b"---\ntitle",
    "g.MERMAID": b"---\ntitle",
}


@pytest.mark.parametrize("name", HEADS)
def test_the_suffix_chooses_the_format(here, capsys, name):
    assert main(["render", "celeba_g1", "-o", name]) == 0
    assert (here / name).read_bytes().startswith(HEADS[name])
    assert capsys.readouterr().out == f"wrote {name}\n"


def test_without_output_it_is_an_svg_named_after_the_graph(here):
    assert main(["render", "front_door"]) == 0
    assert [path.name for path in here.iterdir()] == ["front_door.svg"]


def test_do_and_given_are_drawn(here):
    words = ["--do", "Mustache=1", "--given", "Male=1, Young=0"]
    assert main(["render", "celeba_g1", "-o", "g.svg", *words]) == 0
    drawn = (here / "g.svg").read_text()
    assert "do(Mustache=1), " in drawn
    assert "given(Male=1, Young=0)" in drawn
    assert drawn.count("seen: ") == 2
    assert drawn.count("held at 1") == 1


def test_json_names_the_artefact(here, capsys):
    assert main(["render", "hair", "-o", "g.dot", "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert document["ok"] is True
    assert document["graph"]["name"] == "hair"
    assert len(document["graph"]["hash"]) == 64
    assert (document["format"], document["artifacts"]) == ("dot", ["g.dot"])


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["celeba_g1", "-o", "g.pdf"], "E801"),
        (["celeba_g1", "-o", "g"], "E801"),
        (["no_such_program", "-o", "g.svg"], "E113"),
    ],
)
def test_usage_errors_end_with_2_and_write_nothing(here, capsys, words, code):
    assert main(["render", *words]) == 2
    assert f"error[{code}]" in capsys.readouterr().err
    assert list(here.iterdir()) == []


@pytest.mark.parametrize(
    "words",
    [
        ["--do", "Mustach=1"],
        ["--do", "Mustache=2"],
        ["--do", "Face=1"],
        ["--do", "Mustache"],
        ["--do", "Mustache=1", "--given", "Mustache=0"],
        ["--given", "=="],
    ],
)
def test_a_wrong_regime_is_refused_with_a_code(here, capsys, words):
    assert main(["render", "celeba_g1", "-o", "g.svg", *words]) == 1
    assert "error[E" in capsys.readouterr().err
    assert list(here.iterdir()) == []


def test_a_program_with_errors_is_not_drawn(here, capsys):
    (here / "bad.scm").write_text("A : binary\nA -> B\n")
    assert main(["render", "bad.scm", "-o", "g.svg"]) == 1
    assert "bad.scm:2:6" in capsys.readouterr().err
    assert not (here / "g.svg").exists()


def test_png_without_graphviz_says_what_to_install(here, capsys, monkeypatch):
    monkeypatch.setattr(shutil, "which", lambda *_, **__: None)
    assert main(["render", "celeba_g1", "-o", "g.png"]) == 2
    assert "pip install graphviz-pure" in capsys.readouterr().err
    assert list(here.iterdir()) == []
    assert main(["render", "celeba_g1", "-o", "g.svg"]) == 0


def test_the_folder_of_the_picture_is_made(here):
    assert main(["render", "hair", "-o", "new/deep/g.dot"]) == 0
    assert (here / "new" / "deep" / "g.dot").read_bytes().startswith(b"digraph")


def test_a_refusal_names_the_path_that_was_given(here, capsys):
    (here / "file").write_text("")
    assert main(["render", "hair", "-o", "file/g.dot"]) == 2
    assert "error[E657]: cannot write `file/g.dot`: " in capsys.readouterr().err


def test_a_place_that_cannot_be_written_has_a_code(here, capsys):
    (here / "file").write_text("mine")
    assert main(["render", "hair", "-o", "file/g.svg"]) == 2
    assert "error[E657]: cannot write `file/g.svg`" in capsys.readouterr().err
    assert [path.name for path in here.iterdir()] == ["file"]


def test_the_built_in_engine_paints_no_pixels(here, capsys):
    assert main(["render", "hair", "-o", "g.png", "--engine", "built-in"]) == 2
    assert "error[E804]: the built-in engine draws .svg only" in capsys.readouterr().err
    assert list(here.iterdir()) == []


@pytest.mark.parametrize("words", [["--do", "Tar ~ 0.3"], ["--given", "Tar >= 0"]])
def test_a_picture_is_of_values(words, tmp_path, capsys):
    out = str(tmp_path / "g.svg")
    assert main(["render", "front_door", *words, "-o", out]) == 1
    assert "error[E719]" in capsys.readouterr().err
