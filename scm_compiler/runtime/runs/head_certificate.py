"""Definition 1 for a trained head: the image reads its parents and its own noise, nothing else.

All comparisons are bit for bit. What must be able to move the image (each parent, its noise) is
asked of redrawn weights, since trained ones may have learned to ignore a label.
"""

import copy
from collections.abc import Iterable, Iterator
from math import prod

import torch
from torch import Tensor

from scm_compiler.emit.checks.contract import Check, outcome
from scm_compiler.ir import Graph
from scm_compiler.runtime.runs.trained_head import TrainedHead

ROWS = 24
"""Images that each check draws."""

NUMBERS = (-10.0, 0.3, 100.0)
"""What a real label is held at."""

ROUNDS = 5
"""So often are weights redrawn before what has not moved the image counts as unable to."""


def check_heads(graph: Graph, heads: Iterable[TrainedHead], seed: int) -> Iterator[Check]:
    """The checks of every trained head of a graph.

    Args:
        graph: The graph.
        heads: Its trained heads, on the CPU.
        seed: Of labels, noise and redrawn weights.
    """
    for head in heads:
        random = torch.Generator().manual_seed(seed)
        labels = _labels(graph, random)
        noise = head.draw_noise(ROWS, generator=random)
        if not head.render(labels, noise).isfinite().all():  # NaN differs from itself
            found = [f"an image of {head.node} has pixels that are no numbers"]
            yield outcome(f"image {head.node}: pixels", "nothing is compared", found)
            continue
        with torch.random.fork_rng(devices=[]):
            yield _check_parents(graph, head, labels, noise, random)
            yield _check_rows(head, labels, noise)
            yield _check_noise(head, labels, noise, random)


def _labels(graph: Graph, random: torch.Generator) -> Tensor:
    """Rows of all labels (ROWS, V), of values that are all as likely; of real ones any numbers."""
    columns = [
        torch.randint(graph.sizes[node.name], (ROWS,), generator=random)
        if node.name in graph.sizes
        else torch.randn(ROWS, generator=random, dtype=torch.float64)
        for node in graph.tabular
    ]
    return torch.stack(columns, 1) if columns else torch.zeros(ROWS, 0, dtype=torch.int64)


def _check_parents(
    graph: Graph, head: TrainedHead, labels: Tensor, noise: Tensor, random: torch.Generator
) -> Check:
    """A label that is no parent does not change the image; each parent can."""
    base = head.render(labels, noise)
    parents = set(head.coding.names)
    wrong = []
    others = [node.name for node in graph.tabular if node.name not in parents]
    for name in others:
        for changed in _changed(graph, labels, name):
            if not torch.equal(head.render(changed, noise), base):
                wrong.append(f"{name}, which is no parent, moves {head.node}")
    stuck = set(parents)
    for _ in range(ROUNDS):
        if stuck:
            drawn = _redrawn(head, random)
            stuck -= {name for name in stuck if _moves(graph, drawn, labels, noise, name)}
    wrong += [f"{head.node} never moves with its parent {name}" for name in sorted(stuck)]
    detail = f"{len(others)} other labels changed, one by one; {len(parents)} parents can move it"
    return outcome(f"image {head.node}: parents", detail, wrong)


def _check_rows(head: TrainedHead, labels: Tensor, noise: Tensor) -> Check:
    """A row's image is the same alone, in the batch, and in the batch in another order."""
    base = head.render(labels, noise)
    wrong = []
    for row in range(0, ROWS, 5):
        alone = head.render(labels[[row]], noise[[row]])
        if not torch.equal(alone[0], base[row]):
            wrong.append(f"an image of {head.node} differs alone and in a batch")
    back = torch.arange(ROWS - 1, -1, -1)
    if not torch.equal(head.render(labels[back], noise[back])[back], base):
        wrong.append(f"an image of {head.node} depends on its place in the batch")
    return outcome(f"image {head.node}: rows", f"{ROWS} images alone and together", wrong)


def _check_noise(
    head: TrainedHead, labels: Tensor, noise: Tensor, random: torch.Generator
) -> Check:
    """The image is a function of its own noise: no other randomness enters, and this one does."""
    base = head.render(labels, noise)
    wrong = []
    for seed in range(2):
        torch.manual_seed(seed)
        if not torch.equal(head.render(labels, noise), base):
            wrong.append(f"{head.node} depends on more than its labels and its noise")
    other = head.draw_noise(ROWS, generator=random)
    drawn = _redrawn(head, random)
    if torch.equal(drawn.render(labels, noise), drawn.render(labels, other)):
        wrong.append(f"{head.node} never moves with its noise")
    detail = "the same images whatever else is random; other noise can give others"
    return outcome(f"image {head.node}: noise", detail, wrong)


def _moves(graph: Graph, head: TrainedHead, labels: Tensor, noise: Tensor, name: str) -> bool:
    base = head.render(labels, noise)
    changes = _changed(graph, labels, name)
    return any(not torch.equal(head.render(changed, noise), base) for changed in changes)


def _changed(graph: Graph, labels: Tensor, name: str) -> Iterator[Tensor]:
    """The labels with one of them held at each of its values; a real one at some numbers."""
    column = [node.name for node in graph.tabular].index(name)
    values = range(graph.sizes[name]) if name in graph.sizes else NUMBERS
    for value in values:
        changed = labels.clone()
        changed[:, column] = value
        yield changed


def _redrawn(head: TrainedHead, random: torch.Generator) -> TrainedHead:
    """The head with random weights of the size that fresh ones have, so that effects get through.

    Running statistics of batch norm are put back to mean 0 and variance 1.
    """
    generator = copy.deepcopy(head.generator)
    with torch.no_grad():
        for name, weight in generator.state_dict().items():
            if name.endswith("running_var"):
                weight.fill_(1.0)
            elif weight.is_floating_point():
                fan = max(1, prod(weight.shape[1:]))
                scale = 0.0 if name.endswith("running_mean") else fan**-0.5
                weight.copy_(torch.randn(weight.shape, generator=random) * scale)
    return TrainedHead(head.node, head.config, generator)
