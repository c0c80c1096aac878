"""The page of each code."""

import re

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


@pytest.mark.parametrize("code", PAGES)
def test_a_code_says_how_grave_it_is(code):
    assert re.fullmatch(r"[EWN]\d{3}", code)
    assert Diagnostic.registry[code].code == code


@pytest.mark.parametrize("page", PAGES.values(), ids=lambda page: page.code)
def test_what_a_page_shows_is_of_its_code(page):
    words = {"E": "error", "W": "warning", "N": "note"}
    shown = re.findall(r"^(error|warning|note)\[(\w+)\]: ", page.body, flags=re.MULTILINE)
    assert not shown or (words[page.code[0]], page.code) in shown
