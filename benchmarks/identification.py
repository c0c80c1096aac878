"""What other libraries say of small identification problems: the table that the tests hold to.

Every graph on three nodes with every pair of arrows and hidden common causes, and random ones on
four to six, are put to y0, to causaleffect for Python and to pyAgrum. Their verdicts are written
beside each case:

    python -m benchmarks.identification --apart PYTHON

where PYTHON is the interpreter of an environment that has y0 and causaleffect (0.2.11 and 0.1.0
when this was written). They are kept apart because they bring pandas, scikit-learn, statsmodels
and igraph. `1` is identified, `0` not, `!` an exception. The last lines printed count what the
verdicts are where two libraries differ.
"""

import argparse
import csv
import os
import random
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from itertools import combinations, permutations
from pathlib import Path

TABLE = Path(__file__).parents[1] / "tests" / "identify" / "agreement.csv"
LIBRARIES = ("y0", "causaleffect", "pyagrum")
COLUMNS = ("nodes", "arrows", "hidden", "outcomes", "treatments", "conditions")

Case = tuple[str, str, str, str, str, str]
"""Such as ("ABC", "AB BC", "AC", "C", "A", ""): the nodes are letters in topological order."""

_Y0 = """
import sys
from y0.algorithm.identify import identify_outcomes
from y0.dsl import Variable
from y0.graph import NxMixedGraph
for line in sys.stdin:
    nodes, arrows, hidden, y, x, z = line.rstrip("\\n").split(",")
    graph = NxMixedGraph()
    for node in nodes:
        graph.add_node(Variable(node))
    for a, b in arrows.split():
        graph.add_directed_edge(Variable(a), Variable(b))
    for a, b in hidden.split():
        graph.add_undirected_edge(Variable(a), Variable(b))
    y, x, z = (set(map(Variable, names)) for names in (y, x, z))
    try:
        found = identify_outcomes(graph, treatments=x, outcomes=y, conditions=z or None)
        print(0 if found is None else 1)
    except Exception:
        print("!")
"""

_CAUSALEFFECT = """
import sys
from causaleffect import ID, createGraph
for line in sys.stdin:
    nodes, arrows, hidden, y, x, z = line.rstrip("\\n").split(",")
    edges = [f"{a}->{b}" for a, b in arrows.split()] + [f"{a}<->{b}" for a, b in hidden.split()]
    try:
        graph = createGraph(edges)
        for node in set(nodes) - set(graph.vs["name"] if edges else ()):
            graph.add_vertices(1, {"name": [node]})
        print(int(ID(set(y), set(x), graph, cond=set(z)).identifiable))
    except Exception:
        print("!")
"""


def main() -> None:
    """Ask both libraries about every case and write the table."""
    parser = argparse.ArgumentParser(description="the table of identification verdicts")
    parser.add_argument("--apart", required=True, help="a Python that has y0 and causaleffect")
    python = parser.parse_args().apart
    cases = [*small(), *drawn()]
    y0, causaleffect = (ask_apart(python, script, cases) for script in (_Y0, _CAUSALEFFECT))
    verdicts = [
        (*others, ask_pyagrum(case)) for case, *others in zip(cases, y0, causaleffect, strict=True)
    ]
    with TABLE.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow((*COLUMNS, *LIBRARIES))
        writer.writerows((*case, *given) for case, given in zip(cases, verdicts, strict=True))
    print(f"{len(cases):,} cases in {TABLE}")
    for given, count in sorted(Counter(verdicts).items()):
        shown = ", ".join(f"{name} {one}" for name, one in zip(LIBRARIES, given, strict=True))
        print(f"{count:6,}  {shown}")


def small() -> Iterator[Case]:
    """Every graph on A, B, C with the arrows in that order, and every shape of query."""
    pairs = ["".join(pair) for pair in combinations("ABC", 2)]
    subsets = [" ".join(some) for size in range(4) for some in combinations(pairs, size)]
    for arrows in subsets:
        for hidden in subsets:
            for y, x, z in permutations("ABC"):
                yield "ABC", arrows, hidden, y, x, ""
                yield "ABC", arrows, hidden, y, x, z
                if x < z:
                    yield "ABC", arrows, hidden, y, x + z, ""
                if y < z:
                    yield "ABC", arrows, hidden, y + z, x, ""


def drawn(count: int = 700, seed: int = 0) -> Iterator[Case]:
    """Random graphs on four to six nodes, dense enough in `<->` that about half fail."""
    source = random.Random(seed)
    for _ in range(count):
        nodes = "ABCDEF"[: source.randint(4, 6)]
        pairs = ["".join(pair) for pair in combinations(nodes, 2)]
        arrows = [pair for pair in pairs if source.random() < 0.5]
        hidden = [pair for pair in pairs if source.random() < 0.35]
        mixed = source.sample(nodes, len(nodes))
        outcomes, treatments = source.randint(1, 2), source.randint(1, 2)
        conditions = source.randint(0, len(nodes) - outcomes - treatments)
        cuts = (outcomes, outcomes + treatments, outcomes + treatments + conditions)
        parts = (mixed[: cuts[0]], mixed[cuts[0] : cuts[1]], mixed[cuts[1] : cuts[2]])
        y, x, z = ("".join(sorted(part)) for part in parts)
        yield nodes, " ".join(arrows), " ".join(hidden), y, x, z


def ask_apart(python: str, script: str, cases: list[Case]) -> list[str]:
    """The verdicts of a library that runs in an environment of its own."""
    lines = "".join(",".join(case) + "\n" for case in cases)
    done = subprocess.run(
        [python, "-c", script],
        input=lines,
        capture_output=True,
        text=True,
        check=False,
        env=os.environ | {"PYTHONHASHSEED": "0"},  # y0's exceptions depend on the order of sets
    )
    if done.returncode:
        sys.exit(done.stderr)
    return done.stdout.split()


def ask_pyagrum(case: Case) -> str:
    """The verdict of pyAgrum's do-calculus."""
    import pyagrum as gum  # noqa: PLC0415
    from pyagrum import causal  # noqa: PLC0415

    nodes, arrows, hidden, y, x, z = case
    net = gum.BayesNet()
    for node in nodes:
        net.add(gum.LabelizedVariable(node, node, 2))
    for a, b in arrows.split():
        net.addArc(a, b)
    net.generateCPTs()
    latent = [(f"U{rank}", list(pair)) for rank, pair in enumerate(hidden.split())]
    model = causal.CausalModel(net, latent, True)
    try:
        found = causal.causalImpact(model, on=set(y), doing=set(x), knowing=set(z))
    except Exception:  # a verdict of its own
        return "!"
    return "0" if found[1] is None else "1"


if __name__ == "__main__":
    main()
