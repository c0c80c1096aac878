"""The arguments of `scmc render`."""

import argparse
from pathlib import Path


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of the verb."""
    parser.add_argument("file", metavar="FILE", help="a .scm file or the name of an example")
    parser.add_argument(
        "-o",
        "--output",
        type=Path,
        metavar="OUT",
        help="where to; .svg, .png, .dot or .mmd chooses the format; - is standard output, as "
        "SVG (default: NAME.svg here)",
    )
    parser.add_argument("--do", metavar="A=1,…", help="draw the graph mutilated by do(A=1, …)")
    parser.add_argument("--given", metavar="A=1,…", help="shade the evidence A=1, …")
    parser.add_argument(
        "--engine",
        choices=("auto", "graphviz-pure", "dot", "built-in"),
        default="auto",
        help="what lays the graph out (default: the first that is there)",
    )
