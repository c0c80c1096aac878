"""The interface of the label model's trainers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from scm_compiler.runtime.training.fitting import Fitting

if TYPE_CHECKING:
    from scm_compiler.model.module import CausalModule


class Trainer(Fitting, Protocol):
    """One way to fit the label model."""

    def model(self) -> CausalModule:
        """The model as it would be saved now: with averaged weights, where there are any."""
