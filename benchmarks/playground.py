"""How long the page takes from a click to moved bars, in a browser that this machine runs.

Bars: the first numbers within 10 s of opening the page, and each click within 100 ms, on the nine
labels of CelebA and on a network that is given, such as alarm. A click sets one node after the
other, seen and held by turns; its time runs from the click to the moved bars, without intervals,
which follow.

    python -m benchmarks.playground [NETWORK.bif …] [--clicks 20] [--page ADDRESS]

With `--page` a folder of `scmc playground --export` is measured that is served there; networks are
opened in it by the page itself. On Linux the processor's time is counted over all processes of the
browser, beside the clock's: it does not grow with what else runs.
"""

import argparse
import base64
import os
import statistics
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
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


def processor(root: int) -> float:
    """The processor's seconds of a process and of all that it started; NaN where nobody says."""
    used, parents = {}, {}
    for file in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):  # a process that is gone by now
            facts = file.read_text().rpartition(")")[2].split()
            process = int(file.parent.name)
            parents[process] = int(facts[1])
            used[process] = (int(facts[11]) + int(facts[12])) / os.sysconf("SC_CLK_TCK")
    family = {root}
    while more := {one for one, parent in parents.items() if parent in family} - family:
        family |= more
    return sum(used[one] for one in family if one in used) if used else float("nan")


def settled(page: Browser) -> None:
    """Wait until no bars move any more."""
    last = -1
    while (now := page.run(MOVED)) != last:
        last = now
        time.sleep(0.7)


def clicks(page: Browser, count: int) -> tuple[list[float], float]:
    """The seconds of each of some clicks, one label after the other, seen and held by turns.

    Also the processor's seconds of one, with its intervals and all that is drawn.
    """
    found, used = [], 0.0
    for rank in range(count):
        page.run("document.getElementById('clear').click()")
        settled(page)
        before = processor(page.driver.pid)
        found.append(page.later(CLICKED, 1 + 5 * rank, ("given", "do")[rank % 2]) / 1000)
        used += processor(page.driver.pid) - before
    return found, used / count


def report(name: str, found: tuple[list[float], float]) -> None:
    """Print the times of the clicks beside their bar."""
    times, used = found
    middle, worst = 1000 * statistics.median(times), 1000 * max(times)
    met = "met" if worst <= 1000 * CLICK else "MISSED"
    longest = f"{middle:>8.0f} ms median{worst:>8.0f} ms longest"
    print(f"{name:<24}{longest}   {1000 * used:>6.0f} ms used   bar 100 ms: {met}")


def measure(address: str, networks: list[Path], count: int) -> None:
    """Open the page, click, open each network, click."""
    with Browser() as page:
        page.post("/timeouts", script=60_000)
        began, before = time.perf_counter(), processor(page.driver.pid)
        page.open(address)
        page.wait(f"{MOVED} > 0", seconds=60)
        first, used = time.perf_counter() - began, processor(page.driver.pid) - before
        met = "met" if first <= FIRST else "MISSED"
        shown = f"{first:>8.1f} s {used:>34.1f} s used"
        print(f"first answer            {shown}   bar 10 s: {met}")
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
