"""`scmc sql FILE`: print the query whose answer is a table of counts to train on."""

import argparse

from scm_compiler.cli.console import Console
from scm_compiler.cli.exits import OK
from scm_compiler.compiler import read_program
from scm_compiler.runtime.data.sql import count_name, count_query, identifier


def run(args: argparse.Namespace, console: Console) -> int:
    """Print the query, and how its answer is read; the exit code."""
    graph, _, _ = read_program(args.file)
    source = args.table or identifier(graph.name)
    query = count_query(graph, source, count=args.count)
    name = count_name([node.name for node in graph.tabular])
    console.result(query)
    console.note(
        "save its answer as CSV with a header line: "
        f'scmc train {args.file} --data "counts.csv?count={name}"'
    )
    console.document({"ok": True, "query": query, "count": name})
    return OK
