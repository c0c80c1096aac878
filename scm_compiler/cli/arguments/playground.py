"""The arguments of `scmc playground`."""

import argparse
from pathlib import Path


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of the verb."""
    add = parser.add_argument
    add(
        "run",
        nargs="?",
        type=Path,
        metavar="RUN|FILE",
        help="a run whose answers and images to show, a program, an example, or a table",
    )
    add("--data", metavar="SPEC", help="what to answer from, as for `scmc train`")
    add("--port", default="0", metavar="N", help="where to listen (default: any free one)")
    add("--no-open", action="store_true", help="only say the address; open no browser")
    add(
        "--export",
        type=Path,
        metavar="DIR",
        help="write the page to a folder that any host serves; it answers in the browser",
    )
    add(
        "--pyodide",
        type=Path,
        metavar="DIR",
        default=Path("node_modules/pyodide"),
        help="where Pyodide's files are, for --export (default: node_modules/pyodide)",
    )
