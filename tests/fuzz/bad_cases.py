"""A worker among whose cases are the worst: they hang, ask for memory, end the process."""

import os
import sys
from pathlib import Path

from tests.fuzz import running, worker
from tests.fuzz.case import Case


def _hang():
    while True:
        pass


def _grow():
    return len(bytearray(2**35))


def _end():
    os._exit(3)


ACTS = {"hang": _hang, "grow": _grow, "end": _end, "fine": lambda: 0}

if __name__ == "__main__":
    running.main = lambda words: ACTS[words[0]]()
    worker.SECONDS = 0.2
    worker.load = lambda: None
    worker.KINDS = {name: lambda _seed, _index, name=name: Case({}, ((name,),)) for name in ACTS}
    worker.main(Path(sys.argv[1]), Path(sys.argv[2]))
