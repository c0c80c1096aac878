"""What shells are told may be typed next."""

import json
import shutil
import subprocess
import sys

import pytest

from scm_compiler.cli.completion import SCRIPTS
from scm_compiler.cli.main import VERBS, main
from scm_compiler.cli.words import split
from scm_compiler.shipped import example_programs


@pytest.fixture
def ask(capsys, tmp_path, monkeypatch):
    """Asks what may follow a line, in a folder of its own."""
    monkeypatch.chdir(tmp_path)

    def asked(line, shell="fish"):
        assert main(["completion", shell, "--line", line]) == 0
        return capsys.readouterr().out.splitlines()

    return asked


@pytest.mark.parametrize(
    ("line", "offered"),
    [
        ("scmc ch", ["check"]),
        ("scmc --v", ["--version"]),
        ("scmc query --me", ["--method"]),
        ("scmc query --method ex", ["exact"]),
        ("scmc query P(A) --run drawn_f", ["drawn_faces"]),
        ("scmc query --run drawn_faces 'P(Mal", ["P(Male=0", "P(Male=1"]),
        (
            'scmc query --run drawn_faces "P(Male=1 | do(M',
            ["P(Male=1 | do(Male", "P(Male=1 | do(Mustache", "P(Male=1 | do(Mouth_Slightly_Open"],
        ),
        ("scmc query --run drawn_faces 'P(Male=1 | d", ["P(Male=1 | do("]),
        ("scmc query --run drawn_faces g", ["given("]),
        ("scmc render celeba_g1 --do Must", ["Mustache=0", "Mustache=1"]),
        (
            "scmc render celeba_g1 --do Mustache=1,Bald=",
            ["Mustache=1,Bald=0", "Mustache=1,Bald=1"],
        ),
        ("scmc query --identify --on sprinkler 'P(W", ["P(Wet=0", "P(Wet=1"]),
        ("scmc init spr", ["sprinkler"]),
        ("scmc check hai", ["hair"]),
        ("scmc explain E20", [f"E20{n}" for n in range(1, 10)]),
        ("scmc train g.scm --trainer w", ["wgan-gp"]),
        ("scmc query --seed ", []),
        ("scmc nowhere ", []),
        ("scmc query --run nowhere 'P(", []),
        ("scmc query --identify --on nowhere.scm 'P(", []),
    ],
)
def test_what_is_offered(ask, line, offered):
    assert sorted(ask(line)) == sorted(offered)


def test_verbs_and_examples_are_offered(ask):
    assert set(ask("scmc ")) == {*VERBS, "--help", "--version"}
    assert set(ask("scmc check ")) == set(example_programs())


def test_files_and_runs_are_offered(ask, tmp_path):
    (tmp_path / "mine.scm").write_text('A : binary\n"7 up" : categorical(no, yes)\nA -> "7 up"\n')
    (tmp_path / ".hidden").write_text("")
    run = tmp_path / "runs/g-1"
    run.mkdir(parents=True)
    (run / "manifest.json").write_text("{}")
    values = {"type": "discrete", "values": ["low", "high"]}
    nodes = [{"name": "Dose", "domain": values}, {"name": "Picture", "domain": {"type": "image"}}]
    (run / "graph.json").write_text(json.dumps({"nodes": nodes}))
    assert ask("scmc check mi") == ["mine.scm"]
    assert "runs/" in ask("scmc verify ")
    assert ask("scmc query --run r") == ["runs/g-1", "runs/"]
    assert ask("scmc query 'P(D") == ["P(Dose=low", "P(Dose=high"]
    assert ask("scmc query 'P(Dose=h") == ["P(Dose=high"]
    assert ask("scmc render mine.scm --do 7") == ['"7 up"=no', '"7 up"=yes']


def test_bash_is_told_the_rest_of_a_word_that_it_has_broken(ask):
    assert ask("scmc render celeba_g1 --do Mustache=", "bash") == ["0", "1"]
    assert ask("scmc query --run drawn_faces 'P(Male=", "bash") == ["P(Male=0", "P(Male=1"]


def test_a_hostile_name_is_escaped_and_a_broken_run_ignored(ask, tmp_path):
    (tmp_path / "$(touch x).scm").write_text("A : binary\n")
    assert ask("scmc check \\$", "bash") == [r"\$\(touch\ x\).scm"]
    assert ask('scmc check "', "bash")[-1] == r"\$(touch x).scm"
    run = tmp_path / "runs/g-1"
    run.mkdir(parents=True)
    for content in ("[]", "{}", '{"nodes": [1]}', '{"nodes": {"a": null}}', "no JSON"):
        (run / "graph.json").write_text(content)
        assert ask("scmc query 'P(A") == []


def test_a_line_is_cut_as_a_shell_does():
    assert split(r"scmc a\ b 'c '\''d' ''") == ["scmc", "a b", "c 'd", ""]


@pytest.mark.parametrize("shell", SCRIPTS)
def test_the_script_is_one_of_its_shell(shell, capsys):
    assert main(["completion", shell]) == 0
    script = capsys.readouterr().out
    assert script == SCRIPTS[shell]
    if shutil.which(shell) is not None:
        subprocess.run([shell, "-n"], input=script, text=True, check=True)


@pytest.mark.skipif(shutil.which("bash") is None, reason="it is bash that completes")
def test_bash_completes(tmp_path):
    line = "scmc query --run drawn_f"
    script = f"""
    scmc() {{ {sys.executable} -m scm_compiler "$@"; }}
    eval "$(scmc completion bash)"
    compopt() {{ :; }}
    COMP_LINE='{line}'; COMP_POINT=${{#COMP_LINE}}
    _scmc; printf '%s\\n' "${{COMPREPLY[@]}}"
    """
    done = subprocess.run(
        ["bash", "-c", script], capture_output=True, text=True, cwd=tmp_path, check=True
    )
    assert done.stdout == "drawn_faces\n"
