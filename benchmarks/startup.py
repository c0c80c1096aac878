"""Processor time of the commands that an editor or a shell runs all the time, as whole processes.

Bars: `scmc --help` under 150 ms, `scmc query` on a run with tables under 350 ms, the others under
half a second. The time is user and system time together, the median of several runs; the commands,
and those of another checkout, take turns. Bytecode is ready, as it is where scmc is installed.

    python -m benchmarks.startup [--runs 9] [--code CHECKOUT]
"""

import argparse
import os
import resource
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from benchmarks.timing import interleave, ratio, verdict
from scm_compiler.shipped import shipped

HERE = Path(__file__).parents[1]
BARS = {
    "--help": 0.150,
    "query P(Rain=1)": 0.35,
    "check celeba_g1": 0.5,
    "fmt --check model.scm": 0.5,
    "explain E431": 0.5,
}


def processor_time() -> float:
    """The seconds of all processes that were waited for."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def scmc(code: Path, folder: Path, command: str) -> Callable[[], object]:
    """A process that runs a command.

    Args:
        code: The checkout that it runs.
        folder: Where it runs; bytecode is kept below.
        command: The words after `scmc`.
    """
    verb, _, rest = command.partition(" ")
    words = [verb, *([rest] if verb == "query" else rest.split())]
    environment = os.environ | {
        "PYTHONPATH": str(code),
        "PYTHONPYCACHEPREFIX": f"{folder}/bytecode",
    }
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    return lambda: subprocess.run(
        [sys.executable, "-m", "scm_compiler", *words],
        check=True,
        capture_output=True,
        cwd=folder,
        env=environment,
    )


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--runs", type=int, default=9)
    parser.add_argument("--code", type=Path, help="another checkout, to measure beside this one")
    args = parser.parse_args()
    codes = {"": HERE} | ({"before": args.code.resolve()} if args.code else {})
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        sprinkler = shipped("examples", "sprinkler")
        (folder / "model.scm").write_bytes((sprinkler / "model.scm").read_bytes())
        data = f"csv:{sprinkler / 'data.csv'}?count=count"
        subprocess.run(
            [sys.executable, "-m", "scm_compiler", "train", "-q", "model.scm", "--data", data],
            check=True,
            capture_output=True,
            cwd=folder,
            env=os.environ | {"PYTHONPATH": str(HERE)},
        )
        commands = {
            who + command: scmc(code, folder, command)
            for command in BARS
            for who, code in codes.items()
        }
        timings = interleave(commands, repetitions=args.runs, clock=processor_time)
    for command, bar in BARS.items():
        now = timings[command]
        print(f"scmc {command:<22} {now.median * 1e3:4.0f} ms", end="")
        print(f" (bar {bar * 1e3:.0f} ms: {verdict(now.median, bar)})", end="")
        if args.code:
            before = timings[f"before{command}"]
            print(
                f", before {before.median * 1e3:4.0f} ms: {ratio(now, before):.2f} of it", end=""
            )
        print()


if __name__ == "__main__":
    main()
