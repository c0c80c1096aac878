"""`scmc playground`: what the page begins with."""

import json
import urllib.request
from threading import Thread

import pytest

import scm_compiler.cli.playground as verb
from scm_compiler.cli.main import main

PROGRAM = "A, B : binary\nA -> B\n"


@pytest.fixture
def begun(tmp_path, monkeypatch):
    """The texts that pages began with; the verb ends when it has said its address."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "mine.scm").write_text(PROGRAM)
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "model.scm").write_text(PROGRAM)
    (tmp_path / "mine.csv").write_text("A,B\n" + "0,1\n1,0\n1,1\n" * 5)
    found = []

    class Once(verb.Playground):
        def serve_forever(self, poll_interval=0.5):
            thread = Thread(target=super().serve_forever, args=(0.02,))
            thread.start()
            asked = urllib.request.Request(self.address + "call", b'{"call": "start"}')
            asked.add_header("Content-Type", "application/json")
            with urllib.request.urlopen(asked, timeout=20) as reply:
                found.append(json.load(reply)["text"])
            self.shutdown()
            thread.join()

    monkeypatch.setattr(verb, "Playground", Once)
    return found


@pytest.mark.parametrize(
    ("words", "text"),
    [
        ([], "graph celeba_g1"),
        (["mine.scm"], PROGRAM),
        (["mine.scm", "--data", "mine.csv"], PROGRAM),
        (["--data", "mine.csv"], "graph mine\n\nA, B : binary\n"),
        (["mine.csv"], "graph mine\n\nA, B : binary\n"),
        (["drawn_faces"], "graph drawn_faces"),
        (["sprinkler"], "graph sprinkler"),
        (["folder"], PROGRAM),
    ],
)
def test_the_page_begins_with_what_is_named(begun, words, text):
    assert main(["playground", "-q", "--no-open", *words]) == 0
    assert text in begun[0]


def test_what_is_not_there_is_said(begun, capsys):
    assert main(["playground", "--no-open", "no.scm"]) == 2
    assert capsys.readouterr().err.startswith("error[E114]")
    assert main(["playground", "--no-open", "--data", "no.csv"]) == 2
    assert capsys.readouterr().err.startswith("error[E602]")
    assert main(["playground", "--no-open", "mine.scm", "--data", "no.csv"]) == 2
    assert capsys.readouterr().err.startswith("error[E602]")
    assert main(["playground", "--no-open", "no"]) == 2
    assert capsys.readouterr().err == (
        "error[E651]: `no` is not a run: there is no such folder\n"
        "  = help: `scmc train FILE` makes a run, and says its folder\n"
    )
    assert begun == []


@pytest.mark.parametrize("words", [["p.csv"], ["p.csv?count=count"], ["--data", "csv:p.csv"]])
def test_a_column_of_counts_is_said(begun, tmp_path, capsys, words):
    (tmp_path / "p.csv").write_text("A,B,count\n0,1,30\n1,0,70\n")
    assert main(["playground", "--no-open", *words]) == 0
    assert begun[0].startswith("graph p\n\nA, B : binary\n")
    told = "the column `count` says how often each row occurs\n"
    assert begun[0].endswith(f"# {told}")
    assert told in capsys.readouterr().err
