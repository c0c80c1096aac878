"""The arguments of `scmc init`."""

import argparse
from pathlib import Path


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of the verb."""
    what = parser.add_mutually_exclusive_group()
    what.add_argument("name", nargs="?", metavar="NAME", help="the example to copy")
    what.add_argument(
        "--from", dest="table", metavar="TABLE", help="draft a program for a table, such as t.csv"
    )
    parser.add_argument(
        "--to", type=Path, metavar="PATH", help="the folder, or the program, to make"
    )
