"""`scmc fmt`."""

import io
import json
import sys

import pytest

from scm_compiler import files
from scm_compiler.cli.main import main

ROUGH = b"\xef\xbb\xbfA,B:binary # two\r\nA->B"
FINE = "A, B : binary  # two\nA -> B\n"


@pytest.fixture
def rough(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "g.scm"
    path.write_bytes(ROUGH)
    return path


def test_in_place(rough, capsys):
    assert main(["fmt", "g.scm"]) == 0
    assert rough.read_bytes() == FINE.encode()
    assert "g.scm: rewritten" in capsys.readouterr().err
    stamp = rough.stat().st_mtime_ns
    assert main(["fmt", "g.scm"]) == 0
    assert rough.stat().st_mtime_ns == stamp
    assert capsys.readouterr().err == ""


def test_no_other_file_is_left(rough):
    main(["fmt", "g.scm"])
    assert [path.name for path in rough.parent.iterdir()] == ["g.scm"]


def test_a_link_stays_a_link(rough):
    link = rough.with_name("link.scm")
    link.symlink_to(rough)
    assert main(["fmt", "link.scm"]) == 0
    assert link.is_symlink()
    assert rough.read_text() == FINE


def test_check_changes_nothing(rough, capsys):
    assert main(["fmt", "--check", "g.scm"]) == 1
    assert rough.read_bytes() == ROUGH
    assert "not in canonical form" in capsys.readouterr().out
    rough.write_text(FINE)
    assert main(["fmt", "--check", "g.scm"]) == 0


def test_diff(rough, capsys):
    assert main(["fmt", "--diff", "g.scm"]) == 1
    assert rough.read_bytes() == ROUGH
    out = capsys.readouterr().out
    assert "+A, B : binary  # two" in out
    assert "-A->B" in out
    rough.write_text(FINE)
    assert main(["fmt", "--diff", "g.scm"]) == 0
    assert capsys.readouterr().out == ""


def test_a_syntax_error_changes_nothing(rough, capsys):
    rough.write_text("A,B:binary\nA B\n")
    assert main(["fmt", "g.scm"]) == 1
    assert rough.read_text() == "A,B:binary\nA B\n"
    assert "error[E101]" in capsys.readouterr().err


def test_only_syntax_matters(rough):
    rough.write_text("A->A")
    assert main(["fmt", "g.scm"]) == 0
    assert rough.read_text() == "A -> A\n"


def test_several_files(rough):
    other = rough.with_name("h.scm")
    other.write_text("B:binary")
    assert main(["fmt", "g.scm", "none.scm", "h.scm"]) == 2
    assert rough.read_text() == FINE
    assert other.read_text() == "B : binary\n"


def test_standard_input_goes_to_standard_output(monkeypatch, capsys):
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(ROUGH)))
    assert main(["fmt", "-"]) == 0
    assert capsys.readouterr().out == FINE


def test_json(rough, capsys):
    assert main(["fmt", "--json", "--check", "g.scm", "none.scm"]) == 2
    document = json.loads(capsys.readouterr().out)
    assert document["files"] == [{"file": "g.scm", "changed": True, "text": FINE}]
    assert [entry["code"] for entry in document["diagnostics"]] == ["E113"]
    assert document["ok"] is False


def test_an_empty_file_stays_empty(rough):
    rough.write_bytes(b"")
    assert main(["fmt", "g.scm"]) == 0
    assert rough.read_bytes() == b""


def test_a_file_that_cannot_be_written_does_not_stop_the_others(rough, monkeypatch, capsys):
    other = rough.with_name("h.scm")
    other.write_text("B:binary")
    real = files.write_whole

    def full(path, content):
        if path.name == "g.scm":
            raise OSError(28, "No space left on device")
        real(path, content)

    monkeypatch.setattr("scm_compiler.cli.fmt.write_whole", full)
    assert main(["fmt", "--json", "g.scm", "h.scm"]) == 2
    document = json.loads(capsys.readouterr().out)
    assert [entry["code"] for entry in document["diagnostics"]] == ["E657"]
    assert [entry["file"] for entry in document["files"]] == ["h.scm"]
    assert rough.read_bytes() == ROUGH
    assert other.read_text() == "B : binary\n"
