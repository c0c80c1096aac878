"""What `scmc sample` is asked for."""

import argparse
import os
import re
from dataclasses import dataclass
from pathlib import Path

from scm_compiler.cli.options import bad_option, one_of, seed, whole
from scm_compiler.diagnostics import ScmError, refuse
from scm_compiler.files import is_stream
from scm_compiler.runtime.runs.presence import require_run
from scm_compiler.runtime.sampling.codes.samples import CannotSampleTo

PHOTOS = (".jpg", ".jpeg", ".png", ".webp", ".bmp", ".gif", ".ppm", ".pgm", ".tif", ".tiff")
"""The suffixes by which `--of` tells a photo from a run."""

MANIFEST = "manifest.json"
"""The file by which it tells a run from a folder of photos."""

FORMS = ".csv, .parquet, .npz, .png, .tar and FOLDER/"
COLUMNS, SWEPT, DIVERSE = 10, 8, 256
"""The rows of a two-row figure, of a sweep and of a diversity grid if nothing is said."""


@dataclass(frozen=True, kw_only=True)
class SampleRequest:
    """A sample that is asked for.

    Attributes:
        seed: Of everything that is drawn.
        rows: How many rows or images.
        processes: How many draw.
        output: Where to, as it was written.
        form: `.csv`, `.parquet`, `.npz`, `.png`, `.tar` or `folder`.
        run: The run; None for the last one.
        regime: As it was written; empty for observation.
        image: The image to draw; None for all, or the first in a figure.
        vs: The regime of a second row, if there is one.
        sweep: The label that is swept, if one is.
        shards: How many .tar files, as it was written.
        imagined: Whether units of a sample are drawn as they were and would have been.
        units: Which ones.
        noise_model: Of the labels, in both worlds.
        shard: The part that is drawn, from 1, and of how many.
        on_cluster: Whether the workers of a Ray cluster draw.
        photo: The photo, or the folder of photos, that is asked about; None if none is.
        known: What is known of it: a regime, as it was written.
        refine: The steps in which its noise is made to fit it.
    """

    seed: int
    rows: int
    processes: int
    output: str
    form: str
    run: Path | None
    regime: str
    image: str | None
    vs: str | None
    sweep: str | None
    shards: str | None
    imagined: bool
    units: str
    noise_model: str | None
    shard: tuple[int, int]
    on_cluster: bool
    photo: Path | None
    known: str
    refine: int

    @property
    def path(self) -> Path:
        """Where to."""
        return Path(self.output)


def request(args: argparse.Namespace) -> SampleRequest:
    """What the command line asks for.

    Raises:
        ScmError: With exit code 2: E707 if an option's value is none, or cannot stand beside
            others; E715 if the sample cannot be written there; E650 or E651 if there is no run.
    """
    chosen_seed = seed(args.seed)
    rows = _usual_rows(args) if args.rows is None else whole("-n", args.rows, 1, 10**9)
    processes = 1 if args.processes is None else whole("--processes", args.processes, 1, 1024)
    form = _form(args.output)
    figure = args.vs is not None or args.sweep is not None or args.diversity
    if figure and form != ".png":
        option = "--vs" if args.vs is not None else "--sweep" if args.sweep else "--diversity"
        raise cannot_sample(args.output, f"`{option}` draws a figure", "write it to a .png file")
    _refuse_wrong_counterfactual(args, form, figure=figure)
    _refuse_wrong_place(args.output, form, args.shards)
    run, photo = args.run, _photo(args.of)
    if args.of is not None and photo is None:
        run, chosen_seed = _run_and_seed(args.of)
    require_run(run)
    return SampleRequest(
        seed=chosen_seed,
        rows=rows,
        processes=processes,
        output=args.output,
        form=form,
        run=run,
        regime=args.regime,
        image=args.image,
        vs=args.vs,
        sweep=args.sweep,
        shards=args.shards,
        imagined=args.of is not None,
        units=args.units or "",
        noise_model=args.noise_model,
        shard=_shard(args, form),
        on_cluster=_on_cluster(args, form),
        photo=photo,
        known=f"given({args.given})" if args.given else "",
        refine=0 if args.refine is None else whole("--refine", args.refine, 0, 10_000),
    )


def cannot_sample(output: str, reason: str, hint: str | None) -> ScmError:
    """The refusal to write a sample there (E715)."""
    return refuse(CannotSampleTo(path=output, reason=reason, hint=hint), exit_code=2)


def _usual_rows(args: argparse.Namespace) -> int:
    if args.diversity:
        return DIVERSE
    if args.vs is not None or (args.of is not None and args.output.endswith(".png")):
        return COLUMNS
    return SWEPT if args.sweep or _is_curve(args) else 100


