"""The tutorial's training of images beside a program that keeps all cores busy.

    python -m benchmarks.busy [--budget 60] [--rounds 1]

The tutorial's graph is trained for as long without and with another program, which spins on every
core and is ended afterwards (it ends itself within two minutes). Beside it half of the machine is
a fair share; the bar is half of the steps that this share allows: a quarter of those without.
Printed are the steps and the last lines of the command. On a machine that others use, too, give
several rounds: they take turns.
"""

import argparse
import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

HERE = Path(__file__).parents[1]
FAIR, BAR = 0.5, 0.5
LONGEST = 120.0

SPIN = f"import time\nend = time.monotonic() + {LONGEST}\nwhile time.monotonic() < end: pass"

PROGRAM = re.compile(r'```scm title="faces.scm"\n(.*?)```', re.DOTALL)
STEPS = re.compile(r"([\d,]+) steps in")


@contextmanager
def busy(cores: int) -> Iterator[None]:
    """Keep the cores busy."""
    spinning = [subprocess.Popen([sys.executable, "-c", SPIN]) for _ in range(cores)]
    try:
        yield
    finally:
        for process in spinning:
            process.kill()
            process.wait()


def scmc(folder: Path, *words: str) -> str:
    """What a command prints."""
    command = [sys.executable, "-m", "scm_compiler", *words]
    environment = os.environ | {"PYTHONPATH": str(HERE)}
    environment.pop("OMP_NUM_THREADS", None)
    done = subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, check=True
    )
    return done.stdout + done.stderr


def trained(folder: Path, run: str, budget: int) -> tuple[int, str]:
    """The steps of a training with this budget, and what the command prints last."""
    scmc(folder, "train", "-q", "faces.scm", "--stage", "labels", "--run", run)
    words = ("train", "-q", "--stage", "images", "--budget", f"{budget}s", "--run", run)
    said = scmc(folder, *words)
    found = STEPS.search(said)
    assert found is not None, said
    return int(found[1].replace(",", "")), said


def main(words: Sequence[str] | None = None) -> int:
    """Train by turns, print, and say whether the bar is met."""
    parser = argparse.ArgumentParser(prog="benchmarks.busy", description=__doc__)
    parser.add_argument("--budget", type=int, default=60, metavar="SECONDS")
    parser.add_argument("--rounds", type=int, default=1)
    args = parser.parse_args(words)
    if args.budget > LONGEST - 45:
        parser.error(f"the other program ends after {LONGEST:.0f} s")
    cores = len(os.sched_getaffinity(0))
    program = PROGRAM.search((HERE / "docs" / "tutorial.md").read_text("utf-8"))
    assert program is not None
    alone = beside = 0
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "faces.scm").write_text(program[1])
        for turn in range(args.rounds):
            started = time.monotonic()
            steps, _ = trained(folder, f"alone{turn}", args.budget)
            alone += steps
            print(f"alone   {steps:>7,} steps, {time.monotonic() - started:.0f} s", flush=True)
            with busy(cores):
                started = time.monotonic()
                steps, said = trained(folder, f"beside{turn}", args.budget)
            beside += steps
            print(f"beside  {steps:>7,} steps, {time.monotonic() - started:.0f} s", flush=True)
    print("\n".join(f"  {line}" for line in said.splitlines()))
    share = beside / (FAIR * alone)
    print(f"{share:.2f} of the steps of a fair share; the bar is {BAR}")
    return 0 if share >= BAR else 1


if __name__ == "__main__":
    sys.exit(main())
