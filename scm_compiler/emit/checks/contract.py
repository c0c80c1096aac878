"""Part 1: what the graph promises of its module, held against what the mechanisms declare.

Labels and real nodes are columns in the order of declaration; where nothing else is said, a label
here is either. The noise has one block of equal width for each, then one for each hidden common
cause. Encoded values have one column for two values or a real number, else one a value.
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property

from scm_compiler.ir import Graph, Real
from scm_compiler.ir.graph import reached
from scm_compiler.model.module import Reads

MOST_VIOLATIONS = 20
"""So many are written out; the rest are counted."""


@dataclass(frozen=True, slots=True)
class Check:
    """What one check found.

    Attributes:
        name: Which check.
        detail: What was looked at, in a sentence.
        violations: What is not as Definition 1 has it, a sentence each; empty if all is well.
    """

    name: str
    detail: str
    violations: tuple[str, ...] = ()

    @property
    def ok(self) -> bool:
        """Whether nothing was found."""
        return not self.violations


def outcome(name: str, detail: str, violations: Iterable[str]) -> Check:
    """A check's outcome, each violation once, a long list cut short."""
    found = list(dict.fromkeys(violations))
    if len(found) > MOST_VIOLATIONS:
        rest = len(found) - MOST_VIOLATIONS
        found = [*found[:MOST_VIOLATIONS], f"and {rest} more"]
    return Check(name, detail, tuple(found))


@dataclass(frozen=True)
class Block:
    """A block of exogenous noise: its name, the labels that may read it and its columns."""

    name: str
    readers: frozenset[str]
    columns: range


@dataclass(frozen=True)
class Contract:
    """The columns of a graph's tensors.

    Args:
        graph: The validated graph.
        noise_size: The number of noise columns that the module draws.
    """

    graph: Graph
    noise_size: int

    @cached_property
    def labels(self) -> tuple[str, ...]:
        """Labels and real nodes; their place is their column."""
        return tuple(node.name for node in self.graph.tabular)

    @cached_property
    def divides(self) -> bool:
        """Whether the noise columns divide evenly into blocks."""
        blocks = len(self.labels) + len(self.graph.confounders)
        return self.noise_size % max(1, blocks) == 0 and self.noise_size >= blocks

    @cached_property
    def blocks(self) -> tuple[Block, ...]:
        """The noise blocks of labels and hidden common causes; ask `divides` first."""
        own = [(f"the noise of {name}", frozenset([name])) for name in self.labels]
        pairs = [(c.left, c.right) for c in self.graph.confounders]
        shared = [(f"the noise of {a} <-> {b}", frozenset([a, b])) for a, b in pairs]
        listed = own + shared
        width = self.noise_size // max(1, len(listed))
        return tuple(
            Block(name, readers, range(rank * width, (rank + 1) * width))
            for rank, (name, readers) in enumerate(listed)
        )

    @cached_property
    def parents(self) -> dict[str, frozenset[str]]:
        """Pa_i of each label."""
        found: dict[str, set[str]] = {name: set() for name in self.labels}
        for edge in self.graph.edges:
            if edge.target in found:
                found[edge.target].add(edge.source)
        return {name: frozenset(sources) for name, sources in found.items()}

    @cached_property
    def spans(self) -> dict[str, range]:
        """The encoded columns of each label."""
        found: dict[str, range] = {}
        start = 0
        for name in self.labels:
            size = self.size(name)
            width = 1 if size == 2 or self.real(name) else size
            found[name] = range(start, start + width)
            start += width
        return found

    @cached_property
    def sizes(self) -> tuple[int, ...]:
        """The number of values of each label."""
        return tuple(map(self.size, self.labels))

    def size(self, name: str) -> int:
        """The number of values of a label; of a real node 1, as of what is not counted."""
        return self.graph.sizes.get(name, 1)

    def real(self, name: str) -> bool:
        """Whether it is a real node."""
        return isinstance(self.graph.by_name[name].domain, Real)

    def place(self, name: str) -> int:
        """The column of a label."""
        return self._places[name]

    @cached_property
    def _places(self) -> dict[str, int]:
        return {name: place for place, name in enumerate(self.labels)}

    def descendants(self, name: str) -> set[str]:
        """The labels that a label causes, itself left out."""
        children = self.graph.children
        return self.parents.keys() & reached(children[name], children.__getitem__)


