"""The arguments of `scmc init`."""

import argparse
from pathlib import Path


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of the verb."""
    parser.add_argument("name", nargs="?", metavar="NAME", help="the example to copy")
    parser.add_argument(
        "--to", type=Path, metavar="DIR", help="the folder to make (default: NAME)"
    )
