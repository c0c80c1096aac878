"""`scmc explain`."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from scm_compiler.cli.main import main
from scm_compiler.diagnostics.pages import pages

SHELL = re.compile(r"```console\n\$ (.*?)\n((?:error|warning|note)\[.*?)```", flags=re.DOTALL)
EXAMPLES = [
    pytest.param(command, expected, id=code)
    for code, page in pages().items()
    if code[1] in "123"
    for command, expected in SHELL.findall(page.body)
]


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


@pytest.mark.parametrize(("command", "expected"), EXAMPLES)
def test_the_commands_of_a_page_print_what_it_says(command, expected, tmp_path):
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(
        ["bash", "-c", command],  # the pages are our own text
        cwd=tmp_path,
        env=os.environ | {"PATH": path},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode in {1, 2}
    assert expected.splitlines()[0] in done.stderr.splitlines()
