"""The Graphviz program that lays DOT text out, if there is one.

`graphviz-pure` comes with scmc as a wheel and needs no system package. Its output depends on
nothing outside it, so that a picture has the same bytes everywhere.
"""

import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from scm_compiler.diagnostics import refuse
from scm_compiler.render.codes.pictures import EngineFailed, EngineMissing

EngineName = Literal["auto", "graphviz-pure", "dot", "built-in"]
ENGINES: tuple[EngineName, ...] = ("auto", "graphviz-pure", "dot", "built-in")

MOST_LINES, MOST_LAYERS = 1500, 4000
_SECONDS, _RESOLUTION = 60, 144


@dataclass(frozen=True, slots=True)
class Engine:
    """A Graphviz program and where it lies."""

    name: str
    program: Path


def find_engine(name: EngineName = "auto") -> Engine | None:
    """The program of that name, or for `auto` the first that is there; None for `built-in`.

    Raises:
        ScmError: If a program that is asked for by name is not there (E802).
    """
    wanted = ("graphviz-pure", "dot") if name == "auto" else (name,)
    found = (Engine(each, path) for each in wanted if (path := _locate(each)) is not None)
    engine = next(found, None)
    if engine is None and name in ("graphviz-pure", "dot"):
        raise refuse(EngineMissing(wanted=name), exit_code=2)
    return engine


def lay_out(engine: Engine, dot: str, form: Literal["svg", "png"]) -> bytes:
    """Run the program on DOT text and return the picture.

    Raises:
        ScmError: If it fails or takes more than a minute (E803).
    """
    resolution = (f"-Gdpi={_RESOLUTION}",) if form == "png" else ()
    command = (str(engine.program), f"-T{form}", *resolution)
    try:
        done = subprocess.run(  # noqa: S603  (a program found by its fixed name; no shell)
            command, input=dot.encode(), capture_output=True, timeout=_SECONDS, check=True
        )
    except subprocess.TimeoutExpired:
        reason = f"no picture after {_SECONDS} seconds"
    except subprocess.CalledProcessError as failed:
        reason = failed.stderr.decode(errors="replace").strip() or f"exit {failed.returncode}"
    except OSError as failed:
        reason = str(failed)
    else:
        return done.stdout
    raise refuse(EngineFailed(engine=engine.name, reason=reason), exit_code=2)


def _locate(name: str) -> Path | None:
    """Beside this Python (where pip puts programs), then on the search path."""
    beside = shutil.which(name, path=str(Path(sys.executable).parent))
    found = beside or shutil.which(name)
    return Path(found) if found and name != "built-in" else None
