"""`scmc query "P(Y=1 | X)" --rows people.csv -o out.csv`: a question for every row of a table."""

import argparse
import csv
import io
from collections.abc import Mapping, Sequence

from scm_compiler.cli.console import Console, Seldom
from scm_compiler.cli.exits import OK
from scm_compiler.cli.opening import naming, opened_run
from scm_compiler.cli.options import seed
from scm_compiler.cli.output_file import refuse_existing, require_place, write_text
from scm_compiler.diagnostics import Report
from scm_compiler.runtime.by_row import Rows, ask_by_row
from scm_compiler.telling import telling


def run(args: argparse.Namespace, console: Console) -> int:
    """Answer for each row, and write the table with the answers beside."""
    chosen = seed(args.seed)
    if args.output is not None:
        refuse_existing(args.output, force=args.force)
        require_place(args.output)
    opened = opened_run(args.run)
    with telling(Seldom(console)):
        rows = Rows.read(args.rows, [node.name for node in opened.graph.tabular])
    with naming(str(opened.path), opened.graph), telling(Seldom(console)):
        found = ask_by_row(
            opened,
            args.query,
            rows,
            method=args.method,
            seed=chosen,
            samples=args.samples,
            noise_model=args.noise_model,
            level=args.level,
        )
    table = _table(_beside(rows.columns, found.columns))
    if args.output is None:
        console.result(table.rstrip("\n"))
    else:
        write_text(args.output, table)
        console.result(f"{found}: {args.output}")
    console.show(Report(None, found.warnings))
    console.document(found.to_dict() | {"run": str(opened.path)})
    return OK


def _beside(
    columns: Mapping[str, Sequence[str]], more: Mapping[str, Sequence[str]]
) -> dict[str, Sequence[str]]:
    """The columns of a table and those that are added, under names that are not taken."""
    found = dict(columns)
    for name, cells in more.items():
        free = name
        while free in found:
            free += "_"
        found[free] = cells
    return found


def _table(columns: Mapping[str, Sequence[str]]) -> str:
    """The text of a CSV file."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows(zip(*columns.values(), strict=True))
    return text.getvalue()
