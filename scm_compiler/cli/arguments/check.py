"""The arguments of `scmc check`."""

import argparse


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of the verb."""
    parser.add_argument(
        "files", nargs="+", metavar="FILE", help="a .scm file, the name of an example, or -"
    )
    parser.add_argument(
        "--data",
        metavar="SPEC",
        help="also check columns, values and positivity of data, such as table.csv",
    )
    parser.add_argument(
        "--implied",
        action="store_true",
        help="list the independences that the graph implies; with --data, test them",
    )
