"""The page of each code."""

import re
from pkgutil import resolve_name

import pytest

from scm_compiler.compiler import check
from scm_compiler.diagnostics import Source
from scm_compiler.diagnostics.diagnostic import Diagnostic
from scm_compiler.diagnostics.pages import SECTIONS, pages

PAGES = pages()
OF_THE_LANGUAGE = [page for code, page in PAGES.items() if re.match("[EWN][123]", code)]


@pytest.mark.parametrize("page", PAGES.values(), ids=lambda page: page.code)
def test_a_page_has_its_sections(page):
    headings = re.findall(r"^## (.+)$", page.body, flags=re.MULTILINE)
    assert headings == list(SECTIONS)
    assert re.search(r"```(scm|console|python)\n", page.body)
    assert page.title.endswith(".")
    assert page.text.startswith(f"# {page.code}: ")


@pytest.mark.parametrize("page", OF_THE_LANGUAGE, ids=lambda page: page.code)
def test_an_example_gives_its_code(page):
    for program in page.programs:
        _, report = check(Source("example.scm", program))
        assert {found.code for found in report.diagnostics} == {page.code}


@pytest.mark.parametrize("page", PAGES.values(), ids=lambda page: page.code)
def test_a_code_says_how_grave_it_is(page):
    assert re.fullmatch(r"[EWN]\d{3}", page.code)
    kind = resolve_name(page.kind)
    assert issubclass(kind, Diagnostic)
    assert kind.code == page.code


def test_no_code_is_used_twice():
    """Importing all of them registers each; a second class of a code is refused."""
    kinds = {resolve_name(page.kind) for page in PAGES.values()}
    assert {kind.code for kind in kinds} == set(PAGES)
    ours = [k for k in Diagnostic.registry.values() if k.__module__.startswith("scm_compiler.")]
    assert set(ours) == kinds


@pytest.mark.parametrize("page", PAGES.values(), ids=lambda page: page.code)
def test_what_a_page_shows_is_of_its_code(page):
    words = {"E": "error", "W": "warning", "N": "note"}
    shown = re.findall(r"^(error|warning|note)\[(\w+)\]: ", page.body, flags=re.MULTILINE)
    assert not shown or (words[page.code[0]], page.code) in shown
