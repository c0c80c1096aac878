"""An editor sends whatever stands in its window: nothing fails on it."""

from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from scm_compiler.diagnostics import Source
from scm_compiler.editor.completion import complete
from scm_compiler.editor.document import Document
from scm_compiler.editor.edit import edited
from scm_compiler.editor.hover import hover
from scm_compiler.editor.mends import mends
from scm_compiler.editor.outline import lenses, outline
from scm_compiler.editor.pygments_lexer import CausalGraphLexer
from scm_compiler.editor.renaming import renamed

PIECES = [
    *("A", "B", "7 up", '"7 up"', "P", "graph", "assert", "identified", "do", "binary", "image"),
    *("->", "<-", "<->", ":", ",", "*", "(", ")", "{", "}", "[", "]", "=", "|", "_||_", "-", ";"),
    *("\n", " ", "\t", "\r\n", "\r", "#", '"', "→", "𝕏", "\x00", "\u2028", "categorical(a, b)"),
    *("A : binary\n", "A, B, C : binary\n", "A -> B\n", "P(B | do(A=1))", "3, 8, 8", "//", "0.5"),
]
TEXT = st.lists(st.sampled_from(PIECES), max_size=14).map(" ".join) | st.lists(
    st.sampled_from(PIECES), max_size=14
).map("".join)


@settings(max_examples=150, deadline=None)
@given(TEXT, st.integers(0, 200))
def test_nothing_fails_on_any_text(text, place):
    document = Document(Source("any.scm", text))
    offset = min(place, len(text))
    hover(document, offset)
    complete(document, offset)
    list(outline(document))
    lenses(document)
    if document.mention(offset) is not None:
        renamed(document, offset, "a new name")
    assert "".join(part for _, _, part in CausalGraphLexer().get_tokens_unprocessed(text)) == text
    for finding in document.report.diagnostics[:3]:
        for mend in mends(document, finding):
            spans = sorted(edit.span for edit in mend.edits)
            assert all(a.end <= b.start for a, b in pairwise(spans))
            edited(text, mend.edits)


@settings(max_examples=100, deadline=None)
@given(TEXT)
def test_a_renamed_program_says_the_same(text):
    document = Document(Source("any.scm", text))
    if document.graph is None or not document.mentions:
        return
    first = document.mentions[0]
    after = edited(text, renamed(document, first.span.start, "quite new"))
    again = Document(Source("any.scm", after))
    assert again.graph is not None
    assert len(again.graph.edges) == len(document.graph.edges)
    assert again.mention(first.span.start).name == "quite new"
