"""Questions in Python, of this checkout beside another: two processes that answer in turn.

    python -m benchmarks.beside CHECKOUT

Each text of a group is asked once a round, on the nine labels of Causal Graph 1, from the text
to the number. Printed are the processor time of a question, the median of the ratios, round by
round, and how many numbers are equal to the last digit; the bar is that of the intervals from the
data, which are not to make a question dearer.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from itertools import permutations
from pathlib import Path
from statistics import median

import scm_compiler as scm
from scm_compiler.inference.answers import Answer

BAR = 1.1
NAMES = tuple(node.name for node in scm.load("celeba_g1").labels)
PAIRS = tuple(permutations(NAMES, 2))
GROUPS = {
    "P(A=1 | B=b)": [f"P({a}=1 | {b}={v})" for a, b in PAIRS for v in (0, 1)],
    "P(A=1 | do(B=b))": [f"P({a}=1 | do({b}={v}))" for a, b in PAIRS for v in (0, 1)],
    "P(A=1 | B=1, C=c)": [
        f"P({a}=1 | {b}=1, {c}={v})" for a, b, c in permutations(NAMES, 3) for v in (0, 1)
    ],
    "E(A | B=1)": [f"E({a} | {b}=1)" for a, b in PAIRS],
    "ATE(A -> B)": [f"ATE({a} -> {b})" for a, b in PAIRS],
    "a difference": [f"P({a}=1 | do({b}=1)) - P({a}=1 | {b}=1)" for a, b in PAIRS],
    "P(A[B=1]=1 | B=0)": [f"P({a}[{b}=1]=1 | {b}=0)" for a, b in PAIRS],
    "a regime": [f"do({a}=1)" for a in NAMES],
}
"""Some of 72 texts, which a model remembers, and one of 1,008, which it does not."""


def serve() -> None:
    """Train, and answer the group that each line names: the seconds a question and the numbers."""
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        run = scm.train(scm.load("celeba_g1"), stage="labels")
        print("ready", flush=True)
        for line in sys.stdin:
            texts, started = GROUPS[line.strip()], time.process_time()
            answers = [run.query(text) for text in texts]
            seconds = (time.process_time() - started) / len(texts)
            found = [number for answer in answers for number in numbers(answer)]
            print(json.dumps([seconds, found]), flush=True)


def numbers(answer: Answer) -> Iterator[float]:
    """The numbers of an answer: one, or those of all tables."""
    if not isinstance(answer.value, Mapping):
        yield answer.value.value
        return
    for table in answer.value.values():
        yield from (number.value for number in table.values())


class Checkout:
    """A process that answers with the code of a checkout.

    Args:
        path: The checkout.
    """

    def __init__(self, path: Path) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-P", __file__, "--serve"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            env={**os.environ, "PYTHONPATH": str(path.resolve())},
        )
        while self._read() != "ready":
            if self._process.poll() is not None:
                raise SystemExit(f"{path} does not answer")

    def _read(self) -> str:
        assert self._process.stdout is not None
        return self._process.stdout.readline().strip()

    def ask(self, group: str) -> tuple[float, list[float]]:
        """Seconds a question, and the numbers."""
        assert self._process.stdin is not None
        print(group, file=self._process.stdin, flush=True)
        seconds, found = json.loads(self._read())
        return seconds, found

    def end(self) -> None:
        """End the process."""
        self._process.kill()
        self._process.wait()


def main(words: Sequence[str] | None = None) -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="benchmarks.beside", description=__doc__)
    parser.add_argument("checkout", type=Path, nargs="?")
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--serve", action="store_true", help=argparse.SUPPRESS)
    args = parser.parse_args(words)
    if args.serve or args.checkout is None:
        serve()
        return
    both = Checkout(Path(__file__).parent.parent), Checkout(args.checkout)
    print(f"{'question':<20}{'this, us':>10}{'other, us':>10}{'ratio':>8}  bar {BAR}  equal")
    for group in GROUPS:
        first, *turns = [[each.ask(group) for each in both] for _ in range(args.rounds + 1)]
        seconds = [[each for each, _ in turn] for turn in turns]
        mine, other = (median(each) * 1e6 for each in zip(*seconds, strict=True))
        ratio = median(one / two for one, two in seconds)
        met = "met" if ratio <= BAR else "NOT MET"
        (_, ours), (_, theirs) = first
        equal = sum(one == two for one, two in zip(ours, theirs, strict=True))
        shown = f"{mine:>10.0f}{other:>10.0f}{ratio:>8.2f}  {met:<7}  {equal} of {len(ours)}"
        print(f"{group:<20}{shown}", flush=True)
    for each in both:
        each.end()


if __name__ == "__main__":
    main()
