"""The causal graph: nodes, edges, hidden common causes and exogenous noise blocks.

A graph is a claim about causes and nothing else. Its hash depends on the nodes (in the order of
declaration, with kind and domain), the edges and the hidden common causes; not on the graph's
name, its asserts, the order of edge statements, comments or layout.
"""

import hashlib
import json
from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import PurePath
from types import MappingProxyType
from typing import Any, TypeVar

from scm_compiler.diagnostics import Span
from scm_compiler.ir.domain import Domain, Finite, Image, Real
from scm_compiler.notebook import paragraph, table

T = TypeVar("T", bound=Hashable)


@dataclass(frozen=True, slots=True)
class Node:
    """A declared variable.

    Attributes:
        name: As written, without quotes.
        kind: The registered node kind, such as `binary`.
        domain: The values that it takes.
        span: Where it is declared; ignored by comparison.
    """

    name: str
    kind: str
    domain: Domain
    span: Span | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Edge:
    """`source -> target`: source is a parent (a direct cause) of target."""

    source: str
    target: str
    span: Span | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Confounder:
    """`left <-> right`: a hidden common cause of two nodes, kept in declaration order."""

    left: str
    right: str
    span: Span | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Independence:
    """`assert left _||_ right | given`: an independence that the graph must imply."""

    left: tuple[str, ...]
    right: tuple[str, ...]
    given: tuple[str, ...] = ()
    span: Span | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Claim:
    """`assert identified P(outcomes | do(treatments), conditions)`: what must be identified.

    Attributes:
        query: As written; a contrast makes a claim for each of its sides.
    """

    outcomes: tuple[str, ...]
    treatments: tuple[str, ...]
    conditions: tuple[str, ...]
    query: str
    span: Span | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class CounterfactualClaim:
    """`assert identified P(Y[X=0]=1 | X=1)`: a counterfactual that must be identified.

    Attributes:
        query: As written. Its values matter: in another world they may be the same or not.
    """

    query: str
    span: Span | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class NoiseBlock:
    """A block of exogenous noise and the nodes whose mechanisms read it.

    A node's own block has one reader; the block of a hidden common cause has two.
    """

    name: str
    readers: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class Graph:
    """A validated causal graph. Only `semantics.lower` and the passes make one.

    Attributes:
        name: The model's name.
        nodes: In the order of declaration.
        edges: Sorted by target, then source, both in the order of declaration; no duplicates.
        confounders: The hidden common causes, sorted likewise.
        asserts: What the author says that the graph implies.
        claims: What the author says can be answered, and has to be decided.
    """

    name: str
    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...] = ()
    confounders: tuple[Confounder, ...] = ()
    asserts: tuple[Independence, ...] = ()
    claims: tuple[Claim | CounterfactualClaim, ...] = ()

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Graph) and self._compared == other._compared

    def __hash__(self) -> int:
        return hash(self._compared)

    @cached_property
    def _compared(self) -> tuple[object, ...]:
        """Asserts and claims do not count: they say nothing that the graph does not imply."""
        return (self.name, self.nodes, self.edges, self.confounders)

    def __deepcopy__(self, memo: dict[int, object]) -> "Graph":
        return self  # frozen all through, and its cached views cannot be copied

    def __reduce__(self) -> tuple[Any, ...]:
        # The cached views stay behind: a mapping proxy cannot be pickled.
        parts = (self.name, self.nodes, self.edges, self.confounders, self.asserts, self.claims)
        return type(self), parts

    @cached_property
    def by_name(self) -> Mapping[str, Node]:
        """Each node under its name."""
        return MappingProxyType({node.name: node for node in self.nodes})

    @cached_property
    def order(self) -> Mapping[str, int]:
        """The rank of each node in the order of declaration."""
        return MappingProxyType({node.name: rank for rank, node in enumerate(self.nodes)})

    @cached_property
    def parents(self) -> Mapping[str, tuple[str, ...]]:
        """Pa_i of each node, in the order of declaration."""
        found: dict[str, list[str]] = {node.name: [] for node in self.nodes}
        for edge in self.edges:
            found[edge.target].append(edge.source)
        return MappingProxyType({name: tuple(sources) for name, sources in found.items()})

    @cached_property
    def children(self) -> Mapping[str, tuple[str, ...]]:
        """The children of each node, in the order of declaration."""
        found: dict[str, list[str]] = {node.name: [] for node in self.nodes}
        for edge in self.edges:
            found[edge.source].append(edge.target)
        return MappingProxyType({name: tuple(targets) for name, targets in found.items()})

    @cached_property
    def labels(self) -> tuple[Node, ...]:
        """The nodes with finitely many values, in the order of declaration."""
        return tuple(node for node in self.nodes if node.name in self.domains)

    @cached_property
    def domains(self) -> Mapping[str, Finite]:
        """The domain of each label, in the order of declaration."""
        both = ((node.name, node.domain) for node in self.nodes)
        return MappingProxyType({name: own for name, own in both if isinstance(own, Finite)})

    def domain(self, name: str) -> Finite:
        """The values of a label.

        Raises:
            ValueError: If there is no such label.
        """
        if name not in self.domains:
            raise ValueError(f"{name} is not a label of {self.name}")
        return self.domains[name]

    @cached_property
    def sizes(self) -> Mapping[str, int]:
        """The number of values of each label."""
        return MappingProxyType({name: own.size for name, own in self.domains.items()})

    @cached_property
    def reals(self) -> tuple[Node, ...]:
        """The nodes with real numbers as values, in the order of declaration."""
        return tuple(node for node in self.nodes if isinstance(node.domain, Real))

    @cached_property
    def tabular(self) -> tuple[Node, ...]:
        """Labels and real nodes, which have a column in a table, in the order of declaration."""
        return tuple(node for node in self.nodes if not isinstance(node.domain, Image))

    @cached_property
    def images(self) -> tuple[Node, ...]:
        """The image nodes, in the order of declaration."""
        return tuple(node for node in self.nodes if isinstance(node.domain, Image))

    @cached_property
    def confounded(self) -> tuple[str, ...]:
        """The labels that share a hidden cause with another node, in the order of declaration."""
        ends = {end for pair in self.confounders for end in (pair.left, pair.right)}
        return tuple(node.name for node in self.labels if node.name in ends)

    @cached_property
    def levels(self) -> tuple[tuple[str, ...], ...]:
        """The nodes by length of the longest path that leads to them.

        Nodes of one level do not depend on each other and so can run as one batched product.
        """
        rank: dict[str, int] = {}
        waiting = {name: len(parents) for name, parents in self.parents.items()}
        ready = [name for name, count in waiting.items() if count == 0]
        for name in ready:
            rank[name] = max((rank[parent] + 1 for parent in self.parents[name]), default=0)
            for child in self.children[name]:
                waiting[child] -= 1
                if waiting[child] == 0:
                    ready.append(child)
        if len(rank) != len(self.nodes):
            raise ValueError("the graph has a cycle; only an acyclic graph has levels")
        grouped: list[list[str]] = [[] for _ in range(1 + max(rank.values(), default=-1))]
        for node in self.nodes:
            grouped[rank[node.name]].append(node.name)
        return tuple(tuple(names) for names in grouped)

    @cached_property
    def topological(self) -> tuple[str, ...]:
        """Every node after its parents."""
        return tuple(name for level in self.levels for name in level)

    @cached_property
    def noise(self) -> tuple[NoiseBlock, ...]:
        """The exogenous noise: one block for each node, then one for each hidden common cause.

        The names are distinct whatever the nodes are called.
        """
        blocks = [NoiseBlock(f"U({node.name})", (node.name,)) for node in self.nodes]
        taken = {block.name for block in blocks}
        for pair in self.confounders:
            name = f"U({pair.left},{pair.right})"
            while name in taken:
                name += "'"
            taken.add(name)
            blocks.append(NoiseBlock(name, (pair.left, pair.right)))
        return tuple(blocks)

    @property
    def counts(self) -> str:
        """What there is of, such as `3 labels, 2 edges, 1 hidden common cause`."""
        found = (
            (len(self.labels), "label"),
            (len(self.reals), "real node"),
            (len(self.images), "image"),
            (len(self.edges), "edge"),
            (len(self.confounders), "hidden common cause"),
        )
        return ", ".join(f"{n} {noun}{'' if n == 1 else 's'}" for n, noun in found if n)

    def __repr__(self) -> str:
        return f"Graph({', '.join(part for part in (repr(self.name), self.counts) if part)})"

    def to_dict(self) -> dict[str, Any]:
        """The graph as plain data, with the values of each label and its hash."""
        asserts = [{"left": a.left, "right": a.right, "given": a.given} for a in self.asserts]
        return {
            "name": self.name,
            "hash": self.hash,
            "nodes": [
                {"name": node.name, "kind": node.kind, "domain": node.domain.claim}
                for node in self.nodes
            ],
            "edges": [[edge.source, edge.target] for edge in self.edges],
            "confounders": [[pair.left, pair.right] for pair in self.confounders],
            "asserts": [{side: list(names) for side, names in one.items()} for one in asserts],
        }

    def _repr_html_(self) -> str:
        """What the graph is of, node by node; `scm.draw(graph)` is its picture."""
        shared: dict[str, list[str]] = {node.name: [] for node in self.nodes}
        for pair in self.confounders:
            shared[pair.left].append(pair.right)
            shared[pair.right].append(pair.left)
        lines = [
            (n.name, _said(n), ", ".join(self.parents[n.name]), ", ".join(shared[n.name]))
            for n in self.nodes
        ]
        head = ("node", "values", "causes", "hidden causes with")
        wide = 4 if self.confounders else 3
        listed = table(head[:wide], [line[:wide] for line in lines])
        return paragraph(f"{self.name}: {self.counts}") + listed

    @cached_property
    def hash(self) -> str:
        """The SHA-256 of the causal claim, in hexadecimal; see the module's docstring."""
        claim = json.dumps(_claim(self), separators=(",", ":"), ensure_ascii=True)
        return hashlib.sha256(claim.encode()).hexdigest()


