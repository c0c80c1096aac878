"""`scmc demo`: the main job from end to end, each step shown as the command that does it."""

import argparse
import io
import shlex
import sys
import time
import webbrowser
from contextlib import redirect_stdout, suppress
from pathlib import Path

from scm_compiler.cli.console import Console
from scm_compiler.cli.exits import OK
from scm_compiler.cli.main import main
from scm_compiler.inference import Answer
from scm_compiler.runtime.run import latest_run

EXAMPLE = "celeba_g1"
SEEN, DONE = "P(Male=1 | Mustache=1)", "P(Male=1 | do(Mustache=1))"
PICTURE, FACES = "build/do_mustache.svg", "build/faces.png"
"""Beside the build: a folder that holds more than a build is not replaced by the next one."""
REGIMES = "do(Mustache=1)", "given(Mustache=1)"
TRAINED = "drawn_faces"
"""The example whose trained image head comes with scmc."""

STEPS = (
    ("compile", EXAMPLE),
    ("train", EXAMPLE, "--stage", "labels"),
    ("query", SEEN),
    ("query", DONE),
    ("render", EXAMPLE, "--do", "Mustache=1", "-o", PICTURE),
    ("sample", REGIMES[0], "--vs", REGIMES[1], "-n", "10", "--run", TRAINED, "-o", FACES),
)


def run(args: argparse.Namespace, console: Console) -> int:
    """Run the steps one after the other; stop at the first that fails."""
    started = time.perf_counter()
    quiet = ["--quiet"] if args.quiet else []
    for step in STEPS:
        console.result(f"\n==> scmc {shlex.join(step)}")
        code = _quietly(step) if args.json else main([*step, *quiet])
        if code != OK:
            return code
    opened = latest_run()
    seen, done = opened.query(SEEN), opened.query(DONE)
    console.result(
        f"\nOf the faces with a mustache, {_share(seen)} are men's. Paint a mustache on\n"
        f"all, and {_share(done)} are: the arrow runs from Male to Mustache, and `do` cuts it.\n"
        f"{FACES} shows it: men and women in the first row, men in the second."
    )
    if not args.quiet:
        console.result(f"The same on a page, to click through: scmc playground {TRAINED}")
    seconds = round(time.perf_counter() - started, 1)
    pictures = {"picture": PICTURE, "faces": FACES}
    answers = {SEEN: seen.to_dict()["answer"], DONE: done.to_dict()["answer"]}
    console.document({"ok": True, "answers": answers, **pictures, "seconds": seconds})
    if not (args.json or args.quiet) and sys.stdin.isatty() and sys.stdout.isatty():
        offer(Path(FACES))
    return OK


def _share(answer: Answer) -> str:
    """A probability in percent, with what the rows of data leave open of it."""
    low, high = (answer.interval.low, answer.interval.high) if answer.interval else (0.0, 1.0)
    return f"{answer.probability:.1%} ({low:.1%} to {high:.1%})"


def offer(picture: Path) -> None:
    """Open what was drawn, if whoever sits at the terminal wants to see it."""
    with suppress(EOFError):
        if input(f"open {picture}? [y/N] ").strip().lower() in {"y", "yes"}:
            webbrowser.open(picture.resolve().as_uri())


def _quietly(step: tuple[str, ...]) -> int:
    """Run a step without its output: the demo prints one document of its own."""
    with redirect_stdout(io.StringIO()):
        return main([*step, "--quiet"])
