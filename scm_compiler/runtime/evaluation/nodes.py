"""The evaluation of a run with real nodes on rows of data: each node's mechanism and marginal."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt

import numpy as np

from scm_compiler.ir import Finite, Graph, Node
from scm_compiler.model.mechanism import Column, Mechanism
from scm_compiler.model.real.parts import observed
from scm_compiler.runtime.controller.real.mixed import calibration
from scm_compiler.runtime.data.columns import Table
from scm_compiler.runtime.data.sources import Data, load_table
from scm_compiler.runtime.runs.record import Record
from scm_compiler.runtime.sampling.mixed import mixed_stream

DRAWS = 20_480
"""Units of the model that marginals are compared with."""

KOLMOGOROV = 1.358
"""By 1 / sqrt(rows), how far apart equal distributions are seen in at most 95 of 100 samples."""


@dataclass(frozen=True)
class NodeScore:
    """How near one node is to the data.

    Attributes:
        node: Its name.
        log_likelihood: The mean log-probability, or log-density, of its value in a row given its
            parents, in nats; where a hidden cause reaches real nodes, given its parents in the
            graph of what is fitted.
        error: Its standard error by the rows.
        calibration: Of a real node, how far the shares below its numbers given its parents are
            from even (Kolmogorov's distance); None of a label.
        distance: How far its distribution in the model is from that in the data: of a real node
            Kolmogorov's distance, of a label the total variation.
        chance: What that distance is by chance alone in at most 95 of 100 samples; of a label
            of two values.
        data: Its mean and deviation in the data; None of a label.
        model: The same in the model.
    """

    node: str
    log_likelihood: float
    error: float
    calibration: float | None
    distance: float
    chance: float
    data: tuple[float, float] | None
    model: tuple[float, float] | None


@dataclass(frozen=True)
class NodesReport:
    """How near a run with real nodes is to rows of data.

    Attributes:
        data: Where the rows came from.
        rows: How many there are.
        trained: Whether they are those that the run was trained on.
        scores: One for each label and real node.
        left_out: The labels that hidden causes in tables tie, which have no mechanism each.
        correlations: Of each pair of nodes, in the data and in the model.
    """

    data: str
    rows: int
    trained: bool
    scores: tuple[NodeScore, ...]
    left_out: tuple[str, ...]
    correlations: tuple[tuple[str, str, float, float], ...]

    @property
    def log_likelihood(self) -> float:
        """The mean of a row, without the labels that are left out."""
        return sum(node.log_likelihood for node in self.scores)

    @property
    def worst(self) -> Sequence[tuple[str, str, float, float]]:
        """The pairs whose correlation differs most."""
        return sorted(self.correlations, key=lambda pair: -abs(pair[3] - pair[2]))[:5]


def evaluate_nodes(run: Record, *, data: Data | None = None, seed: int = 0) -> NodesReport:
    """Hold the mechanisms of a run with real nodes against rows of data.

    Args:
        run: The run.
        data: The rows, such as some that it was not trained on; those that it was trained on if
            None.
        seed: Of the units of the model that marginals are compared with.

    Raises:
        ScmError: E60x and E61x if the data cannot be read.
    """
    held = run.table if data is None else load_table(data, run.graph)
    assert isinstance(held, Table)
    mechanisms = run.mechanisms
    drawn = mixed_stream("", run.graph, mechanisms, seed).columns(0, DRAWS)
    shared = {n for pair in observed(run.graph).confounders for n in (pair.left, pair.right)}
    scores = tuple(
        _score(node, mechanisms[node.name], held, drawn)
        for node in run.graph.tabular
        if node.name not in shared
    )
    return NodesReport(
        data=held.origin,
        rows=held.rows,
        trained=data is None or held.fingerprint == run.table.fingerprint,
        scores=scores,
        left_out=tuple(node.name for node in run.graph.tabular if node.name in shared),
        correlations=_correlations(run.graph, held, drawn),
    )


def _score(node: Node, mechanism: Mechanism, held: Table, drawn: dict[str, Column]) -> NodeScore:
    value, share = held.columns[node.name], held.counts / held.counts.sum()
    logs = mechanism.log_prob(value, held.columns)
    mean = float(share @ logs)
    spread = sqrt(float(share @ (logs - mean) ** 2) / held.rows)
    model = drawn[node.name]
    noise = sqrt(1 / held.rows + 1 / DRAWS)
    if isinstance(node.domain, Finite):
        shares = np.bincount(value, share, node.domain.size)
        apart = np.abs(shares - np.bincount(model, minlength=node.domain.size) / DRAWS).sum() / 2
        most = sqrt(float(shares.max() * (1 - shares.max())))
        return NodeScore(
            node.name, mean, spread, None, float(apart), 1.96 * most * noise, None, None
        )
    even = calibration(mechanism, value, held.columns, share)
    moments = (_moments(value, share), _moments(model, np.full(DRAWS, 1 / DRAWS)))
    apart = _apart(value, share, model)
    return NodeScore(node.name, mean, spread, even, apart, KOLMOGOROV * noise, *moments)


def _moments(column: Column, share: Column) -> tuple[float, float]:
    mean = float(share @ column)
    return mean, sqrt(max(0.0, float(share @ (column - mean) ** 2)))


def _apart(value: Column, share: Column, model: Column) -> float:
    """Kolmogorov's distance of two samples."""
    places = np.unique(np.concatenate([value, model]))
    order = np.argsort(value, kind="stable")
    passed = np.concatenate([[0.0], share[order].cumsum()])
    one = passed[np.searchsorted(value[order], places, "right")]
    other = np.searchsorted(np.sort(model), places, "right") / len(model)
    return float(np.abs(one - other).max())


def _correlations(
    graph: Graph, held: Table, drawn: dict[str, Column]
) -> tuple[tuple[str, str, float, float], ...]:
    """Of each pair of nodes that vary; a label of several values counts by its rank."""
    names = [node.name for node in graph.tabular]
    both = [
        _correlation(np.stack([np.asarray(each[n], np.float64) for n in names]), weights)
        for each, weights in ((held.columns, held.counts), (drawn, np.ones(DRAWS)))
    ]
    pairs = [(i, j) for i in range(len(names)) for j in range(i)]
    found = ((names[j], names[i], float(both[0][i, j]), float(both[1][i, j])) for i, j in pairs)
    return tuple(pair for pair in found if np.isfinite(pair[2:]).all())


def _correlation(matrix: np.ndarray, weights: Column) -> np.ndarray:
    centred = matrix - (matrix @ weights / weights.sum())[:, None]
    products = (centred * weights) @ centred.T
    scale = np.sqrt(np.diag(products))
    with np.errstate(invalid="ignore", divide="ignore"):  # of a node that does not vary: NaN
        return np.asarray(products / np.outer(scale, scale))
