"""How long the page takes from a click to moved bars, in a browser that this machine runs.

Bars: the first numbers within 10 s of opening the page, and each click within 100 ms, on the nine
labels of CelebA and on a network that is given, such as alarm. A click sets one node after the
other, seen and held by turns; its time runs from the click to the moved bars, without intervals,
which follow.

    python -m benchmarks.playground [NETWORK.bif …] [--clicks 20] [--page ADDRESS]

With `--page` a folder of `scmc playground --export` is measured that is served there; networks are
opened in it by the page itself.
"""

import argparse
import base64
import statistics
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Thread

from scm_compiler.playground.server import Playground
from scm_compiler.playground.session import Session
from tests.playground.browser import Browser

FIRST, CLICK = 10.0, 0.100
MOVED = "return Number(document.querySelector('#bars').dataset.moved ?? 0)"
OPEN = """
const bytes = Uint8Array.from(atob(arguments[1]), (sign) => sign.charCodeAt(0));
const held = new DataTransfer(), input = document.getElementById("file");
held.items.add(new File([bytes], arguments[0]));
input.files = held.files; input.dispatchEvent(new Event("change"));
"""
CLICKED = """
const [rank, mode] = arguments, done = arguments[2], bars = document.getElementById("bars");
document.querySelector(`input[value=${mode}]`).checked = true;
const rows = bars.querySelectorAll("button.value"), button = rows[rank % rows.length];
const was = bars.dataset.moved, began = performance.now();
const watch = new MutationObserver(() => {
  if (bars.dataset.moved === was) return;
  watch.disconnect(); done(performance.now() - began);
});
watch.observe(bars, { attributes: true });
button.click();
"""


@contextmanager
def served() -> Iterator[str]:
    """The address of a page, while it is served."""
    with Playground(Session()) as server:
        thread = Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        yield server.address
        server.shutdown()
        thread.join()


def settled(page: Browser) -> None:
    """Wait until no bars move any more."""
    last = -1
    while (now := page.run(MOVED)) != last:
        last = now
        time.sleep(0.7)


def clicks(page: Browser, count: int) -> list[float]:
    """The seconds of each of some clicks, one label after the other, seen and held by turns."""
    found = []
    for rank in range(count):
        page.run("document.getElementById('clear').click()")
        settled(page)
        found.append(page.later(CLICKED, 1 + 5 * rank, ("given", "do")[rank % 2]) / 1000)
    return found


def report(name: str, times: list[float]) -> None:
    """Print the times of the clicks beside their bar."""
    middle, worst = 1000 * statistics.median(times), 1000 * max(times)
    met = "met" if worst <= 1000 * CLICK else "MISSED"
    print(f"{name:<24}{middle:>8.0f} ms median{worst:>8.0f} ms longest   bar 100 ms: {met}")


def measure(address: str, networks: list[Path], count: int) -> None:
    """Open the page, click, open each network, click."""
    with Browser() as page:
        page.post("/timeouts", script=60_000)
        began = time.perf_counter()
        page.open(address)
        page.wait(f"{MOVED} > 0", seconds=60)
        first = time.perf_counter() - began
        met = "met" if first <= FIRST else "MISSED"
        print(f"first answer            {first:>8.1f} s                          bar 10 s: {met}")
        settled(page)
        report("nine labels of CelebA", clicks(page, count))
        for network in networks:
            before = page.run(MOVED)
            page.run(OPEN, network.name, base64.b64encode(network.read_bytes()).decode())
            page.wait(f"{MOVED} > {before}", seconds=60)
            settled(page)
            report(network.name, clicks(page, count))


def main() -> None:
    """Parse the command line and measure."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("networks", nargs="*", type=Path)
    parser.add_argument("--clicks", type=int, default=20)
    parser.add_argument("--page", help="the address of an exported page")
    given = parser.parse_args()
    if given.page is not None:
        measure(given.page, given.networks, given.clicks)
        return
    with served() as address:
        measure(address, given.networks, given.clicks)


if __name__ == "__main__":
    main()
