"""The page in a folder, in a browser: Python runs there, and nothing is asked of any other place.

`PYODIDE` names a release of Pyodide with numpy, for the numbers; npm's package has none.
"""

import functools
import http.server
import os
import threading
from pathlib import Path

import pytest

from scm_compiler.cli.main import main
from scm_compiler.playground.folder import pyodide_in
from tests.playground.browser import Browser, missing
from tests.playground.packages import package

RELEASE = Path(os.environ["PYODIDE"]) if "PYODIDE" in os.environ else package("pyodide")

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(missing() is not None, reason=missing() or ""),
    pytest.mark.skipif(RELEASE is None, reason="there is no Pyodide (npm install)"),
]

STARTED = "return document.documentElement.dataset.started"
WRITE = (
    "const text = document.getElementById('text'); text.value = arguments[0];"
    "text.dispatchEvent(new Event('input'))"
)


class Quiet(http.server.SimpleHTTPRequestHandler):
    """A host of files that says nothing."""

    def log_message(self, *_):
        pass


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    folder = tmp_path_factory.mktemp("static") / "page"
    assert main(["playground", "-q", "--export", str(folder), "--pyodide", str(RELEASE)]) == 0
    handler = functools.partial(Quiet, directory=str(folder))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()
        thread.join()


@pytest.fixture(scope="module")
def page(address):
    with Browser() as browser:
        browser.open(address)
        browser.wait(STARTED, seconds=60)
        yield browser
        asked = browser.run("return performance.getEntries().map(({ name }) => name)")
        elsewhere = [one for one in asked if "://" in one and not one.startswith(address)]
        assert elsewhere == []


def test_a_program_is_drawn_and_its_faults_are_shown(page):
    page.wait("return document.querySelector(\"g.node[data-name='Mustache']\")")
    page.run(WRITE, "A : binary\nA -> Bee\n")
    page.wait("return document.querySelector('.found-error')?.textContent === 'Bee'")
    page.run(WRITE, "A, B : binary\nA -> B\n")
    page.wait("return document.querySelector(\"g.node[data-name='B']\")")


def test_a_question_is_identified(page):
    page.run(WRITE, "X, M, Y : binary\nX -> M -> Y\nX <-> Y\n")
    page.wait("return document.querySelector(\"g.node[data-name='M']\")")
    page.run(
        "const asked = document.getElementById('asked'); asked.value = 'P(Y | do(X=1))';"
        "document.querySelector('#ask button').click()"
    )
    page.wait(
        "return document.getElementById('answer').textContent.includes('sum_{M}')", seconds=60
    )


@pytest.mark.skipif(
    RELEASE is not None and pyodide_in(RELEASE).numpy is None, reason="Pyodide without numpy"
)
def test_a_held_node_moves_the_bars(page):
    page.run(
        "const s = document.getElementById('examples'); s.value = 'celeba_g1';"
        "s.dispatchEvent(new Event('change'))"
    )
    page.wait("return document.querySelector(\"g.node[data-name='Mustache']\")")
    page.run(
        "document.querySelector(\"g.node[data-name='Mustache']\").dispatchEvent("
        "new KeyboardEvent('keydown', { key: 'd', bubbles: true }))"
    )
    page.wait("return document.querySelector('#bars').textContent.includes('0.417')", seconds=60)
