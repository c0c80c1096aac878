"""The arguments of `scmc audit`."""

import argparse
from pathlib import Path


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of the verb."""
    add = parser.add_argument
    add(
        "generator",
        nargs="?",
        metavar="GENERATOR",
        help="a run, a .pt2 or .onnx file, or package.module:attribute (default: the last run)",
    )
    add("--run", metavar="DIR", dest="named", help="the same as GENERATOR")
    add("--image", metavar="NODE", help="of a run with several images, the one that is meant")
    add("--images", metavar="SPEC", help="labelled images (default: those that a head learnt)")
    add(
        "--attributes",
        metavar="A,B,…",
        help="those that are meant (default: all of a run that have two values)",
    )
    add("--latent", metavar="N", help="the size of a code, of a file or of code")
    add(
        "--graph",
        metavar="FILE",
        help="a .scm file that declares what a generator that is no run should do",
    )
    add(
        "--encoder",
        metavar="NAME",
        help="where codes with known attributes come from: judged (default: drawn, and read off "
        "what is made of them), inversion, a .pt2 or .onnx file, or package.module:attribute",
    )
    add(
        "--labels",
        metavar="NAME",
        help="of a run: graph (default), or random, for the bare head",
    )
    _configure_effort(parser)
    _configure_output(parser)


def _configure_effort(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument_group("how it is done").add_argument
    add("--classifier", metavar="NAME", help="of codes: logistic (default) or svm")
    add(
        "--alpha",
        metavar="X,Y,…",
        help="how far codes are moved; verdicts are read at the last but one (default: "
        "0.5,1,1.5,2,3)",
    )
    add("--units", metavar="N", help="codes that are drawn (default: 1000)")
    add("--budget", metavar="TIME", help="as many codes as fit in it, such as 5m")
    add("--nulls", metavar="N", help="directions of each null (default: 100)")
    add("--seed", metavar="N", help="of everything that is drawn (default: 0)")
    add(
        "--least-accuracy",
        metavar="X",
        help="the held-out accuracy without which a pair is not judged (default: 0.65)",
    )
    add("--tolerance", metavar="X", help="how far an effect may be off (default: 0.05)")
    add("--level", metavar="X", help="of the verdicts, after Holm's correction (default: 0.05)")


def _configure_output(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument_group("output").add_argument
    add("--strict", action="store_true", help="exit code 1 where the graph denies what is shown")
    add(
        "-o",
        "--output",
        metavar="DIR",
        type=Path,
        help="the folder of the report, in which an audit that was stopped goes on (default: "
        "build/audit/NAME)",
    )
    add(
        "--pictures",
        metavar="DIR",
        type=Path,
        help="compare images in which a cause was moved with such in which its effect was, and "
        "write them side by side into this folder",
    )
