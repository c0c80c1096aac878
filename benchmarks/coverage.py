"""How often intervals from the data hold the truth: random models, many data sets of each.

    python -m benchmarks.coverage [--sets N] [--rows 100 500 5000 50000] [--kinds ...]

For each kind of question and number of rows, data sets are drawn from random graphs of four to
eight labels of two or three values, each from tables of its own. The model is fitted to the rows,
the question is answered with its 95 % interval, and the true tables say whether that holds the
truth. Printed are the share of intervals that do, and how wide they are beside those of
a bootstrap (`--bootstrap`): the model fitted anew to a thousand resamples of the rows.
"""

import argparse
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from itertools import islice
from time import perf_counter

import numpy as np
from numpy.typing import NDArray

from scm_compiler.compiler import parse_text
from scm_compiler.diagnostics import ScmError
from scm_compiler.identify.graph import causal
from scm_compiler.inference import answer
from scm_compiler.inference.draws import draw_labels
from scm_compiler.ir import Graph
from scm_compiler.ir import query as ir
from scm_compiler.model.tables import Fitted, Tables, table_shape
from scm_compiler.passes import unfold
from scm_compiler.runtime.controller.mle.tables import fit_tables
from scm_compiler.runtime.data.shares import fitted_law
from scm_compiler.runtime.data.table import LabelTable, tabulate
from scm_compiler.semantics.query import read_query

ROWS = (100, 500, 5000, 50000)
RARE = 0.01
"""About how likely rare evidence is."""


@dataclass(frozen=True)
class Problem:
    """A graph, its true tables and a question.

    Attributes:
        graph: As its author wrote it.
        truth: The tables, in which hidden causes are labels.
        text: The question.
    """

    graph: Graph
    truth: Tables
    text: str

    @property
    def query(self) -> ir.Query:
        """The question, resolved."""
        return read_query(self.text, self.graph)


def random_graph(random: np.random.Generator, *, hidden: bool) -> Graph:
    """Four to eight labels of two or three values, each with at most three parents."""
    count = int(random.integers(4, 9 if not hidden else 6))
    names = [f"V{i}" for i in range(count)]
    kinds = ["binary" if random.random() < 0.6 else "categorical(a, b, c)" for _ in names]
    kinds[0] = kinds[-1] = "binary"
    lines = [f"{name} : {kind}" for name, kind in zip(names, kinds, strict=True)]
    for i in range(1, count):
        parents = random.choice(i, size=min(i, int(random.integers(1, 4))), replace=False)
        lines += [f"{names[p]} -> {names[i]}" for p in sorted(parents)]
    if hidden:
        left, right = sorted(random.choice(count, size=2, replace=False))
        lines.append(f"{names[left]} <-> {names[right]}")
    return causal(parse_text("\n".join(lines)))


def random_tables(graph: Graph, random: np.random.Generator) -> Tables:
    """Tables of rows that are drawn evenly from all distributions, hidden causes as labels."""
    whole = unfold(graph, 3)[0] if graph.confounders else graph
    found = {}
    for node in whole.labels:
        shape = table_shape(whole, node.name)
        found[node.name] = random.dirichlet(np.ones(shape[-1]), size=shape[:-1])
    return Tables(whole, found)


def sparse(random: np.random.Generator) -> Problem:
    """Binary causes of one effect, whose logit is a sum over them, some pairs counted."""
    causes = [f"p{i}" for i in range(PARENTS)]
    names = ", ".join(causes)
    graph = causal(parse_text(f"{names}, y : binary\n{names} -> y"))
    signs = np.indices((2,) * PARENTS) - 0.5
    logits = np.tensordot(random.normal(0, 0.6, PARENTS), signs, 1)
    for left, right in random.choice(PARENTS, (4, 2), replace=False).tolist():
        logits = logits + random.normal(0, 1.5) * signs[left] * signs[right]
    found = {name: _coin(random.uniform(0.3, 0.7)) for name in causes}
    found["y"] = np.stack([1 / (1 + np.exp(logits)), 1 / (1 + np.exp(-logits))], -1)
    return Problem(graph, Tables(graph, found), f"ATE({random.choice(causes)} -> y)")


def _coin(chance: float) -> NDArray[np.float64]:
    return np.array([1 - chance, chance])


def _binary(graph: Graph) -> list[str]:
    return [node.name for node in graph.labels if graph.domain(node.name).size == 2]


def plain(graph: Graph, random: np.random.Generator) -> str:
    """P(Y | X) of two labels."""
    left, right = random.choice([node.name for node in graph.labels], size=2, replace=False)
    return f"P({_value(graph, left, random)} | {_value(graph, right, random)})"


