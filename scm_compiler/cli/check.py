"""`scmc check FILE…`: report every error, warning and note of programs."""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

from scm_compiler.cli.console import Console, Seldom
from scm_compiler.cli.exits import OK, REFUSED
from scm_compiler.compiler import check, read_source
from scm_compiler.diagnostics import Report, ScmError, Sink, render_json
from scm_compiler.ir import Graph
from scm_compiler.runtime.heads.canvas import fitting
from scm_compiler.shipped import find_program
from scm_compiler.telling import telling

if TYPE_CHECKING:
    from scm_compiler.cli.implications import Implications
    from scm_compiler.runtime.data.positivity import Positivity
    from scm_compiler.runtime.data.ranges import Range


@dataclass(slots=True)
class Outcome:
    """What is said of one file.

    Attributes:
        graph: None if the program has errors.
        reports: Of the program, then of the data.
        coverage: How the data cover each label's parents, where data are checked.
        ranges: What the data of each real node hold, likewise.
        implied: What `--implied` tells.
        code: The exit code that this file alone would give.
    """

    graph: Graph | None = None
    reports: list[Report] = field(default_factory=list)
    coverage: tuple[Positivity, ...] = ()
    ranges: tuple[Range, ...] = ()
    implied: Implications | None = None
    code: int = 0


def run(args: argparse.Namespace, console: Console) -> int:
    """Check each file and return the exit code: the highest of all."""
    with telling(Seldom(console)):
        outcomes = {
            name: _outcome(name, args.data, implied=args.implied)
            for name in dict.fromkeys(args.files)
        }
    for name, outcome in outcomes.items():
        _tell(name, args.data, outcome, console)
    code = max(outcome.code for outcome in outcomes.values())
    document: dict[str, Any] = {
        "ok": code == 0,
        "diagnostics": [
            entry
            for outcome in outcomes.values()
            for report in outcome.reports
            for entry in render_json(report)
        ],
    }
    if args.data:
        document["positivity"] = {
            name: [asdict(row) for row in outcome.coverage] for name, outcome in outcomes.items()
        }
    if any(outcome.ranges for outcome in outcomes.values()):
        document["ranges"] = {
            name: [asdict(row) for row in outcome.ranges] for name, outcome in outcomes.items()
        }
    if args.implied:
        document["implied"] = {
            name: outcome.implied.to_dict()
            for name, outcome in outcomes.items()
            if outcome.implied
        }
    console.document(document)
    return code


def _outcome(name: str, data: str | None, *, implied: bool = False) -> Outcome:
    """Check one program, and the data against it if it is right."""
    outcome = Outcome()
    try:
        outcome.graph, report = check(read_source(find_program(name)))
        outcome.reports.append(_with_sizes(outcome.graph, report))
        outcome.code = OK if report.ok else REFUSED
        if data is not None and outcome.graph is not None:
            outcome.reports.append(_check_data(outcome, outcome.graph, data))
        if implied and outcome.graph is not None:
            from scm_compiler.cli.implications import implications  # noqa: PLC0415  (numpy)

            outcome.implied = implications(outcome.graph, data)
            outcome.reports.append(outcome.implied.report)
    except ScmError as error:
        outcome.reports.extend(error.reports)
        outcome.code = error.exit_code
    return outcome


def _with_sizes(graph: Graph | None, report: Report) -> Report:
    """The report of a program, and which of its images no head can draw."""
    images = () if graph is None else graph.images
    if graph is None or all(fitting(it.domain) == it.domain for it in images):
        return report
    from scm_compiler.runtime.heads.registry import undrawable  # noqa: PLC0415  (pydantic)

    sink = Sink(report.source)
    sink.extend([*report.diagnostics, *undrawable(graph)])
    return sink.close()


def _check_data(outcome: Outcome, graph: Graph, data: str) -> Report:
    """Read the data, and note how they cover the graph."""
    if graph.reals:
        from scm_compiler.runtime.data.ranges import check_table  # noqa: PLC0415  (numpy)

        report, outcome.coverage, outcome.ranges = check_table(graph, data)
        return report
    from scm_compiler.runtime.data.positivity import check_data  # noqa: PLC0415  (numpy)

    report, outcome.coverage = check_data(graph, data)
    return report


def _tell(name: str, data: str | None, outcome: Outcome, console: Console) -> None:
    """Print the findings and a line that sums them up."""
    for report in outcome.reports:
        console.show(report)
    findings = _findings(outcome.reports)
    graph = outcome.graph
    if graph is None:
        console.note(f"{name}: {findings}")
        return
    if outcome.code:  # the program is right, so it is the data that are wrong
        console.note(f"{data} for {name}: {_findings(outcome.reports[1:])}")
        return
    parts = (
        _counted(len(graph.labels), "label"),
        _counted(len(graph.reals), "real node"),
        _counted(len(graph.images), "image"),
        _counted(len(graph.edges), "edge"),
        _counted(len(graph.confounders), "hidden common cause"),
        findings,
    )
    console.result(f"{name}: ok: {', '.join(part for part in parts if part)}")
    if outcome.coverage:
        console.result(_coverage_table(outcome.coverage))
    if outcome.ranges:
        console.result(_range_table(outcome.ranges))
    if outcome.implied:
        console.result(str(outcome.implied))


def _findings(reports: Iterable[Report]) -> str:
    """How many errors, warnings and notes there are; empty for none."""
    severities = [entry.severity for report in reports for entry in report.diagnostics]
    counts = (_counted(severities.count(s), s) for s in ("error", "warning", "note"))
    return ", ".join(count for count in counts if count)


def _counted(count: int, noun: str) -> str:
    """Such as `2 errors`; empty for none."""
    return f"{count:,} {noun}{'s' if count > 1 else ''}" if count else ""


def _coverage_table(coverage: Iterable[Positivity]) -> str:
    """The positivity table: parent configurations that the data never show."""
    head = ("label", "parents", "configurations", "never seen", "fewest rows")
    rows: list[Sequence[str | int]] = [
        (row.name, ", ".join(row.parents), row.configurations, row.unseen, row.fewest)
        for row in coverage
    ]
    return _table(head, rows, words=2)


def _range_table(ranges: Iterable[Range]) -> str:
    """What the columns of real nodes hold."""
    head = ("real", "rows", "least", "median", "most", "different")
    rows: list[Sequence[str | int]] = []
    for row in ranges:
        least, median, most = (f"{number:.6g}" for number in (row.least, row.median, row.most))
        rows.append((row.name, row.rows, least, median, most, row.different))
    return _table(head, rows, words=1)


def _table(head: Sequence[str], rows: Iterable[Sequence[str | int]], words: int) -> str:
    """Columns, of which the first few are words and the others numbers."""
    spelt = (tuple(f"{c:,}" if isinstance(c, int) else c for c in row) for row in rows)
    texts = [head, *spelt]
    widths = [max(map(len, column)) for column in zip(*texts, strict=True)]
    return "\n".join(
        "  ".join(
            f"{cell:<{width}}" if rank < words else f"{cell:>{width}}"
            for rank, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in texts
    )
