"""The example of each code's page is run as shown, in a folder that is made for it.

Compared is all that the commands print, as in `tests/shown.py`. With SCMC_WRITE_DOCS=1 the
docstrings are rewritten with what the commands give.
"""

import inspect
import re
from pathlib import Path
from pkgutil import resolve_name

import pytest

from scm_compiler.diagnostics.pages import pages
from tests.diagnostics.setups import SETUPS, SLOW
from tests.in_process import execute
from tests.shown import PART, WRITING, Session, steady

PAGES = pages()
_SHOWN = re.compile(r"^## Example\n\n(.*?)\n\n## What to do$", re.MULTILINE | re.DOTALL)
EXAMPLES = {
    code: example
    for code, page in PAGES.items()
    for example in _SHOWN.findall(page.body)
    if any(part["kind"] == "console" for part in PART.finditer(example))
}


def _marked(code):
    return pytest.param(code, marks=pytest.mark.slow) if code in SLOW else code


@pytest.mark.parametrize("code", [_marked(code) for code in EXAMPLES])
def test_an_example_does_what_it_shows(code, made, tmp_path, monkeypatch, request):
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.setenv("COLUMNS", "100")
    made.patch, made.after = monkeypatch, request.addfinalizer
    SETUPS.get(code, made.nothing)(tmp_path, made)
    found = PART.sub(Session(tmp_path, execute).part, EXAMPLES[code])
    assert f"[{code}]: " in found
    if WRITING:
        _write(code, EXAMPLES[code], found)
    else:
        assert steady(found) == steady(EXAMPLES[code])


def _write(code, shown, found):
    """Put what was found in the place of what the docstring shows."""
    kind = resolve_name(PAGES[code].kind)
    path = Path(inspect.getsourcefile(kind))
    before, name, after = path.read_text("utf-8").partition(f"class {kind.__name__}(")
    raw = after.split('"""')[0].endswith("r")
    old, new = (part if raw else part.replace("\\", "\\\\") for part in (shown, found))
    assert _indented(old) in after
    path.write_text(before + name + after.replace(_indented(old), _indented(new), 1), "utf-8")


def _indented(example):
    """The example as it stands in a docstring."""
    return "\n".join(f"    {line}".rstrip() for line in example.split("\n"))


def test_every_page_has_an_example_that_runs():
    """Of programs, which `test_pages.py` checks, or of commands."""
    of_programs = {code for code in PAGES if re.match("[EWN][123]", code)}
    assert set(PAGES) - of_programs <= set(EXAMPLES)
    assert set(SETUPS) | SLOW <= set(EXAMPLES)