def check_noise_blocks(graph: Graph) -> Check:
    """The graph's noise blocks are one for each node and one for each `<->`, and no more."""
    wanted = Counter(frozenset([node.name]) for node in graph.nodes)
    wanted.update(frozenset([pair.left, pair.right]) for pair in graph.confounders)
    found = Counter(frozenset(block.readers) for block in graph.noise)
    violations = [
        f"{found[readers]} noise blocks, not {wanted[readers]}, are read by "
        f"{' and '.join(sorted(readers))}"
        for readers in sorted(wanted | found, key=sorted)
        if found[readers] != wanted[readers]
    ]
    names = Counter(block.name for block in graph.noise)
    violations += [f"two noise blocks are called {name}" for name in names if names[name] > 1]
    detail = f"{len(graph.noise)} noise blocks for {len(graph.nodes)} nodes"
    return outcome("noise blocks of the graph", detail, violations)


def check_declared_parents(contract: Contract, reads: tuple[Reads, ...]) -> Check:
    """Every mechanism says that it reads exactly the label's parents."""
    labels = contract.labels
    count = f"{len(reads)} mechanisms for {len(labels)} labels"
    violations = [] if len(reads) == len(labels) else [count]
    for name, read in zip(labels, reads, strict=False):
        wanted = contract.parents[name]
        found = {_name(labels, column) for column in read.labels}
        violations += [f"{name} reads {other}, not a parent" for other in sorted(found - wanted)]
        violations += [f"{name} does not read its parent {p}" for p in sorted(wanted - found)]
    edges = sum(len(parents) for parents in contract.parents.values())
    detail = f"{edges} edges into {len(labels)} labels"
    return outcome("declared parents", detail, violations)


def check_declared_noise(contract: Contract, reads: tuple[Reads, ...]) -> Check:
    """The mechanisms' noise partitions the noise; only a `<->` shares a block."""
    name = "declared noise"
    detail = f"{contract.noise_size} noise columns"
    if not contract.divides:
        return outcome(name, detail, ["the noise does not divide into one block for each reader"])
    readers: dict[int, set[str]] = {}
    for label, read in zip(contract.labels, reads, strict=False):
        for column in read.noise:
            readers.setdefault(column, set()).add(label)
    violations = [
        sentence
        for block in contract.blocks
        for column in block.columns
        for sentence in _misread(block.name, block.readers, readers.pop(column, set()))
    ]
    violations += [f"noise column {column} belongs to no block" for column in readers]
    return outcome(name, f"{detail} in {len(contract.blocks)} blocks", violations)


def check_images(graph: Graph) -> Check:
    """Every image is a sink that reads labels and noise of its own."""
    images = {node.name for node in graph.images}
    violations = [f"{e.source} causes {e.target}" for e in graph.edges if e.source in images]
    for pair in graph.confounders:
        both = sorted({pair.left, pair.right} & images)
        violations += [f"{name} has a hidden common cause" for name in both]
    for name in sorted(images):
        blocks = [block for block in graph.noise if name in block.readers]
        if [block.readers for block in blocks] != [(name,)]:
            violations.append(f"{name} has not one noise block of its own")
    return outcome("images", f"{len(images)} images are sinks with noise of their own", violations)


def _misread(block: str, wanted: frozenset[str], found: set[str]) -> Iterator[str]:
    yield from (f"{name} reads {block}" for name in sorted(found - wanted))
    yield from (f"{name} does not read {block}" for name in sorted(wanted - found))


def _name(labels: tuple[str, ...], column: int) -> str:
    return labels[column] if 0 <= column < len(labels) else f"column {column}"
