"""Plain `scmc` says what to type, and what it says can be typed."""

import shlex

import pytest

from scm_compiler.cli.exits import USAGE
from scm_compiler.cli.main import VERBS, main, parser_of


@pytest.fixture
def told(tmp_path, monkeypatch, capsys):
    """The commands that are told in a folder with the given files."""
    monkeypatch.chdir(tmp_path)

    def commands(*files):
        for name in files:
            (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / name).write_text("")
        assert main([]) == USAGE
        lines = capsys.readouterr().out.splitlines()
        return [line[2:].split("  ")[0] for line in lines if line.startswith("  scmc")]

    return commands


def test_in_an_empty_folder_it_begins_at_the_beginning(told):
    assert told()[:2] == ["scmc demo", "scmc playground"]


def test_in_a_folder_with_a_program_it_goes_on_with_that(told):
    commands = told("my graph.scm", "people.csv")
    assert commands[0] == "scmc check 'my graph.scm'"
    assert commands[1] == "scmc train 'my graph.scm' --data people.csv"


def test_where_there_are_runs_it_asks_them(told):
    assert "scmc query --help" in told("g.scm", "runs/g-1/manifest.json")


def test_each_command_is_one_that_scmc_takes(told):
    for command in told("g.scm"):
        words = shlex.split(command)[1:]
        assert words[0] in VERBS
        assert parser_of(words).parse_args(words).verb == words[0]
