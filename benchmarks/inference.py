"""Exact answers on the alarm network, and draws given rare evidence, beside other libraries.

The bars: for repeated questions on one model, scmc is no slower than the fastest engine of pyAgrum
and faster than all others; 10,000 rows given evidence of probability 1e-5 take at most twice the
time of rows without evidence.

    python -m benchmarks.inference

Every library gets the same questions on the same network, and its answers are compared with
scmc's. An engine keeps its object from question to question where it can. dowhy.gcm has no exact
answers: its 10,000 draws under an intervention stand beside one exact answer.
"""

import itertools
import math
import random
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import numpy as np

from benchmarks.peers import dowhy_sampler, pyagrum_network
from benchmarks.sampling import causal_graph_1
from benchmarks.timing import interleave, ratio, verdict
from scm_compiler.inference import answer
from scm_compiler.inference.draws import draw_labels
from scm_compiler.interop import read_bif
from scm_compiler.ir import Edge, Graph, Node
from scm_compiler.ir import query as ir
from scm_compiler.ir.domain import BINARY
from scm_compiler.model.tables import Tables, table_shape
from scm_compiler.semantics.query import read_query

ALARM = Path(__file__).parents[2] / "shared" / "data" / "bn" / "bif" / "alarm.bif.gz"
ROWS = 10_000
BAR_ROWS = 2.0

FEW = 10
"""Questions for the engines that take milliseconds for each."""


@dataclass(frozen=True)
class Question:
    """P(target | evidence), by names and value indices."""

    target: str
    evidence: Mapping[str, int]

    @property
    def query(self) -> ir.Probability:
        """The same for scmc."""
        events = (ir.Event(ir.Variable(name), value) for name, value in self.evidence.items())
        return ir.Probability((ir.Event(ir.Variable(self.target)),), (), tuple(events))


Engine = Callable[[Question], np.ndarray]


def scmc(model: Tables) -> Engine:
    """The exact engine, as `answer` gives it."""

    def ask(question: Question) -> np.ndarray:
        rows = answer(question.query, model).value.rows
        return np.array([row.probability.value for row in rows])

    return ask


def pyagrum_engines(model: Tables) -> dict[str, Engine]:
    """Its exact engines, each kept with its evidence, and the function that needs no engine."""
    import pyagrum as gum  # noqa: PLC0415  (optional)

    net = pyagrum_network(model, {})
    classes = (gum.LazyPropagation, gum.ShaferShenoyInference, gum.VariableElimination)
    found = {f"pyAgrum {kind.__name__}": _kept(kind(net), net) for kind in classes}

    def once(question: Question) -> np.ndarray:
        return gum.getPosterior(net, target=question.target, evs=dict(question.evidence)).toarray()

    return {**found, "pyAgrum getPosterior": once}


def _kept(engine: object, net: object) -> Engine:
    """An engine that changes only what differs from the question before."""
    before: dict[str, object] = {"net": net, "target": None, "names": None}

    def ask(question: Question) -> np.ndarray:
        if before["target"] != question.target:
            engine.eraseAllTargets()
            engine.addTarget(question.target)
            before["target"] = question.target
        if before["names"] != question.evidence.keys():
            engine.setEvidence(dict(question.evidence))
            before["names"] = question.evidence.keys()
        else:
            for name, value in question.evidence.items():
                engine.chgEvidence(name, value)
        engine.makeInference()
        return engine.posterior(question.target).toarray()

    return ask


def pgmpy_engines(model: Tables) -> dict[str, Engine]:
    """Its variable elimination; its belief propagation takes minutes for a question here."""
    import logging  # noqa: PLC0415

    from pgmpy.factors.discrete import TabularCPD  # noqa: PLC0415  (optional)
    from pgmpy.inference import VariableElimination  # noqa: PLC0415
    from pgmpy.models import DiscreteBayesianNetwork  # noqa: PLC0415

    logging.getLogger("pgmpy").setLevel(logging.ERROR)
    graph = model.graph
    net = DiscreteBayesianNetwork()
    net.add_nodes_from([node.name for node in graph.labels])
    net.add_edges_from([(edge.source, edge.target) for edge in graph.edges])
    for name, table in model.probabilities.items():
        values = table.reshape(-1, table.shape[-1]).T
        parents = list(graph.parents[name]) or None
        net.add_cpds(
            TabularCPD(name, len(values), values, parents, list(table.shape[:-1]) or None)
        )

    made = VariableElimination(net)

    def ask(question: Question) -> np.ndarray:
        evidence = dict(question.evidence)
        return made.query([question.target], evidence=evidence, show_progress=False).values

    return {"pgmpy VariableElimination": ask}


