"""Run the benchmarks and write docs/benchmarks.md with what they printed.

    python -m benchmarks [--quick | --only benchmarks.inference]

The peers (pyAgrum, pgmpy, dowhy, pyro, zuko) are measured where they are installed:
`pip install -e ".[bench]"`.
"""

import argparse
import os
import platform
import subprocess
import sys
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

PAGE = Path(__file__).parents[1] / "docs" / "benchmarks.md"

QUICK = (
    ("Start-up of the commands", "benchmarks.startup"),
    ("Parsing, checking and lowering", "benchmarks.language"),
    ("Queries on the nine labels of Causal Graph 1", "benchmarks.queries"),
    ("Exact answers and rare evidence, beside other libraries", "benchmarks.inference"),
    ("Intervals of drawn answers", "benchmarks.drawn_intervals"),
    ("Sampling labels from tables, beside other libraries", "benchmarks.sampling"),
    ("Drawn faces", "benchmarks.drawn_faces"),
    ("Reading tables, beside DuckDB and Polars", "benchmarks.reading"),
    ("Image heads beside a plain loop of the same networks", "benchmarks.heads"),
    ("A step of WGAN-GP beside a plain loop over the nodes", "benchmarks.controller speed"),
)
FULL = (
    *QUICK,
    ("Networks through every format and back", "benchmarks.round_trips"),
    ("A training beside a busy program", "benchmarks.busy"),
    ("Rows with missing values", "benchmarks.missing"),
    ("What WGAN-GP reaches", "benchmarks.controller fit --seeds 0 1 2"),
    ("Densities of real numbers", "benchmarks.densities --seeds 3"),
    ("Ten real nodes", "benchmarks.densities --speed"),
    ("Real nodes from rows to answers", "benchmarks.reals"),
)

PACKAGES = ("torch", "numpy", "pyagrum", "pgmpy", "dowhy", "pyro-ppl", "zuko")


def printed(command: str) -> str:
    """What one benchmark prints."""
    words = [sys.executable, "-W", "ignore", "-m", *command.split()]
    threads = os.environ | {"OMP_NUM_THREADS": "1"}
    done = subprocess.run(words, check=True, capture_output=True, text=True, env=threads)
    return done.stdout.rstrip()


def machine() -> str:
    """The machine and the versions that the figures belong to."""
    found = []
    for package in PACKAGES:
        try:
            found.append(f"{package} {version(package)}")
        except PackageNotFoundError:
            continue
    cores = f"{platform.machine()}, {os.cpu_count()} cores, one thread"
    return f"{cores}, Python {platform.python_version()}, {', '.join(found)}"


def section(title: str, command: str) -> str:
    """Run one benchmark; its part of the page."""
    print(f"python -m {command}", flush=True)
    output = printed(command)
    print(output, flush=True)
    return f"## {title}\n\n```text\n$ python -m {command}\n{output}\n```\n"


def rewrite(command: str) -> None:
    """Run one benchmark and write its section anew, with its day, where the list has it."""
    titles = [title for title, _ in FULL]
    place = [each for _, each in FULL].index(command)
    head, *old = PAGE.read_text(encoding="utf-8").split("\n## ")
    found = {text.partition("\n")[0]: f"## {text.rstrip()}\n" for text in old}
    day = f"Measured on {datetime.now(UTC).date()}."
    title, rest = section(titles[place], command).split("\n\n", 1)
    found[titles[place]] = f"{title}\n\n{day}\n\n{rest}"
    ordered = [found[each] for each in titles if each in found]
    PAGE.write_text("\n".join([head.rstrip() + "\n", *ordered]), encoding="utf-8")


def main() -> None:
    """Run and write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="without training")
    parser.add_argument("--only", metavar="COMMAND", help="write one section of the page anew")
    args = parser.parse_args()
    if args.only:
        rewrite(args.only)
        return
    chosen = QUICK if args.quick else FULL
    today = datetime.now(UTC).date()
    parts = [
        "# Benchmarks\n",
        f"Written by `python -m benchmarks` on {today}; {machine()}. The machine had other work:\n"
        "read the ratios, not the seconds.\n",
    ]
    for title, command in chosen:
        parts.append(section(title, command))
    PAGE.write_text("\n".join(parts), encoding="utf-8")


if __name__ == "__main__":
    main()
