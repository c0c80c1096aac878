"""What the training loop needs of anything that is trained in steps."""

from collections.abc import Mapping
from typing import Protocol, Self, runtime_checkable

import torch
from torch import Size, Tensor

SHARE_DIGITS = 6
"""To how many digits the share of a budget that is spent is told."""


class Mean(float):
    """The mean of a loss over the steps that report it; not every step need do so.

    Attributes:
        steps: How many those are.

    >>> Mean(0.5, 3), Mean(0.5, 3).steps
    (0.5, 3)
    """

    steps: int

    def __new__(cls, value: float, steps: int) -> Self:
        """The mean of so many steps."""
        mean = super().__new__(cls, value)
        mean.steps = steps
        return mean


class Diverged(Exception):  # noqa: N818  (what happened, not a fault of the caller)
    """A loss or a weight is no longer a finite number."""


class Fitting(Protocol):
    """Something that is fitted step by step and can stop and go on.

    The weights after N steps must not depend on how the steps are divided into calls of
    `advance`, nor on whether the state went through `state` and `restore` in between. Where a
    budget ends the training, and the fitting is `Scheduled`, they depend on the time, too.

    Attributes:
        total: Steps in all.
        done: Steps taken.
    """

    total: int
    done: int

    def advance(self, steps: int) -> Mapping[str, float]:
        """Take up to `steps` steps, none beyond `total`.

        Returns:
            The mean of each loss; empty if no step was left. It is a `Mean` if not every step
            reports the loss.

        Raises:
            Diverged: If a loss or a weight is not finite.
        """

    def state(self) -> dict[str, Tensor]:
        """All that is needed to go on: copies, on the CPU, none sharing memory with another."""

    def restore(self, state: Mapping[str, Tensor]) -> None:
        """Go on from what `state` gave; ValueError where it does not fit."""


@runtime_checkable
class Scheduled(Protocol):
    """A fitting whose rates change from its first step to its last."""

    def spend(self, share: float) -> None:
        """Say which share of its time is spent, where a budget may end it before `total`."""


def begun_adam(adam: torch.optim.Adam) -> torch.optim.Adam:
    """Adam with the state that its first step would make, so that it can be restored at once."""
    for group in adam.param_groups:
        for parameter in group["params"]:
            adam.state[parameter] = {
                "step": torch.tensor(0.0),
                "exp_avg": torch.zeros_like(parameter),
                "exp_avg_sq": torch.zeros_like(parameter),
            }
    return adam


def require_fitting(state: Mapping[str, Tensor], shapes: Mapping[str, Size]) -> None:
    """Refuse the state of another training.

    Args:
        state: What is to be restored.
        shapes: Of the tensors that this training has.

    Raises:
        ValueError: If a tensor is missing, left over or of another shape.
    """
    held = {name: tensor.shape for name, tensor in state.items()}
    if held != dict(shapes):
        wrong = sorted(n for n in {**held, **shapes} if held.get(n) != shapes.get(n))
        raise ValueError(f"the state does not fit this training: {', '.join(wrong)}")
