"""`scmc sample "do(Mustache=1)" -n 10 -o faces.png`: draw labels and images in a regime.

With `--of RUN:SEED` the regime is what would have been done to the units of a sample, which are
drawn as they were and, with the same noise, as they would have been.

The labels are drawn exactly from the regime's distribution, so that no row is ever rejected.
"""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import TYPE_CHECKING

from scm_compiler.cli.exits import OK
from scm_compiler.cli.options import bad_option, whole
from scm_compiler.cli.options import seed as read_seed

if TYPE_CHECKING:
    import argparse

    from scm_compiler.cli.console import Console
    from scm_compiler.runtime.run import Run
    from scm_compiler.runtime.sampling.job import Job

FORMS = ".csv, .parquet, .npz, .png, .tar and FOLDER/"
COLUMNS, SWEPT, DIVERSE = 10, 8, 256
"""The rows of a two-row figure, of a sweep and of a diversity grid if nothing is said."""


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
        metavar="RUN:SEED",
        help="draw the units of this sample as they were and as the regime would have made them; "
        "`:SEED` is of the last run",
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


def run(args: argparse.Namespace, console: Console) -> int:
    """Draw, write, and say where it is."""
    seed = read_seed(args.seed)
    rows = whole("-n", args.rows, 1, 10**9) if args.rows is not None else _usual_rows(args)
    processes = 1 if args.processes is None else whole("--processes", args.processes, 1, 1024)
    form = _form(args.output)
    console.make_way(Path(args.output))
    _refuse_wrong_options(args, form)
    if args.of is not None:
        from scm_compiler.cli.imagine import run_imagined  # noqa: PLC0415

        return run_imagined(args, console, rows)
    from scm_compiler.runtime.run import latest_run, open_run  # noqa: PLC0415  (torch)
    from scm_compiler.runtime.sampling.job import Job, regime_of  # noqa: PLC0415
    from scm_compiler.shipped import find_run  # noqa: PLC0415

    opened = latest_run() if args.run is None else open_run(find_run(args.run))
    regime_of(opened, args.regime)
    images = _images(args, opened, form)
    job = Job(str(opened.path.resolve()), args.regime, rows, seed, images)
    files = _write(args, console, opened, job, form, processes)
    shown = str(files[0]) if len(files) == 1 else f"{files[0]} … {files[-1]}"
    console.result(f"{_said(args, rows, form)}: {shown}")
    console.document(
        {
            "ok": True,
            "run": str(opened.path),
            "regime": args.regime,
            "rows": rows,
            "seed": seed,
            "images": list(images),
            "files": [str(path) for path in files],
        }
    )
    return OK


def _said(args: argparse.Namespace, rows: int, form: str) -> str:
    """What was drawn."""
    regime = args.regime or "observation"
    if args.vs is not None:
        return f"{rows:,} images of {regime} above {rows:,} of {args.vs or 'observation'}"
    if args.sweep is not None:
        return f"{rows:,} images of {regime}, each with {args.sweep} from one end to the other"
    return f"{rows:,} {'images' if form == '.png' else 'rows'} of {regime}"


def _usual_rows(args: argparse.Namespace) -> int:
    if args.diversity:
        return DIVERSE
    if args.vs is not None or (args.of is not None and args.output.endswith(".png")):
        return COLUMNS
    return SWEPT if args.sweep else 100


def _form(output: str) -> str:
    """The form that a name asks for, by its end; `folder` for a folder, CSV for a nameless stream.

    Raises:
        ScmError: E715 with exit code 2 if there is no such form.
    """
    from scm_compiler.files import is_stream  # noqa: PLC0415

    path = Path(output)
    if not path.suffix and is_stream(path):
        return ".csv"
    if output.endswith(("/", os.sep)) or path.is_dir() or not path.suffix:
        return "folder"
    if path.suffix in (".csv", ".parquet", ".npz", ".png", ".tar"):
        return path.suffix
    raise _cannot(output, f"there is no form `{path.suffix}`", f"the forms are {FORMS}")


def _refuse_wrong_options(args: argparse.Namespace, form: str) -> None:
    figure = args.vs is not None or args.sweep is not None or args.diversity
    if figure and form != ".png":
        option = "--vs" if args.vs is not None else "--sweep" if args.sweep else "--diversity"
        raise _cannot(args.output, f"`{option}` draws a figure", "write it to a .png file")
    if args.of is not None:
        _refuse_wrong_counterfactual(args, form, figure=figure)
    elif args.units is not None or args.noise_model is not None:
        option = "--units" if args.units is not None else "--noise-model"
        text = args.units or args.noise_model or ""
        raise bad_option(option, text, "an option without `--of`", "name a sample: `--of :SEED`")
    if args.shards is not None and form != ".tar":
        raise _cannot(args.output, "`--shards` needs .tar files", "such as `faces-{000..009}.tar`")
    if not Path(args.output).parent.is_dir() and form not in ("folder", ".tar"):
        raise _cannot(args.output, "its folder does not exist", None)


