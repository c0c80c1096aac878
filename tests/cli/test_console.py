"""E116, E117, E901: what no verb tells of itself, as text and as one JSON document."""

import json
import os
import subprocess
import sys

import pytest

from scm_compiler.cli.console import Console, Seldom
from scm_compiler.cli.exits import BUG, INTERRUPTED, USAGE
from scm_compiler.cli.main import main


def raising(error):
    def command():
        raise error

    return command


def document(capsys):
    return json.loads(capsys.readouterr().out)


@pytest.mark.parametrize(
    "words", [["check"], ["nothing"], ["query", "P(A=1)", "--samples", "0"], ["check", "-x", "f"]]
)
def test_a_wrong_command_line_has_a_code(words, capsys):
    with pytest.raises(SystemExit) as stopped:
        main(words)
    assert stopped.value.code == USAGE
    assert "error[E116]: " in capsys.readouterr().err
    with pytest.raises(SystemExit) as stopped:
        main([*words, "--json"])
    assert stopped.value.code == USAGE
    assert [found["code"] for found in document(capsys)["diagnostics"]] == ["E116"]


@pytest.mark.parametrize(
    ("error", "code", "told"),
    [
        (OSError(28, "No space left on device"), USAGE, "error[E117]: No space left on device"),
        (
            PermissionError(13, "Permission denied", "a/b"),
            USAGE,
            "help: choose another place, or allow writing there: `chmod u+w a`",
        ),
        (KeyError("Young"), BUG, "error[E901]: a bug of scmc: KeyError: 'Young'"),
        (KeyboardInterrupt(), INTERRUPTED, "interrupted"),
    ],
)
def test_whatever_ends_a_command_gives_one_document(error, code, told, capsys):
    assert Console().guard(raising(error)) == code
    assert told in capsys.readouterr().err
    assert Console(json=True).guard(raising(error)) == code
    printed = capsys.readouterr()
    found = json.loads(printed.out)
    assert found["ok"] is False
    assert [entry["code"] for entry in found["diagnostics"]] == (
        [] if code == INTERRUPTED else ["E901" if code == BUG else "E117"]
    )
    assert told in printed.err


def test_the_trace_is_shown_to_who_asks(monkeypatch):
    monkeypatch.setenv("SCMC_DEBUG", "1")
    with pytest.raises(KeyError):
        Console().guard(raising(KeyError("Young")))


def scmc(words, folder, **options):
    environment = os.environ | options.pop("env", {})
    command = [sys.executable, "-m", "scm_compiler", *words]
    return subprocess.run(
        command, cwd=folder, env=environment, check=False, **{"capture_output": True, **options}
    )


@pytest.mark.parametrize(
    ("closed", "code"), [("2>&-", 1), (">&-", 1), (">&- 2>&-", 1), ("<&-", 1)]
)
def test_closed_streams_are_no_bug(tmp_path, closed, code):
    (tmp_path / "g.scm").write_text("A -> A")
    command = f'"{sys.executable}" -m scm_compiler check g.scm {closed}'
    done = subprocess.run(["bash", "-c", command], cwd=tmp_path, check=False, capture_output=True)
    assert done.returncode == code
    assert b"E901" not in done.stderr + done.stdout


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="no /dev/full here")  # noqa: PTH110
@pytest.mark.parametrize("form", [[], ["--json"]])
def test_output_that_cannot_be_written_is_told(tmp_path, form):
    with open("/dev/full", "w") as full:  # noqa: PTH123
        done = scmc(
            ["explain", *form], tmp_path, capture_output=False, stdout=full, stderr=subprocess.PIPE
        )
    assert done.returncode == USAGE
    assert b"error[E117]" in done.stderr
    assert b"Traceback" not in done.stderr


def test_a_document_is_json_whatever_the_output_can_hold(tmp_path):
    (tmp_path / "g.scm").write_text("é : bin", encoding="utf-8")
    done = scmc(["check", "g.scm", "é.scm", "--json"], tmp_path, env={"PYTHONIOENCODING": "ascii"})
    found = json.loads(done.stdout.decode("ascii"))["diagnostics"]
    assert [entry["code"] for entry in found] == ["E301", "E113"]
    assert "`é.scm`" in found[1]["message"]


def test_a_name_that_is_not_utf8_is_told_in_valid_json(tmp_path):
    name = os.fsdecode(b"\xff.scm")
    (tmp_path / name).write_bytes(b"")
    done = scmc(["check", name, "--json"], tmp_path)
    assert json.loads(done.stdout.decode("utf-8"))["diagnostics"][0]["code"] == "E109"


def test_a_long_work_says_its_rate_and_the_time_left(capsys):
    times = iter([0.0, 0.0, 1.0, 3.0, 4.0, 10.0])
    seldom = Seldom(Console(), clock=lambda: next(times))
    for done in (0, 50, 150, 160, 1000):
        seldom("rows", done, 1000)
    assert capsys.readouterr().err.splitlines() == [
        "150 of 1,000 rows, 50/s, 17s left",
        "1,000 of 1,000 rows",
    ]


def test_a_short_work_says_nothing(capsys):
    seldom = Seldom(Console(), clock=lambda: 0.0)
    for done in (0, 5, 10):
        seldom("rows", done, 10)
    assert capsys.readouterr().err == ""


def test_what_is_done_when_it_is_first_told_is_not_told(capsys):
    times = iter([0.0, 9.0])
    Seldom(Console(), clock=lambda: next(times))("images", 10, 10)
    assert capsys.readouterr().err == ""


def test_what_was_there_before_counts_for_no_rate(capsys):
    times = iter([0.0, 5.0, 9.0])
    seldom = Seldom(Console(), clock=lambda: next(times))
    seldom("rows", 900, 1000)
    seldom("rows", 902, 1000)
    assert capsys.readouterr().err.splitlines() == [
        "900 of 1,000 rows",
        "902 of 1,000 rows, 0.5/s, 3m16s left",
    ]


def test_what_begins_anew_has_a_rate_of_its_own(capsys):
    times = iter([0.0, 0.0, 3.0, 4.0, 5.0, 9.0, 10.0])
    seldom = Seldom(Console(), clock=lambda: next(times))
    for done in (0, 30, 32, 2, 6, 32):
        seldom("images", done, 32)
    assert capsys.readouterr().err.splitlines() == [
        "30 of 32 images, 10/s, 0s left",
        "32 of 32 images",
        "6 of 32 images, 1/s, 26s left",
        "32 of 32 images",
    ]
