"""The run that a verb asks or draws from."""

from pathlib import Path

from scm_compiler.runtime.run import Run, latest_run, open_run
from scm_compiler.shipped import find_run


def opened_run(path: Path | None) -> Run:
    """The run in a folder or of a shipped example; the last one if None.

    Raises:
        ScmError: As `latest_run` and `open_run`.
    """
    return latest_run() if path is None else open_run(find_run(path))
