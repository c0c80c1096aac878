"""Parts 2 and 3: what happens to the labels when something changes, and their Jacobian.

Part 2: one label is pinned, or one noise block changes. What must not move is compared bit for
bit, on the weights as they are and on weights redrawn at random, in the level-fused and in the
plain form. What must be able to move is asked of the redrawn weights alone, since trained or
fresh ones may be flat: the children of a pinned label, and the readers of a block. Every further
descendant then can move too, along edges that each transmit.

Part 3: the scores of one mechanism are differentiated by the encoded values of all labels and by
all the noise. Where the graph has no edge the derivative must be exactly zero; where it has one,
it must not vanish on weights redrawn at random.
"""

import copy
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import torch
from torch import Tensor

from scm_compiler.emit.checks.contract import Block, Check, Contract, outcome
from scm_compiler.model.module import CausalModule, Form

ROUNDS = 20
"""So often are weights redrawn before what has not moved counts as unable to."""

OTHER_ROWS = "the noise of other rows"

_FORMS: tuple[Form, Form] = ("fused", "plain")


CELLS = 2**22
"""So many probabilities of values are computed at once, at most."""

VALUES = 256
"""A label is pinned at each of its values; one with more than so many at so many of them."""


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
"""Causes, one or more, and the labels' values (causes, B, V) under each."""

Told = Callable[[str], None]
"""What is told how far a check has come."""


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
    module: CausalModule,
    contract: Contract,
    names: Sequence[str],
    rows: int,
    seed: int,
    tell: Told = lambda _: None,
) -> Check:
    """Pinning a label holds it, moves none but its descendants, and can move all its children."""
    children: dict[str, list[str]] = {name: [] for name in contract.labels}
    for child, parents in contract.parents.items():
        for parent in parents:
            children[parent].append(child)
    wanted = {name: _columns(contract, children[name]) for name in names}
    may = {name: _columns(contract, (name, *contract.descendants(name))) for name in names}
    loose: dict[str, None] = {}

    def effects(model: CausalModule, noise: Tensor) -> _Effects:
        for rank, name in enumerate(names):
            tell(f"pinned labels: {rank:,} of {len(names):,}")
            size, most = contract.size(name), _at_once(contract, rows)
            for values in torch.split(_pins(size), most):
                many = len(values)
                held = values.repeat_interleave(rows)
                found = model(noise.repeat(many, 1), do={name: held})
                if (found[:, contract.place(name)] != held).any():
                    loose[f"do({name}) does not hold {name}"] = None
                yield (name,) * many, found.view(many, rows, -1)
            # And one as callers pin it, the same in all rows.
            yield (name,), model(noise, do={name: size - 1}).unsqueeze(0)

    seen = _run(module, contract.labels, effects, wanted, may, rows, seed)
    left = [(name, contract.labels[place]) for name, place in seen.left(wanted)]
    stuck = [f"{child} never moves under do({name})" for name, child in sorted(left)]
    edges = sum(int(columns.sum()) for columns in wanted.values())
    few = any(contract.size(name) > VALUES for name in names)
    detail = (
        f"{len(names)} of {len(contract.labels)} labels pinned at each value"
        f"{f' or {VALUES} of more' if few else ''}, one by one; "
        f"{edges - len(left)} of {edges} edges transmit"
    )
    wrong = [f"do({cause}) moves {other}" for cause, other in seen.violations]
    return outcome("pinned labels", detail, [*loose, *wrong, *stuck])


