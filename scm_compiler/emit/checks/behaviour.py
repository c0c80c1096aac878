"""Part 2: what happens to the labels when one is pinned or one noise block changes.

What must not move is compared bit for bit, on the weights as they are and on weights redrawn at
random, in the level-fused and in the plain form. What must be able to move is asked of the redrawn
weights alone, since trained or fresh ones may be flat: the children of a pinned label, and the
readers of a block. Every further descendant then can move too, along edges that each transmit.
"""

import copy
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

import torch
from torch import Tensor

from scm_compiler.emit.checks.check import Check, outcome
from scm_compiler.emit.checks.contract import Block, Contract
from scm_compiler.model.module import CausalModule, Form

ROUNDS = 20
"""So often are weights redrawn before what has not moved counts as unable to."""

OTHER_ROWS = "the noise of other rows"

_FORMS: tuple[Form, Form] = ("fused", "plain")


@dataclass
class _Seen:
    """What was seen so far: what moved and must not, and all that moved on redrawn weights."""

    violations: list[tuple[str, str]] = field(default_factory=list)
    moved: set[tuple[str, str]] = field(default_factory=set)


_Effects = Iterator[tuple[str, set[str], Tensor]]
"""A cause, the labels that it may move, and the labels' values (B, V) under it."""


def redraw(module: CausalModule, generator: torch.Generator) -> CausalModule:
    """A copy of a module with random weights that are steep enough to let effects through."""
    drawn = copy.deepcopy(module)
    weights = {}
    for name, weight in module.node_weights().items():
        matrix = weight.dim() == 2 and not name.endswith(".logits")
        scale = 2.0 * weight.shape[1] ** -0.5 if matrix else 2.0
        random = torch.randn(weight.shape, generator=generator, dtype=torch.float64)
        weights[name] = (random * scale).to(weight)
    drawn.load_node_weights(weights)
    return drawn


def check_pinned_labels(
    module: CausalModule, contract: Contract, names: Sequence[str], rows: int, seed: int
) -> Check:
    """Pinning a label holds it, moves none but its descendants, and can move all its children."""
    children: dict[str, list[str]] = {name: [] for name in contract.labels}
    for child, parents in contract.parents.items():
        for parent in parents:
            children[parent].append(child)
    wanted = {(name, child) for name in names for child in children[name]}
    loose: dict[str, None] = {}

    def effects(model: CausalModule, noise: Tensor) -> _Effects:
        for name in names:
            may = {name} | contract.descendants(name)
            for value in range(contract.size(name)):
                found = model(noise, do={name: value})
                if (found[:, contract.labels.index(name)] != value).any():
                    loose[f"do({name}) does not hold {name}"] = None
                yield name, may, found

    seen = _run(module, contract.labels, effects, wanted, rows, seed)
    stuck = [
        f"{child} never moves under do({name})" for name, child in sorted(wanted - seen.moved)
    ]
    detail = (
        f"{len(names)} of {len(contract.labels)} labels pinned at each value, one by one; "
        f"{len(wanted & seen.moved)} of {len(wanted)} edges transmit"
    )
    wrong = [f"do({cause}) moves {other}" for cause, other in seen.violations]
    return outcome("pinned labels", detail, [*loose, *wrong, *stuck])


def check_changed_noise(
    module: CausalModule, contract: Contract, blocks: Sequence[Block], rows: int, seed: int
) -> Check:
    """Changing a noise block moves none but its readers' descendants, and can move its readers.

    Changing the noise of half of the rows moves no label of the other half: a mechanism that
    reads a mean over its batch is no function of its parents and its own noise.
    """
    wanted = {(block.name, reader) for block in blocks for reader in block.readers}
    fresh = torch.Generator().manual_seed(seed + 1)

    def effects(model: CausalModule, noise: Tensor) -> _Effects:
        other = model.draw_noise(rows, generator=fresh)
        half = rows // 2
        mixed = torch.cat([noise[:half], other[half:]])
        yield OTHER_ROWS, set(), torch.cat([model(mixed)[:half], model(noise)[half:]])
        for block in blocks:
            may = set(block.readers).union(*(contract.descendants(r) for r in block.readers))
            changed = noise.clone()
            columns = slice(block.columns.start, block.columns.stop)
            changed[:, columns] = other[:, columns]
            yield block.name, may, model(changed)

    seen = _run(module, contract.labels, effects, wanted, rows, seed)
    stuck = [f"{reader} never moves with {block}" for block, reader in sorted(wanted - seen.moved)]
    changed = f"{len(blocks)} of {len(contract.blocks)} noise blocks changed, one by one"
    detail = f"{changed}; then all, in other rows"
    wrong = [f"{block} moves {other}" for block, other in seen.violations]
    return outcome("changed noise", detail, wrong + stuck)


def _run(
    module: CausalModule,
    labels: tuple[str, ...],
    effects: Callable[[CausalModule, Tensor], _Effects],
    wanted: set[tuple[str, str]],
    rows: int,
    seed: int,
) -> _Seen:
    """Watch the effects on the weights as they are, then on redrawn ones until all have moved."""
    seen = _Seen()
    generator = torch.Generator().manual_seed(seed)
    for trial in range(ROUNDS + 2):
        redrawn = trial >= 2
        model = redraw(module, generator) if redrawn else copy.copy(module)
        model.form = _FORMS[trial % 2]
        noise = model.draw_noise(rows, generator=generator)
        base = model(noise)
        for cause, may, found in effects(model, noise):
            moved = _moved(labels, base, found)
            seen.violations += [(cause, other) for other in sorted(moved - may)]
            if redrawn:
                seen.moved |= {(cause, other) for other in moved}
        if trial >= 3 and wanted <= seen.moved:
            break
    return seen


def _moved(labels: tuple[str, ...], first: Tensor, second: Tensor) -> set[str]:
    """The labels whose columns differ in some row."""
    differs = (first != second).any(0).nonzero().flatten()
    return {labels[column] for column in differs.tolist()}
