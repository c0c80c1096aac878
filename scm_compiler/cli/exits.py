"""How a command ends: its exit codes, and the end of its process."""

import os
import sys
from typing import NoReturn

OK = 0  # fine
REFUSED = 1  # the tool says no: errors in a program, not identifiable, impossible evidence
USAGE = 2  # the command line, a missing file, unreadable data
DIVERGED = 4  # the training
BUG = 70  # of ours
INTERRUPTED = 130


def in_team() -> bool:
    """Whether torchrun started this process as one of several."""
    return int(os.environ.get("WORLD_SIZE", "1")) > 1


def leave(code: int) -> NoReturn:
    """End this process; one of a team ends before the interpreter is torn down.

    A thread of gloo may still hold a tensor then. It would ask for the interpreter's lock to
    release it, and a thread that asks for the lock so late takes the whole process with it.
    """
    if not in_team():
        raise SystemExit(code)
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)
