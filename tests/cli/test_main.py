"""Every option of every verb, whatever its value: an answer or a refusal, never a bug of ours."""

import argparse
import json
import os
from pathlib import Path

import numpy as np
import pytest

from scm_compiler.cli.exits import BUG, USAGE
from scm_compiler.cli.main import EMPTY, VERBS, main, parser_of
from scm_compiler.runtime.run import latest_run

VALUES = (
    *("--", "", " ", " 1", "9" * 30, "9" * 5000, "-1", "1.5", "nan", "inf", "-inf", "1e9"),
    *(
        "1_0",
        "0x10",
        "\u0663",
        "\u00b2",
        "caf\udce9",
        "a\0b",
        "=",
        "a=",
        "=b",
        ":",
        "::",
        ",",
        "/",
    ),
    *("\n", "\u202e", "~", "x" * 5000),
)
NEEDED = {
    "check": ["g.scm"],
    "fmt": ["g.scm"],
    "compile": ["g.scm"],
    "render": ["g.scm", "--engine", "built-in"],
    "import": ["g.dot", "--force"],
    "export": ["g.scm", "-o", "e.json", "--force"],
    "sql": ["g.scm"],
    "verify": ["build/g"],
    "train": ["g.scm", "--data", "csv:d.csv", "--steps", "1"],
    "sample": ["-o", "x.csv", "-n", "2"],
    "query": ["P(A=1)"],
    "explain": ["E101"],
    "playground": ["--export", "page"],  # else it serves until it is interrupted
}
OF_IMAGES = {"--images", "--head", "--head-preset", "--option", "--precision"}
"""Options of `train` that are looked at only where there is an image to train."""


def needed(verb, option):
    if verb == "train" and option in OF_IMAGES:
        images = [] if option == "--images" else ["--images", "npz:i.npz"]
        return ["i.scm", *NEEDED["train"][1:], *images]
    return NEEDED.get(verb, [])


def options(verb):
    (verbs,) = (
        action.choices
        for action in parser_of([verb])._actions
        if isinstance(action, argparse._SubParsersAction)
    )
    return [
        action.option_strings[-1]
        for action in verbs[verb]._actions
        if action.option_strings and action.nargs != 0
    ]


def called(words):
    try:
        return main(words)
    except SystemExit as stopped:
        return stopped.code


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """A folder with programs, their data, a build and a run."""
    folder = tmp_path_factory.mktemp("place")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        patch.setattr(os, "fsync", lambda handle: None)  # a slow disk would be most of the time
        patch.setenv("SCMC_CACHE", str(folder / "cache"))
        Path("i.scm").write_text("A, B : binary\nF : image(1, 16, 16)\nA -> B\nA, B -> F\n")
        shown = np.zeros((4, 16, 16), np.uint8)
        np.savez("i.npz", images=shown, A=[0, 0, 1, 1], B=[0, 1, 0, 1])
        Path("g.scm").write_text("A, B : binary\nA -> B\n")
        Path("d.csv").write_text("A,B\n0,1\n1,1\n1,0\n")
        Path("g.dot").write_text("digraph { A -> B }")
        assert main(["compile", "g.scm", "-q"]) == 0
        assert main(["train", *NEEDED["train"], "-q"]) == 0
        yield folder


@pytest.mark.parametrize(
    ("verb", "option"), [(verb, option) for verb in VERBS for option in options(verb)]
)
def test_no_value_of_an_option_is_a_bug(verb, option, place, monkeypatch, capfd):
    monkeypatch.chdir(place)
    words = [verb, *needed(verb, option)]
    for value in VALUES:
        code = called([*words, f"{option}={value}"])
        assert code != BUG, (value, capfd.readouterr().err)
        if value in ("--", "a\0b") or (not value.strip() and option not in EMPTY):
            assert code == USAGE, value
    capfd.readouterr()


def test_an_empty_value_is_not_the_default(place, monkeypatch, capsys):
    monkeypatch.chdir(place)
    for option in ("--stage", "--device", "--precision", "--images", "--head", "--trainer"):
        assert called(["train", *NEEDED["train"], f"{option}=", "--json"]) == USAGE
        (found,) = json.loads(capsys.readouterr().out)["diagnostics"]
        assert found["code"] == "E116"
        assert found["message"] == f"argument {option}: the value is empty"


def test_data_whose_name_is_not_utf8(place, monkeypatch, capsys):
    monkeypatch.chdir(place)
    name = "caf\udce9.csv"
    Path(name).write_text(Path("d.csv").read_text())
    before = latest_run().path
    assert main(["train", "g.scm", "--data", f"csv:{name}"]) == 2
    assert "error[E160]: `csv:caf\\xe9.csv` is not UTF-8" in capsys.readouterr().err
    assert latest_run().path == before


def test_the_option_that_was_probably_meant(capsys):
    with pytest.raises(SystemExit) as ended:
        main(["train", "g.scm", "--dta", "csv:t.csv"])
    assert ended.value.code == 2
    assert (
        "unrecognized arguments: --dta csv:t.csv; did you mean `--data`?"
        in capsys.readouterr().err
    )
