"""The arguments of `scmc fmt`."""

import argparse


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of the verb."""
    parser.add_argument(
        "files", nargs="+", metavar="FILE", help="a .scm file; - reads standard input"
    )
    parser.add_argument("--check", action="store_true", help="change nothing; exit 1 if it would")
    parser.add_argument(
        "--diff", action="store_true", help="print what would change; exit 1 if anything would"
    )
