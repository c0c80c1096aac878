"""Part 3: the Jacobian of the scores has the sparsity of the graph.

The scores of one mechanism are differentiated by the encoded values of all labels and by all the
noise. Where the graph has no edge the derivative must be exactly zero; where it has one, it must
not vanish on weights redrawn at random.
"""

from collections.abc import Iterable, Sequence

import torch
from torch import Tensor

from scm_compiler.emit.checks.behaviour import redraw
from scm_compiler.emit.checks.contract import Check, Contract, outcome
from scm_compiler.model.module import CausalModule


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
    values = _reached(by_value, contract.spans.values())
    noise = _reached(by_noise, (block.columns for block in contract.blocks))
    read = {name: name in contract.parents[label] for name in contract.labels}
    read |= {block.name: label in block.readers for block in contract.blocks}
    return [
        f"the scores of {label} {'do not depend' if wanted else 'depend'} on {other}"
        for (other, wanted), found in zip(read.items(), [*values, *noise], strict=True)
        if found != wanted
    ]


def _reached(gradient: Tensor, spans: Iterable[range]) -> list[bool]:
    """Whether some derivative by the columns of each span is non-zero; spans follow another."""
    moved = (gradient != 0).any(0).long().cumsum(0)
    ends = torch.tensor([span.stop for span in spans], dtype=torch.long) - 1
    counts = moved[ends]
    return (counts.diff(prepend=counts.new_zeros(1)) > 0).tolist()


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
