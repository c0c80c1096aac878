"""The arguments of `scmc export`."""

import argparse
from pathlib import Path

from scm_compiler.cli.arguments.formats import WRITTEN


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of the verb."""
    add = parser.add_argument
    add(
        "source",
        metavar="RUN|FILE",
        help="a run, a .scm file, an example, or a graph file of another program",
    )
    where = parser.add_mutually_exclusive_group(required=True)
    where.add_argument(
        "-o",
        "--output",
        type=Path,
        metavar="OUT",
        help=".bif, .bifxml, .xdsl, .net, .dagitty (or .txt), .dot (or .gv), .gml, .graphml, "
        ".csv, .json or .mmd chooses the format; "
        "- is standard output, and needs --format",
    )
    add("--format", choices=(*WRITTEN, "mermaid"), help="of OUT (default: what its suffix says)")
    add("--force", action="store_true", help="replace OUT if it exists")
    where.add_argument(
        "--to",
        type=Path,
        metavar="DIR",
        help="a folder that others can use: the run, torch source, weights, a card, pictures",
    )
    add("--license", metavar="SPDX", help="what the card of --to says, such as CC-BY-4.0")
    parser.set_defaults(work=lambda args: "export" if args.to is None else "share")
