"""The arguments of `scmc lsp`."""

import argparse


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of the verb."""
    parser.add_argument(
        "--stdio", action="store_true", help="speak on standard input and output (it always does)"
    )
