"""What the command line names and must be there, looked for before torch is loaded."""

from pathlib import Path

from scm_compiler.runtime.runs.presence import require_any_run, require_run
from scm_compiler.shipped import find_run


def require_named_run(path: Path | None) -> None:
    """Refuse a run that is not there; where none is named, a folder `runs` without any.

    Raises:
        ScmError: E651 or E650 with exit code 2.
    """
    if path is None:
        require_any_run()
    else:
        require_run(find_run(path))
