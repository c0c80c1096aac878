"""Part 2: what happens to the labels when one is pinned or one noise block changes.

A label is pinned while others of its group are held at what they are, which moves nothing.
A real node is pinned at what it is in other rows. What must not move is compared bit for bit, on
the weights as they are and on weights redrawn at random, in the level-fused and in the plain form.
What must be able to move is asked of the redrawn weights alone, since trained or fresh ones may be
flat: the children of a pinned label, and the readers of a block. Every further descendant then can
move too, along edges that each transmit.
"""

import copy
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain, compress
from math import ceil, isfinite
from typing import Any

import torch
from torch import Tensor, nn

from scm_compiler.emit.checks.contract import Block, Check, Contract, outcome
from scm_compiler.ir import Real
from scm_compiler.model.module import CausalModule, Form
from scm_compiler.telling import Told, untold

ROUNDS = 20
"""So often are weights redrawn before what has not moved counts as unable to."""

OTHER_ROWS = "the noise of other rows"

_FORMS: tuple[Form, Form] = ("fused", "plain")


CELLS = 2**22
"""So many probabilities of values are computed at once, at most."""

VALUES = 256
"""A label is pinned at each of its values; one with more than so many at so many of them."""

SHIFTS = (1, 7, 13)
"""A real node is pinned at what it is so many rows before."""


@dataclass
class _Seen:
    """What was seen so far: what moved and must not, and all that moved on redrawn weights."""

    violations: list[tuple[str, str]] = field(default_factory=list)
    moved: dict[str, Tensor] = field(default_factory=dict)

    def left(self, wanted: Mapping[str, Tensor]) -> Iterator[tuple[str, int]]:
        """The causes, and the columns of what each should have moved and has not."""
        for cause, columns in wanted.items():
            moved = self.moved.get(cause, torch.zeros_like(columns))
            yield from (
                (cause, place) for place in (columns & ~moved).nonzero().flatten().tolist()
            )


_Effects = Iterator[tuple[Sequence[str], Tensor]]
"""Causes, one or more, and which labels' values (causes, V) each of them moved."""


class _Natural:
    """The values that some noise gives if nothing is pinned.

    A batched product may round by its number of rows: what is compared is run as often.
    """

    def __init__(self, model: CausalModule, noise: Tensor, *, redrawn: bool) -> None:
        self.model = model
        self.redrawn = redrawn
        self.noise = noise
        self.found: dict[tuple[int, int, int], tuple[Tensor, Tensor]] = {}

    def __call__(self, part: slice, many: int) -> tuple[Tensor, Tensor]:
        """A part of the noise (many · rows, N), repeated, and the values (many, rows, V)."""
        key = part.start, part.stop, many
        if key not in self.found:
            noise = self.noise[part].repeat(many, 1)
            values = self.model(noise).view(many, part.stop - part.start, -1)
            self.found[key] = noise, values
        return self.found[key]


_Group = tuple[Sequence[str], slice]
"""Labels that are held together, and the rows of noise on which they are."""


def redraw(module: CausalModule, generator: torch.Generator) -> CausalModule:
    """A copy of a module with random weights that are steep enough to let effects through."""
    drawn = copy.deepcopy(module, _frozen(module))
    drawn.load_node_weights(module.redrawn_weights(generator))
    return drawn


def _frozen(module: CausalModule) -> dict[int, Any]:
    """What a copy may share with a module: data that never change, and parts without weights."""
    data = (value for name, value in vars(module).items() if not name.startswith("_"))
    parts = (part for part in module.modules() if not _weighs(part))
    return {id(shared): shared for shared in (*data, *parts)}


def _weighs(part: nn.Module) -> bool:
    """Whether a part has weights, which are parameters or other numbers."""
    return any(t.is_floating_point() for t in chain(part.parameters(), part.buffers()))


