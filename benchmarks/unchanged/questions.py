"""A corpus of questions: three rungs, every method, plain graphs, hidden causes and networks."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from benchmarks.unchanged.command import scmc

Random = np.random.Generator

VALUES = {"binary": ("0", "1"), "categorical(a, b, c)": ("a", "b", "c")}
METHODS = (
    ("--method", "auto"),
    ("--method", "exact"),
    ("--method", "weighted", "--samples", "300"),
    ("--method", "sample", "--samples", "100"),
    ("--explain",),
    ("--identify",),
    ("--method", "auto", "--noise-model", "gumbel-max"),
)
MODELS = (
    ("plain", False, ("--trainer", "mle")),
    ("hidden", True, ("--trainer", "mle")),
    ("adversarial", False, ("--trainer", "wgan-gp", "--steps", "4")),
    ("adversarial-hidden", True, ("--trainer", "wgan-gp", "--steps", "4")),
    ("imported", False, ("--trainer", "mle")),
    ("wide", False, ("--trainer", "mle", "--steps", "2")),
)


class Program:
    """A random graph with rows to fit it to.

    Args:
        random: Draws it.
        hidden: Whether some pairs have hidden common causes.
        wide: Whether one label has too many parents for a table.
    """

    def __init__(self, random: Random, *, hidden: bool, wide: bool) -> None:
        self.names = [f"V{number}" for number in range(int(random.integers(3, 6)))]
        self.kinds = {name: list(VALUES)[int(random.random() < 0.3)] for name in self.names}
        pairs = [(a, b) for i, a in enumerate(self.names) for b in self.names[i + 1 :]]
        self.edges = [pair for pair in pairs if random.random() < 0.55]
        self.shared = [pair for pair in pairs if hidden and random.random() < 0.3]
        if wide:  # its last label has too many parents for a table
            last = f"V{len(self.names)}"
            more = [f"W{number}" for number in range(13)]
            self.kinds |= dict.fromkeys((*more, last), "binary")
            self.edges += [(name, last) for name in (*self.names, *more)]
            self.names += [*more, last]

    def values(self, name: str) -> tuple[str, ...]:
        """The values of a node."""
        return VALUES[self.kinds[name]]

    def text(self) -> str:
        """The program."""
        lines = [f"{name} : {kind}" for name, kind in self.kinds.items()]
        lines += [f"{a} -> {b}" for a, b in self.edges]
        lines += [f"{a} <-> {b}" for a, b in self.shared]
        return "\n".join(lines) + "\n"

    def rows(self, random: Random, count: int) -> str:
        """Rows of a random model of the graph, as CSV; some settings never occur."""
        columns: dict[str, np.ndarray] = {}
        causes = {pair: random.integers(0, 2, count) for pair in self.shared}
        for name in self.names:
            parents = [columns[a] for a, b in self.edges if b == name]
            parents += [cause for pair, cause in causes.items() if name in pair]
            columns[name] = _drawn(random, parents, len(self.values(name)), count)
        named = [np.array(self.values(name))[columns[name]] for name in self.names]
        body = "\n".join(",".join(row) for row in zip(*named, strict=True))
        return ",".join(self.names) + "\n" + body + "\n"


def _drawn(random: Random, parents: list[np.ndarray], size: int, count: int) -> np.ndarray:
    code = np.zeros(count, int)
    for parent in parents:
        code = code * 3 + parent
    table = random.dirichlet(np.full(size, 0.7), size=int(code.max()) + 1)
    table[table < 0.08] = 0
    table /= table.sum(1, keepdims=True)
    return (random.random(count)[:, None] > table[code].cumsum(1)[:, :-1]).sum(1)


class Asker:
    """Random questions on a program."""

    def __init__(self, program: Program, random: Random) -> None:
        self.program, self.random = program, random

    def question(self) -> str:
        """One question of any form and rung."""
        forms = (self._probability, self._probability, self._counterfactual, self._counterfactual)
        forms += (self._table, self._effect, self._expectation, self._regime, self._difference)
        return forms[int(self.random.integers(len(forms)))]()

    def _names(self, count: int) -> list[str]:
        most = min(count, len(self.program.names))
        return [str(name) for name in self.random.choice(self.program.names, most, replace=False)]

    def _setting(self, name: str) -> str:
        return f"{name}={self.random.choice(self.program.values(name))}"

    def _condition(self, names: list[str]) -> str:
        held = [name for name in names if self.random.random() < 0.5]
        parts = [f"do({', '.join(map(self._setting, held))})"] if held else []
        parts += [self._setting(name) for name in names if name not in held]
        return f" | {', '.join(parts)}" if parts else ""

    def _probability(self) -> str:
        names = self._names(1 + int(self.random.integers(1, 4)))
        return f"P({self._setting(names[0])}{self._condition(names[1:])})"

    def _difference(self) -> str:
        return f"{self._probability()} - {self._probability()}"

    def _table(self) -> str:
        names = self._names(3)
        return f"P({', '.join(names[:2])}{self._condition(names[2:])})"

    def _effect(self) -> str:
        cause, outcome = self._names(2)
        return f"ATE({cause} -> {outcome})"

    def _expectation(self) -> str:
        names = self._names(3)
        return f"E({names[0]}{self._condition(names[1:])})"

    def _regime(self) -> str:
        held, seen = self._names(2)
        both = (f"do({self._setting(held)})", f"given({self._setting(seen)})")
        kept = int(self.random.integers(3))
        return ", ".join((both, both[:1], both[1:])[kept])

    def _counterfactual(self) -> str:
        outcome, cause, *others = self._names(4)
        world = self._setting(cause)
        if others and self.random.random() < 0.25:
            world += f", {others[0]}={others[0]}[{self._setting(cause)}]"
        given = [self._setting(name) for name in self._names(2)]
        value = self.random.choice(self.program.values(outcome))
        return f"P({outcome}[{world}]={value} | {', '.join(given)})"


def questions(graphs: int, each: int) -> Iterator[tuple[str, str]]:
    """Ask the corpus in this folder.

    Args:
        graphs: Graphs of each kind of model.
        each: Questions a graph; every one is asked by one method after the other.

    Yields:
        The question with where it was asked, and all that the command printed.
    """
    for rank, (kind, hidden, trainer) in enumerate(MODELS):
        for number in range(graphs):
            random = np.random.default_rng((7, rank, number))
            program = Program(random, hidden=hidden, wide=kind == "wide")
            place = Path(f"{kind}-{number}")
            place.mkdir()
            (place / "model.scm").write_text(program.text())
            (place / "rows.csv").write_text(program.rows(random, int(random.integers(30, 400))))
            source = ("--data", f"csv:{place}/rows.csv", "--stage", "labels")
            run = ("--run", f"{place}/run")
            trained = scmc("train", f"{place}/model.scm", *source, *run, *trainer, "-q")
            yield f"{kind}-{number}: train", trained
            if kind == "imported":
                scmc("export", f"{place}/run", "-o", f"{place}/tables.bif")
                shutil.rmtree(place / "run")
                yield (
                    f"{place}: import",
                    scmc("import", f"{place}/tables.bif", "-o", f"{place}/run"),
                )
            asker = Asker(program, random)
            for _ in range(each):
                question = asker.question()
                method = METHODS[int(random.integers(len(METHODS)))]
                where = f"{kind}-{number}: {question} {' '.join(method)}"
                yield where, scmc("query", question, *run, *method, "--json")
