"""The arguments of `scmc sql`."""

import argparse


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of the verb."""
    parser.add_argument("file", metavar="FILE", help="a .scm file or the name of an example")
    parser.add_argument(
        "--table",
        metavar="NAME",
        help="the table, as SQL names it (default: the graph's name in quotes)",
    )
    parser.add_argument(
        "--count", metavar="NAME", help="a column that says how often each row occurs"
    )
