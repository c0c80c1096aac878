"""The arguments of `scmc train`."""

import argparse
from pathlib import Path


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of the verb."""
    add = parser.add_argument
    add(
        "file",
        nargs="?",
        metavar="FILE",
        help="a .scm file or the name of an example (default: the last build, or the only "
        ".scm file here)",
    )
    add(
        "--stage",
        metavar="NAME",
        help="all (default), labels alone, images, of a run whose labels are trained, or, of one "
        "whose heads are, encoder, which tells the noise behind a photo, or editor, which turns "
        "labels of a photo",
    )
    add("--seed", metavar="N", help="of everything random (default: 0)")
    add("--steps", metavar="N", help="the most steps of each stage (default: the preset's)")
    add(
        "--budget",
        metavar="TIME",
        help="the most time to train in all, also over several starts, such as 90s, 2m or 1h30m: "
        "the labels take what they need, and the images share the rest",
    )
    add(
        "--run",
        type=Path,
        metavar="DIR",
        help="the run's folder (default: runs/GRAPH-N; with --resume, any other --stage "
        "than all and labels: the last run)",
    )
    add(
        "--resume",
        action="store_true",
        help="go on with a training that was stopped, and it ends as if it never had been; or, "
        "with a larger --budget, with one that its budget ended",
    )
    add(
        "--tensorboard",
        action="store_true",
        help="write the metrics for TensorBoard too, in RUN/tensorboard",
    )
    _configure_labels(parser)
    _configure_images(parser)


def _configure_labels(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument_group("labels").add_argument
    add(
        "--data",
        metavar="SPEC",
        help="a table such as people.csv, csv:FILE?count=NAME, celeba:DIR or celeba-labels "
        "(default: celeba-labels, the counts of nine CelebA labels that come with scmc)",
    )
    add("--trainer", metavar="NAME", help="mle (default) or wgan-gp")
    add("--preset", metavar="NAME", help="default, or paper (of wgan-gp)")
    add(
        "--replicates",
        metavar="K",
        help="train K further models, each on other weights of the rows, for the intervals of "
        "answers where the tables are not shares of the rows; it costs K further trainings",
    )


def _configure_images(parser: argparse.ArgumentParser) -> None:
    add = parser.add_argument_group(
        "images", "SPEC and NAME hold for all images, or for one: IMAGE=SPEC"
    ).add_argument
    add(
        "--images",
        metavar="SPEC",
        action="append",
        help="drawn-faces, drawn-faces:N, celeba:DIR, folder:DIR, tar:PATTERN or npz:FILE "
        "(default: drawn-faces, where they show the image's labels)",
    )
    add(
        "--head",
        metavar="NAME",
        action="append",
        help="causal_gan (default), causal_began or conditional_gan",
    )
    add("--head-preset", metavar="NAME", help="default, or paper")
    add(
        "--option",
        metavar="NAME=VALUE",
        action="append",
        help="an option of the head, such as width=24, or of the labels' trainer, such as "
        "tables=shares",
    )
    add("--device", metavar="NAME", help="auto (default: the best there is), cuda, mps or cpu")
    add("--devices", metavar="N", help="train in N processes, one for each device")
    add(
        "--precision",
        metavar="NAME",
        help="auto (default: bfloat16 where it is faster), float32 or bfloat16",
    )
