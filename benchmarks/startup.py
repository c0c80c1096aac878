"""How long the commands take that an editor or a shell runs all the time, as whole processes.

Bars: `scmc --help` under 150 ms; `scmc check` and `scmc fmt` of the example under half a second.
The least of several runs is compared: what the machine does besides can only add.

    python -m benchmarks.startup [--runs 9]
"""

import argparse
import statistics
import subprocess
import sys
import time

from benchmarks.timing import verdict
from scm_compiler.shipped import find_program

BARS = {"--help": 0.150, "check celeba_g1": 0.5, "fmt --check": 0.5}


def seconds(words: list[str]) -> float:
    """Wall seconds of one process."""
    started = time.perf_counter()
    subprocess.run([sys.executable, "-m", "scm_compiler", *words], check=True, capture_output=True)
    return time.perf_counter() - started


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=9)
    runs = parser.parse_args().runs
    program = str(find_program("celeba_g1"))
    for command, bar in BARS.items():
        words = command.split() + ([program] if command.startswith("fmt") else [])
        found = [seconds(words) for _ in range(runs)]
        least, median = min(found), statistics.median(found)
        print(f"scmc {command}: least {least * 1e3:.0f} ms, median {median * 1e3:.0f} ms", end="")
        print(f" (bar {bar * 1e3:.0f} ms: {verdict(least, bar)})")


if __name__ == "__main__":
    main()
