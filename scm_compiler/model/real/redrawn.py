"""Random numbers for the mechanisms of real nodes, as steep as those of labels are redrawn.

The certificate asks of such weights what can move. A mechanism's numbers are not free: knots
increase, widths are positive, chances sum to one, and heaps are values of the node: these stay.
"""

from collections.abc import Callable, Mapping

import torch
from torch import Tensor


def redrawn(name: str, weight: Tensor, generator: torch.Generator) -> Tensor:
    """Random numbers of a mechanism in the place of its own.

    Args:
        name: The name of these numbers, of which the last part says what they are.
        weight: What they are now.
        generator: Where they come from.
    """
    random = torch.randn(weight.shape, generator=generator, dtype=torch.float64)
    kind = name.rpartition(".")[2]
    if kind == "heaps":
        return weight
    return _KINDS.get(kind, _free)(random).to(weight)


def _free(random: Tensor) -> Tensor:
    """Numbers of any size; the rows of a matrix are as steep as those of a label's network."""
    return 2 * random * (max(1, random.shape[1]) ** -0.5 if random.dim() == 2 else 1.0)


def _small(random: Tensor) -> Tensor:
    """Numbers that let cubes of parents through, but not grow from child to child."""
    return random / 1000


def _rising(random: Tensor) -> Tensor:
    steps = random.exp()
    return steps.cumsum(-1) - steps.sum(-1, keepdim=True) / 2


def _mostly_none(random: Tensor) -> Tensor:
    """The chances of heaps, half of it left for what is at none."""
    found = torch.softmax(random, -1) / 2
    found[..., -1] += 0.5
    return found


def _scale(random: Tensor) -> Tensor:
    """A unit, a middle and a spread."""
    unit, middle, spread = random
    return torch.stack([unit.exp(), middle, spread.exp()])


_KINDS: Mapping[str, Callable[[Tensor], Tensor]] = {
    "spreads": torch.exp,
    "floor": torch.exp,
    "numbers": _scale,
    "location": _small,
    "log_scale": _small,
    "knots": _rising,
    "marks": _rising,
    "scores": _rising,
    "places": _rising,
    "slopes": torch.exp,
    "deviations": torch.exp,
    "chances": _mostly_none,
    "under": lambda random: random.sigmoid().sort(-1).values,
}
