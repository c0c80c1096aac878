"""The arguments of `scmc eval`."""

import argparse
from pathlib import Path


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of the verb."""
    parser.add_argument(
        "run", nargs="?", type=Path, metavar="RUN", help="a run (default: the last one)"
    )
    parser.add_argument("--run", metavar="DIR", type=Path, dest="named", help="the same as RUN")
    parser.add_argument(
        "--data",
        metavar="SPEC",
        help="other rows to hold the labels and real nodes against, such as held_out.csv "
        "(default: those that they were trained on)",
    )
    parser.add_argument(
        "--images",
        metavar="SPEC",
        help="the real images, such as drawn-faces or celeba:DIR (default: the head's own)",
    )
    parser.add_argument(
        "--counterfactual",
        action="store_true",
        help="measure what the heads with an encoder make of photos that they have not seen",
    )
    parser.add_argument(
        "--painted",
        metavar="LABEL",
        help="a second classifier, which has also learnt this label painted on photographs "
        "of everyone, such as Mustache",
    )
    parser.add_argument(
        "--refine",
        metavar="N",
        help="with --counterfactual: make the noise that the encoder tells fit each photo in N "
        "steps (default: 0)",
    )
    parser.add_argument("--seed", metavar="N", help="of everything that is drawn (default: 0)")
    parser.add_argument(
        "--html", metavar="FILE", type=Path, help="where the page goes (default: eval.html in RUN)"
    )
