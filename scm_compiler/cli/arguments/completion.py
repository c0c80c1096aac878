"""The arguments of `scmc completion`."""

import argparse


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of the verb."""
    parser.add_argument("shell", choices=("bash", "zsh", "fish"), help="whose script to print")
    parser.add_argument(
        "--line",
        metavar="TEXT",
        help="print what may follow this command line instead, which is what the scripts ask",
    )