@dataclass
class _Pinning:
    """What moves when labels are pinned, the others of their group held at what they are.

    Attributes:
        violations: The labels that `do` does not hold, and pins that depend on how they are told.
    """

    contract: Contract
    groups: Sequence[_Group]
    tell: Told
    violations: dict[str, None] = field(default_factory=dict)

    def __call__(self, model: CausalModule, natural: _Natural) -> _Effects:
        """The effects of each pin in turn."""
        for rank, (names, part) in enumerate(self.groups):
            self.tell("groups of labels", rank, len(self.groups))
            for some in self._batches(names, part):
                yield (
                    [self.contract.labels[c] for c, _ in some],
                    self._moved(model, names, some, *natural(part, len(some))),
                )
        if natural.redrawn:  # where weights let effects through
            pinned = [name for names, part in self.groups if part.start == 0 for name in names]
            for together in self._apart(pinned):
                self._as_callers(model, together, natural(self.groups[0][1], 1)[0])

    def _moved(
        self,
        model: CausalModule,
        names: Sequence[str],
        pins: list[tuple[int, int]],
        noise: Tensor,
        base: Tensor,
    ) -> Tensor:
        """Which labels (pins, V) move under each pin."""
        columns = [self.contract.place(name) for name in names]
        held = base[..., columns]
        for place, (column, value) in enumerate(pins):
            real = self.contract.real(self.contract.labels[column])
            at = base[place, :, column].roll(value) if real else value
            held[place, :, columns.index(column)] = at
        do = {name: held[..., rank].flatten() for rank, name in enumerate(names)}
        found = model(noise, do=do).view_as(base)
        free = (found[..., columns] != held).flatten(0, 1).any(0).tolist()
        for name in compress(names, free):
            self.violations[f"do({name}) does not hold {name}"] = None
        return torch.ne(found, base).any(1)

    def _as_callers(self, model: CausalModule, names: Sequence[str], noise: Tensor) -> None:
        """A value that is the same in all rows is pinned as one for each row is."""
        ends = {name: self._end(name) for name in names}
        each = {
            name: torch.full(
                noise.shape[:1], end, dtype=noise.dtype if type(end) is float else None
            )
            for name, end in ends.items()
        }
        if not torch.equal(model(noise, do=ends), model(noise, do=each)):
            said = f"do({', '.join(names)}) differs with a value for each row"
            self.violations[said] = None

    def _apart(self, names: Sequence[str]) -> list[list[str]]:
        """The labels in few sets in which none is the parent of another, which would hide it."""
        parents = self.contract.parents
        sets: list[list[str]] = []
        for name in names:
            near = parents[name].union(other for other in names if name in parents[other])
            some = next((some for some in sets if not near.intersection(some)), None)
            if some is None:
                sets.append(some := [])
            some.append(name)
        return sets

    def _end(self, name: str) -> float:
        """A value at which a label may be held, or a number of a real node."""
        domain = self.contract.graph.by_name[name].domain
        if not isinstance(domain, Real):
            return self.contract.size(name) - 1
        low, high = (end if isfinite(end) else None for end in (domain.low, domain.high))
        return next((end for end in (high, low) if end is not None), 0.5)

    def _batches(self, names: Sequence[str], part: slice) -> Iterator[list[tuple[int, int]]]:
        """The columns of a group and the values at which they are pinned, some at once.

        Batches have one size, so that what they are held against is run once.
        """
        longest = max(len(self._pins(others)) for others, rows in self.groups if rows == part)
        size = min(longest, _at_once(self.contract, part.stop - part.start))
        pins = self._pins(names)
        for some in (pins[at : at + size] for at in range(0, len(pins), size)):
            yield some + some[-1:] * (size - len(some))

    def _pins(self, names: Sequence[str]) -> list[tuple[int, int]]:
        """The columns, and of each the values or how many rows before."""
        contract = self.contract
        return [
            (contract.place(name), int(value))
            for name in names
            for value in (SHIFTS if contract.real(name) else _pins(contract.size(name)))
        ]


def check_pinned_labels(
    module: CausalModule,
    contract: Contract,
    names: Sequence[str],
    rows: int,
    seed: int,
    tell: Told = untold,
) -> Check:
    """Pinning a label holds it, moves none but its descendants, and can move all its children."""
    children: dict[str, list[str]] = {name: [] for name in contract.labels}
    for child, parents in contract.parents.items():
        for parent in parents:
            children[parent].append(child)
    wanted = {name: _columns(contract, children[name]) for name in names}
    may = {name: _columns(contract, (name, *contract.descendants(name))) for name in names}
    effects = _Pinning(contract, _groups(names, rows), tell)
    seen = _run(module, contract.labels, effects, wanted, may, rows, seed)
    left = [(name, contract.labels[place]) for name, place in seen.left(wanted)]
    stuck = [f"{child} never moves under do({name})" for name, child in sorted(left)]
    edges = sum(int(columns.sum()) for columns in wanted.values())
    few = any(contract.size(name) > VALUES for name in names)
    real = ", real nodes at what they are in other rows" if contract.graph.reals else ""
    detail = (
        f"{len(names)} of {len(contract.labels)} labels pinned at each value"
        f"{f' or {VALUES} of more' if few else ''}{real}, one by one; "
        f"{edges - len(left)} of {edges} edges transmit"
    )
    wrong = [f"do({cause}) moves {other}" for cause, other in seen.violations]
    return outcome("pinned labels", detail, [*effects.violations, *wrong, *stuck])