def _refuse_wrong_counterfactual(args: argparse.Namespace, form: str, *, figure: bool) -> None:
    if form not in (".png", ".csv"):
        raise _cannot(args.output, "`--of` draws two worlds", "write them to a .png or .csv file")
    if figure or args.run is not None or args.seed is not None:
        hint = "a sample says its run, its seed and its regime itself"
        others = "possible beside `--vs`, `--sweep`, `--diversity`, `--run` or `--seed`"
        raise bad_option("--of", args.of, others, hint)


def _cannot(output: str, reason: str, hint: str | None) -> Exception:
    from scm_compiler.diagnostics import refuse  # noqa: PLC0415  (the verb is known by now)
    from scm_compiler.runtime.sampling.codes.samples import CannotSampleTo  # noqa: PLC0415

    return refuse(CannotSampleTo(path=output, reason=reason, hint=hint), exit_code=2)


def _images(args: argparse.Namespace, opened: Run, form: str) -> tuple[str, ...]:
    """The images that are drawn.

    Raises:
        ScmError: E710 if an image is needed or named and has no trained head.
    """
    if form in (".csv", ".parquet"):
        return ()
    if args.image is not None or (form in (".png", "folder") and not opened.images):
        return (opened.head(args.image).node,)
    return opened.images[:1] if form == ".png" else opened.images


def _write(
    args: argparse.Namespace,
    console: Console,
    opened: Run,
    job: Job,
    form: str,
    processes: int,
) -> list[Path]:
    """Write the sample; the files."""
    from scm_compiler.runtime.sampling import rows, shards  # noqa: PLC0415

    path = Path(args.output)
    if form == ".png":
        _write_picture(args, opened, job, path)
    elif form == ".csv":
        rows.write_csv(path, opened.graph, job.stream(), job.rows)
    elif form == ".parquet":
        rows.write_parquet(path, opened.graph, job.stream(), job.rows)
    elif form == ".npz":
        rows.write_npz(path, job.stream(), job.rows)
    elif form == "folder":
        told = _told(console, job.rows)
        shards.write_folder(path, job, processes=processes, told=told)
    else:
        count = _shards(args, job.rows)
        paths = shards.shard_paths(args.output, count)
        if len(paths) > job.rows:
            raise _cannot(args.output, f"{len(paths)} shards for {job.rows} rows", None)
        told = _told(console, job.rows)
        shards.write_shards(paths, job, processes=processes, told=told)
        return paths
    return [path]


def _shards(args: argparse.Namespace, rows: int) -> int:
    from scm_compiler.runtime.sampling.shards import MOST_SHARDS, SHARD  # noqa: PLC0415

    if args.shards is not None:
        if re.search(r"\{\d+\.\.\d+\}", args.output):
            hint = "write either `--shards` or a range such as {000..009}"
            raise _cannot(args.output, "its name says how many shards there are", hint)
        return whole("--shards", args.shards, 1, MOST_SHARDS)
    return -(-rows // SHARD)


def _told(console: Console, rows: int):  # type: ignore[no-untyped-def]  # noqa: ANN202
    """Says how many rows are there."""

    def tell(count: int) -> None:
        console.note(f"{count:,} of {rows:,} rows")

    return tell


def _write_picture(args: argparse.Namespace, opened: Run, job: Job, path: Path) -> None:
    from dataclasses import replace  # noqa: PLC0415

    from scm_compiler.runtime.sampling import figures  # noqa: PLC0415
    from scm_compiler.runtime.sampling.grid import png  # noqa: PLC0415
    from scm_compiler.runtime.sampling.job import regime_of  # noqa: PLC0415
    from scm_compiler.runtime.storage.tensors import write_file  # noqa: PLC0415

    (image,) = job.images
    if args.vs is not None:
        regime_of(opened, args.vs)
        streams = (job.stream(), replace(job, regime=args.vs).stream())
        captions = (args.regime or "observation", args.vs or "observation")
        picture = figures.two_rows(streams, captions, image, job.rows)
    elif args.sweep is not None:
        parents = opened.graph.parents[image]
        if args.sweep not in parents:
            known = ", ".join(f"`{name}`" for name in parents)
            hint = f"the labels of `{image}` are {known}" if known else f"`{image}` has no labels"
            raise bad_option("--sweep", args.sweep, f"a label of `{image}`", hint)
        picture = figures.sweep(job.stream(), opened.graph, image, args.sweep, job.rows)
    else:
        picture = figures.plain(job.stream(), image, job.rows)
    write_file(path, png(picture), resumable=False)
