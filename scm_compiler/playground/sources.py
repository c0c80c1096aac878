"""What questions are answered from: a run, a table of rows, or tables that a file holds.

All of it needs numpy, and none of it torch: a table of rows is counted, and P(label | parents)
are its shares, as `scmc train` has them by default.
"""

import re
import shlex
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, fields, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from scm_compiler.diagnostics import Diagnostic, ScmError, refuse
from scm_compiler.identify.projection import Projection
from scm_compiler.interop.document import Document, stem
from scm_compiler.ir import Graph
from scm_compiler.model.real.parts import apart, tied_nodes
from scm_compiler.model.tables import Fitted, Tables
from scm_compiler.runtime.data import shipped
from scm_compiler.runtime.data.csv_file import read_csv, usual_count
from scm_compiler.runtime.data.drafting import draft
from scm_compiler.runtime.data.options import divide
from scm_compiler.runtime.data.shares import backoffs_of, fitted_law, table_from, with_data
from scm_compiler.runtime.data.sources import DataSource, find_source, load_labels, spelt_out
from scm_compiler.runtime.data.survey import survey
from scm_compiler.runtime.data.table import LabelTable
from scm_compiler.shipped import example_programs
from scm_compiler.syntax.printer import print_name

if TYPE_CHECKING:  # what reads runs needs more packages than a browser has
    from scm_compiler.runtime.run import Run


@dataclass(frozen=True)
class Rows:
    """A table as a person gave it.

    Attributes:
        name: Of its file.
        content: The file.
    """

    name: str
    content: bytes

    def draft(self) -> str:
        """A program that declares its columns.

        Raises:
            ScmError: If it is no table.
        """
        with self._file() as path:
            return draft(survey(str(path)), stem(Path(self.name)), self.name)

    def labels(self, graph: Graph) -> LabelTable:
        """The counts over a graph's labels.

        Raises:
            ScmError: What is wrong with the table; see `runtime.data.sources.load_labels`.
        """
        with self._file() as path:
            return replace(_labels(f"csv:{path}", graph), origin=self.name)

    @contextmanager
    def _file(self) -> Iterator[Path]:
        """The table as a file, for a while; what is wrong with it is said of its own name."""
        with TemporaryDirectory() as folder:
            path = Path(folder) / f"table{'.csv.gz' if self.name.endswith('.gz') else '.csv'}"
            path.write_bytes(self.content)
            try:
                yield path
            except ScmError as error:
                said = (_renamed(one, self.name) for one in error.diagnostics)
                raise refuse(*said, exit_code=error.exit_code) from None


def _renamed(said: Diagnostic, name: str) -> Diagnostic:
    """What is wrong with a table, said of a file of this name."""
    facts = {fact.name for fact in fields(said)}
    return replace(said, path=name) if "path" in facts else said  # type: ignore[call-arg]


@dataclass(frozen=True)
class Spec:
    """Data that are named as for `scmc train --data`.

    Attributes:
        name: What they are called by.
    """

    name: str

    def labels(self, graph: Graph) -> LabelTable:
        """The counts over a graph's labels.

        Raises:
            ScmError: What is wrong with the data; see `runtime.data.sources.load_labels`.
        """
        return _labels(self.name, graph)


def _labels(data: str, graph: Graph) -> LabelTable:
    """The counts over a graph's labels.

    Rows with gaps are dropped, and a column is taken for how often each row occurs that seems to
    say so, where the data say nothing else of that.

    Raises:
        ScmError: What is wrong with the data; see `runtime.data.sources.load_labels`.
    """
    source, place = find_source(spelt_out(data)) or (DataSource(), "")
    if source.options is None or source.labels is None:
        return load_labels(data, graph)
    names = [node.name for node in graph.tabular]
    count = usual_count(place, names) if source.labels is read_csv else None
    told = re.search(r"(^|&)missing=", divide(place)[1])
    return load_labels(data, graph, missing=None if told else "drop", count=count)


@dataclass(frozen=True)
class Shipped:
    """The counts of nine labels of CelebA that come with scmc."""

    name: str = shipped.NAME

    def labels(self, graph: Graph) -> LabelTable:
        """The counts over a graph's labels.

        Raises:
            ScmError: E604 where the graph has a label that is not among the nine.
        """
        return shipped.read_shipped(graph)


_COUNTS = "\0"
"""No node is called so."""


