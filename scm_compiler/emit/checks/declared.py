"""Part 1: on the graph and on what the mechanisms say that they read."""

from collections import Counter
from collections.abc import Iterator

from scm_compiler.emit.checks.check import Check, outcome
from scm_compiler.emit.checks.contract import Contract
from scm_compiler.ir import Graph
from scm_compiler.model.module import Reads


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
