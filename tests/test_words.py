"""One word for one thing: docs/words.md names the words, and no other is used for them."""

import re
from pathlib import Path

import pytest

from scm_compiler.diagnostics.pages import pages

ROOT = Path(__file__).parents[1]
FREE = ("words.md", "comparison.md", "results.md", "interchange.md")
"""Documents that speak of other tools and papers in their words."""
DOCUMENTS = {
    path.relative_to(ROOT).as_posix(): path.read_text(encoding="utf-8")
    for path in [ROOT / "README.md", *(ROOT / "docs").rglob("*.md"), *ROOT.glob("examples/*/*.md")]
    if path.name not in FREE
}
CODES = {
    path.relative_to(ROOT).as_posix(): path.read_text(encoding="utf-8")
    for path in (ROOT / "scm_compiler").rglob("codes/*.py")
}
_QUOTED = re.compile(r"```.*?```|`[^`\n]*`", re.DOTALL)
_RETIRED = re.compile(
    r"\b(confounders?|data ?sets?|label network|latent (?:variable|cause)s?|attributes? node)\b",
    re.IGNORECASE,
)


@pytest.mark.parametrize("name", sorted(DOCUMENTS))
def test_a_document_keeps_to_the_words(name):
    assert _RETIRED.findall(_QUOTED.sub("", DOCUMENTS[name])) == []


def test_the_pages_of_the_codes_keep_to_the_words():
    found = {code: _RETIRED.findall(_QUOTED.sub("", page.text)) for code, page in pages().items()}
    assert {code: words for code, words in found.items() if words} == {}


@pytest.mark.parametrize("name", sorted(CODES))
def test_messages_keep_to_the_words(name):
    texts = re.findall(r"return f?\"([^\"]*)\"", CODES[name])
    assert [text for text in texts if _RETIRED.search(text)] == []
