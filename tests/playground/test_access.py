"""The page for everyone: axe-core finds nothing serious in it, light and dark."""

import pytest

from scm_compiler.playground.session import Session
from tests.playground.browser import Browser, missing
from tests.playground.packages import package
from tests.playground.serving import serving

AXE = package("axe-core")

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(missing() is not None, reason=missing() or ""),
    pytest.mark.skipif(AXE is None, reason="there is no axe-core (npm install)"),
]

HELD = """
if (document.querySelector('#regime').textContent.startsWith('do(')) return true;
const key = new KeyboardEvent('keydown', { key: 'd', bubbles: true });
document.querySelector('g.node')?.dispatchEvent(key);
"""
JUDGED = """
const [done] = arguments;
axe.run().then(({ violations }) => done(violations
  .filter(({ impact }) => ["serious", "critical"].includes(impact))
  .map(({ id, nodes }) => [id, nodes[0].html])));
"""


@pytest.fixture(scope="module")
def server():
    with serving(Session()) as made:
        yield made


@pytest.fixture(scope="module")
def window():
    with Browser() as browser:
        yield browser


def choose(page, example):
    page.run(
        "const s = document.getElementById('examples'); s.value = arguments[0];"
        "s.dispatchEvent(new Event('change'))",
        example,
    )
    page.wait(
        "return document.querySelector('#canvas svg')?.ariaLabel.includes(arguments[0])", example
    )


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("example", ["celeba_g1", "sprinkler", "front_door"])
def test_nothing_serious_is_found(window, server, example, theme):
    window.open("about:blank")
    window.open(server.address)
    window.wait("return document.querySelector('#bars').dataset.moved > 1")
    choose(window, example)
    if window.run("return document.documentElement.dataset.theme") != theme:
        window.click("#theme")
    window.wait(HELD)
    window.wait("return !document.getAnimations().length")
    window.run("const text = arguments[0]; (0, eval)(text)", (AXE / "axe.min.js").read_text())
    assert window.later(JUDGED) == []
