"""Whether there is a run, told without loading what opens one."""

from pathlib import Path

from scm_compiler.diagnostics import ScmError, closest, refuse
from scm_compiler.files import holds, listed
from scm_compiler.runtime.runs.codes.runs import NoRun, NotARun
from scm_compiler.shipped import find_run

RUNS, MANIFEST = Path("runs"), "manifest.json"


def require_run(named: Path | None) -> None:
    """Refuse a run that is not there; where none is named, a folder `runs` without any.

    Raises:
        ScmError: E651 or E650 with exit code 2; E114 if a folder may not be searched.
    """
    if named is not None:
        if not holds(folder := find_run(named), MANIFEST):
            raise not_a_run(folder)
        return
    inside = (path for path in listed(RUNS) if not path.name.startswith("."))
    if not any(holds(path, MANIFEST) for path in inside):
        raise refuse(NoRun(folder=str(RUNS)), exit_code=2)


def not_a_run(folder: Path) -> ScmError:
    """The refusal of a folder that is no run, with one that is and has a like name."""
    found_folder = f"it has no {MANIFEST}" if folder.is_dir() else "it is no folder"
    reason = found_folder if folder.exists() else "there is no such folder"
    return refuse(NotARun(path=str(folder), reason=reason, near=_near(folder)), exit_code=2)


def _near(folder: Path) -> str | None:
    others = [path.parent.name for path in sorted(folder.parent.glob(f"*/{MANIFEST}"))]
    near = closest(folder.name, [name for name in others if name != folder.name])
    return str(folder.parent / near) if near else None