def doing(graph: Graph, random: np.random.Generator) -> str:
    """P(Y | do(X)) of an early and a late label."""
    cause, outcome = _ends(graph, random)
    return f"P({_value(graph, outcome, random)} | do({_value(graph, cause, random)}))"


def doing_and_seeing(graph: Graph, random: np.random.Generator) -> str:
    """P(Y | do(X), Z)."""
    cause, other, outcome = sorted(random.choice(len(graph.labels), size=3, replace=False))
    names = [graph.labels[int(i)].name for i in (cause, other, outcome)]
    held, seen, asked = (_value(graph, name, random) for name in names)
    return f"P({asked} | do({held}), {seen})"


def effect(graph: Graph, random: np.random.Generator) -> str:
    """ATE(X -> Y) of binary labels."""
    names = _binary(graph)
    cause, outcome = sorted(random.choice(len(names), size=2, replace=False))
    return f"ATE({names[cause]} -> {names[outcome]})"


def mean(graph: Graph, random: np.random.Generator) -> str:
    """E(Y | X) of a binary label."""
    cause, outcome = _ends(graph, random)
    return f"E({outcome} | {_value(graph, cause, random)})" if outcome in _binary(graph) else ""


def rare(graph: Graph, random: np.random.Generator) -> str:
    """P(Y | evidence) where the evidence is rare."""
    names = [node.name for node in graph.labels]
    asked, *seen = random.permutation(names)[: int(random.integers(3, 5))]
    return (
        f"P({_value(graph, asked, random)} | {', '.join(_value(graph, n, random) for n in seen)})"
    )


def unit(graph: Graph, random: np.random.Generator) -> str:
    """P(Y[X=x] | X, Y) of binary labels."""
    names = _binary(graph)
    cause, outcome = sorted(random.choice(len(names), size=2, replace=False))
    left, right = names[cause], names[outcome]
    return f"P({right}[{left}=0]=1 | {left}=1, {right}=1)"


def risk_ratio(graph: Graph, random: np.random.Generator) -> str:
    """P(Y | do(X=1)) / P(Y | do(X=0)) of a binary cause."""
    cause, outcome = _ends(graph, random)
    asked = _value(graph, outcome, random)
    if cause not in _binary(graph):
        return ""
    return " / ".join(f"P({asked} | do({cause}={value}))" for value in "10")


def treated(graph: Graph, random: np.random.Generator) -> str:
    """ATT(X -> Y) of binary labels."""
    return effect(graph, random).replace("ATE", "ATT")


def through(graph: Graph, random: np.random.Generator) -> str:
    """NIE(X -> Y) of binary labels."""
    return effect(graph, random).replace("ATE", "NIE")


def variance(graph: Graph, random: np.random.Generator) -> str:
    """Var(Y | X) of a binary label."""
    return mean(graph, random).replace("E(", "Var(")


def doubted(graph: Graph, random: np.random.Generator) -> str:
    """P(Y | X ~ ...) of two labels."""
    left, right = random.choice([node.name for node in graph.labels], size=2, replace=False)
    likely = random.uniform(0.1, 1.0, graph.domain(right).size)
    shown = ", ".join(f"{each:.2f}" for each in likely)
    return f"P({_value(graph, left, random)} | {right} ~ ({shown}))"


KINDS: dict[str, tuple[Callable[[Graph, np.random.Generator], str], bool]] = {
    "P(Y | X)": (plain, False),
    "P(Y | do(X))": (doing, False),
    "P(Y | do(X), Z)": (doing_and_seeing, False),
    "E(Y | X)": (mean, False),
    "ATE": (effect, False),
    "rare evidence": (rare, False),
    "counterfactual": (unit, False),
    "hidden: P(Y | do(X))": (doing, True),
    "hidden: ATE": (effect, True),
    "sparse: ATE": (effect, False),
    # What follows is named so that it is last in the order from which the seeds are.
    "treated: ATT": (treated, False),
    "through others: NIE": (through, False),
    "uncertain: P(Y | X ~ w)": (doubted, False),
    "variance": (variance, False),
    "versus: ratio": (risk_ratio, False),
    "with hidden: ratio": (risk_ratio, True),
}

TRIES = 50
"""To find a question of a kind that a model can be asked."""

PARENTS = 12
"""Of the last label of a sparse problem."""


def _ends(graph: Graph, random: np.random.Generator) -> tuple[str, str]:
    cause, outcome = sorted(random.choice(len(graph.labels), size=2, replace=False))
    return graph.labels[int(cause)].name, graph.labels[int(outcome)].name


