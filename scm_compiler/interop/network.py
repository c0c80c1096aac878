"""Bayesian networks from the variables and the tables that a file of some format tells.

What is printed is read as printed, then each row is normalised.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from math import prod
from urllib.parse import unquote

import numpy as np
from numpy.typing import NDArray

from scm_compiler.diagnostics import Diagnostic, Report, ScmError, Source, Span, closest, refuse
from scm_compiler.interop.codes.bif import (
    BifCycle,
    BifTable,
    BifTwice,
    BifUnknownName,
    TableUnknown,
)
from scm_compiler.interop.codes.graph_files import TooLarge
from scm_compiler.interop.document import Document
from scm_compiler.ir import Discrete, Edge, Graph, Node
from scm_compiler.ir.domain import BINARY
from scm_compiler.model.tables import Tables
from scm_compiler.passes import fold
from scm_compiler.passes.fold import HIDDEN

_ROUNDING = 0.01
_EXACT = 4 * np.finfo(np.float64).eps
MOST_NUMBERS = 2**24
UNKNOWN = -1.0
"""What programs of JavaBayes' kin write for a number that is not known."""


@dataclass(frozen=True, slots=True)
class Word:
    """A name or a value, and where it stands."""

    text: str
    span: Span


@dataclass(frozen=True, slots=True)
class Variable:
    """A variable as a file declares it.

    Attributes:
        values: As the tables name them.
        span: Where it is declared.
        properties: The words of each property, by its name.
    """

    values: tuple[str, ...]
    span: Span
    properties: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Conditional:
    """The table of a variable as written.

    Attributes:
        parents: In the order of the table.
        span: Where it stands.
        rows: The values of the parents and the numbers of each row, where rows are named.
        flat: All numbers in one list.
        default: The numbers of the rows that are not named.
        fastest: Whether the variable's own value changes fastest in `flat`; None if the numbers
            themselves must tell.
    """

    parents: tuple[Word, ...]
    span: Span
    rows: Sequence[tuple[Sequence[Word], Sequence[float]]] = ()
    flat: Sequence[float] = ()
    default: Sequence[float] = ()
    fastest: bool | None = None


@dataclass(frozen=True, slots=True)
class Blocks:
    """What a file says.

    Attributes:
        name: Of the network.
        variables: By their name in the file.
        conditionals: The table of each variable that has one.
    """

    name: str
    variables: Mapping[str, Variable]
    conditionals: Mapping[str, Conditional]


def network_of(source: Source, blocks: Blocks, name: str | None = None) -> Document:
    """The graph and the tables that the blocks of a file are, checked against each other.

    Args:
        source: Where they were read.
        blocks: What it says.
        name: The graph's name; that of the network if None.

    Returns:
        A document with tables; without, and with the reason, if the file leaves numbers open.

    Raises:
        ScmError: E681 to E684 and E824, with exit code 2.
    """
    network = _Network(source, blocks)
    graph = network.graph(name or blocks.name)
    open_ = next(network.unknown(), None)
    if open_ is not None:
        return Document(fold(graph), untold=open_, report=Report(source, ()))
    tables = {own: network.table(graph, name) for name, own in network.names.items()}
    return Document(fold(graph), Tables(graph, tables), report=Report(source, ()))


def tables_of(source: Source, document: Document) -> Tables:
    """The tables of a network.

    Raises:
        ScmError: E836 with exit code 2 if its file leaves numbers open.
    """
    if document.tables is None:
        assert document.untold is not None
        raise refuse(document.untold, source=source, exit_code=2)
    return document.tables


