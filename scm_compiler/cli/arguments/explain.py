"""The arguments of `scmc explain`."""

import argparse


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of the verb."""
    parser.add_argument("code", nargs="?", metavar="CODE", help="such as E201; without it, all")