def _value(graph: Graph, name: str, random: np.random.Generator) -> str:
    domain = graph.domain(name)
    return f"{name}={domain.values[int(random.integers(domain.size))]}"


def problems(kinds: Sequence[str], random: np.random.Generator) -> Iterator[dict[str, Problem]]:
    """Random models without end, and a question of each kind to each where it has one.

    Args:
        kinds: All of one group of `groups`.
        random: What is drawn with.
    """
    while True:
        if kinds[0].startswith("sparse"):
            yield {kinds[0]: sparse(random)}
            continue
        graph = random_graph(random, hidden=KINDS[kinds[0]][1])
        truth = random_tables(graph, random)
        ready = {kind: _first(kind, graph, truth, random) for kind in kinds}
        if found := {kind: problem for kind, problem in ready.items() if problem is not None}:
            yield found


def groups(kinds: Sequence[str]) -> list[list[str]]:
    """The kinds that can be asked of the same model."""
    alone = [[kind] for kind in kinds if kind.startswith("sparse")]
    rest = [kind for kind in kinds if not kind.startswith("sparse")]
    tied = [[kind for kind in rest if KINDS[kind][1] == hidden] for hidden in (False, True)]
    return [group for group in (*tied, *alone) if group]


def _first(kind: str, graph: Graph, truth: Tables, random: np.random.Generator) -> Problem | None:
    tries = (asked(kind, graph, truth, random) for _ in range(TRIES))
    return next((problem for problem in tries if problem is not None), None)


def asked(kind: str, graph: Graph, truth: Tables, random: np.random.Generator) -> Problem | None:
    """A random question of a kind to a model; None of one that is not to be asked."""
    text = KINDS[kind][0](graph, random)
    if not text:
        return None
    problem = Problem(graph, truth, text)
    try:
        found = answer(problem.query, truth, level=None)
    except ScmError:
        return None
    if kind == "rare evidence" and not RARE / 3 < _evidence(problem) < RARE * 3:
        return None
    return problem if found.identified or kind == "counterfactual" else None


def _evidence(problem: Problem) -> float:
    query = problem.query
    assert isinstance(query, ir.Probability)
    return answer(ir.Probability(query.given), problem.truth, level=None).probability


def fitted(graph: Graph, rows: NDArray[np.int64]) -> Tables:
    """The model that rows of data give."""
    table = tabulate(graph, rows, np.ones(len(rows), np.int64), "rows")
    return fitted_to(graph, table)


def fitted_to(graph: Graph, table: LabelTable) -> Tables:
    """The model that a table of rows gives; with hidden causes, its observational distribution."""
    tables = fit_tables(graph, table, "shrunk")
    if not graph.confounders:
        return tables
    assert isinstance(tables.known, Fitted)
    law = fitted_law(tables, table, "shrunk")
    return replace(tables, known=replace(tables.known, observational=law))


def measured(kinds: Sequence[str], rows: int, sets: int, seed: int) -> "dict[str, Cell]":
    """The lines of some kinds at one number of rows: each data set is asked all of them."""
    random = np.random.default_rng((seed, rows, sorted(KINDS).index(kinds[0])))
    ready, cells = problems(kinds, random), {kind: Cell() for kind in kinds}
    while left := [kind for kind in kinds if not cells[kind].full(sets)]:
        each = next(ready)
        model = next(iter(each.values()))
        drawn = draw_labels(ir.Regime(), model.truth, rows, seed=int(random.integers(2**31)))
        tables = fitted(model.graph, drawn)
        for kind in left:
            if kind in each:
                cells[kind].take(each[kind], tables)
    return cells


@dataclass
class Cell:
    """What was measured of one kind of question at one number of rows."""

    done: int = 0
    held: int = 0
    refused: int = 0
    width: float = 0.0
    seconds: float = 0.0

    def full(self, sets: int) -> bool:
        """Whether enough data sets were asked."""
        return self.done >= sets or self.refused > 5 * sets

    def take(self, problem: Problem, tables: Tables) -> None:
        """Ask one data set."""
        truth = answer(problem.query, problem.truth, level=None).probability
        try:
            found, started = answer(problem.query, tables), perf_counter()
            interval = found.interval
        except ScmError:
            self.refused += 1
            return
        assert interval is not None
        self.seconds += perf_counter() - started
        self.done += 1
        self.held += interval.low <= truth <= interval.high
        self.width += interval.high - interval.low

    def __str__(self) -> str:
        done = max(self.done, 1)
        mean = self.held / done, self.width / done, self.seconds * 1e3 / done
        width = f"{mean[1]:.3f}" if mean[1] < 1000 else f"{mean[1]:.0e}"
        return f"{mean[0]:>8.1%}{width:>8}{self.refused:>9}{mean[2]:>8.1f}"


