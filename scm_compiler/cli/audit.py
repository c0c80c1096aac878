"""`scmc audit [GENERATOR]`: what a generator believes; tables here, JSON and HTML in a folder."""

import json
import re
from pathlib import Path

from scm_compiler.cli.console import Console
from scm_compiler.cli.exits import OK, REFUSED
from scm_compiler.cli.opening import opened_run
from scm_compiler.cli.output_file import file_stem, require_place, write
from scm_compiler.cli.progress import Remaining
from scm_compiler.cli.requests.audit import AuditRequest
from scm_compiler.compiler import load
from scm_compiler.diagnostics import Report, render_json
from scm_compiler.runtime.audit.audit import audit, foreign
from scm_compiler.runtime.audit.controlled import UNITS
from scm_compiler.runtime.audit.encoder import JUDGED
from scm_compiler.runtime.audit.page import report_page
from scm_compiler.runtime.audit.report import AuditReport
from scm_compiler.runtime.audit.text import report_text
from scm_compiler.runtime.evaluation.plots import png
from scm_compiler.runtime.progress import Progress
from scm_compiler.runtime.run import Run
from scm_compiler.shipped import find_program

REPORT, PAGE, PICTURE = "audit.json", "audit.html", "pair.png"


def run(asked: AuditRequest, console: Console) -> int:
    """Audit, print, write, and return the exit code."""
    given = asked.generator
    generator: Run | str
    if given is not None and foreign(given):
        generator, name = given, re.sub(r"[^\w.-]+", "-", Path(given).name)
    else:
        generator = opened_run(None if given is None else Path(given))
        name = generator.path.name if given is None else Path(given).name
    folder = asked.output or Path("build/audit") / name
    for file in (REPORT, PAGE):  # refused before minutes of work are lost
        require_place(folder / file)
    if asked.pictures is not None:
        require_place(asked.pictures / PICTURE)
    found = audit(
        generator,
        images=asked.images,
        attributes=asked.attributes,
        image=asked.image,
        latent=asked.latent,
        encoder=asked.encoder or JUDGED,
        graph=None if asked.graph is None else load(find_program(asked.graph)),
        folder=folder / "parts",
        controlled=0 if asked.pictures is None else UNITS,
        stage=lambda stage: _watch(stage, console),
        **asked.options,
    )
    console.result(report_text(found))
    content = found.to_dict()
    write(folder / REPORT, json.dumps(content, indent=1, ensure_ascii=False) + "\n")
    write(folder / PAGE, report_page(found))
    console.result(f"report   {folder / REPORT}\npage     {folder / PAGE}")
    if asked.pictures is not None:
        _write_pictures(found, asked.pictures)
        console.result(f"pictures {asked.pictures}")
    notes = Report(None, found.warnings)
    console.show(notes)
    ok = not (asked.strict and found.leaks)
    document = {"ok": ok, "diagnostics": render_json(notes), "page": str(folder / PAGE)}
    console.document(document | content)
    return OK if ok else REFUSED


def _write_pictures(found: AuditReport, folder: Path) -> None:
    """A file for each pair of attributes and setting that has any."""
    for both in found.controlled:
        for setting, control in (
            ("same-source", both.source),
            ("same-destination", both.destination),
        ):
            if control.pictures is not None:
                name = f"{file_stem(both.left)}-{file_stem(both.right)}-{setting}.png"
                write(folder / name, png(control.pictures.images))


def _watch(stage: str, console: Console) -> Progress:
    """Say what is being done, and where it takes long how far it has come."""
    console.note(f"auditing: {stage}")
    return Remaining(stage, console)
