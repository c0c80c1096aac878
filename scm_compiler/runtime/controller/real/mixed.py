"""Trains the tables of labels and the mechanisms of real nodes side by side."""

from collections.abc import Mapping
from itertools import chain

import numpy as np
from torch import Tensor

from scm_compiler.ir import Graph
from scm_compiler.ir.domain import Real
from scm_compiler.model.mechanism import Mechanism
from scm_compiler.model.module import CausalModule
from scm_compiler.model.real.mechanism import Inverse
from scm_compiler.model.real.parts import apart, observed
from scm_compiler.runtime.controller.real.target import Target
from scm_compiler.runtime.controller.real.trainer import Reals
from scm_compiler.runtime.controller.trainer import Trainer
from scm_compiler.runtime.training.fitting import Scheduled


def targets_of(graph: Graph) -> tuple[Target, ...]:
    """What is fitted apart from the labels' tables, each with what it reads."""
    graph = observed(graph)
    return tuple(
        Target(name, graph.by_name[name].domain, {p: graph.by_name[p].domain for p in parents})
        for name, parents in ((name, graph.parents[name]) for name in apart(graph))
    )


class Mixed:
    """Two trainings that go on together; either may end before the other.

    Attributes:
        total: Steps in all.
        done: Steps taken.

    Args:
        labels: That of the tables.
        reals: That of the real nodes and of their discrete effects.
    """

    def __init__(self, labels: Trainer, reals: Reals) -> None:
        self._labels, self._reals = labels, reals
        self._count()

    def spend(self, share: float) -> None:
        """Say which share of the time is spent, where a budget may end it."""
        for part in (self._labels, self._reals):
            if isinstance(part, Scheduled):
                part.spend(share)

    def advance(self, steps: int) -> dict[str, float]:
        """Take up to this many steps of each.

        Returns:
            The labels' losses, and `real_nll` of the others.

        Raises:
            Diverged: If a loss is not finite.
        """
        found: dict[str, float] = {}
        if self._labels.done < self._labels.total:
            found |= self._labels.advance(steps)
        if self._reals.done < self._reals.total:
            own = self._reals.advance(steps)
            found |= {f"real_{name}": mean for name, mean in own.items()}
        self._count()
        return found

    def model(self) -> CausalModule:
        """The label model."""
        return self._labels.model()

    def mechanisms(self) -> dict[str, Mechanism]:
        """The mechanisms of the real nodes, and of the labels with real parents."""
        return self._reals.mechanisms()

    def judged(self) -> dict[str, float]:
        """How well held-out rows are predicted.

        Returns:
            `real_loglik`, the mean log-likelihood of a row in nats, of all that is fitted apart
            from tables; `real_ks`, the greatest distance of the numbers F(x | parents) of a real
            node from even ones: 0 if it is calibrated.
        """
        columns, weights = self._reals.held()
        share = weights / weights.sum()
        found, distances = 0.0, [0.0]
        for name, mechanism in self.mechanisms().items():
            value = columns[name]
            found += float(share @ mechanism.log_prob(value, columns))
            if isinstance(mechanism.domain, Real):
                distances.append(calibration(mechanism, value, columns, share))
        return {"real_loglik": found, "real_ks": max(distances)}

    def state(self) -> dict[str, Tensor]:
        """Copies of all that is needed to go on."""
        parts = (("labels", self._labels), ("reals", self._reals))
        return dict(
            chain.from_iterable(
                ((f"{part}.{name}", tensor) for name, tensor in fitting.state().items())
                for part, fitting in parts
            )
        )

    def restore(self, state: Mapping[str, Tensor]) -> None:
        """Go on from what `state` gave.

        Raises:
            ValueError: If a tensor is missing, left over or of another shape.
        """
        for part, fitting in (("labels.", self._labels), ("reals.", self._reals)):
            own = {n.removeprefix(part): t for n, t in state.items() if n.startswith(part)}
            fitting.restore(own)
        self._count()

    def _count(self) -> None:
        self.total = max(self._labels.total, self._reals.total)
        self.done = max(self._labels.done, self._reals.done)


def calibration(
    mechanism: Mechanism, value: np.ndarray, columns: Mapping[str, np.ndarray], share: np.ndarray
) -> float:
    """Kolmogorov's distance of the numbers F(x | parents) of a real node from even ones."""
    if isinstance(mechanism, Inverse) and len(mechanism.heaps):
        uniform = np.random.default_rng(0).random((len(value), 1))
        score = mechanism.abduct(value, columns, uniform)
        numbers = mechanism.columns(score)[:, 0]
    else:
        numbers = mechanism.cdf(value, columns)  # type: ignore[attr-defined]
    order = np.argsort(numbers, kind="stable")
    ranked, passed = numbers[order], share[order].cumsum()
    return float(max((passed - ranked).max(), (ranked - passed + share[order]).max()))
