"""Runs many cases in worker processes and counts how they end."""

import json
import select
import subprocess
import sys
import tempfile
import threading
from collections import Counter
from dataclasses import dataclass, field
from itertools import islice
from math import ceil
from pathlib import Path

from tests.fuzz.kinds import RARER

ROOT = Path(__file__).parents[2]
WALL = 120
"""Seconds after which a worker that has not answered is ended: code that no signal reaches."""


@dataclass
class Tally:
    """How the cases of one kind ended."""

    cases: int = 0
    codes: Counter = field(default_factory=Counter)
    faults: int = 0
    hangs: int = 0
    oversized: int = 0
    died: int = 0
    slowest: float = 0.0
    growth: int = 0

    def add(self, answer):
        """Count a case; None for one that ended its worker."""
        self.cases += 1
        if answer is None:
            self.died += 1
            return
        self.codes.update(answer["codes"])
        self.faults += bool(answer["fault"]) and not answer["hung"]
        self.hangs += answer["hung"]
        self.oversized += answer["oversized"]
        self.slowest = max(self.slowest, answer["seconds"])
        self.growth = max(self.growth, answer["growth"])


class Worker:
    """One worker process; ended and begun again where a case needs it."""

    def __init__(self, kept, module="tests.fuzz.worker"):
        self.kept, self.module = kept, module
        self.process = None

    def ask(self, kind, seed, index):
        """The answer of one case; None if the worker ended or had to be ended."""
        if self.process is None:
            self._begin()
        try:
            print(kind, seed, index, file=self.process.stdin, flush=True)
            ready, _, _ = select.select([self.process.stdout], [], [], WALL)
            line = self.process.stdout.readline() if ready else ""
        except BrokenPipeError:
            line = ""
        answer = json.loads(line) if line else None
        if answer is None or answer["worn"]:
            self.end()
        return answer

    def _begin(self):
        self.scratch = tempfile.TemporaryDirectory(prefix="scmc-fuzz-", dir=_in_memory())
        command = [sys.executable, "-m", self.module, self.scratch.name, str(self.kept)]
        self.process = subprocess.Popen(
            command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def end(self):
        """End the process and remove what it wrote."""
        if self.process is not None:
            self.process.kill()
            with self.process:  # waits, and closes the pipes
                pass
            self.process = None
            self.scratch.cleanup()


def _in_memory():
    """Where files cost no disk; None where the system has no such place."""
    return "/dev/shm" if Path("/dev/shm").is_dir() else None


def campaign(kinds, cases, *, seed, jobs, kept, told):
    """Run about `cases` cases, as many of each kind but for the rarer ones.

    Args:
        kinds: The names of the kinds.
        cases: How many in all.
        seed: What fixes every case.
        jobs: How many workers at once.
        kept: The folder of what shows a fault.
        told: Takes a line for each fault.

    Returns:
        The tally of each kind.
    """
    tallies = {kind: Tally() for kind in kinds}
    each = cases / sum(1 / RARER.get(kind, 1) for kind in kinds)
    most = {kind: ceil(each / RARER.get(kind, 1)) for kind in kinds}
    todo = iter([(k, index) for index in range(ceil(each)) for k in kinds if index < most[k]])
    lock = threading.Lock()

    def work():
        worker = Worker(kept)
        try:
            while True:
                with lock:
                    batch = list(islice(todo, len(kinds) * 20))
                if not batch:
                    return
                for kind, index in sorted(batch):
                    answer = worker.ask(kind, seed, index)
                    with lock:
                        tallies[kind].add(answer)
                        _tell(told, kind, seed, index, answer)
        finally:
            worker.end()

    threads = [threading.Thread(target=work) for _ in range(jobs)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return tallies


def _tell(told, kind, seed, index, answer):
    if answer is None:
        told(f"{kind} {seed} {index}: the worker ended")
    elif answer["fault"]:
        last = answer["fault"].strip().splitlines()[-1]
        told(f"{kind} {seed} {index}: {last[:160]}")


COLUMNS = (
    "kind", "cases", "commands", "exit 0", "exit 1", "exit 2", "other exits",
    "exits of 70 and broken laws", "over 10 s of processor", "over 2 GB", "process ended",
    "slowest", "most memory",
)  # fmt: skip


def table(tallies):
    """The tallies as a table in Markdown, all of them summed in the last row."""
    rows = [(kind, tally) for kind, tally in tallies.items()]
    lines = [COLUMNS, ["---", *["---:"] * (len(COLUMNS) - 1)]]
    lines += [_row(kind, tally) for kind, tally in [*rows, ("all", _sum(tallies.values()))]]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _row(kind, tally):
    others = sum(count for code, count in tally.codes.items() if code not in (0, 1, 2, 70))
    numbers = [
        tally.cases,
        tally.codes.total(),
        *(tally.codes[code] for code in (0, 1, 2)),
        others,
    ]
    numbers += [tally.faults, tally.hangs, tally.oversized, tally.died]
    grown = f"{tally.growth / 2**20:,.0f} MiB"
    return [kind, *(f"{number:,}" for number in numbers), f"{tally.slowest:.1f} s", grown]


def _sum(tallies):
    whole = Tally()
    for tally in tallies:
        whole.codes.update(tally.codes)
        for name in ("cases", "faults", "hangs", "oversized", "died"):
            setattr(whole, name, getattr(whole, name) + getattr(tally, name))
        whole.slowest = max(whole.slowest, tally.slowest)
        whole.growth = max(whole.growth, tally.growth)
    return whole
