"""The arguments of `scmc compile`."""

import argparse
from pathlib import Path

BUILDS = Path("build")
"""Where `scmc compile` writes, and `scmc train` looks."""


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of the verb."""
    parser.add_argument("file", metavar="FILE", help="a .scm file or the name of an example")
    parser.add_argument(
        "-o",
        "--output",
        type=Path,
        metavar="DIR",
        help="the folder to write (default: build/NAME)",
    )
    parser.add_argument(
        "--mechanisms",
        choices=("explicit", "implicit"),
        default="explicit",
        help="tables and likelihoods, as `train` fits them, or the paper's networks of noise",
    )
