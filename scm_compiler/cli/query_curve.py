"""`scmc query "E(Pain | do(Dose=0..10))" -o curve.svg`: the picture of a curve."""

import argparse

from scm_compiler.cli.output_file import refuse_existing, require_place, write
from scm_compiler.diagnostics import refuse
from scm_compiler.inference import Answer
from scm_compiler.inference.real.codes.curves import NoPictureOf
from scm_compiler.inference.real.curves import curves_of
from scm_compiler.inference.real.planning import RealPlan
from scm_compiler.render.codes.pictures import UnknownSuffix
from scm_compiler.render.curve import draw_curve

SUFFIXES = (".svg", ".png")


def answer_and_draw(planned: RealPlan, args: argparse.Namespace) -> Answer:
    """Answer a curve and write its picture.

    Raises:
        ScmError: E584 if the question is no curve, E801 of another suffix, E829 if the file is
            there; with exit code 2.
    """
    form = args.output.suffix.lower()
    if not curves_of(planned.tree):
        raise refuse(NoPictureOf(), exit_code=2)
    if form not in SUFFIXES:
        raise refuse(UnknownSuffix(path=str(args.output), suffixes=SUFFIXES), exit_code=2)
    refuse_existing(args.output, force=args.force)
    require_place(args.output)
    answered = planned.run(seed=args.seed, samples=args.samples, level=args.level)
    picture = draw_curve(answered)
    write(args.output, picture.png if form == ".png" else picture.svg)
    return answered
