"""The arguments of `scmc query`."""

import argparse
from collections.abc import Iterator
from pathlib import Path

from scm_compiler import plugins

METHODS = ("auto", "exact", "weighted", "sample", "bounds")


class _Methods:
    """The methods to choose from; installed packages are asked only where it is none of ours."""

    def __contains__(self, name: object) -> bool:
        return name in METHODS or name in plugins.names("scmc.engines")

    def __iter__(self) -> Iterator[str]:
        yield from METHODS
        yield from plugins.names("scmc.engines")


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.add_argument(
        "query", help='such as "P(Male=1 | do(Mustache=1))", "ATE(A -> B)" or "do(Mustache=1)"'
    )
    parser.add_argument(
        "--run",
        metavar="DIR",
        type=Path,
        help="a run, or drawn_faces, which comes with scmc (default: the last one)",
    )
    parser.add_argument(
        "--method",
        metavar="METHOD",
        choices=_Methods(),
        default="auto",
        help="exact: contraction of the tables; weighted: weighted draws; sample: the paper's "
        "rejection sampling; bounds: of what observation does not determine; auto: exact where it "
        "fits, else weighted, and bounds where there is nothing else; or that of an installed "
        "package (default: auto)",
    )
    parser.add_argument(
        "--samples",
        metavar="N",
        type=_count,
        default=10_000,
        help="draws that `sample` must keep, or that weighted ones should be worth "
        "(default: 10,000)",
    )
    parser.add_argument(
        "--noise-model",
        choices=("threshold", "gumbel-max"),
        help="of counterfactuals (default: the label model's own)",
    )
    parser.add_argument("--seed", metavar="N", help="of everything that is drawn (default: 0)")
    parser.add_argument(
        "--level",
        metavar="L",
        type=_level,
        default=0.95,
        help="of the intervals from the data (default: 0.95)",
    )
    parser.add_argument(
        "--no-interval",
        action="store_const",
        const=None,
        dest="level",
        help="leave them out",
    )
    parser.add_argument(
        "--rows",
        metavar="FILE",
        type=Path,
        help="a CSV file: answer for every row, whose values are evidence where the query's "
        "evidence has no value",
    )
    parser.add_argument(
        "-o",
        dest="output",
        metavar="FILE",
        type=Path,
        help="with --rows: the table with the answers beside (default: printed); of a curve, "
        "such as E(Pain | do(Dose=0..10)): its picture, .svg or .png",
    )
    parser.add_argument(
        "--force", action="store_true", help="replace the file of -o if there is one"
    )
    parser.add_argument(
        "--explain", action="store_true", help="print how it would be answered, and stop"
    )
    parser.add_argument(
        "--identify",
        action="store_true",
        help="print the formula by which observation determines it, or why none does, and stop",
    )
    parser.add_argument(
        "--sensitivity",
        action="store_true",
        help="print how strong a hidden common cause must be to overturn an effect, and stop",
    )
    parser.add_argument(
        "--adjustment", action="store_true", help="print the minimal adjustment sets, and stop"
    )
    parser.add_argument(
        "--on",
        metavar="FILE",
        help="a .scm file or example for --identify and --adjustment, instead of a run",
    )
    parser.set_defaults(work=_work)


def _work(args: argparse.Namespace) -> str:
    """The module that does what is asked: what a graph alone tells needs no answers loaded."""
    if args.identify or args.adjustment:
        return "identification"
    if args.rows is not None:
        return "query_by_row"
    plain = args.output is None or args.explain or args.sensitivity
    return "query" if plain else "query_curve"


def _count(text: str) -> int:
    number = int(text)
    if not 1 <= number <= 10_000_000:
        raise argparse.ArgumentTypeError("must be from 1 to 10000000")
    return number


def _level(text: str) -> float:
    level = float(text)
    if not 0 < level < 1:
        raise argparse.ArgumentTypeError("must be between 0 and 1")
    return level
