"""Every program of errors/ gives exactly the messages that stand beside it."""

import re
from pathlib import Path

import pytest

from scm_compiler.compiler import check, read_source
from scm_compiler.diagnostics import Report, ScmError, render_text
from scm_compiler.diagnostics.pages import pages

FOLDER = Path(__file__).parent / "errors"
PROGRAMS = sorted(FOLDER.glob("*.scm"))

# Codes of a missing or unreadable file, of a file of many megabytes, of a wrong command line and
# of the system, and of what is done with a program that is right. Their pages, tests/cli and
# tests/syntax give them.
NOT_IN_PROGRAMS = {"E110", "E112", "E113", "E114", "E115", "E116", "E117", "E160"}
NOT_IN_PROGRAMS |= {"E303", "E304", "E305"}


def report_of(path: Path) -> Report:
    try:
        return check(read_source(path))[1]
    except ScmError as error:
        return error.reports[0]


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda path: path.stem)
def test_messages(program, golden):
    report = report_of(program)
    text = render_text(report).replace(str(program), program.name)
    golden(program.with_suffix(".txt"), text + "\n")
    code = program.stem.split("_")[0]
    assert code in {diagnostic.code for diagnostic in report.diagnostics}


def test_every_code_of_the_language_has_a_program():
    codes = {code for code in pages() if re.fullmatch(r"[EWN][123]\d\d", code)}
    shown = {path.stem.split("_")[0] for path in PROGRAMS}
    assert codes - shown == NOT_IN_PROGRAMS


def test_nothing_is_left_over():
    expected = {path.with_suffix(".scm") for path in FOLDER.glob("*.txt")}
    assert expected <= set(PROGRAMS)
