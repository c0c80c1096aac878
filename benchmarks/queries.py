"""One query on the nine labels of Causal Graph 1, common and rare evidence, beside pyAgrum.

The bar: under a millisecond, however rare the evidence. Also printed: the first time that a
question of this shape is asked, parsing included, and pyAgrum's time as a multiple of scmc's;
and what it costs more to print an answer with its interval (bar: 50 ms).

    python -m benchmarks.queries
"""

import time
from importlib.util import find_spec

from benchmarks.peers import pyagrum_network
from benchmarks.sampling import causal_graph_1
from benchmarks.timing import interleave, ratio, verdict
from scm_compiler.compiler import load
from scm_compiler.inference import LEVEL, answer
from scm_compiler.model.tables import Tables
from scm_compiler.runtime.controller.mle.tables import fit_tables
from scm_compiler.runtime.data import load_labels
from scm_compiler.semantics.query import read_query

QUESTIONS = {
    "P(Young=1 | Bald=1)": ("Young", {"Bald": 1}),
    "P(Young=1 | Mustache=1, Male=0)": ("Young", {"Mustache": 1, "Male": 0}),
}
BAR_SECONDS = 1e-3
PRINTED = (
    *QUESTIONS,
    "ATE(Smiling -> Narrow_Eyes)",
    "do(Mustache=1)",
    "P(Bald[Male=0]=1 | Male=1, Bald=1)",
)
PRINTED_BAR = 0.05


def first(text: str, tables: Tables) -> float:
    """Seconds until the first answer, from the text."""
    started = time.process_time()
    answer(read_query(text, tables.graph), tables)
    return time.process_time() - started


def main() -> None:
    """Measure and print."""
    tables = causal_graph_1().tables()
    read_query("P(Male=1)", tables.graph)  # loads the grammar
    for text, (target, evidence) in QUESTIONS.items():
        seconds = first(text, tables)
        query = read_query(text, tables.graph)
        commands = {"scmc": lambda q=query: answer(q, tables)}
        if find_spec("pyagrum"):
            import pyagrum as gum  # noqa: PLC0415  (optional)

            net = pyagrum_network(tables, {})
            commands["pyAgrum"] = lambda n=net, t=target, e=evidence: gum.getPosterior(
                n, target=t, evs=e
            )
        timings = interleave(commands, repetitions=9, calls=50)
        median = timings["scmc"].median
        print(f"{text}: {median * 1e3:.3f} ms (bar 1: {verdict(median, BAR_SECONDS)})", end="")
        print(f", the first time {seconds * 1e3:.2f} ms with parsing", end="")
        if "pyAgrum" in timings:
            print(f"; pyAgrum {ratio(timings['pyAgrum'], timings['scmc']):.1f} times", end="")
        print()
    printed()


def printed() -> None:
    """What intervals cost more where answers are printed."""
    graph = load("celeba_g1")
    model = fit_tables(graph, load_labels("celeba-labels", graph), "shrunk")
    for text in PRINTED:
        query = read_query(text, graph)
        levels = {"with": LEVEL, "without": None}
        commands = {
            name: lambda q=query, at=level: str(answer(q, model, level=at))
            for name, level in levels.items()
        }
        timings = interleave(commands, repetitions=9, calls=3)
        more = timings["with"].median - timings["without"].median
        print(f"{text}: its interval {more * 1e3:.1f} ms more", end="")
        print(f" (bar 50: {verdict(more, PRINTED_BAR)})")


if __name__ == "__main__":
    main()
