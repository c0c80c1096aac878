"""The arguments of `scmc verify`."""

import argparse
from pathlib import Path


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of the verb."""
    parser.add_argument("folder", type=Path, metavar="DIR", help="a build or a run")
