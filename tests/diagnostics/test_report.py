"""Messages as text."""

import pytest

from scm_compiler.diagnostics import Diagnostic, Report, Source, Span, render_json, render_text
from scm_compiler.runtime.data.codes.rows import UnknownValue, Wrong
from scm_compiler.syntax.codes.files import ProgramNotFound

ESCAPE = "\x1b[31m"


@pytest.mark.parametrize("source", [None, Source(f"t{ESCAPE}.csv", "")], ids=["none", "named"])
def test_what_the_user_wrote_cannot_drive_the_terminal(source):
    value = f"red{ESCAPE}"
    wrong = UnknownValue("C", (Wrong(value, 1, 1, 2),), ("a\x07", "b"))
    near = ProgramNotFound(f"g{ESCAPE}", f"h{ESCAPE}", ())
    report = Report(source, (wrong, near))
    text = render_text(report)
    assert "\x1b" not in text
    assert "\x07" not in text
    assert "`red\ufffd[31m` in row 1 (line 2)" in text
    assert value in render_json(report)[0]["message"]


def test_help_of_several_lines_keeps_them(monkeypatch):
    monkeypatch.setattr(UnknownValue, "help", lambda _: "first\nsecond\x1b")
    wrong = UnknownValue("C", (Wrong("x", 1, 1, 2),), (), span=Span(0, 1))
    assert render_text(Report(Source("g", "x"), (wrong,))).endswith("help: first\nsecond\ufffd")


def test_an_error_without_a_mend_ends_with_its_page_once(monkeypatch):
    monkeypatch.setattr(Diagnostic, "registry", {})

    class Odd(Diagnostic):
        code = "E998"
        rank: int

        def message(self):
            return f"odd {self.rank}"

    assert render_text(Report(None, (Odd(1), Odd(2)))) == (
        "error[E998]: odd 1\n\nerror[E998]: odd 2\n"
        "  = help: `scmc explain E998` shows an example and what to do"
    )
    helps = [entry["help"] for entry in render_json(Report(None, (Odd(1), Odd(2))))]
    assert helps == ["`scmc explain E998` shows an example and what to do"] * 2
