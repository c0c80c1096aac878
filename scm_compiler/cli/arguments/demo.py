"""The arguments of `scmc demo`."""

import argparse


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments: there are none but the common ones."""
