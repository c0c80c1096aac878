"""What plain `scmc` says: what to type next, by what is in the folder."""

import shlex
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

_RUNS = Path("runs")

_START = (
    ("scmc demo", "the main job from end to end, in under a minute"),
    ("scmc playground", "write, draw and ask a program on a page in your browser"),
    ("scmc init sprinkler", "copy an example here; `scmc init` lists them"),
    ("scmc init --from table.csv", "draft a program for a table of your own"),
)


def show() -> None:
    """Print a few lines, each a command that can be typed as it stands."""
    print("scmc compiles causal graphs: who causes whom, in a short .scm file. Type")
    lines = [*_here(), *_START][:6]
    width = max(len(command) for command, _ in lines)
    for command, said in lines:
        print(f"  {command:<{width}}  {said}")
    print("`scmc --help` lists every verb, `scmc VERB --help` says more of one.")


def _here() -> Iterator[tuple[str, str]]:
    """What may be done with what is in this folder."""
    with suppress(OSError):
        programs = sorted(path.name for path in Path().glob("*.scm"))
        for name in programs[:1]:
            yield f"scmc check {shlex.quote(name)}", "what is wrong with it, and how to mend it"
        if any(_RUNS.glob("*/manifest.json")):
            yield "scmc query --help", 'ask the last run, such as `scmc query "P(Y | do(X=1))"`'
        elif programs:
            table = next((path.name for path in sorted(Path().glob("*.csv"))), "table.csv")
            words = ["scmc", "train", programs[0], "--data", table]
            yield shlex.join(words), "fit it to the columns of a table"
