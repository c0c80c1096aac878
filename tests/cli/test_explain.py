"""`scmc explain`."""

import json

import pytest

from scm_compiler.cli.main import main
from scm_compiler.diagnostics.pages import pages


@pytest.mark.parametrize("asked", ["E201", "e201", "[E201]"])
def test_a_page(asked, capsys):
    assert main(["explain", asked]) == 0
    out = capsys.readouterr().out
    assert out.startswith("# E201: A statement uses a node that is not declared\n")
    assert "## What to do" in out


def test_the_list(capsys):
    assert main(["explain"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in lines] == sorted(pages())


def test_an_unknown_code(capsys):
    assert main(["explain", "E20"]) == 2
    assert "error[E115]" in capsys.readouterr().err


def test_a_number_alone_finds_every_code_that_has_it(capsys):
    assert main(["explain", "201"]) == 2
    assert "did you mean `E201`, `N201` or `W201`?" in capsys.readouterr().err


def test_json(capsys):
    assert main(["explain", "--json", "W201"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert document["code"] == "W201"
    assert document["page"] == pages()["W201"].text