def check_changed_noise(
    module: CausalModule,
    contract: Contract,
    blocks: Sequence[Block],
    rows: int,
    seed: int,
    tell: Told = untold,
) -> Check:
    """Changing a noise block moves none but its readers' descendants, and can move its readers.

    Changing the noise of half of the rows moves no label of the other half: a mechanism that
    reads a mean over its batch is no function of its parents and its own noise.
    """
    wanted = {block.name: _columns(contract, block.readers) for block in blocks}
    may = {
        block.name: _columns(
            contract, block.readers.union(*(contract.descendants(r) for r in block.readers))
        )
        for block in blocks
    }
    may[OTHER_ROWS] = _columns(contract, ())
    fresh = torch.Generator().manual_seed(seed + 1)

    def effects(model: CausalModule, natural: "_Natural") -> _Effects:
        every = slice(0, rows)
        noise, base = natural(every, 1)
        other = model.draw_noise(rows, generator=fresh)
        half = rows // 2
        mixed = model(torch.cat([noise[:half], other[half:]]))
        yield (OTHER_ROWS,), (mixed[:half] != base[0, :half]).any(0, keepdim=True)
        many = _at_once(contract, rows)
        for start in range(0, len(blocks), many):
            tell("blocks of noise", start, len(blocks))
            some = blocks[start : start + many]
            noise, base = natural(every, len(some))
            changed = noise.clone()
            for rank, block in enumerate(some):
                columns = slice(block.columns.start, block.columns.stop)
                changed[rank * rows : (rank + 1) * rows, columns] = other[:, columns]
            moved = (model(changed).view_as(base) != base).any(1)
            yield [block.name for block in some], moved

    seen = _run(module, contract.labels, effects, wanted, may, rows, seed)
    left = [(block, contract.labels[place]) for block, place in seen.left(wanted)]
    stuck = [f"{reader} never moves with {block}" for block, reader in sorted(left)]
    changed = f"{len(blocks)} of {len(contract.blocks)} noise blocks changed, one by one"
    detail = f"{changed}; then all, in other rows"
    wrong = [f"{block} moves {other}" for block, other in seen.violations]
    return outcome("changed noise", detail, wrong + stuck)


def _run(
    module: CausalModule,
    labels: tuple[str, ...],
    effects: Callable[[CausalModule, _Natural], _Effects],
    wanted: Mapping[str, Tensor],
    may: Mapping[str, Tensor],
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
        natural = _Natural(model, noise, redrawn=redrawn)
        with model.settled():
            for causes, moved in effects(model, natural):
                for cause, columns in zip(causes, moved, strict=True):
                    wrong = (columns & ~may[cause]).nonzero().flatten().tolist()
                    seen.violations += [
                        (cause, other) for other in sorted(labels[w] for w in wrong)
                    ]
                    if redrawn:
                        seen.moved[cause] = seen.moved.get(cause, columns) | columns
        if trial >= 3 and not any(seen.left(wanted)):
            break
    return seen


def _columns(contract: Contract, names: Iterable[str]) -> Tensor:
    """Which columns (V,) are those of some labels."""
    found = torch.zeros(len(contract.labels), dtype=torch.bool)
    found[[contract.place(name) for name in names]] = True
    return found


def _groups(names: Sequence[str], rows: int) -> list[_Group]:
    """The labels that are held together, and the rows of noise that this is done on.

    While one is pinned the others stay at what they are, which moves nothing, so that many are
    pinned at once without a pass for each. What is held cannot be seen to move: of the rows and
    the columns of a square of labels each two are apart at least once.
    """
    side = ceil(len(names) ** 0.5)
    if len(names) <= 2 * side:
        return [((name,), slice(0, rows)) for name in names]
    lines = [names[at : at + side] for at in range(0, len(names), side)]
    across = [names[at::side] for at in range(side)]
    first, second = slice(0, rows // 2), slice(rows // 2, rows)
    return [*((line, first) for line in lines), *((line, second) for line in across)]


def _pins(size: int) -> Tensor:
    """The values at which a label is pinned."""
    count = min(size, VALUES)
    return (torch.arange(count) * (size - 1)) // max(1, count - 1)


def _at_once(contract: Contract, rows: int) -> int:
    """How many causes are looked at in one batch."""
    return max(1, CELLS // (rows * max(1, sum(contract.sizes))))