def peers(model: Tables) -> dict[str, Engine]:
    """The engines of the libraries that are installed."""
    made = {"pyagrum": pyagrum_engines, "pgmpy": pgmpy_engines}
    found: dict[str, Engine] = {}
    for package, make in made.items():
        if find_spec(package):
            found |= make(model)
    return found


def values_change(model: Tables, target: str, names: Sequence[str]) -> list[Question]:
    """One question with every possible value of its evidence."""
    sizes = [model.graph.by_name[name].domain.size for name in names]
    combinations = itertools.product(*map(range, sizes))
    found = [Question(target, dict(zip(names, values, strict=True))) for values in combinations]
    return [question for question in found if _possible(model, question)]


def everything_changes(model: Tables, count: int, seen: int) -> list[Question]:
    """Questions with a random target, and evidence that a draw of the model shows."""
    pick = random.Random(7)
    names = [node.name for node in model.graph.labels]
    rows = draw_labels(ir.Regime(), model, count, seed=7)
    found = []
    for row in rows.tolist():
        target, *others = pick.sample(names, seen + 1)
        found.append(Question(target, {name: row[names.index(name)] for name in others}))
    return found


def _possible(model: Tables, question: Question) -> bool:
    """Whether the evidence has more probability than the libraries round to nothing."""
    return _probability(model, question.evidence) > 1e-9


def _probability(model: Tables, evidence: Mapping[str, int]) -> float:
    events = tuple(ir.Event(ir.Variable(name), value) for name, value in evidence.items())
    return answer(ir.Probability(events), model).probability


def rare_evidence(model: Tables) -> Mapping[str, int]:
    """What a draw shows of eight labels, its probability the nearest to 1e-5 of many."""
    found = everything_changes(model, 300, 8)
    far = [abs(math.log(_probability(model, each.evidence) / 1e-5)) for each in found]
    return found[far.index(min(far))].evidence


def compare(title: str, questions: Sequence[Question], model: Tables) -> None:
    """Time all engines on some questions and print the ratios; the answers must agree."""
    engines = {"scmc": scmc(model), **peers(model)}
    slow = [name for name in engines if name.startswith("pgmpy")]
    some = questions[:FEW]
    for name, ask in engines.items():
        for question in some if name in slow else questions:
            if not np.allclose(ask(question), engines["scmc"](question), atol=1e-6):
                sys.exit(f"{name} disagrees on {question}")
    fast = {name: _all(ask, questions) for name, ask in engines.items() if name not in slow}
    timings = interleave(fast, repetitions=7)
    few = {name: _all(engines[name], some) for name in ("scmc", *slow)}
    slower = interleave(few, repetitions=1)
    own = timings["scmc"]
    print(f"{title}: {len(questions)} questions, {own.median / len(questions) * 1e6:.0f} us each")
    ratios = {name: ratio(timings[name], own) for name in fast if name != "scmc"}
    ratios |= {name: ratio(slower[name], slower["scmc"]) for name in slow}
    for name, times in ratios.items():
        print(f"  {name:<32}{times:8.1f} times scmc's")
    if ratios:
        fastest = min(ratios.values())
        print(f"  scmc / the fastest peer {1 / fastest:.2f} (bar 1: {verdict(1 / fastest, 1.0)})")


def _all(ask: Engine, questions: Sequence[Question]) -> Callable[[], None]:
    def run() -> None:
        for question in questions:
            ask(question)

    return run


def first_time(questions: Sequence[Question], model: Tables) -> None:
    """Each question on an engine that knows none; no bar."""

    def forget(question: Question) -> object:
        for kept in ("_engine", "_plans"):
            vars(model).pop(kept, None)
        return answer(question.query, model)

    timings = {"scmc": _all(forget, questions)}
    if find_spec("pyagrum"):
        timings["pyAgrum"] = _all(pyagrum_engines(model)["pyAgrum getPosterior"], questions)
    found = interleave(timings, repetitions=5)
    own = found["scmc"].median / len(questions)
    print(f"asked for the first time, no engine kept: {own * 1e6:.0f} us each")
    if "pyAgrum" in found:
        times = ratio(found["pyAgrum"], found["scmc"])
        print(f"  {'pyAgrum getPosterior':<32}{times:8.1f} times scmc's")