@dataclass(frozen=True)
class Trained:
    """A run, and its data for programs that differ from the one that was trained.

    Attributes:
        run: The run.
    """

    run: "Run"

    @property
    def name(self) -> str:
        """The folder of the run."""
        return str(self.run.path)

    def labels(self, graph: Graph) -> LabelTable:
        """The counts over a graph's labels.

        Raises:
            ScmError: E604 and the like where the run has not these labels.
        """
        held = self.run.labels
        columns: Mapping[str, list[object]] = {
            name: [self._value(name, value) for value in held.cells[:, rank]]
            for rank, name in enumerate(held.labels)
        }
        counts = {_COUNTS: held.counts.tolist()}
        return load_labels({**columns, **counts}, graph, count=_COUNTS, missing="drop")

    def _value(self, name: str, value: int) -> str | None:
        """A cell as it is written; None where there is a gap."""
        return None if value < 0 else self.run.graph.domain(name).values[value]


@dataclass(frozen=True, eq=False)
class Given:
    """Tables that a file of another program holds.

    Attributes:
        name: Of the file.
        document: What it holds.
    """

    name: str
    document: Document


Source = Rows | Spec | Shipped | Trained | Given


def coming(graph: Graph) -> Iterator[Source]:
    """What comes with scmc and may have a graph's labels: the nine of CelebA, examples' tables."""
    yield Shipped()
    names = {node.name for node in graph.labels}
    for name, program in example_programs().items():
        table = program.with_name("data.csv")
        if table.exists():
            content = table.read_bytes()
            if names <= set(content.partition(b"\n")[0].decode().strip().split(",")):
                yield Rows(f"{name}/{table.name}", content)


def noted(tables: Tables, graph: Graph, source: Source | None) -> list[str]:
    """What is to be said of a graph's tables: that rows had gaps, or that numbers are left out."""
    data = tables.known.data if isinstance(tables.known, Fitted) else None
    notes = data.notes if isinstance(data, LabelTable) else ()
    told = [note.message() for note in notes if note.severity == "warning"]
    if not _reals_matter(graph):
        return told
    left = ", ".join(f"`{real.name}`" for real in graph.reals)
    verb = "is a number" if len(graph.reals) == 1 else "are numbers"
    said = f"{left} {verb} and left out: bars show what follows from the labels alone"
    return [*told, f"{said}, and {_asking(graph, source)}"]


def instead(graph: Graph, source: Source | None) -> str:
    """What there is instead of bars, of a graph without labels."""
    if not graph.reals:
        return "No node is a label: there are no bars."
    return f"Every node is a number and has no bars: {_asking(graph, source)}."


def _asking(graph: Graph, source: Source | None) -> str:
    """By what the questions of a graph with real nodes are answered."""
    if isinstance(source, Trained) and source.run.graph.hash == graph.hash:
        return f"the question box asks the run, such as E({print_name(graph.reals[-1].name)})"
    data = shlex.quote(source.name) if isinstance(source, Rows | Spec) else "TABLE"
    return f"`scmc train FILE --data {data}` makes a run, of which `scmc playground RUN` asks all"


def tables_of(source: Source, graph: Graph) -> Tables | None:
    """The tables of a graph; None if a file's tables are those of another graph.

    Raises:
        ScmError: What is wrong with the rows, or that they are not of this graph.
    """
    match source:
        case Given(_, document):
            return document.tables if document.graph.hash == graph.hash else None
        case Trained(run) if run.graph.hash == graph.hash and not _reals_matter(graph):
            return run.distributions()
        case _:
            return fitted(graph, source.labels(graph))


def _reals_matter(graph: Graph) -> bool:
    """Whether a label has a real cause, or is tied to a real node, so that no table is its own."""
    beyond = {*apart(graph), *tied_nodes(graph)}
    return any(node.name in beyond for node in graph.labels)


def fitted(graph: Graph, table: LabelTable) -> Tables:
    """The tables that make rows of data most likely, shrunk where rows are few.

    With hidden common causes these are the observational distribution: what it does not determine
    is answered by its bounds. Real nodes that cause labels are hidden causes here: all that is
    answered follows from the labels alone.

    Args:
        graph: The graph.
        table: The rows, of which only those without gaps count.
    """
    if _reals_matter(graph):
        projection = Projection(graph)
        for real in graph.reals:
            projection.hide(real.name)
        graph = projection.seen()
    whole = table.complete
    backoffs = backoffs_of(graph, whole, "shrunk")
    rows = {node.name: table_from(graph, whole, node.name, backoffs) for node in graph.labels}
    known = Fitted({}, whole, likeliest=True, backoffs=backoffs)
    found = with_data(Tables(graph, rows, known), whole)
    if not graph.confounders or not isinstance(found.known, Fitted):
        return found
    law = fitted_law(found, whole, "shrunk")
    return replace(found, known=replace(found.known, observational=law))
