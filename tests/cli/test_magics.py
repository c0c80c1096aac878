"""`%%scm` and `%scm`, in a shell that only keeps what it is given, and in IPython's."""

import pytest

import scm_compiler as scm
from scm_compiler.diagnostics import ScmError

PROGRAM = "A, B : binary\nA -> B\n"


class Shell:
    """As much of IPython's shell as the magics need."""

    def __init__(self):
        self.magics, self.variables = {}, {}

    def register_magic_function(self, func, magic_kind, magic_name):
        self.magics[magic_kind, magic_name] = func

    def push(self, variables):
        self.variables |= variables

    def cell(self, line, text):
        return self.magics["cell", "scm"](line, text)

    def line(self, line):
        return self.magics["line", "scm"](line)


@pytest.fixture
def shell(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    made = Shell()
    scm.load_ipython_extension(made)
    return made


def test_a_program_is_drawn_and_kept(shell, tmp_path):
    shown = shell.cell("", PROGRAM)
    assert shown._repr_svg_().startswith("<?xml")
    assert shell.variables["graph"].name == "graph"
    assert shell.variables["graph"].separated("A", "B") is False
    shell.cell("people", PROGRAM)
    assert shell.variables["people"].name == "people"
    shell.cell("people.scm", PROGRAM)
    assert (tmp_path / "people.scm").read_text() == PROGRAM


def test_what_is_wrong_with_a_program_is_said_without_a_traceback(shell, capsys):
    with pytest.raises(ScmError) as refused:
        shell.cell("", "C : binary\nA -> C\n")
    assert refused.value._render_traceback_()[0] == "error[E201]: `A` is not declared"
    shell.cell("", "A, B, C : binary\nA -> B\nA -> B\n")
    assert "warning[W201]" in capsys.readouterr().err
    with pytest.raises(ValueError, match="neither a variable nor"):
        shell.cell("a b", PROGRAM)


def test_answers_and_plans_are_values(shell):
    answer = shell.line('query "P(Male=1 | do(Mustache=1))" --run drawn_faces')
    assert 0.41 < answer.probability < 0.42
    assert "0.41675" in answer._repr_html_()
    plan = shell.line('query "P(Male=1)" --run drawn_faces --explain')
    assert "identified by observation" in plan._repr_html_()
    found = shell.line('query --identify "P(Cancer | do(Smoking))" --on front_door')
    assert "Smoking" in found._repr_html_()
    drawn = shell.line("render sprinkler --do Rain=1")
    assert "Sprinkler" in drawn._repr_svg_()
    assert drawn.svg != shell.line("render sprinkler").svg


def test_samples_are_values(shell):
    sample = shell.line('sample "do(Mustache=1)" --run drawn_faces -n 3')
    assert "<img" in sample._repr_html_()
    assert len(sample) == 3


def test_other_verbs_print(shell, capsys, tmp_path):
    assert shell.line("explain E204") is None
    assert "# E204" in capsys.readouterr().out
    with pytest.raises(Exception, match="scmc check ended with exit code 2") as failed:
        shell.line("check nowhere.scm")
    assert failed.value._render_traceback_() == ["scmc check ended with exit code 2"]
    shell.line("render sprinkler -o s.svg")
    assert (tmp_path / "s.svg").is_file()


def test_ipython_shows_them(tmp_path, monkeypatch, capsys):
    interactive = pytest.importorskip("IPython.core.interactiveshell")
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("VIRTUAL_ENV", raising=False)
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path / "ipython"))
    shell = interactive.InteractiveShell()
    assert shell.run_cell("%load_ext scm_compiler").success
    done = shell.run_cell(f"%%scm g\n{PROGRAM}")
    assert done.success
    assert done.result._repr_svg_().startswith("<?xml")
    assert shell.user_ns["g"].counts == "2 labels, 1 edge"
    done = shell.run_cell('%scm query "P(Male=1)" --run drawn_faces')
    assert done.result.probability == pytest.approx(0.4167, abs=0.01)
    capsys.readouterr()
    assert not shell.run_cell("%%scm\nA -> B\n").success
    shown = capsys.readouterr().out
    assert "error[E201]" in shown
    assert "Traceback" not in shown