class _Network:
    """Checks the blocks against each other and builds graph and tables."""

    def __init__(self, source: Source, blocks: Blocks) -> None:
        self.source = source
        self.variables = blocks.variables
        self.conditionals = blocks.conditionals
        self.names: dict[str, str] = {}
        self.places = {
            name: {value: place for place, value in enumerate(found.values)}
            for name, found in blocks.variables.items()
        }

    def graph(self, name: str) -> Graph:
        for child, block in self.conditionals.items():
            for token in (Word(child, block.span), *block.parents):
                if token.text not in self.variables:
                    near = closest(token.text, self.variables)
                    wrong = BifUnknownName("variable", token.text, near, span=token.span)
                    raise refusal(self.source, wrong)
        self.names = self._own_names()
        nodes = tuple(_node(self.names[name], found) for name, found in self.variables.items())
        rank = {name: number for number, name in enumerate(self.names)}
        edges = tuple(
            Edge(self.names[parent], self.names[child])
            for child in rank
            for parent in sorted(self._parents(child), key=rank.__getitem__)
        )
        graph = Graph(name, nodes, edges)
        self._refuse_cycle(graph)
        return self._with_hidden(graph)

    def _own_names(self) -> dict[str, str]:
        """The name of each variable in the graph; no two have one."""
        found: dict[str, str] = {}
        places: dict[str, Span] = {}
        for name, variable in self.variables.items():
            own = found[name] = _own_name(name, variable)
            first = places.setdefault(own, variable.span)
            if first is not variable.span:
                wrong = BifTwice("variable", own, first, span=variable.span)
                raise refusal(self.source, wrong)
        return found

    def _with_hidden(self, graph: Graph) -> Graph:
        """The graph with its hidden common causes, where the file tells of them, as such.

        What is marked and does not cause just two others, or no other two than one before, is a
        variable like any other.
        """
        pairs: dict[tuple[str, ...], str] = {}
        for name, found in self.variables.items():
            own = self.names[name]
            alone = not graph.parents[own] and len(graph.children[own]) == 2
            if found.properties.get("scmc_kind") == (HIDDEN,) and alone:
                pairs.setdefault(graph.children[own], own)
        hidden = set(pairs.values())
        nodes = (replace(n, kind=HIDDEN) if n.name in hidden else n for n in graph.nodes)
        return replace(graph, nodes=tuple(nodes))

    def unknown(self) -> Iterator[TableUnknown]:
        """The tables with numbers that the file leaves open."""
        for name, block in self.conditionals.items():
            every = (block.flat, block.default, *(numbers for _, numbers in block.rows))
            if any(number == UNKNOWN for numbers in every for number in numbers):
                yield TableUnknown(name, span=block.span)

    def _parents(self, child: str) -> tuple[str, ...]:
        block = self.conditionals.get(child)
        return () if block is None else tuple(token.text for token in block.parents)

    def _refuse_cycle(self, graph: Graph) -> None:
        try:
            graph.levels  # noqa: B018  (raises where there is a cycle)
        except ValueError:
            import networkx as nx  # noqa: PLC0415  (only to show the cycle)

            pairs = [(edge.source, edge.target) for edge in graph.edges]
            cycle = [source for source, _ in nx.find_cycle(nx.DiGraph(pairs))]
            raise refusal(self.source, BifCycle((*cycle, cycle[0]))) from None

    def table(self, graph: Graph, name: str) -> NDArray[np.float64]:
        """The table with parents in the order of the graph."""
        block = self.conditionals.get(name)
        if block is None:
            span = self.variables[name].span
            raise refusal(self.source, BifTable(name, "it has none", span=span))
        parents = self._parents(name)
        sizes = [len(self.variables[n].values) for n in (*parents, name)]
        if prod(sizes) > MOST_NUMBERS:
            what = f"the table of `{name}` has {prod(sizes):,} numbers"
            raise refusal(self.source, TooLarge(what, span=block.span))
        if block.flat and (block.rows or block.default):
            reason = "it has rows beside the list of all its numbers"
            raise refusal(self.source, BifTable(name, reason, span=block.span))
        printed = self._flat(name, block, sizes) if block.flat else self._rows(name, block, sizes)
        known = [self.names[parent] for parent in parents]
        own = self.names[name]
        order = (*map(known.index, graph.parents[own]), len(parents))
        return self._normalised(name, block, printed).transpose(order)

    def _flat(self, name: str, block: Conditional, sizes: Sequence[int]) -> NDArray[np.float64]:
        """One list: the variable's own value changes slowest; some programs write it fastest."""
        if len(block.flat) != prod(sizes):
            reason = f"it has {len(block.flat)} numbers in place of {prod(sizes)}"
            raise refusal(self.source, BifTable(name, reason, span=block.span))
        numbers = np.array(block.flat)
        if block.fastest:
            return numbers.reshape(sizes)
        slowest = np.moveaxis(numbers.reshape(sizes[-1], *sizes[:-1]), 0, -1)
        fastest = numbers.reshape(sizes)
        return slowest if _off(slowest) <= max(_ROUNDING, _off(fastest)) else fastest

    def _rows(self, name: str, block: Conditional, sizes: Sequence[int]) -> NDArray[np.float64]:
        table = np.full(sizes, np.nan)
        if block.default:
            table[...] = self._row(name, block, block.default, sizes[-1])
        written = set()
        for values, numbers in block.rows:
            place = self._place(name, block, values)
            if place in written:
                reason = f"it has the row {self._shown(block, place)} twice"
                raise refusal(self.source, BifTable(name, reason, span=block.span))
            written.add(place)
            table[place] = self._row(name, block, numbers, sizes[-1])
        if np.isnan(table).any():
            place = tuple(int(axis) for axis in np.argwhere(np.isnan(table))[0][:-1])
            reason = f"there is no row {self._shown(block, place)}"
            raise refusal(self.source, BifTable(name, reason, span=block.span))
        return table

    def _place(self, name: str, block: Conditional, values: Sequence[Word]) -> tuple[int, ...]:
        parents = [token.text for token in block.parents]
        if len(values) != len(parents):
            reason = f"a row names {len(values)} values for {len(parents)} parents"
            raise refusal(self.source, BifTable(name, reason, span=block.span))
        return tuple(
            self._index(parent, token) for parent, token in zip(parents, values, strict=True)
        )

    def _index(self, parent: str, token: Word) -> int:
        place = self.places[parent].get(token.text)
        if place is None:
            near = closest(token.text, self.variables[parent].values)
            wrong = BifUnknownName(f"value of `{parent}`:", token.text, near, span=token.span)
            raise refusal(self.source, wrong)
        return place

    def _row(
        self, name: str, block: Conditional, numbers: Sequence[float], size: int
    ) -> Sequence[float]:
        if len(numbers) != size:
            reason = f"a row has {len(numbers)} numbers in place of {size}"
            raise refusal(self.source, BifTable(name, reason, span=block.span))
        return numbers

    def _normalised(
        self, name: str, block: Conditional, table: NDArray[np.float64]
    ) -> NDArray[np.float64]:
        totals = table.sum(-1)
        if _off(table) > _ROUNDING:
            worst = np.unravel_index(int(np.abs(totals - 1).argmax()), totals.shape)
            row = f"the row {self._shown(block, [*map(int, worst)])}" if worst else "it"
            reason = f"{row} sums to {float(totals[worst]):.6g}"
            raise refusal(self.source, BifTable(name, reason, span=block.span))
        # What sums to one but for the last bit stays as printed, so that reading twice is once.
        exact = np.abs(totals - 1) <= _EXACT * table.shape[-1]
        return np.asarray(table / np.where(exact, 1.0, totals)[..., None])

    def _shown(self, block: Conditional, place: Sequence[int]) -> str:
        names = [token.text for token in block.parents]
        values = [self.variables[n].values[i] for n, i in zip(names, place, strict=True)]
        return f"({', '.join(values)})"


def _off(table: NDArray[np.float64]) -> float:
    """How far the worst row is from a sum of one."""
    return float(np.abs(table.sum(-1) - 1).max())


def _own_name(name: str, found: Variable) -> str:
    """The name that scmc had to change, else the one in the file."""
    return unquote(" ".join(found.properties.get("scmc_name", (name,))))


def _node(name: str, found: Variable) -> Node:
    told = tuple(map(unquote, found.properties.get("scmc_values", ())))
    values = told if len(set(told)) == len(found.values) else found.values
    binary = values == BINARY.values
    domain = BINARY if binary else Discrete(values)
    return Node(name, "binary" if binary else "categorical", domain, found.span)


def refusal(source: Source, wrong: Diagnostic) -> ScmError:
    """The refusal of a file."""
    return refuse(wrong, source=source, exit_code=2)
