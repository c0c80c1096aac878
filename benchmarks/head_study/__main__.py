"""What each part of the default image head is worth: with and without it, by several seeds.

    python -m benchmarks.head_study train --images SPEC --out DIR   trains; once stopped, goes on
    python -m benchmarks.head_study evaluate --out DIR              measures what is trained
    python -m benchmarks.head_study report --out DIR                prints the table, or
                                                                    makes a page: --write PAGE
    python -m benchmarks.head_study glance --images SPEC --out DIR --seconds 60 --rows …
                                        a first look at rows, by a few numbers

Each row of the table is CausalGAN's preset `default` with one part changed, or another head, on
Causal Graph 1. All rows get the same time: the first row takes `--steps` steps, the others as many
as it could take meanwhile. What a step costs is measured when the study starts, for all rows by
turns, so that it does not matter what else the machine does while they train. With `--each` all
runs get so many minutes by the clock instead, which is fair where all of them train side by side.

`glance` gives each row so many seconds of processor time, which other work on the machine does not
shorten, one row after the other, and keeps a line of numbers and 40 faces of each.
"""

import argparse
import json
import time
from dataclasses import asdict
from pathlib import Path

from benchmarks.head_study.glance import HEADER, Glance, Looking, page, written
from benchmarks.head_study.page import table, write_page
from benchmarks.head_study.rows import ROWS
from benchmarks.head_study.settings import Settings, read, started
from benchmarks.head_study.work import effort_for, evaluate_one, in_turn, train_one
from scm_compiler.runtime.storage.tensors import write_file

STUDY = "study.json"
"""The settings of a study, in its folder."""
UNBOUNDED = 1_000_000
"""Steps that no training takes whose end is set by the clock."""


def main() -> None:
    """Train, evaluate or report."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("verb", choices=("train", "evaluate", "report", "glance"))
    parser.add_argument("--out", type=Path, required=True, help="the folder of the study")
    parser.add_argument("--images", default="drawn-faces", help="as of scmc train")
    parser.add_argument("--size", type=int, default=32)
    parser.add_argument("--steps", type=int, default=15_000, help="of the first row")
    parser.add_argument("--seeds", type=int, nargs="+", default=[0, 1, 2])
    parser.add_argument("--rows", nargs="+", choices=tuple(ROWS), default=list(ROWS))
    parser.add_argument("--device", default="auto")
    parser.add_argument("--jobs", type=int, default=1, help="processes at a time")
    parser.add_argument("--minutes", type=float, help="stop then; the same command goes on")
    parser.add_argument("--write", type=Path, metavar="PAGE", help="a page instead of a table")
    parser.add_argument("--title", default="What each part of the default head is worth")
    parser.add_argument("--each", type=float, help="minutes of each run, instead of --steps")
    parser.add_argument("--batches", type=int, default=1, help="times the presets' batch size")
    parser.add_argument("--seconds", type=float, default=60, help="of each row, for glance")
    args = parser.parse_args()
    if args.verb == "glance":
        glance(args)
        return
    known = args.out / STUDY
    if args.verb == "train":
        settings = Settings(
            args.images,
            args.size,
            args.steps if args.each is None else UNBOUNDED,
            tuple(args.seeds),
            args.device,
            tuple(args.rows),
            args.batches,
            args.each,
        )
        settings = started(settings, known)
    else:
        settings = read(known)
    pairs = [(name, seed) for seed in settings.seeds for name in settings.rows]
    until = None if args.minutes is None else time.time() + 60 * args.minutes
    if args.verb == "train":
        in_turn(args.jobs, [(train_one, settings, args.out, *pair, until) for pair in pairs])
    elif args.verb == "evaluate":
        effort = effort_for(settings.images)
        in_turn(args.jobs, [(evaluate_one, args.out, *pair, effort) for pair in pairs])
    elif args.write is not None:
        write_page(settings, args.out, args.write, args.title)
    else:
        print("\n".join(table(settings, args.out)))


def glance(args: argparse.Namespace) -> None:
    """Look at the rows that were not looked at yet, and print all."""
    args.out.mkdir(parents=True, exist_ok=True)
    looking, seen = None, []
    print(HEADER, flush=True)
    for name in args.rows:
        known = written(args.out, name)
        if not known.exists():
            looking = looking or Looking(args.images, args.size, args.device)
            found, faces = looking.at(name, args.seeds[0], args.seconds)
            write_file(known.with_suffix(".png"), faces, resumable=False)
            write_file(known, json.dumps(asdict(found)), resumable=False)
        seen.append(Glance(**json.loads(known.read_text(encoding="utf-8"))))
        print(seen[-1].line, flush=True)
    if args.write is not None:
        folder = args.write.parent / "pictures" / args.write.stem
        folder.mkdir(parents=True, exist_ok=True)
        for one in seen:
            faces = written(args.out, one.row).with_suffix(".png").read_bytes()
            write_file(folder / f"{one.row}.png", faces, resumable=False)
        words = f"--seconds {args.seconds:g} --seeds {args.seeds[0]} --rows {' '.join(args.rows)}"
        command = f"python -m benchmarks.head_study glance --out DIR {words}"
        args.write.write_text(page(seen, command, args.write), encoding="utf-8")


if __name__ == "__main__":
    main()
