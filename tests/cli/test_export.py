"""`scmc export`."""

import json

import pytest

import scm_compiler as scm
from scm_compiler.cli.main import main
from scm_compiler.interop import read_bif


@pytest.fixture
def run(here):
    (here / "d.csv").write_text("Rain,Wet\n0,0\n1,1\n0,1\n1,1\n")
    graph = scm.parse("Rain, Wet : binary\nRain -> Wet\n", "rain")
    return scm.train(graph, data="csv:d.csv")


def test_learned_tables_go_to_bif_and_back(here, run, capsys):
    assert main(["export", str(run.path), "-o", "g.bif"]) == 0
    assert capsys.readouterr().out == "wrote g.bif\n"
    found = read_bif(here / "g.bif")
    assert found.graph.hash == run.graph.hash
    assert found.probabilities["Wet"].tolist() == [[0.5, 0.5], [0.0, 1.0]]
    assert main(["import", "g.bif", "--run", "again"]) == 0
    asked = "P(Rain=1 | Wet=1)"
    again = scm.open_run("again").query(asked).probability
    assert again == pytest.approx(run.query(asked).probability, abs=1e-12)


def test_pyagrum_reads_a_trained_run(here, run):
    gum = pytest.importorskip("pyagrum")
    assert main(["export", str(run.path), "-o", "g.bif", "-q"]) == 0
    network = gum.loadBN("g.bif")
    engine = gum.LazyPropagation(network)
    engine.setEvidence({"Wet": 1})
    engine.makeInference()
    found = engine.posterior("Rain")[1]
    assert found == pytest.approx(run.query("P(Rain=1 | Wet=1)").probability, abs=1e-6)


def test_packed_by_the_suffix(here, run):
    for _ in range(2):
        assert main(["export", str(run.path), "-o", "g.bif.gz", "--force"]) == 0
    first = (here / "g.bif.gz").read_bytes()
    assert main(["export", str(run.path), "-o", "h.bif.gz"]) == 0
    assert (here / "h.bif.gz").read_bytes() == first
    assert read_bif(here / "g.bif.gz").graph.hash == run.graph.hash


@pytest.mark.parametrize("name", ["g.dagitty", "g.txt", "g.dot", "g.gv", "g.json", "deep/g.dot"])
def test_a_program_to_each_format_and_back(here, name):
    graph = scm.load("front_door")
    assert main(["export", "front_door", "-o", name]) == 0
    assert main(["import", name, "-o", "back.scm"]) == 0
    assert scm.load("back.scm").hash == graph.hash


def test_a_picture_is_only_written(here, capsys):
    assert main(["export", "front_door", "-o", "g.mmd"]) == 0
    assert (here / "g.mmd").read_text().startswith("---\ntitle")
    assert main(["export", "front_door", "-o", "g.x", "--format", "mermaid"]) == 0
    assert (here / "g.x").read_bytes() == (here / "g.mmd").read_bytes()
    assert main(["export", "front_door", "-o", "g.png"]) == 2
    assert "error[E820]" in capsys.readouterr().err


def test_positions_go_from_format_to_format_and_through_a_program(here):
    (here / "g.txt").write_text('dag { A [pos="-1.5,2"] B [pos="0.25,-1"] A -> B }')
    assert main(["export", "g.txt", "-o", "a.dot"]) == 0
    assert '[pos="-108,-144"]' in (here / "a.dot").read_text()
    assert main(["export", "a.dot", "-o", "b.dagitty"]) == 0
    assert main(["import", "b.dagitty", "-o", "c.scm"]) == 0
    assert main(["export", "c.scm", "-o", "d.dagitty"]) == 0
    assert (here / "d.dagitty").read_text() == (here / "b.dagitty").read_text()
    assert 'A [pos="-1.5,2"]' in (here / "d.dagitty").read_text()


def test_what_cannot_be_written(here, capsys):
    for words, code in (
        (["front_door", "-o", "g.bif"], "E828"),
        (["front_door", "-o", "g.csv"], "E827"),
        (["nowhere", "-o", "g.dot"], "E113"),
    ):
        assert main(["export", *words]) in (1, 2)
        assert f"error[{code}]" in capsys.readouterr().err
        assert list(here.iterdir()) == []


def test_what_is_lost_is_told(here, capsys):
    assert main(["export", "hair", "-o", "g.csv", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert {one["code"] for one in found["diagnostics"]} == {"W820"}
    assert (found["format"], found["artifacts"]) == ("adjacency", ["g.csv"])


def test_nothing_is_overwritten_unless_that_is_asked_for(here, capsys):
    (here / "g.dot").write_text("mine")
    assert main(["export", "hair", "-o", "g.dot"]) == 2
    assert "error[E829]" in capsys.readouterr().err
    assert (here / "g.dot").read_text() == "mine"
    assert main(["export", "hair", "-o", "g.dot", "--force"]) == 0


@pytest.mark.parametrize("form", ["bif", "xmlbif", "xdsl", "net"])
def test_a_real_node_has_no_place_in_a_network_of_tables(here, form, capsys):
    (here / "g.scm").write_text("Age : real\nIll : binary\nAge -> Ill\n")
    assert main(["export", "g.scm", "--format", form, "-o", "g.out"]) == 2
    said = capsys.readouterr().err
    assert "error[E827]" in said
    assert "cannot hold the real node `Age`" in said
    assert not (here / "g.out").exists()