def interventions() -> None:
    """One exact answer under do on the nine labels, beside dowhy.gcm's draws."""
    if not find_spec("dowhy"):
        return
    model = causal_graph_1().tables()
    target = (ir.Event(ir.Variable("Male"), 1),)
    query = ir.Probability(target, (ir.Setting("Mustache", 1),))
    sample = dowhy_sampler(model)
    commands = {
        "scmc": lambda: answer(query, model),
        "dowhy": lambda: sample(ROWS, {"Mustache": 1}),
    }
    found = interleave(commands, repetitions=3)
    times = ratio(found["dowhy"], found["scmc"])
    print(f"P(Male=1 | do(Mustache=1)) on the nine labels: dowhy.gcm's {ROWS:,} draws take")
    print(f"  {times:.0f} times the exact answer (bar 1: {verdict(1 / times, 1.0)})")


def rows(title: str, model: Tables, evidence: Mapping[str, int]) -> None:
    """Rows given rare evidence, beside rows without."""
    given = tuple(ir.Event(ir.Variable(name), value) for name, value in evidence.items())
    commands = {
        "plain": lambda: draw_labels(ir.Regime(), model, ROWS),
        "given": lambda: draw_labels(ir.Regime(given=given), model, ROWS),
    }
    found = interleave(commands, repetitions=15)
    times = ratio(found["given"], found["plain"])
    chance = _probability(model, evidence)
    print(f"{title}: {ROWS:,} rows given evidence of probability {chance:.1e} take {times:.2f}")
    print(f"  times those without evidence (bar {BAR_ROWS:.0f}: {verdict(times, BAR_ROWS)})")


def thousand(near: int) -> Tables:
    """A thousand labels of two values with up to two parents each, at most so many before it."""
    pick = np.random.default_rng(0)
    nodes = tuple(Node(f"N{i}", "binary", BINARY) for i in range(1000))
    edges = []
    for i in range(1, 1000):
        pool = np.arange(max(0, i - near), i)
        count = min(len(pool), pick.integers(0, 3))
        edges += [Edge(f"N{p}", f"N{i}") for p in sorted(pick.choice(pool, count, replace=False))]
    graph = Graph("thousand", nodes, tuple(edges))
    shapes = {node.name: table_shape(graph, node.name)[:-1] for node in nodes}
    return Tables(graph, {name: pick.dirichlet([1, 1], shape) for name, shape in shapes.items()})


def large() -> None:
    """A sparse graph of a thousand labels: the first answer, the next, and all labels at once."""
    for near in (20, 1000):
        model = thousand(near)
        for text in ("P(N999)", "P(N10 | N500=1, N990=0)", "P(N900 | do(N300=1), N990=1)"):
            query = read_query(text, model.graph)
            times = []
            for _ in range(3):
                started = time.process_time()
                found = answer(query, model)
                times.append((time.process_time() - started) * 1e3)
            shown = f"{times[0]:.1f} ms at first, then {times[-1]:.1f} ms, {found.method}"
            print(f"1,000 labels, parents among the {near} before: {text} {shown}")


def main() -> None:
    """Measure and print."""
    nine = causal_graph_1().tables()
    if ALARM.is_file():
        alarm = read_bif(ALARM)
        one = values_change(alarm, "HYPOVOLEMIA", ["HR", "BP", "CVP"])
        compare("alarm, one question with other values", one, alarm)
        many = everything_changes(alarm, 200, 3)
        compare("alarm, 200 questions with 3 labels seen", many, alarm)
        compare(
            "alarm, 200 questions with 8 labels seen", everything_changes(alarm, 200, 8), alarm
        )
        first_time(many, alarm)
        rows("alarm", alarm, rare_evidence(alarm))
    else:
        print(f"alarm: not measured, there is no {ALARM.name}")
    large()
    interventions()
    rows("nine labels", nine, {"Mustache": 1, "Male": 0})


if __name__ == "__main__":
    main()
