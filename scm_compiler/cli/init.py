"""`scmc init [NAME]`: list the shipped examples, copy one here, or draft one for a table."""

import argparse
import shlex
import shutil
from pathlib import Path

from scm_compiler.cli.codes.examples import UnknownExample, WouldOverwrite
from scm_compiler.cli.console import Console, Seldom
from scm_compiler.cli.exits import OK
from scm_compiler.cli.output_file import file_stem, refuse_existing, require_place, write_text
from scm_compiler.compiler import check
from scm_compiler.diagnostics import ScmError, Source, refuse
from scm_compiler.files import writing
from scm_compiler.interop.document import stem
from scm_compiler.making import room_beside
from scm_compiler.runtime.data.drafting import draft
from scm_compiler.runtime.data.survey import survey
from scm_compiler.shipped import example_programs
from scm_compiler.telling import telling

TRAINED = "run"
"""The folder of an example's trained run, which is used where it lies and not copied."""


def run(args: argparse.Namespace, console: Console) -> int:
    """List, copy or draft, and return the exit code."""
    if args.table is not None:
        _draft(args.table, args.to, console)
        return OK
    examples = {name: program.parent for name, program in example_programs().items()}
    if args.name is None:
        _list({name: summary(folder) for name, folder in examples.items()}, console)
    else:
        _copy(args.name, args.to or Path(args.name), examples, console)
    return OK


def summary(folder: Path) -> str:
    """The line that describes an example: the first of its README after the title."""
    lines = (folder / "README.md").read_text(encoding="utf-8").splitlines()
    text = (line.strip() for line in lines if line.strip() and not line.startswith("#"))
    return next(text, "").rstrip(".")


def _list(summaries: dict[str, str], console: Console) -> None:
    wide = max(map(len, summaries), default=0)
    for name, text in summaries.items():
        console.result(f"{name:<{wide}}  {text}")
    console.note("\n`scmc init NAME` copies one here")
    listed = [{"name": name, "summary": text} for name, text in summaries.items()]
    console.document({"ok": True, "examples": listed})


def _draft(table: str, to: Path | None, console: Console) -> None:
    """Write a program with a label for each column of a table."""
    with telling(Seldom(console)):
        found = survey(table)
    name = stem(Path(found.path))
    output = to or Path(f"{file_stem(name)}.scm")
    refuse_existing(output, force=False)
    text = draft(found, name, table)
    graph, report = check(Source(str(output), text))
    if graph is None:
        raise ScmError(report, exit_code=2)
    require_place(output)
    write_text(output, text)
    console.result(f"wrote {output}: {graph.counts}")
    if found.told:
        console.note(found.told)
    named = shlex.join([str(output), "--data", found.spec])
    page, then = "on a page, with its graph and bars:", f"scmc playground {named}"
    if not graph.labels:  # a page has bars of labels, and a run answers of numbers
        page, then = "then:", f"scmc train {named}"
    console.note(f"next: write what causes what in {output}; {page}\n      {then}")
    console.document({"ok": True, "table": table, "artifacts": [str(output)]})


def _copy(name: str, to: Path, examples: dict[str, Path], console: Console) -> None:
    """Copy an example's folder to a temporary name beside its place, then rename it."""
    if name not in examples:
        raise refuse(UnknownExample(name=name, known=tuple(examples)), exit_code=2)
    if to.exists() or to.is_symlink():
        raise refuse(WouldOverwrite(path=str(to)), exit_code=2)
    with writing(to), room_beside(to) as room:
        copied = room / "copy"
        shutil.copytree(examples[name], copied, ignore=shutil.ignore_patterns(TRAINED))
        copied.rename(to)
    files = sorted(str(path) for path in to.rglob("*") if path.is_file())
    for path in files:
        console.result(f"wrote {path}")
    console.note(f"next: scmc check {to / 'model.scm'}")
    console.document({"ok": True, "example": name, "artifacts": files})
