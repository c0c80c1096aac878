"""`scmc init`."""

import json
import shutil

import pytest

from scm_compiler.cli.main import main
from scm_compiler.shipped import example_programs


def test_it_lists_every_example_with_a_line(here, capsys):
    assert main(["init"]) == 0
    out = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in out] == sorted(example_programs())
    assert all(len(line.split()) > 4 for line in out)
    assert list(here.iterdir()) == []


def test_json_lists_them_too(capsys):
    assert main(["init", "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert [entry["name"] for entry in document["examples"]] == sorted(example_programs())


@pytest.mark.parametrize("name", sorted(example_programs()))
def test_it_copies_an_example_byte_for_byte(here, name):
    assert main(["init", name]) == 0
    source = example_programs()[name].parent
    files = (p for p in (here / name).rglob("*") if p.is_file())
    copied = {p.relative_to(here / name): p.read_bytes() for p in files}
    given = (p for p in source.rglob("*") if p.is_file() and "run" not in p.parts)
    assert copied == {p.relative_to(source): p.read_bytes() for p in given}


def test_it_copies_elsewhere(here, capsys):
    assert main(["init", "sprinkler", "--to", "deep/rain"]) == 0
    assert (here / "deep/rain/model.scm").is_file()
    assert "scmc check deep/rain/model.scm" in capsys.readouterr().err


@pytest.mark.parametrize("kind", ["file", "folder", "dangling link"])
def test_it_overwrites_nothing(here, capsys, kind):
    target = here / "sprinkler"
    if kind == "file":
        target.write_text("mine")
    elif kind == "folder":
        target.mkdir()
    else:
        target.symlink_to(here / "gone")
    assert main(["init", "sprinkler"]) == 2
    assert "error[E812]" in capsys.readouterr().err
    assert list(here.iterdir()) == [target]
    assert kind != "file" or target.read_text() == "mine"


def test_an_unknown_name_gets_a_suggestion(here, capsys):
    assert main(["init", "sprinkle"]) == 2
    error = capsys.readouterr().err
    assert "error[E811]" in error
    assert "did you mean `sprinkler`?" in error
    assert list(here.iterdir()) == []


def test_a_copy_that_fails_leaves_nothing(here, monkeypatch):
    def full(*_, **__):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(shutil, "copytree", full)
    assert main(["init", "sprinkler"]) == 2
    assert list(here.iterdir()) == []


def test_a_place_that_cannot_be_written_is_named_as_given(here, capsys):
    (here / "file").write_text("")
    assert main(["init", "sprinkler", "--to", "file/x"]) == 2
    assert "error[E657]: cannot write `file/x`: " in capsys.readouterr().err
