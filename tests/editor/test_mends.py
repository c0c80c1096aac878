"""Every mend that is offered makes its finding go away, and keeps what is not concerned."""

from collections import Counter

import pytest

from scm_compiler.compiler import check
from scm_compiler.diagnostics import Source
from scm_compiler.editor.document import opened
from scm_compiler.editor.edit import edited
from scm_compiler.editor.mends import mends

from .programs import BAD_TEXTS

# Findings whose help tells what to think of, not what to type.
NO_MEND = {
    "E101",  # only some, see below
    "E106",  # of an empty name
    "E107",
    "E111",
    "E211",  # where a list would be left empty
    "E213",
    "E302",  # of a categorical with fewer than two values
    "E401",
    "E520",
    "E523",
    "N201",
    "N202",
    "W204",  # of two nodes that an edge joins
}


def counted(text):
    report = check(Source("program.scm", text))[1]
    return Counter((found.code, found.message()) for found in report.diagnostics)


def mended(text, code, title=None):
    """The text after the first mend of a finding, or after the one with that title."""
    document = opened(text, "program.scm")
    finding = next(found for found in document.report.diagnostics if found.code == code)
    offered = mends(document, finding)
    assert offered, (code, finding.help())
    chosen = next(mend for mend in offered if title in (None, mend.title))
    return edited(text, chosen.edits)


@pytest.mark.parametrize("name", [name for name in BAD_TEXTS if name != "E111_garbage"])
def test_a_mend_makes_its_finding_go_away(name):
    text = BAD_TEXTS[name]
    document = opened(text, "program.scm")
    before = counted(text)
    for finding in document.report.diagnostics:
        said = (finding.code, finding.message())
        offered = mends(document, finding)
        assert offered or finding.code in NO_MEND, (name, said, finding.help())
        for mend in offered:
            after = counted(edited(text, mend.edits))
            assert after[said] < before[said], (name, said, mend.title)


def test_the_garbage_is_mended_piece_by_piece():
    document = opened(BAD_TEXTS["E111_garbage"])
    assert [m.title for m in mends(document, document.report.diagnostics[0])] == ["delete `)`"]


@pytest.mark.parametrize(
    ("before", "code", "after"),
    [
        ("A : binary\nA -> B\n", "E201", "A : binary\nB : binary\nA -> B\n"),
        ("A : binary # x\r\nA -> B", "E201", "A : binary # x\r\nB : binary\r\nA -> B"),
        ("A : binary; A -> B", "E201", "A : binary\nB : binary; A -> B"),
        ("# x\nA -> A B", "E101", "# x\nA -> A, B"),
        (
            'Young, "7 up" : binary\nYuong -> "7 up"\nassert identified P("7 up" | do(Yuong))\n',
            "E201",
            'Young, "7 up" : binary\nYoung -> "7 up"\nassert identified P("7 up" | do(Young))\n',
        ),
        ('A, "7 up" : binary\nA -> "7upp"\n', "E201", 'A, "7 up" : binary\nA -> "7 up"\n'),
        ("A, B, A : binary\nA -> B\n", "E202", "A, B : binary\nA -> B\n"),
        (
            "A, B : binary\nA -> B\nA : binary # again\n",
            "E202",
            "A, B : binary\nA -> B\n # again\n",
        ),
        ("A, B : binary\nA, B -> B\n", "E203", "A, B : binary\nA -> B\n"),
        ("A, B, C : binary\n* -> C\n", "E203", "A, B, C : binary\nA, B -> C\n"),
        ("A, B, C : binary\nA -> A -> B -> C\n", "E203", "A, B, C : binary\nA -> B -> C\n"),
        ("A, B : binary\nA -> A; A -> B\n", "E203", "A, B : binary\nA -> B\n"),
        (
            "A, B, C : binary\nA -> B -> C -> A\n",
            "E204",
            "A, B, C : binary\nB -> C -> A\nB -> A\n",
        ),
        (
            "A : binary\nI, J : image(1, 2, 2)\nI <- A\nA -> J\nI -> J # x\n",
            "E205",
            "A : binary\nI, J : image(1, 2, 2)\nI <- A\nA -> J\n # x\n",
        ),
        (
            "A, B : binary\nI : image(1, 2, 2)\nA -> I\nI -> *\n",
            "E205",
            "A, B : binary\nI : image(1, 2, 2)\nA -> I\nB -> I\n",
        ),
        ("A, B : binary\nA -> B\nA <-> A, B\n", "E207", "A, B : binary\nA -> B\nA <-> B\n"),
        ("A, B : binary\nassert A _||_ B, A\n", "E211", "A, B : binary\nassert A _||_ B\n"),
        ("A, B, C : binary\nA, B -> C\nA -> C\n", "W201", "A, B, C : binary\nA, B -> C\n"),
        ("A, B : binary\nA -> B -> # why\n  B\n", "E203", "A, B : binary\n# why\nA -> B\n"),
        ("Face : image(3, 64\nA : binary\n", "E103", "Face : image(3, 64)\nA : binary\n"),
        ("A, B, C : binary\n{A, B -> C\n", "E103", "A, B, C : binary\n{A, B} -> C\n"),
        ('"blood pressure : binary', "E104", '"blood pressure" : binary'),
        ("St. John : binary", "E102", '"St." John : binary'),
        ("A, B : binary\nA => B\n", "E101", "A, B : binary\nA -> B\n"),
        ("graph a\ngraph b\nA : binary\n", "E212", "graph a\nA : binary\n"),
        ("Kind, kind : binary\nKind -> B\nkind -> B\nB:binary", "W204", None),
        ("A : Binary\nB : binary\nA -> B", "E301", "A : binary\nB : binary\nA -> B"),
        ("A : categorical(x, x, y)", "E302", "A : categorical(x, y)"),
        ('A, P : binary\nA -> "P"\n', "E105", 'A, "P" : binary\nA -> "P"\n'),
        (
            "A, B : binary\nA -> B\nassert identified Prob(B | do(A))\n",
            "E402",
            "A, B : binary\nA -> B\nassert identified P(B | do(A))\n",
        ),
    ],
)
def test_the_likeliest_mend(before, code, after):
    found = mended(before, code)
    if after is None:
        assert code not in {kind for kind, _ in counted(found)}
    else:
        assert found == after


def test_a_warning_is_not_mended_into_an_error():
    document = opened("A, a : binary\nA -> a\n")
    (finding,) = document.report.diagnostics
    assert finding.code == "W204"
    assert mends(document, finding) == ()


def test_of_a_long_program_few_mends_are_tried():
    names = [f"A{n}" for n in range(3000)]
    text = f"{', '.join(names)} : binary\nA1 -> A2 -> A3 -> A4 -> A1\n"
    document = opened(text)
    (finding,) = (found for found in document.report.diagnostics if found.code == "E204")
    offered = [mend.title for mend in mends(document, finding)]
    assert offered[0] == "turn the edge `A1 -> A2`"
    assert 2 <= len(offered) <= 6


def test_an_edge_can_be_turned_or_deleted():
    text = "Rain, Clouds : binary\nRain -> Clouds\nClouds -> Rain\n"
    found = mended(text, "E204", "delete the edge `Clouds -> Rain`")
    assert found == "Rain, Clouds : binary\nRain -> Clouds\n"
