"""Networks through every format that scmc writes and back, and what other programs read of them.

Each network goes through each format of tables: the largest difference of a number after the way
back, and from what pyAgrum and pgmpy read in the file; and what pgmpy writes is read. Its graph
goes through each format of graphs, and networkx reads those that it knows. A number beyond 1e-12
(beyond 1e-6 of pyAgrum, which keeps single precision, and of what pgmpy writes as `.net`), another
graph or an error counts as a fault.

    python -m benchmarks.round_trips [FILE…] [--random 30] [--pgmpy 100]

Without files: the networks of the bnlearn repository that the installed pgmpy brings along.
Networks that pyAgrum draws and writes in its own way join them. pgmpy, which takes minutes for
large networks, reads those of at most so many labels.
"""

import argparse
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from time import process_time

import numpy as np
from numpy.typing import NDArray

from scm_compiler.diagnostics import ScmError
from scm_compiler.interop import FORMATS, Document, read_document
from scm_compiler.ir import Graph
from scm_compiler.model.tables import Tables

EXACT, SINGLE = 1e-12, 1e-6

TABLES = {"bif": "bif", "xmlbif": "bifxml", "xdsl": "xdsl", "net": "net"}
Pairs = set[tuple[str, str]]

PGMPY = {".bif": "BIF", ".bifxml": "XMLBIF", ".xdsl": "XDSL", ".net": "NET"}
GRAPHS = {
    "dagitty": "dagitty",
    "dot": "dot",
    "gml": "gml",
    "graphml": "graphml",
    "adjacency": "csv",
    "json": "json",
}

Read = Callable[[str, list[str]], NDArray[np.float64]]
"""The table of a label, its parents' axes first and in the order that is asked for."""


def by_pyagrum(path: Path) -> Read:
    """What pyAgrum reads."""
    import pyagrum  # noqa: PLC0415  (an extra)

    found = pyagrum.loadBN(str(path))

    def table(name: str, given: list[str]) -> NDArray[np.float64]:
        held = found.cpt(name)
        turned = held.reorganize([name, *given[::-1]]) if given else held
        return np.asarray(turned.toarray())

    return table


def by_pgmpy(path: Path) -> Read:
    """What pgmpy reads."""
    from pgmpy import readwrite  # noqa: PLC0415  (an extra)

    found = getattr(readwrite, f"{PGMPY[path.suffix]}Reader")(str(path)).get_model()

    def table(name: str, given: list[str]) -> NDArray[np.float64]:
        factor = found.get_cpds(name).to_factor()
        axes = [factor.variables.index(one) for one in [*given, name]]
        return np.asarray(factor.values).transpose(axes)

    return table


def rewritten(tables: Tables, path: Path, target: Path) -> float:
    """The difference of what pgmpy reads in one file and writes to another: of `.net` 8 digits."""
    from pgmpy import readwrite  # noqa: PLC0415  (an extra)

    found = getattr(readwrite, f"{PGMPY[path.suffix]}Reader")(str(path)).get_model()
    getattr(readwrite, f"{PGMPY[target.suffix]}Writer")(found).write(str(target))
    return own_difference(tables, target)


def networks(files: list[Path], random: int, folder: Path) -> Iterator[tuple[str, Path]]:
    """The networks to be tried, by name."""
    for path in files or shipped():
        yield path.name.partition(".")[0], path
    if random and find_spec("pyagrum"):
        import pyagrum  # noqa: PLC0415  (an extra)

        for seed in range(random):
            pyagrum.initRandom(seed + 1)
            drawn = pyagrum.randomBN(n=5 + seed % 20, ratio_arc=1.4, domain_size=2 + seed % 4)
            path = folder / f"random{seed + 1}.{list(TABLES.values())[seed % 4]}"
            pyagrum.saveBN(drawn, str(path))
            yield path.stem, path


def shipped() -> list[Path]:
    """The networks that pgmpy brings along."""
    spec = find_spec("pgmpy")
    if spec is None or spec.origin is None:
        return []
    return sorted((Path(spec.origin).parent / "utils" / "example_models").glob("*.bif.gz"))


def difference(tables: Tables, reader: Callable[[], Read]) -> float:
    """The largest difference of a number."""
    read = reader()
    return max(
        float(np.abs(read(name, list(tables.graph.parents[name])) - table).max())
        for name, table in tables.probabilities.items()
    )