@dataclass(frozen=True)
class Beside:
    """An interval beside that of a bootstrap, on the same data.

    Attributes:
        width: The interval's width over the bootstrap's.
        cost: The bootstrap's time over the interval's.
    """

    width: float
    cost: float


Found = dict[str, list[Beside]]


def beside_bootstrap(kinds: Sequence[str], rows: int, sets: int, refits: int, seed: int) -> Found:
    """Intervals and bootstraps of some data sets, each of which is asked every kind of question.

    A refit is answered anew, and its time counts for each kind.

    Args:
        kinds: All of one group of `groups`.
        rows: Of each data set.
        sets: How many.
        refits: To resamples of the rows of each.
        seed: Of all that is random.
    """
    random = np.random.default_rng((seed, rows, sorted(KINDS).index(kinds[0])))
    found: Found = {kind: [] for kind in kinds}
    ready = problems(kinds, random)
    for each in islice(ready, sets):
        model = next(iter(each.values()))
        drawn = draw_labels(ir.Regime(), model.truth, rows, seed=int(random.integers(2**31)))
        table = tabulate(model.graph, drawn, np.ones(rows, np.int64), "rows")
        resamples = random.multinomial(rows, table.counts / rows, refits)
        for kind, beside in _compared(each, table, resamples):
            found[kind].append(beside)
    return found


def _compared(
    each: Mapping[str, Problem], table: LabelTable, resamples: NDArray[np.int64]
) -> Iterator[tuple[str, Beside]]:
    """Each question's interval beside its bootstrap."""
    values: dict[str, list[float]] = {kind: [] for kind in each}
    seconds = dict.fromkeys(each, 0.0)
    graph = next(iter(each.values())).graph
    for counts in resamples:
        started = perf_counter()
        refitted = fitted_to(graph, tabulate(graph, table.cells, counts, "rows"))
        fitting = perf_counter() - started
        for kind, problem in each.items():
            started = perf_counter()
            with suppress(ScmError):  # a resample without the evidence
                values[kind].append(answer(problem.query, refitted, level=None).probability)
            seconds[kind] += fitting + perf_counter() - started
    model = fitted_to(graph, table)
    for kind, problem in each.items():
        with suppress(ScmError):
            answered, started = answer(problem.query, model), perf_counter()
            interval, took = answered.interval, perf_counter() - started
            low, high = np.quantile(values[kind] or [0.0], [0.025, 0.975])
            if interval is not None and high > low:
                width = (interval.high - interval.low) / (high - low)
                yield kind, Beside(float(width), seconds[kind] / took)


def main(words: Sequence[str] | None = None) -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="benchmarks.coverage", description=__doc__)
    parser.add_argument("--sets", type=int, default=1000)
    parser.add_argument("--rows", type=int, nargs="+", default=ROWS)
    parser.add_argument("--kinds", nargs="+", default=list(KINDS), choices=KINDS)
    parser.add_argument("--bootstrap", type=int, default=0, metavar="REFITS")
    parser.add_argument("--seed", type=int, default=0)
    args = parser.parse_args(words)
    if args.bootstrap:
        _print_bootstraps(args.kinds, args.rows, args.sets, args.bootstrap, args.seed)
        return
    print(f"{'kind':<24}{'rows':>8}{'held':>8}{'width':>8}{'refused':>9}{'ms':>8}")
    for kinds in groups(args.kinds):
        for rows in args.rows:
            for kind, cell in measured(kinds, rows, args.sets, args.seed).items():
                print(f"{kind:<24}{rows:>8,}{cell}", flush=True)


def _print_bootstraps(
    kinds: Sequence[str], numbers: Sequence[int], sets: int, refits: int, seed: int
) -> None:
    print(f"{'kind':<24}{'rows':>8}{'sets':>8}{'width':>8}{'cost':>8}  medians")
    for chosen in groups(kinds):
        for rows in numbers:
            for kind, beside in beside_bootstrap(chosen, rows, sets, refits, seed).items():
                width, cost = (
                    np.median([getattr(b, n) for b in beside]) for n in ("width", "cost")
                )
                shown = f"{kind:<24}{rows:>8,}{len(beside):>8}{width:>8.2f}{cost:>8,.0f}"
                print(shown, flush=True)


if __name__ == "__main__":
    main()
