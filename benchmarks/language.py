"""How parsing, checking and lowering grow with the number of nodes.

Prints the processor time a node, relative to the smallest program, and the exponent of growth
(the slope of log time over log nodes); the bar is 1.1.

    python -m benchmarks.language [--most 100000]
"""

import argparse
import random

import numpy as np

from benchmarks.timing import interleave, verdict
from scm_compiler.compiler import check
from scm_compiler.diagnostics import Source

BAR = 1.1


def program(nodes: int, seed: int = 0) -> str:
    """A program of binary nodes, each but the first with two edges from earlier ones."""
    draw = random.Random(seed)
    lines = [f"graph random_{nodes}"]
    lines += [f"n{i} : binary" for i in range(nodes)]
    for child in range(1, nodes):
        parents = {draw.randrange(child) for _ in range(2)}
        lines += [f"n{parent} -> n{child}" for parent in sorted(parents)]
    return "\n".join(lines) + "\n"


def measure(sizes: list[int]) -> dict[int, float]:
    """Processor seconds for each size, the median of several repetitions."""
    found = {}
    for size in sizes:
        source = Source(f"random_{size}.scm", program(size))
        repetitions = 3 if size >= 10_000 else 9
        timing = interleave({"check": lambda s=source: check(s)}, repetitions=repetitions)
        found[size] = timing["check"].median
    return found


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--most", type=int, default=100_000)
    most = parser.parse_args().most
    sizes = [size for size in (10, 100, 1_000, 10_000, 100_000) if size <= most]
    seconds = measure(sizes)
    first = seconds[sizes[0]] / sizes[0]
    print(f"{'nodes':>8}  time a node, relative to {sizes[0]} nodes")
    for size in sizes:
        print(f"{size:>8}  {seconds[size] / size / first:.2f}")
    logs = np.log([list(seconds), list(seconds.values())])
    overall = float(np.polyfit(*logs, 1)[0])
    last = float(np.diff(logs[1])[-1] / np.diff(logs[0])[-1])
    print(f"exponent of growth: {overall:.3f} overall, {last:.3f} in the last decade", end="")
    print(f" (bar {BAR}: {verdict(max(overall, last), BAR)})")


if __name__ == "__main__":
    main()