def own_difference(tables: Tables, path: Path) -> float:
    """The largest difference of what scmc reads in a file; none is the same if an edge is not."""
    again = read_document(path).tables
    assert again is not None
    same = set(again.graph.edges) == set(tables.graph.edges)
    return difference(tables, partial(own, again)) if same else float("inf")


def own(again: Tables) -> Read:
    """What scmc reads."""

    def table(name: str, given: list[str]) -> NDArray[np.float64]:
        parents = again.graph.parents[name]
        axes = [parents.index(one) for one in given]
        return again.probabilities[name].transpose(*axes, len(axes))

    return table


def tried(work: Callable[[], float], bound: float) -> tuple[str, bool]:
    """What to print of a trial, and whether it holds."""
    try:
        found = work()
    except ScmError as error:
        return error.diagnostics[0].code, False
    except Exception as error:
        print(f"    {type(error).__name__}: {error}"[:300], file=sys.stderr)
        return type(error).__name__[:8], False
    return f"{found:.0e}" if found else "0", found <= bound


def of_tables(tables: Tables, folder: Path, *, small: bool) -> Mapping[str, tuple[str, bool]]:
    """How a network fares in each format of tables."""
    shown = {}
    for form, suffix in TABLES.items():
        path, theirs = folder / f"net.{suffix}", folder / f"theirs.{suffix}"
        path.write_text(FORMATS[form].write(Document(tables.graph, tables)), encoding="utf-8")
        shown[form] = tried(partial(own_difference, tables, path), EXACT)
        if find_spec("pyagrum") and form != "xdsl":  # it reads the parents the other way round
            read = partial(by_pyagrum, path)
            shown[f"{form} pyAgrum"] = tried(partial(difference, tables, read), SINGLE)
        if small and find_spec("pgmpy"):
            read = partial(by_pgmpy, path)
            shown[f"{form} pgmpy"] = tried(partial(difference, tables, read), EXACT)
            bound = SINGLE if form == "net" else EXACT
            shown[f"{form} by pgmpy"] = tried(partial(rewritten, tables, path, theirs), bound)
    return shown


def of_graph(graph: Graph, folder: Path) -> Mapping[str, tuple[str, bool]]:
    """How a graph fares in each format of graphs."""
    edges = {(edge.source, edge.target) for edge in graph.edges}
    shown = {}
    for form, suffix in GRAPHS.items():
        path = folder / f"net.{suffix}"
        path.write_text(FORMATS[form].write(Document(graph)), encoding="utf-8")
        shown[form] = tried(partial(other_edges, edges, own_edges, path), 0)
        if form in {"gml", "graphml"} and find_spec("networkx"):
            shown[f"{form} networkx"] = tried(partial(other_edges, edges, networkx_edges, path), 0)
    return shown


def own_edges(path: Path) -> Pairs:
    """The edges that scmc reads."""
    return {(edge.source, edge.target) for edge in read_document(path).graph.edges}


def networkx_edges(path: Path) -> Pairs:
    """The edges that networkx reads."""
    import networkx as nx  # noqa: PLC0415  (an extra)

    return set((nx.read_gml if path.suffix == ".gml" else nx.read_graphml)(path).edges())


def other_edges(edges: Pairs, read: Callable[[Path], Pairs], path: Path) -> float:
    """How many edges are in one set alone."""
    return len(read(path) ^ edges)


def main() -> int:
    """Try each network, print a line for each, and say what did not hold."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("files", nargs="*", type=Path, metavar="FILE")
    parser.add_argument("--random", type=int, default=30)
    parser.add_argument("--pgmpy", type=int, default=100, metavar="LABELS")
    asked = parser.parse_args()
    faults = count = 0
    with tempfile.TemporaryDirectory() as name:
        for network, path in networks(asked.files, asked.random, Path(name)):
            started = process_time()
            tables = read_document(path).tables
            assert tables is not None
            numbers = sum(table.size for table in tables.probabilities.values())
            small = len(tables.graph.labels) <= asked.pgmpy
            shown = {
                **of_tables(tables, Path(name), small=small),
                **of_graph(tables.graph, Path(name)),
            }
            count += 1
            wrong = {trial: told for trial, (told, holds) in shown.items() if not holds}
            faults += len(wrong)
            told = ", ".join(f"{trial}: {said}" for trial, said in wrong.items())
            print(
                f"{network:<12}{len(tables.graph.labels):>6} labels{numbers:>9,} numbers"
                f"{process_time() - started:>7.1f} s  {len(shown) - len(wrong)} of {len(shown)}"
                f"  {told}".rstrip(),
                flush=True,
            )
    print(f"{count} networks, {faults} faults")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
