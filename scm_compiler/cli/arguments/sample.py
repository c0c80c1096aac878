"""The arguments of `scmc sample`."""

import argparse
from pathlib import Path


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of the verb."""
    add = parser.add_argument
    add(
        "regime",
        nargs="?",
        default="",
        help='such as "do(Mustache=1)", "given(Young=0)" or "do(Bald=1), given(Male=0)"; '
        "observation if left out",
    )
    add(
        "-n",
        "--rows",
        metavar="N",
        help="how many rows or images (default: 100; in a figure 10, 8 or 256)",
    )
    add(
        "-o",
        "--output",
        metavar="OUT",
        required=True,
        help="NAME.csv, .parquet or .npz (rows), NAME.png (a grid of images), FOLDER/ (PNG files "
        "with metadata.csv), NAME-{000..009}.tar (shards) or - (standard output, as CSV)",
    )
    add(
        "--run",
        metavar="DIR",
        type=Path,
        help="a run, or drawn_faces, which comes with scmc (default: the last one)",
    )
    add("--seed", metavar="N", help="of everything that is drawn (default: 0)")
    add("--image", metavar="NAME", help="the image to draw (default: all, or the first in a .png)")
    _configure_figures(parser)
    _configure_counterfactuals(parser)
    _configure_shards(parser)


def _configure_figures(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("figures, for a .png")
    add = group.add_mutually_exclusive_group().add_argument
    add(
        "--vs",
        metavar="REGIME",
        help="a second row below, in another regime and of the same image noise",
    )
    add(
        "--sweep",
        metavar="LABEL",
        help="each row goes from one end of a label's values to the other",
    )
    add("--diversity", action="store_true", help="a grid of 16 by 16 images")


def _configure_counterfactuals(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument_group("counterfactuals, for a .png or .csv").add_argument
    add(
        "--of",
        metavar="RUN:SEED|PHOTO",
        help="draw the units of this sample as they were and as the regime would have made them; "
        "`:SEED` is of the last run. Or a picture file, or a folder of them: what these would "
        "have shown",
    )
    add(
        "--given",
        metavar="LABELS",
        help='what is known of a photo, such as "Male=1, Young=0" (default: as it is read off)',
    )
    add(
        "--refine",
        metavar="N",
        help="make the noise that the encoder tells fit each photo in N steps (default: 0)",
    )
    add("--units", metavar="REGIME", help='which units, such as "given(Male=1)" (default: any)')
    add(
        "--noise-model",
        choices=("threshold", "gumbel-max"),
        help="of the labels (default: the label model's own)",
    )


def _configure_shards(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument_group("large samples").add_argument
    add("--shards", metavar="K", help="how many .tar files (default: one for 10,000 rows)")
    add("--processes", metavar="P", help="how many processes draw (default: 1)")
    add(
        "--shard",
        metavar="I/N",
        help="draw the I-th of N parts alone, counted from 1: rows of a .csv, whose parts one "
        "after the other are the whole, or some of the .tar files; for a cluster's scheduler",
    )
    add(
        "--on",
        metavar="CLUSTER",
        help="ray: the workers of a Ray cluster draw the .tar files, which they must be able to "
        "write where you read them",
    )
