"""`scmc query "E(Pain | do(Dose=0..10))" -o pain.svg`: answer along a real node, and draw it."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from scm_compiler.cli.console import Console
from scm_compiler.cli.exits import OK
from scm_compiler.cli.opening import naming, opened_run
from scm_compiler.cli.options import seed
from scm_compiler.cli.output_file import refuse_existing, require_place, write
from scm_compiler.cli.query import require_syntax, tell
from scm_compiler.diagnostics import refuse
from scm_compiler.inference.real.codes.curves import NoPictureOf
from scm_compiler.inference.table import Table
from scm_compiler.render.codes.pictures import UnknownSuffix
from scm_compiler.render.curve import draw_curve
from scm_compiler.runtime.runs.asking import plan_of_reals

if TYPE_CHECKING:
    from scm_compiler.inference.real.planning import RealPlan

FEWEST_POINTS = 2
"""Of a curve."""


def run(args: argparse.Namespace, console: Console) -> int:
    """Answer, print, and write the picture."""
    chosen = seed(args.seed)
    require_syntax(args.query)
    opened = opened_run(args.run)
    with naming(str(opened.path), opened.graph):
        drawn = plan_of_reals(opened, args.query, args.method)
    form = _form(drawn, args.output)
    refuse_existing(args.output, force=args.force)
    require_place(args.output)
    assert drawn is not None
    answered = drawn.run(seed=chosen, samples=args.samples, level=args.level)
    if isinstance(answered.value, Table) and len(answered.value.rows) < FEWEST_POINTS:
        raise refuse(NoPictureOf(), exit_code=2)  # deciles that are all the same
    picture = draw_curve(answered)
    write(args.output, picture.png if form == ".png" else picture.svg)
    tell(answered, None if args.run else opened, console)
    console.result(f"picture  {args.output}")
    place = {"run": str(opened.path), "picture": str(args.output)}
    console.document(answered.to_dict() | place)
    return OK


def _form(drawn: "RealPlan | None", path: Path) -> str:
    """How a curve's picture is written: `.svg` or `.png`.

    Raises:
        ScmError: E801 of another suffix, E584 if the question is no curve; with exit code 2.
    """
    if drawn is None or not drawn.is_curve:
        raise refuse(NoPictureOf(), exit_code=2)
    form = path.suffix.lower()
    if form not in (".svg", ".png"):
        raise refuse(UnknownSuffix(path=str(path), suffixes=(".svg", ".png")), exit_code=2)
    return form