def require_graph(given: object, verb: str) -> None:
    """Refuse what a caller passes in the place of a graph.

    Args:
        given: What was passed.
        verb: The name of what was called.

    Raises:
        TypeError: If it is no graph.
    """
    if isinstance(given, Graph):
        return
    found = f"`{given}`" if isinstance(given, (str, PurePath)) else f"a {type(given).__name__}"
    raise TypeError(f"{verb} takes a graph, not {found}: pass what `scm.load(…)` gives")


def reached(starts: Iterable[T], following: Callable[[T], Iterable[T]]) -> list[T]:
    """What is come to from some starts, themselves included, by all that follows each.

    >>> reached([3], range)
    [3, 0, 1, 2]
    """
    order = list(dict.fromkeys(starts))
    found = set(order)
    for one in order:
        for other in following(one):
            if other not in found:
                found.add(other)
                order.append(other)
    return order


def _said(node: Node) -> str:
    """The values of a label, those of a real node in words, the kind of an image."""
    if isinstance(node.domain, Finite):
        return ", ".join(node.domain.values)
    return str(node.domain) if isinstance(node.domain, Real) else node.kind


def _claim(graph: Graph) -> dict[str, Any]:
    return {
        "nodes": [[node.name, node.kind, node.domain.claim] for node in graph.nodes],
        "edges": [[edge.source, edge.target] for edge in graph.edges],
        "confounders": [[pair.left, pair.right] for pair in graph.confounders],
    }
