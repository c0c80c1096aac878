"""`scmc eval [RUN]`: measure a run against its data; tables here, JSON and HTML in the run."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from scm_compiler.cli.exits import OK
from scm_compiler.cli.options import seed

if TYPE_CHECKING:
    import argparse

    from scm_compiler.cli.console import Console
    from scm_compiler.runtime.evaluation.codes.evaluation import LabelsOnly
    from scm_compiler.runtime.progress import Progress
    from scm_compiler.runtime.runs.record import Record

REPORT, PAGE = "eval.json", "eval.html"


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of the verb."""
    parser.add_argument(
        "run", nargs="?", type=Path, metavar="RUN", help="a run (default: the last one)"
    )
    parser.add_argument(
        "--data",
        metavar="SPEC",
        help="other rows of labels to hold the label model against, such as csv:held_out.csv "
        "(default: those that it was trained on)",
    )
    parser.add_argument(
        "--images",
        metavar="SPEC",
        help="the real images, such as drawn-faces or celeba:DIR (default: the head's own)",
    )
    parser.add_argument("--seed", metavar="N", help="of everything that is drawn (default: 0)")
    parser.add_argument(
        "--html", metavar="FILE", type=Path, help=f"where the page goes (default: {PAGE} in RUN)"
    )


def run(args: argparse.Namespace, console: Console) -> int:
    """Evaluate, print, write, and return the exit code."""
    import json  # noqa: PLC0415  (not needed by --help)

    from scm_compiler.diagnostics import Report, render_json  # noqa: PLC0415
    from scm_compiler.runtime.evaluation.evaluate import evaluate_run  # noqa: PLC0415  (torch)
    from scm_compiler.runtime.evaluation.html import report_html  # noqa: PLC0415
    from scm_compiler.runtime.evaluation.text import report_text  # noqa: PLC0415
    from scm_compiler.runtime.runs.record import latest_record, open_record  # noqa: PLC0415
    from scm_compiler.runtime.storage.tensors import write_file  # noqa: PLC0415

    opened = latest_record() if args.run is None else open_record(args.run)
    page = args.html or opened.path / PAGE
    console.make_way(page)
    for path in (opened.path / REPORT, page):
        _refuse_unwritable(path)
    found = evaluate_run(
        opened,
        data=args.data,
        images=args.images,
        seed=seed(args.seed),
        stage=lambda name: _watch(name, console),
    )
    console.result(report_text(found))
    content = found.to_dict()
    write_file(
        opened.path / REPORT,
        json.dumps(content, indent=1, ensure_ascii=False) + "\n",
        resumable=False,
    )
    write_file(page, report_html(found), resumable=False)
    console.result(f"\nreport   {opened.path / REPORT}\npage     {page}")
    notes = Report(None, (*_untrained(opened), *found.warnings))
    console.show(notes)
    console.document({"ok": True, "diagnostics": render_json(notes), "page": str(page)} | content)
    return OK


def _refuse_unwritable(path: Path) -> None:
    """Refuse a place that cannot be written, before minutes of work are lost.

    Raises:
        ScmError: E657 with exit code 2.
    """
    from scm_compiler.files import require_writable, writing  # noqa: PLC0415

    with writing(path):
        require_writable(path)


def _untrained(opened: Record) -> tuple[LabelsOnly, ...]:
    """The note that images were left out, if some were."""
    from scm_compiler.runtime.evaluation.codes.evaluation import LabelsOnly  # noqa: PLC0415

    names = tuple(n.name for n in opened.graph.images if n.name not in opened.images)
    return (LabelsOnly(names=names),) if names else ()


def _watch(stage: str, console: Console) -> Progress:
    """Say what is being done; each stage takes a minute at most."""
    from scm_compiler.runtime.progress import Silent  # noqa: PLC0415

    console.note(f"evaluating: {stage}")
    return Silent()
