"""Processor time of `scmc import` of large networks, beside the time in which pyAgrum loads them.

The bar is 3 times pyAgrum's time and two seconds. Both are whole processes with bytecode ready, in
turns; the time is user and system time together, the median of several runs. The networks are .bif
files of the bnlearn repository (pathfinder, munin1, diabetes), which do not come with scmc.

    python -m benchmarks.importing FILE… [--runs 5]
"""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from statistics import median

from benchmarks.startup import processor_time
from scm_compiler.compiler import parse_text

HERE = Path(__file__).parents[1]
LOAD = "import sys, pyagrum; pyagrum.loadBN(sys.argv[1])"


def main() -> int:
    """Measure, print a table, and say whether every network keeps to the bar."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("files", nargs="+", type=Path, metavar="FILE")
    parser.add_argument("--runs", type=int, default=5)
    asked = parser.parse_args()
    print(f"{'network':<16}{'labels':>8}{'pyAgrum':>10}{'scmc':>10}{'bar':>10}")
    kept = [measured(file.resolve(), asked.runs) for file in asked.files]
    return 0 if all(kept) else 1


def measured(file: Path, runs: int) -> bool:
    """Print a network's line; whether it keeps to the bar."""
    with tempfile.TemporaryDirectory() as folder:
        theirs, ours = [], []
        for turn in range(runs + 1):
            shutil.rmtree(f"{folder}/runs", ignore_errors=True)
            words = ["-m", "scm_compiler", "import", str(file), "-o", "g.scm", "--force", "-q"]
            pair = [spent(folder, ["-c", LOAD, str(file)]), spent(folder, words)]
            if turn:  # the first run makes the bytecode
                theirs.append(pair[0])
                ours.append(pair[1])
        text = Path(folder, "g.scm").read_text("utf-8")
        labels = len(parse_text(text).labels)
    bar = 3 * median(theirs) + 2
    print(
        f"{file.name.partition('.')[0]:<16}{labels:>8}{median(theirs):>9.2f}s"
        f"{median(ours):>9.2f}s{bar:>9.2f}s"
    )
    return median(ours) <= bar


def spent(folder: str, words: list[str]) -> float:
    """The processor time of a process."""
    environment = os.environ | {
        "PYTHONPATH": str(HERE),
        "PYTHONPYCACHEPREFIX": f"{folder}/bytecode",
        "OMP_NUM_THREADS": "1",
    }
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    before = processor_time()
    subprocess.run(
        [sys.executable, *words], check=True, capture_output=True, cwd=folder, env=environment
    )
    return processor_time() - before


if __name__ == "__main__":
    sys.exit(main())
