"""The arguments of `scmc import`."""

import argparse
from pathlib import Path

from scm_compiler.cli.arguments.formats import FORMATS


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of the verb."""
    add = parser.add_argument
    add("file", type=Path, metavar="FILE", help="a graph or a network of another program")
    add(
        "-o",
        "--output",
        type=Path,
        metavar="OUT",
        help="the program; - is standard output (default: NAME.scm here)",
    )
    add("--format", choices=FORMATS, help="of FILE (default: what its suffix says)")
    add("--data", metavar="SPEC", help="a table whose columns tell the kinds, such as csv:FILE")
    add("--force", action="store_true", help="replace OUT if it exists")
    runs = parser.add_mutually_exclusive_group()
    runs.add_argument(
        "--run",
        type=Path,
        metavar="DIR",
        help="where the run goes that the tables of a network become (default: runs/NAME-N)",
    )
    runs.add_argument("--no-run", action="store_true", help="import the graph alone")