def _is_curve(args: argparse.Namespace) -> bool:
    """Whether a figure of a curve is asked for, such as of `do(Light=60..140)`."""
    return bool(args.output.endswith(".png") and ".." in args.regime)


def _form(output: str) -> str:
    """The form that a name asks for, by its end; `folder` for a folder, CSV for a nameless stream.

    Raises:
        ScmError: E715 with exit code 2 if there is no such form.
    """
    path = Path(output)
    if not path.suffix and is_stream(path):
        return ".csv"
    if output.endswith(("/", os.sep)) or path.is_dir() or not path.suffix:
        return "folder"
    if path.suffix in (".csv", ".parquet", ".npz", ".png", ".tar"):
        return path.suffix
    raise cannot_sample(output, f"there is no form `{path.suffix}`", f"the forms are {FORMS}")


def _refuse_wrong_counterfactual(args: argparse.Namespace, form: str, *, figure: bool) -> None:
    photo = _photo(args.of) is not None
    _refuse_stray(args, photo=photo)
    if args.of is None:
        return
    if form not in (".png", ".csv"):
        hint = "write them to a .png or .csv file"
        raise cannot_sample(args.output, "`--of` draws two worlds", hint)
    if figure or (not photo and (args.run is not None or args.seed is not None)):
        hint = "a sample says its run, its seed and its regime itself"
        others = "possible beside `--vs`, `--sweep`, `--diversity`, `--run` or `--seed`"
        raise bad_option("--of", args.of, others, hint)


def _refuse_stray(args: argparse.Namespace, *, photo: bool) -> None:
    """Refuse options of counterfactuals where there is nothing that they are of."""
    options = {"--units": args.units, "--noise-model": args.noise_model, "--given": args.given}
    stray = {"--given"} if args.of is not None and not photo else set(options)
    stray = {"--units"} if photo else stray
    for option in sorted(stray, reverse=True):
        if options[option] is not None:
            hint = "name a photo: `--of photo.png`" if option == "--given" else None
            hint = "say what is known: `--given`" if photo else hint
            where = "possible with a photo" if photo else "an option without `--of`"
            raise bad_option(option, options[option], where, hint or "name a sample: `--of :SEED`")


def _photo(text: str | None) -> Path | None:
    """The photo or the folder of photos that `--of` names; None if it names a sample."""
    if text is None or text.startswith(":"):
        return None
    path = Path(text)
    named = path.suffix.lower() in PHOTOS
    return path if named or (path.is_dir() and not (path / MANIFEST).exists()) else None


def _refuse_wrong_place(output: str, form: str, shards: str | None) -> None:
    if shards is not None and form != ".tar":
        raise cannot_sample(
            output, "`--shards` needs .tar files", "such as `faces-{000..009}.tar`"
        )
    if not Path(output).parent.is_dir() and form not in ("folder", ".tar"):
        raise cannot_sample(output, "its folder does not exist", None)


def _shard(args: argparse.Namespace, form: str) -> tuple[int, int]:
    """The part that `--shard` names, from 1, and of how many; the whole if it names none.

    Raises:
        ScmError: With exit code 2: E707 if it names none, E715 if the form has no parts.
    """
    if args.shard is None:
        return 1, 1
    if form not in (".csv", ".tar") or args.of is not None:
        hint = "write rows to a .csv file, or pictures to .tar files"
        raise cannot_sample(args.output, "`--shard` draws rows or shards", hint)
    written = re.fullmatch(r"(\d{1,6})/(\d{1,6})", args.shard.strip(), re.ASCII)
    place, count = (int(written[1]), int(written[2])) if written else (0, 0)
    if not 1 <= place <= count:
        hint = "write which part and of how many: `--shard 2/10`, from `1/10` to `10/10`"
        raise bad_option("--shard", args.shard, "a part", hint)
    return place, count


def _on_cluster(args: argparse.Namespace, form: str) -> bool:
    """Whether `--on` names a cluster.

    Raises:
        ScmError: With exit code 2: E707 if it names none that is known, E715 if the form has no
            shards.
    """
    if args.on is None:
        return False
    one_of("--on", args.on, ("ray",))
    if form != ".tar":
        hint = "such as `faces-{000..009}.tar`"
        raise cannot_sample(args.output, "`--on` draws .tar shards", hint)
    return True


def _run_and_seed(text: str) -> tuple[Path | None, int]:
    """The run and the seed of `RUN:SEED`, `:SEED` or `RUN`.

    Raises:
        ScmError: E707 with exit code 2 if the seed is none.
    """
    path, colon, number = text.rpartition(":")
    if not colon:
        return Path(text), 0
    return Path(path) if path else None, seed(number)
