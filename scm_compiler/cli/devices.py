"""`--devices N`: the same command in N processes, under torchrun.

The first of them leads. It tells this process its number, so that a Ctrl-C here stops the training
as it does without `--devices`, and its exit code, which torchrun would not pass on. When this
process is killed, the leader saves and stops as it does on SIGTERM.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from threading import Thread

from scm_compiler.cli.exits import BUG, OK
from scm_compiler.locks import lock

FOLDER = "SCMC_LEADER"
"""The environment's name of the folder in which the leader leaves its number and exit code."""

STARTER = "starter"
"""The file in it that the process which started the team keeps locked as long as it lives."""


def start_team(words: Sequence[str], count: int, signals: Sequence[signal.Signals]) -> int:
    """Run a command in several processes and return the leader's exit code.

    Args:
        words: Those after `scmc`.
        count: How many processes.
        signals: Those that are passed on to the leader.
    """
    threads = max(1, (os.cpu_count() or 1) // count)
    with tempfile.TemporaryDirectory(prefix="scmc-") as folder, _alive(Path(folder)):
        program = ["-m", "torch.distributed.run", "--standalone", f"--nproc-per-node={count}"]
        # Behind `--`, torchrun does not look for options of its own among these.
        command = [sys.executable, *program, "-m", "--", "scm_compiler", *words]
        environment = {"OMP_NUM_THREADS": str(threads), **os.environ, FOLDER: folder}
        team = subprocess.Popen(command, env=environment, start_new_session=True)  # noqa: S603
        usual = {
            number: signal.signal(number, lambda number, _: _forward(number, Path(folder), team))
            for number in signals
        }
        try:
            team.wait()
        finally:
            for number, handler in usual.items():
                signal.signal(number, handler)
        told = Path(folder) / "code"
        return int(told.read_text()) if told.is_file() else (team.returncode or BUG)


def lead(command: Callable[[], int]) -> int:
    """Run a command as the leader, and tell who started the team how it ended."""
    folder = os.environ.get(FOLDER)
    if folder is None:
        return command()
    (Path(folder) / "number").write_text(str(os.getpid()))
    Thread(target=_stop_without, args=(Path(folder) / STARTER,), daemon=True).start()
    code = command()
    if Path(folder).is_dir():
        (Path(folder) / "code").write_text(str(code))
    return OK


@contextmanager
def _alive(folder: Path) -> Iterator[None]:
    """Keep the file locked that tells the leader that this process lives, if there are locks."""
    starter = folder / STARTER
    with starter.open("wb") as stream:
        held = lock(stream.fileno())
        if held:
            yield
    if not held:
        starter.unlink()
        yield


def _stop_without(starter: Path) -> None:
    """Ask this process to save and stop once the one that started the team is gone."""
    if not starter.is_file():
        return
    with starter.open("rb") as stream:
        lock(stream.fileno())  # waits for its end
        os.kill(os.getpid(), signal.SIGTERM)


def _forward(number: int, folder: Path, team: subprocess.Popen[bytes]) -> None:
    """Pass a signal to the leader; to all if it has not begun."""
    leader = folder / "number"
    if leader.is_file():
        os.kill(int(leader.read_text()), number)
    else:
        os.killpg(team.pid, number)