def check_changed_noise(
    module: CausalModule,
    contract: Contract,
    blocks: Sequence[Block],
    rows: int,
    seed: int,
    tell: Told = lambda _: None,
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

    def effects(model: CausalModule, noise: Tensor) -> _Effects:
        other = model.draw_noise(rows, generator=fresh)
        half = rows // 2
        mixed = torch.cat([noise[:half], other[half:]])
        yield (OTHER_ROWS,), torch.cat([model(mixed)[:half], model(noise)[half:]]).unsqueeze(0)
        many = _at_once(contract, rows)
        for start in range(0, len(blocks), many):
            tell(f"changed noise: {start:,} of {len(blocks):,} blocks")
            some = blocks[start : start + many]
            changed = noise.repeat(len(some), 1)
            for rank, block in enumerate(some):
                columns = slice(block.columns.start, block.columns.stop)
                changed[rank * rows : (rank + 1) * rows, columns] = other[:, columns]
            yield [block.name for block in some], model(changed).view(len(some), rows, -1)

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
    effects: Callable[[CausalModule, Tensor], _Effects],
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
        bases: dict[int, Tensor] = {}
        with model.settled():
            for causes, found in effects(model, noise):
                many = len(causes)
                # A batched product may round by its number of rows: like is held against like.
                if many not in bases:
                    bases[many] = model(noise.repeat(many, 1)).view(many, rows, -1)
                moved = (found != bases[many]).any(1)
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


def _pins(size: int) -> Tensor:
    """The values at which a label is pinned."""
    count = min(size, VALUES)
    return (torch.arange(count) * (size - 1)) // max(1, count - 1)


def _at_once(contract: Contract, rows: int) -> int:
    """How many causes are looked at in one batch."""
    return max(1, CELLS // (rows * max(1, sum(map(contract.size, contract.labels)))))


def check_jacobian(
    module: CausalModule, contract: Contract, names: Sequence[str], rows: int, seed: int
) -> Check:
    """The derivative of each label's scores is non-zero for its parents and own noise alone."""
    name = "jacobian"
    generator = torch.Generator().manual_seed(seed)
    redrawn = redraw(module, generator).double()
    noise = redrawn.draw_noise(rows, generator=generator).requires_grad_()
    values = _soft_values(contract, rows, generator).requires_grad_()
    scores = redrawn.scores(values, noise)
    if len(scores) != len(contract.labels):
        found = f"{len(scores)} labels have scores, not {len(contract.labels)}"
        return outcome(name, "the scores", [found])
    violations = []
    for label in names:
        score = scores[contract.place(label)]
        by_value, by_noise = _gradients(score, values, noise, generator)
        violations += _compare(contract, label, by_value, by_noise)
    detail = f"the scores of {len(names)} of {len(contract.labels)} labels, differentiated"
    return outcome(name, detail, violations)


def _compare(contract: Contract, label: str, by_value: Tensor, by_noise: Tensor) -> list[str]:
    """What the gradients of one label's scores say that the graph does not."""
    violations = []
    for other, span in contract.spans.items():
        reads = bool((by_value[:, span.start : span.stop] != 0).any())
        if reads != (other in contract.parents[label]):
            said = "depend" if reads else "do not depend"
            violations.append(f"the scores of {label} {said} on {other}")
    for block in contract.blocks:
        reads = bool((by_noise[:, block.columns.start : block.columns.stop] != 0).any())
        if reads != (label in block.readers):
            said = "depend" if reads else "do not depend"
            violations.append(f"the scores of {label} {said} on {block.name}")
    return violations


def _gradients(
    score: Tensor, values: Tensor, noise: Tensor, generator: torch.Generator
) -> tuple[Tensor, Tensor]:
    """The gradients of a random combination of scores, so that no two terms cancel by design."""
    weights = torch.rand(score.shape, generator=generator, dtype=score.dtype) + 0.5
    # Of one number: `grad` with weights of its own imports sympy, which takes a second.
    found = torch.autograd.grad(
        (score * weights).sum(), (values, noise), retain_graph=True, allow_unused=True
    )
    by_value, by_noise = found
    return (
        torch.zeros_like(values) if by_value is None else by_value,
        torch.zeros_like(noise) if by_noise is None else by_noise,
    )


def _soft_values(contract: Contract, rows: int, generator: torch.Generator) -> Tensor:
    """Soft encoded values (B, E) inside the domain: each label's weights lie in its simplex."""
    parts = [torch.empty(rows, 0, dtype=torch.float64)]
    for span in contract.spans.values():
        part = torch.rand(rows, len(span), generator=generator, dtype=torch.float64)
        parts.append(0.1 + 0.8 * part if len(span) == 1 else part / part.sum(1, keepdim=True))
    return torch.cat(parts, 1)
