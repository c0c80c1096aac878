"""Make the tables and figures of Kocaoglu et al. 2017 again, beside the paper's and exact ones.

    python -m benchmarks.paper --quick          half an hour on two quiet cores
    python -m benchmarks.paper --long           an hour: CausalBEGAN at 32 x 32 too
    python -m benchmarks.paper --full           a GPU for an afternoon, or cores for a day
    python -m benchmarks.paper --smoke          a few minutes: whether every section runs

The report is OUT/report.html and OUT/results.md; with --docs also docs/results.md. A run that was
stopped or killed goes on when the same command is given again. Needs the extra `bench`.
"""

import argparse
import os
import shutil
import sys
import time
from pathlib import Path

from benchmarks.paper.pieces import SECTIONS, Order, perform_all, results
from benchmarks.paper.scale import SCALES
from benchmarks.paper.store import Store
from scm_compiler.runtime.heads.device import choose_device

ROOT = Path(__file__).parents[2]
WORKERS = 2
STOPPED = 130


def main() -> int:
    """Do what is missing, write the report, and return the exit code."""
    asked = _asked()
    order = Order(
        next(name for name in SCALES if getattr(asked, name)),
        asked.seed,
        asked.faces,
        choose_device(asked.device),
    )
    out = asked.out or ROOT / "build" / "paper" / order.scale
    store = Store(out)
    if asked.list:
        return _list(order, asked.only, asked.workers)
    started = time.monotonic()
    try:
        failed = perform_all(store, order, asked.only, asked.workers, _say)
    except KeyboardInterrupt:
        print("stopped; the same command goes on", file=sys.stderr)
        return STOPPED
    for line in failed:
        print(f"failed: {line}", file=sys.stderr)
    from benchmarks.paper.report import MARKDOWN, PAGE, PICTURES, write  # noqa: PLC0415  (bench)

    body = write(out, results(store, order), order, failed)
    if asked.docs and not failed:
        _publish(out, MARKDOWN, PICTURES)
    for section in body:
        print(f"{section.title}: {len(section.verdicts)} comparisons")
    print(f"report   {out / PAGE}\nmarkdown {out / MARKDOWN}")
    print(f"time     {(time.monotonic() - started) / 60:.1f} minutes")
    return 1 if failed else 0


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.paper",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    size = parser.add_mutually_exclusive_group(required=True)
    for name in SCALES:
        size.add_argument(f"--{name}", action="store_true")
    add = parser.add_argument
    known = ", ".join(SECTIONS)
    add("--only", nargs="+", default=[], metavar="SECTION", help=f"{known}, or a piece of one")
    add("--seed", type=int, default=0, help="of everything random (default 0)")
    add("--faces", default="", metavar="SPEC", help="photographs too, as `scmc train --images`")
    add("--device", default="auto", help="auto (default), cuda, mps or cpu")
    add("--workers", type=int, default=WORKERS, help="pieces at a time (default 2)")
    add("--out", type=Path, help="the output folder (default build/paper/SIZE)")
    add("--docs", action="store_true", help="write docs/results.md and its pictures too")
    add("--list", action="store_true", help="list the pieces with their budgets, and stop")
    return parser.parse_args()


def _list(order: Order, only: list[str], workers: int) -> int:
    pieces = order.pieces(only)
    for piece in pieces:
        print(f"{piece.name:34} {piece.seconds:6.0f} s")
    total = sum(piece.seconds for piece in pieces)
    print(f"{'all':34} {total:6.0f} s, {total / workers / 60:.0f} minutes, {workers} at a time")
    return 0


def _publish(out: Path, page: str, pictures: str) -> None:
    """Copy the Markdown and its pictures into the documentation."""
    docs = ROOT / "docs"
    shutil.copy(out / page, docs / page)
    shutil.rmtree(docs / pictures, ignore_errors=True)
    shutil.copytree(out / pictures, docs / pictures)


def _say(line: str) -> None:
    print(line, flush=True)


if __name__ == "__main__":
    # Each process gets its threads from the pieces' pool; more would only be in the way.
    os.environ.setdefault("OMP_WAIT_POLICY", "passive")
    sys.exit(main())
