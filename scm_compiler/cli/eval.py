"""`scmc eval [RUN]`: measure a run against its data; tables here, JSON and HTML in the run."""

import argparse
import json

from scm_compiler.cli.console import Console
from scm_compiler.cli.exits import OK
from scm_compiler.cli.opening import opened_run
from scm_compiler.cli.progress import Remaining
from scm_compiler.diagnostics import Report, render_json
from scm_compiler.files import require_writable, writing
from scm_compiler.runtime.evaluation.codes.evaluation import LabelsOnly
from scm_compiler.runtime.evaluation.counterfactual import Care, evaluate_counterfactuals
from scm_compiler.runtime.evaluation.counterfactual_report import counterfactual_text
from scm_compiler.runtime.evaluation.evaluate import evaluate_run
from scm_compiler.runtime.evaluation.head import Effort
from scm_compiler.runtime.evaluation.html import report_html
from scm_compiler.runtime.evaluation.text import report_text
from scm_compiler.runtime.progress import Progress
from scm_compiler.runtime.runs.record import Record
from scm_compiler.runtime.sampling.grid import png
from scm_compiler.runtime.storage.tensors import write_file

REPORT, PAGE = "eval.json", "eval.html"
COUNTERFACTUAL, FIGURE = "counterfactual.json", "counterfactual.png"


def run(args: argparse.Namespace, console: Console) -> int:
    """Evaluate, print, write, and return the exit code."""
    opened = opened_run(args.named or args.run)
    if args.counterfactual:
        return _counterfactual(opened, args, console)
    page = args.html or opened.path / PAGE
    console.make_way(page)
    for path in (opened.path / REPORT, page):  # refused before minutes of work are lost
        with writing(path):
            require_writable(path)
    evaluation = evaluate_run(
        opened,
        data=args.data,
        images=args.images,
        effort=Effort(painted=args.painted),
        seed=args.seed,
        stage=lambda name: _watch(name, console),
    )
    console.result(report_text(evaluation))
    content = evaluation.to_dict()
    write_file(
        opened.path / REPORT,
        json.dumps(content, indent=1, ensure_ascii=False) + "\n",
        resumable=False,
    )
    write_file(page, report_html(evaluation), resumable=False)
    console.result(f"\nreport   {opened.path / REPORT}\npage     {page}")
    notes = Report(None, (*_untrained(opened), *evaluation.warnings))
    console.show(notes)
    console.document({"ok": True, "diagnostics": render_json(notes), "page": str(page)} | content)
    return OK


def _counterfactual(opened: Record, args: argparse.Namespace, console: Console) -> int:
    """Measure the counterfactuals of photos; a table here, JSON and pictures in the run."""
    node = opened.head().node
    report, figure = opened.path / COUNTERFACTUAL, opened.path / FIGURE
    for path in (report, figure):
        with writing(path):
            require_writable(path)
    found = evaluate_counterfactuals(
        opened,
        node,
        images=args.images,
        care=Care(refine=args.refine),
        seed=args.seed,
        stage=lambda it: _watch(it, console),
    )
    console.result(counterfactual_text(found))
    content = found.to_dict()
    text = json.dumps(content, indent=1, ensure_ascii=False) + "\n"
    write_file(report, text, resumable=False)
    write_file(figure, png(found.figure()), resumable=False)
    console.result(f"\nreport   {report}\nfigure   {figure}")
    console.document({"ok": True, "figure": str(figure)} | content)
    return OK


def _untrained(opened: Record) -> tuple[LabelsOnly, ...]:
    """The note that images were left out, if some were."""
    names = tuple(n.name for n in opened.graph.images if n.name not in opened.images)
    return (LabelsOnly(names=names),) if names else ()


def _watch(stage: str, console: Console) -> Progress:
    """Say what is being done, and where it takes long how far it has come."""
    console.note(f"evaluating: {stage}")
    return Remaining(stage, console)
