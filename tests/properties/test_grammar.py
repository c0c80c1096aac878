"""The language as a whole: printing then parsing is the identity, and garbage never crashes."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scm_compiler.compiler import check, decode
from scm_compiler.diagnostics import ScmError, Sink, Source, render_json, render_text
from scm_compiler.shipped import example_programs
from scm_compiler.syntax import tree
from scm_compiler.syntax.parser import parse
from scm_compiler.syntax.printer import RESERVED, print_file
from scm_compiler.syntax.tree import number_or_text

# Characters that a quoted name may hold: what can be printed, but no quote.
PRINTABLE = st.characters(exclude_characters='"', exclude_categories=("C", "Z")) | st.just(" ")
WORDS = st.from_regex(r"\w{1,8}", fullmatch=True)
TEXTS = WORDS | st.sampled_from(sorted(RESERVED)) | st.text(PRINTABLE, min_size=1, max_size=8)
NAMES = TEXTS.filter(lambda text: text.strip() and text.isprintable()).map(tree.Name)
MEMBERS = NAMES | st.just(tree.Star())
NUMBERS = st.integers(-(10**9), 10**9) | st.floats(allow_nan=False, allow_infinity=False)
WRITTEN = ["inf", "-inf", "1e5", "-1e5", "1e-3", "-2.50E+07", "1.e5", "-infinite"]
VALUES = (
    st.sampled_from(WRITTEN)
    | TEXTS.filter(str.isprintable)
    | NUMBERS.filter(lambda number: number_or_text(str(number)) == number)
)
KEYS = WORDS | st.sampled_from(sorted(RESERVED))
ARGUMENTS = st.builds(tree.Argument, VALUES, st.none() | KEYS)
KINDS = st.builds(tree.Kind, KEYS, st.lists(ARGUMENTS, max_size=4).map(tuple))
ARROWS = st.sampled_from(["->", "<-", "<->"])


def tuples(of, least=1):
    return st.lists(of, min_size=least, max_size=4).map(tuple)


@st.composite
def edges(draw):
    arrows = draw(tuples(ARROWS))
    sides = [draw(tuples(MEMBERS)) for _ in range(len(arrows) + 1)]
    return tree.Edges(tuple(sides), arrows)


STATEMENTS = (
    st.builds(tree.Header, NAMES)
    | st.builds(tree.Declaration, tuples(NAMES), KINDS)
    | edges()
    | st.builds(tree.Independent, tuples(NAMES), tuples(NAMES), tuples(NAMES, least=0))
    | st.sampled_from(["P(Y | do(X))", "ATE(B -> A)", "P(A[B=0]=1 | A=-1) - P(A)"]).map(
        tree.Identified
    )
)
COMMENTS = st.text(PRINTABLE | st.just('"'), max_size=12).map(lambda text: f"#{text}".rstrip())
LINES = st.builds(tree.Line, STATEMENTS, st.none() | COMMENTS, st.booleans()) | st.builds(
    tree.Line, st.none(), COMMENTS, st.booleans()
)


@st.composite
def programs(draw):
    lines = draw(st.lists(LINES, max_size=6))
    if lines:  # nothing stands above the first line
        lines[0] = tree.Line(lines[0].statement, lines[0].comment)
    return tree.File(tuple(lines))


def parsed(text):
    sink = Sink(Source("t.scm", text))
    return parse(sink.source, sink), sink.close()


@settings(max_examples=200, deadline=None)
@given(programs())
def test_what_is_printed_parses_to_what_was_printed(program):
    text = print_file(program)
    again, report = parsed(text)
    assert report.diagnostics == ()
    assert again == program
    assert print_file(again) == text


FRAGMENTS = st.sampled_from(
    [*"ABPE,;:*{}()[]|=-#\"\n\t \r\\@", "->", "<-", "<->", "_||_", "graph ", "assert ", "binary",
     "image(3, 4, 4)", "categorical(", "identified", "do", "\r\n", "\ufeff", "é", "\u202e", "\x00",
     "A, B : binary\n", "A -> B\n", "* -> F\n", "F : image(1, 4, 4)\n"]
)  # fmt: skip
GARBAGE = st.text(max_size=60) | st.lists(FRAGMENTS, max_size=30).map("".join)


@settings(max_examples=200, deadline=None)
@given(GARBAGE)
def test_garbage_is_told_and_never_crashes(text):
    source = Source("t.scm", text)
    graph, report = check(source)
    assert (graph is None) == (not report.ok)
    for diagnostic in report.diagnostics:
        if diagnostic.span is not None:
            assert 0 <= diagnostic.span.start <= diagnostic.span.end <= len(text)
    assert render_text(report).count("\x1b") == 0
    assert len(render_json(report)) == len(report.diagnostics)


@settings(max_examples=150, deadline=None)
@given(GARBAGE)
def test_formatting_twice_is_formatting_once(text):
    program, report = parsed(text)
    if report.ok:
        once = print_file(program)
        again, second = parsed(once)
        assert second.ok
        assert again == program
        assert print_file(again) == once


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=60))
def test_bytes_are_text_or_refused(content):
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        with pytest.raises(ScmError, match="E108"):
            decode("t.scm", content)
    else:
        assert decode("t.scm", content).text == text


EXAMPLE = example_programs()["celeba_g1"].read_text(encoding="utf-8")


@settings(max_examples=100, deadline=None)
@given(st.integers(0, len(EXAMPLE)), st.integers(0, 12), FRAGMENTS)
def test_a_program_with_a_wound_still_gets_its_messages(start, length, patch):
    text = EXAMPLE[:start] + patch + EXAMPLE[start + length :]
    graph, report = check(Source("t.scm", text))
    assert (graph is None) == (not report.ok)
    assert all(found.message() and found.code for found in report.diagnostics)


@pytest.mark.parametrize("cut", range(0, len(EXAMPLE), 61))
def test_a_program_cut_short(cut):
    _, report = check(Source("t.scm", EXAMPLE[:cut]))
    assert {found.code for found in report.diagnostics} <= {
        "E101", "E103", "E109", "E201", "E208", "E301", "E302", "N201", "W203"
    }  # fmt: skip
