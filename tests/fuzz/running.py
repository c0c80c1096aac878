"""Runs a case in this process, through the command line's entry point, and judges it."""

import io
import json
import resource
import shlex
import shutil
import sys
import traceback
import warnings
from contextlib import chdir, contextmanager
from dataclasses import dataclass
from pathlib import Path
from time import process_time

from scm_compiler.cli.main import main
from tests.fuzz.case import MADE, Said

FAULT = 70
_NO_MEMORY = ("MemoryError", "allocate memory", "Cannot allocate", "bad_alloc")


class OutOfTimeError(BaseException):
    """The case took more processor time than it may; no handler of the program takes it."""


@dataclass(frozen=True)
class Outcome:
    """How a case ended.

    Attributes:
        codes: The exit code of each command.
        seconds: Processor time of all.
        growth: By how many bytes the most memory that the process ever held has grown.
        fault: The trace, or the broken law, of a case that shows a fault of the program.
        hung: Whether it was stopped for its time.
        oversized: Whether it asked for more memory than it may have.
    """

    codes: tuple[int, ...]
    seconds: float
    growth: int = 0
    fault: str = ""
    hung: bool = False
    oversized: bool = False


def run_case(case, folder):
    """Lay out a case in `folder` and run it; the folder is left as the case leaves it."""
    began, most = process_time(), peak()
    said, hung = [], False
    try:
        place = _prepared(case.made, folder.parent / "made")
        _lay_out(case.files, folder)
        for words in case.commands:
            said.append(_command([word.replace(MADE, str(place)) for word in words], folder))
            if said[-1].code == FAULT:
                break
        fault = next(filter(None, map(_fault, said)), None) or case.law(folder, said)
    except OutOfTimeError:
        fault, hung = "more processor time than a case may take", True
    return Outcome(
        tuple(one.code for one in said),
        process_time() - began,
        peak() - most,
        fault or "",
        hung,
        any(word in (fault or "") for word in _NO_MEMORY),
    )


def keep(case, folder, fault):
    """Write a case down, with the commands that show its fault."""
    _lay_out(case.files, folder)
    lines = [shlex.join(["scmc", *words]).replace(MADE, "made") for words in case.commands]
    if case.made:
        _lay_out(case.made.files, folder / "made")
        making = [shlex.join(["scmc", *words]) for words in case.made.commands]
        lines = [f"(cd made; {'; '.join(making)})", *lines]
    (folder / "again.sh").write_text("\n".join([*lines, ""]), "utf-8", "surrogateescape")
    (folder / "fault.txt").write_text(fault, "utf-8", "backslashreplace")


def peak():
    """The most bytes that this process ever held."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


def _prepared(made, folder):
    """The folder of what was made before the case."""
    if made is None:
        return folder
    place = folder / made.name
    if not place.exists():
        _lay_out(made.files, place)
        for words in made.commands:
            done = _command(list(words), place)
            if done.code:
                shutil.rmtree(place)
                raise ValueError(f"{made.name} cannot be made: {done}")
    return place


def _lay_out(files, folder):
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)


def _command(words, folder):
    """Give one command; 70, with the trace as what it said, for one that shows a fault."""
    before = _contents(folder)
    with chdir(folder), _streams() as (out, err), warnings.catch_warnings():
        warnings.simplefilter("error")
        try:
            code = main(words)
        except SystemExit as end:
            code = end.code
        except Exception:  # the last resort of `Console` lets it through: SCMC_DEBUG is set
            return Said(tuple(words), FAULT, "", traceback.format_exc())
        printed, told = (stream.getvalue().decode("utf-8") for stream in (out, err))
    if code not in (0, 4) and _contents(folder) != before:
        return Said(tuple(words), FAULT, printed, f"{told}\na refusal left or changed files")
    return Said(tuple(words), code, printed, told)


def _contents(folder):
    """What files there are, each with its size and time."""
    found = ((path, path.lstat()) for path in Path(folder).rglob("*"))
    return {path: (stat.st_size, stat.st_mtime_ns) for path, stat in found if not path.is_dir()}


@contextmanager
def _streams():
    """Standard streams that encode as a terminal's do; gives what keeps the written bytes."""
    kept = sys.stdin, sys.stdout, sys.stderr
    out, err = io.BytesIO(), io.BytesIO()
    sys.stdin = io.TextIOWrapper(io.BytesIO(), "utf-8")
    sys.stdout = io.TextIOWrapper(out, "utf-8", write_through=True)
    sys.stderr = io.TextIOWrapper(err, "utf-8", "backslashreplace", write_through=True)
    try:
        yield out, err
    finally:
        sys.stdin, sys.stdout, sys.stderr = kept


def _fault(said):
    """What is wrong with what any command may say; None if nothing is."""
    if said.code == FAULT:
        return said.err
    if said.code not in (0, 1, 2, 4):
        return f"exit code {said.code}"
    as_json = "--json" in said.words
    seen = set(said.err if as_json else said.out + said.err) - {"\n", "\t"}
    if not all(map(str.isprintable, seen)):
        return f"control characters are printed: {said.out!r} {said.err!r}"
    if as_json:
        return _not_json(said.out)
    if said.code and not said.err.strip() and not {"-q", "--quiet", "--check"} & set(said.words):
        return f"exit code {said.code} without a word"
    return None


def _not_json(text):
    try:
        json.loads(text, parse_constant=lambda name: float(f"no {name}"))
    except ValueError as error:
        return f"no JSON document ({error}): {text[:200]!r}"
    return None
