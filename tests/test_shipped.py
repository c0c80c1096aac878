"""Files that come with scmc."""

import pytest

from scm_compiler.diagnostics import ScmError
from scm_compiler.shipped import example_programs, find_program, shipped


@pytest.fixture
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_grammars_are_found():
    assert shipped("grammars", "scm.lark").is_file()
    assert shipped("grammars", "query.lark").is_file()


@pytest.mark.parametrize("name", ["celeba_g1", "celeba_g1.scm"])
def test_an_example_by_its_name(here, name):
    assert find_program(name) == example_programs()["celeba_g1"]


def test_a_file_comes_first(here):
    (here / "celeba_g1.scm").write_text("A : binary")
    assert str(find_program("celeba_g1.scm")) == "celeba_g1.scm"


@pytest.mark.parametrize(
    ("name", "near"),
    [("celeba_g2.scm", "celeba_g1"), ("mien.scm", "mine.scm"), ("qqq", None)],
)
def test_what_is_not_there_is_refused_with_what_may_be_meant(here, name, near):
    (here / "mine.scm").write_text("A : binary")
    with pytest.raises(ScmError) as refusal:
        find_program(name)
    (found,) = refusal.value.diagnostics
    assert (found.code, found.near) == ("E113", near)
    assert refusal.value.exit_code == 2


@pytest.mark.parametrize("name", ["a\0b", "x" * 5000, "no/such/folder/g.scm"])
def test_a_text_that_can_name_no_file(here, name):
    with pytest.raises(ScmError, match="E113"):
        find_program(name)


def test_standard_input_stands_for_itself(here):
    assert str(find_program("-")) == "-"


def test_a_folder_with_a_program_means_the_program(here):
    (here / "celeba_g1").mkdir()
    program = here / "celeba_g1" / "model.scm"
    program.write_text("A : binary")
    assert find_program("celeba_g1") == program.relative_to(here)


def test_another_folder_stands_for_itself(here):
    (here / "mine").mkdir()
    assert str(find_program("mine")) == "mine"
