"""What each verb takes on graphs that grow: processor time, memory and outcome.

Every question has an answer, a refusal with a code, or progress within ten processor seconds and
two gigabytes. A row that has none is marked with `!`.

    python -m benchmarks.growth [--most 100000] [--family NAME …] [--verb NAME …] [--seconds 10]
"""

import argparse
import os
import random
import resource
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

MEGABYTES = 2048
SIZES = (10, 100, 1_000, 10_000, 100_000)
RUN = "from scm_compiler.cli.main import main; raise SystemExit(main())"


@dataclass(frozen=True)
class Question:
    """A program of one family and size, and the names of two nodes far apart in it."""

    program: str
    first: str
    last: str


def chain(size: int) -> Question:
    """One long path."""
    return _question(size, [" -> ".join(_names(size))])


def star(size: int) -> Question:
    """One cause of everything."""
    return _question(size, [f"N0 -> N{place}" for place in range(1, size)])


def complete(size: int) -> Question:
    """Every arrow, with as many nodes as there are arrows for."""
    nodes = max(2, round((2 * size) ** 0.5))
    return _question(nodes, [f"N{a} -> N{b}" for b in range(nodes) for a in range(b)])


def bipartite(size: int) -> Question:
    """Causes on one side and effects on the other, three causes an effect."""
    draw, half = random.Random(size), size // 2
    lines = (
        f"{', '.join(f'N{a}' for a in sorted(draw.sample(range(half), min(3, half))))} -> N{b}"
        for b in range(half, size)
    )
    return _question(size, lines)


def tied(size: int) -> Question:
    """A chain in which hidden causes tie each node to the next but one."""
    ties = [f"N{place} <-> N{place + 2}" for place in range(size - 2)]
    return _question(size, [" -> ".join(_names(size)), *ties])


def asserted(size: int) -> Question:
    """A chain with an assert for each three neighbours."""
    claims = [f"assert N{n} _||_ N{n + 2} | N{n + 1}" for n in range(size - 2)]
    return _question(size, [" -> ".join(_names(size)), *claims])


def valued(size: int) -> Question:
    """A cause of many values and its effect."""
    values = ", ".join(f"v{place}" for place in range(max(2, size)))
    return Question(f"graph g\nN0 : categorical({values})\nN1 : binary\nN0 -> N1\n", "N0", "N1")


def long_named(size: int) -> Question:
    """Two nodes with long names."""
    first, last = "a" * size, "b" * size
    return Question(f"graph g\n{first}, {last} : binary\n{first} -> {last}\n", first, last)


FAMILIES = (chain, star, complete, bipartite, tied, asserted, valued, long_named)

Words = Callable[[Question], Sequence[str]]

VERBS: dict[str, Words] = {
    "check": lambda _: ("check", "g.scm"),
    "implied": lambda _: ("check", "--implied", "g.scm"),
    "fmt": lambda _: ("fmt", "--check", "g.scm"),
    "render": lambda _: ("render", "g.scm", "-o", "g.svg"),
    "compile": lambda _: ("compile", "g.scm", "-o", "build"),
    "export": lambda _: ("export", "g.scm", "-o", "g.dagitty"),
    "import": lambda _: ("import", "--force", "g.dagitty", "-o", "again.scm"),
    "identify": lambda q: (
        "query",
        "--identify",
        f"P({q.last} | do({q.first}))",
        "--on",
        "g.scm",
    ),
    "worlds": lambda q: (
        "query",
        "--identify",
        f"P({q.last}, {q.first} | {q.last}[{q.first}={_value(q)}])",
        "--on",
        "g.scm",
    ),
    "adjustment": lambda q: (
        "query",
        "--adjustment",
        f"ATE({q.first} -> {q.last})",
        "--on",
        "g.scm",
    ),
}
"""The words typed; `import` reads what `export` wrote."""


@dataclass(frozen=True)
class Outcome:
    """What a command took, and how it ended: `answer`, the code of a refusal, or `stopped`."""

    seconds: float
    megabytes: float
    ending: str
    told: bool

    @property
    def bounded(self) -> bool:
        """Whether it ended, or told how far it was."""
        return self.told or (self.ending != "stopped" and self.megabytes <= MEGABYTES)


def run(words: Sequence[str], folder: Path, seconds: int, program: str = RUN) -> Outcome:
    """Give a command in a folder, and stop it when its processor time is spent."""
    report = folder / "stderr"
    command = [sys.executable, "-c", program, *words]
    with report.open("wb") as told:
        child = subprocess.Popen(
            command,
            cwd=folder,
            stdout=subprocess.DEVNULL,
            stderr=told,
            preexec_fn=lambda: _limit(seconds),  # noqa: PLW1509  (no threads here)
        )
        _, status, used = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    text = report.read_text(errors="replace")
    code = text.partition("error[")[2].partition("]")[0]
    ending = code or ("answer" if child.returncode in (0, 1) else "stopped")
    if child.returncode < 0:
        ending = "stopped"
    progress = " of " in text.rpartition("\n")[0].rpartition("\n")[2]
    return Outcome(used.ru_utime + used.ru_stime, used.ru_maxrss / 1024, ending, progress)


def rows(
    families: Sequence[Callable[[int], Question]], verbs: Sequence[str], most: int, seconds: int
) -> Iterator[tuple[str, int, str, Outcome]]:
    """Each family, size and verb with its outcome; a verb that was stopped is not asked more."""
    for family in families:
        stopped: set[str] = set()
        for size in (size for size in SIZES if size <= most):
            with tempfile.TemporaryDirectory() as name:
                folder, question = Path(name), family(size)
                (folder / "g.scm").write_text(question.program)
                for verb in verbs:
                    if verb in stopped:
                        continue
                    outcome = run(VERBS[verb](question), folder, seconds)
                    if outcome.ending == "stopped":
                        stopped.add(verb)
                    yield family.__name__, size, verb, outcome


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--most", type=int, default=100_000)
    parser.add_argument("--seconds", type=int, default=10)
    parser.add_argument("--family", nargs="*", default=[one.__name__ for one in FAMILIES])
    parser.add_argument("--verb", nargs="*", choices=VERBS, default=list(VERBS))
    args = parser.parse_args()
    chosen = [one for one in FAMILIES if one.__name__ in args.family]
    print(f"  {'family':<11}{'size':>8}  {'verb':<11}{'CPU s':>7}{'MB':>7}  outcome", flush=True)
    for family, size, verb, found in rows(chosen, args.verb, args.most, args.seconds):
        told = ", with progress" if found.told and found.ending == "stopped" else ""
        print(
            f"{' ' if found.bounded else '!'} {family:<11}{size:>8,}  {verb:<11}"
            f"{found.seconds:>7.1f}{found.megabytes:>7.0f}  {found.ending}{told}",
            flush=True,
        )


def _limit(seconds: int) -> None:
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 1))


def _names(size: int) -> list[str]:
    return [f"N{place}" for place in range(size)]


def _question(size: int, lines: Sequence[str] | Iterator[str]) -> Question:
    head = f"graph g\n{', '.join(_names(size))} : binary\n"
    return Question("\n".join((head, *lines, "")), "N0", f"N{size - 1}")


def _value(question: Question) -> str:
    return "v0" if "categorical" in question.program else "0"


if __name__ == "__main__":
    main()
