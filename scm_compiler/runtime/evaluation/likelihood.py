"""How likely a label model makes rows of data: the mean log-likelihood, in nats a row."""

from dataclasses import dataclass

import numpy as np
import torch

from scm_compiler.model.explicit import ExplicitModule
from scm_compiler.model.module import CausalModule
from scm_compiler.model.tables import Counted, Tables
from scm_compiler.runtime.controller.config import Config
from scm_compiler.runtime.controller.mle.rows import split
from scm_compiler.runtime.controller.registry import recipe_of
from scm_compiler.runtime.data.table import Cells, LabelTable
from scm_compiler.runtime.evaluation.distance import (
    Array,
    log_probability,
    module_probabilities,
    table_probabilities,
)
from scm_compiler.runtime.evaluation.estimate import NOTHING, Estimate


@dataclass(frozen=True)
class Kept:
    """How the networks of a model do on the rows that they were not fitted to.

    They were kept at the weights that did best there, so the number is a little too good; data
    that the training never saw (`scmc eval --data`) have no part in any choice.

    Attributes:
        networks: How many labels have a network.
        rows: The rows that were kept from them.
        held: The log-likelihood of these labels given their parents on those rows.
        fitted: On the rows that they were fitted to.
    """

    networks: int
    rows: int
    held: Estimate
    fitted: Estimate


@dataclass(frozen=True)
class Likelihood:
    """The log-likelihood of rows under a model, in nats a row.

    Attributes:
        model: Its mean; the standard error is that of a mean over so many rows. Of the rows that
            the model makes possible.
        alone: Were the labels independent, each as in the training data: what parents are worth
            is the difference.
        impossible: The share of the rows that have probability zero.
        kept: On the rows that networks were not fitted to, if there are any.
    """

    model: Estimate
    alone: Estimate
    impossible: float
    kept: Kept | None = None


def likelihood(
    module: CausalModule | None,
    tables: Tables,
    data: LabelTable,
    trained: LabelTable,
    config: Config | None = None,
) -> Likelihood:
    """The likelihood of data.

    Args:
        module: The trained module; may be None where all labels have tables.
        tables: Its tables.
        data: The rows.
        trained: The data that the model was trained on.
        config: What was asked for of the training: which rows networks were not fitted to.
    """
    chances = joint_probabilities(module, tables, data.cells)
    possible = chances > 0
    counts = np.where(possible, data.counts, 0)
    with np.errstate(divide="ignore"):
        logs = np.where(possible, np.log(chances), 0.0)
    return Likelihood(
        _mean(logs, counts),
        _alone(data, trained),
        1.0 - float(counts.sum()) / data.rows,
        _kept(module, trained, config) if data is trained else None,
    )


def joint_probabilities(module: CausalModule | None, tables: Tables, cells: Cells) -> Array:
    """The probability of each row (cells, V): (cells,); of networks that share noise their law."""
    if isinstance(module, ExplicitModule) and tables.networks:
        return module_probabilities(module, cells)
    counted = isinstance(tables.known, Counted) and tables.observational
    return table_probabilities(counted or tables, cells)


def _alone(data: LabelTable, trained: LabelTable) -> Estimate:
    logs = np.zeros(len(data.cells))
    for rank, name in enumerate(data.labels):
        shares = (trained.counts_of([name]) + 0.5) / (trained.rows + 0.5 * data.sizes[rank])
        logs += np.log(shares)[data.cells[:, rank]]
    return _mean(logs, data.counts)


def _kept(module: CausalModule | None, trained: LabelTable, config: Config | None) -> Kept | None:
    if not isinstance(module, ExplicitModule) or config is None or config.trainer != "mle":
        return None
    names = [
        name
        for name, wiring in zip(module.layout.labels, module.wirings, strict=True)
        if not wiring.table
    ]
    fitted, held = split(trained, recipe_of(config)[1].model_dump()["held_out"], config.seed)
    if not names or (fitted is held):
        return None
    cells = torch.from_numpy(trained.cells)
    logs = sum(
        (log_probability(module, name, cells) for name in names), start=np.zeros(len(cells))
    )
    return Kept(len(names), int(held.sum()), _mean(logs, held), _mean(logs, fitted))


def _mean(logs: Array, counts: Array | Cells) -> Estimate:
    """The mean over rows, each cell as often as it occurs."""
    total = float(counts.sum())
    if total < 2:
        return NOTHING
    mean = float(counts @ logs) / total
    spread = float(counts @ np.square(logs - mean)) / (total - 1)
    return Estimate(mean, float(np.sqrt(spread / total)))
