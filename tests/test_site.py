"""The site of the documents: it builds without a warning, says all, and fetches nothing."""

import dataclasses
import inspect
import os
import re
import subprocess
import sys
from dataclasses import is_dataclass
from pathlib import Path
from pkgutil import resolve_name

import pytest

import scm_compiler as scm
from scm_compiler.diagnostics.pages import pages

ROOT = Path(__file__).parents[1]
PYTHON = (ROOT / "docs/python.md").read_text(encoding="utf-8")
LISTED = re.findall(r"^::: ([\w.]+)$", PYTHON, flags=re.MULTILINE)
_ADDRESS = r"(?:https?:)?//[^\"\s>)]+"
_FETCHED = (
    re.compile(rf"<(?:script|link|img|iframe)\b[^>]*?(?:src|href)=\"?({_ADDRESS})"),
    re.compile(rf"url\(\"?({_ADDRESS})"),
)


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """The built site."""
    pytest.importorskip("mkdocs")
    folder = tmp_path_factory.mktemp("site")
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "-d", str(folder)]
    quiet = os.environ | {"NO_MKDOCS_2_WARNING": "1"}
    done = subprocess.run(
        command, cwd=ROOT, env=quiet, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return folder


@pytest.mark.slow
def test_it_builds_and_every_link_leads_somewhere(site):
    assert (site / "index.html").is_file()
    assert (site / "tutorial/index.html").is_file()


@pytest.mark.slow
def test_every_code_has_its_page(site):
    index = (site / "errors/index.html").read_text(encoding="utf-8")
    for code in pages():
        assert (site / f"errors/{code}/index.html").is_file()
        assert f'href="{code}/"' in index or f'href="../errors/{code}/"' in index


@pytest.mark.slow
def test_it_fetches_nothing_from_elsewhere(site):
    fetched = {
        (path.name, address)
        for path in [*site.rglob("*.html"), *site.rglob("*.css")]
        for pattern in _FETCHED
        for address in pattern.findall(path.read_text(encoding="utf-8"))
    }
    assert fetched == set()


@pytest.mark.slow
def test_every_public_name_is_on_its_page(site):
    page = (site / "python/index.html").read_text(encoding="utf-8")
    for name in scm.__all__:
        assert name == "__version__" or f"scm.{name}" in page
    for path in LISTED:
        assert f'id="{path}"' in page


def test_every_public_name_is_listed():
    listed = {id(resolve_name(path)) for path in LISTED}
    public = {name: getattr(scm, name) for name in scm.__all__ if name != "__version__"}
    assert [name for name, value in public.items() if id(value) not in listed] == []


def members(kind):
    """What a class shows: its methods and properties without an underscore."""
    for name, value in vars(kind).items():
        if not name.startswith("_") and (callable(value) or hasattr(value, "__get__")):
            yield name, value


@pytest.mark.parametrize("path", LISTED)
def test_what_is_listed_has_a_docstring_and_so_has_every_member(path):
    value = resolve_name(path)
    assert inspect.getdoc(value)
    if inspect.isclass(value):
        fields = [it.name for it in dataclasses.fields(value)] if is_dataclass(value) else []
        assert [
            name
            for name, member in members(value)
            if name not in fields and not inspect.getdoc(member)
        ] == []
        assert [name for name in fields if f"{name}:" not in (value.__doc__ or "")] == []
