"""A process that runs cases within limits: reads `KIND SEED INDEX`, answers in a line of JSON.

What a case does to the process ends with the process: the campaign starts another.
"""

import argparse
import json
import os
import resource
import shutil
import signal
import sys
from dataclasses import asdict
from pathlib import Path

from tests.fuzz.kinds import KINDS
from tests.fuzz.running import OutOfTimeError, keep, peak, run_case

SECONDS = 10
MEMORY = 2 * 2**30
WORN = 2**29
"""A worker that has grown by so much makes room for a fresh one."""


def main(scratch, kept):
    """Answer each line until there is none.

    Args:
        scratch: A folder of this process's own.
        kept: Where the folders of cases with a fault go.
    """
    answers = os.fdopen(os.dup(1), "w", buffering=1)
    os.dup2(2, 1)  # what a library prints must not be taken for an answer
    _set_up(scratch)
    start = peak()
    for line in sys.stdin:
        kind, seed, index = line.split()
        case = KINDS[kind](int(seed), int(index))
        outcome = _limited(case, scratch / "case")
        if outcome.fault:
            keep(case, kept / f"{kind}-{seed}-{index}", outcome.fault)
        shutil.rmtree(scratch / "case", ignore_errors=True)
        print(json.dumps(asdict(outcome) | {"worn": peak() > start + WORN}), file=answers)


def load():
    """Import what most cases need, so that its size and time are no case's."""
    import torch  # noqa: PLC0415

    torch.set_num_threads(1)
    argparse._ = str  # to look for a translation of each word takes half the time of a case


def _set_up(scratch):
    load()
    os.environ |= {"SCMC_DEBUG": "1", "NO_COLOR": "1", "SCMC_CACHE": str(scratch / "cache")}
    base = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    resource.setrlimit(resource.RLIMIT_AS, (base + MEMORY, resource.RLIM_INFINITY))
    signal.signal(signal.SIGPROF, _out_of_time)


def _out_of_time(*_):
    raise OutOfTimeError


def _limited(case, folder):
    signal.setitimer(signal.ITIMER_PROF, SECONDS)
    try:
        return run_case(case, folder)
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
