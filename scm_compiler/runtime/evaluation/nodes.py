"""The evaluation of a run with real nodes on rows of data: each node's mechanism and marginal."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from math import sqrt
from typing import Any

import numpy as np

from scm_compiler.diagnostics import refuse
from scm_compiler.inference.table import columns
from scm_compiler.ir import Finite, Graph, Node
from scm_compiler.markup import markup
from scm_compiler.model.mechanism import Column, Mechanism
from scm_compiler.model.real.parts import observed
from scm_compiler.notebook import table
from scm_compiler.runtime.controller.real.mixed import calibration
from scm_compiler.runtime.data.columns import Table
from scm_compiler.runtime.data.sources import Data, load_table
from scm_compiler.runtime.evaluation.codes.evaluation import NoDataBehind
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
        run: The run's folder.
        name: The graph's name.
        graph_hash: Its hash.
        data: Where the rows came from.
        rows: How many there are.
        trained: Whether they are those that the run was trained on.
        nodes: One for each label and real node.
        left_out: The labels that hidden causes in tables tie, which have no mechanism each.
        correlations: Of each pair of nodes, in the data and in the model.
    """

    run: str
    name: str
    graph_hash: str
    data: str
    rows: int
    trained: bool
    nodes: tuple[NodeScore, ...]
    left_out: tuple[str, ...]
    correlations: tuple[tuple[str, str, float, float], ...]

    @property
    def log_likelihood(self) -> float:
        """The mean of a row, without the labels that are left out."""
        return sum(node.log_likelihood for node in self.nodes)

    @property
    def worst(self) -> Sequence[tuple[str, str, float, float]]:
        """The pairs whose correlation differs most."""
        return sorted(self.correlations, key=lambda pair: -abs(pair[3] - pair[2]))[:5]

    def to_dict(self) -> dict[str, Any]:
        """The report as plain data."""
        pairs = [
            {"nodes": [one, other], "data": data, "model": model}
            for one, other, data, model in self.correlations
        ]
        return asdict(self) | {"log_likelihood": self.log_likelihood, "correlations": pairs}

    @property
    def text(self) -> str:
        """Two tables, and what they are of."""
        return "\n\n".join((self._title, columns(self._nodes), columns(self._pairs)))

    @property
    def html(self) -> str:
        """A page that needs nothing else."""
        body = "".join(table(head, rows) for head, *rows in (self._nodes, self._pairs))
        title = markup(self.name)
        head = f'<head><meta charset="utf-8"/><title>{title}</title></head>'
        said = f"<h1>{title}</h1><p>{markup(self._title)}</p>{body}"
        return f'<!DOCTYPE html><html lang="en">{head}<body>{said}</body></html>\n'

    @property
    def _title(self) -> str:
        of = "which it was trained on" if self.trained else "which it was not trained on"
        without = f" without {', '.join(self.left_out)}" if self.left_out else ""
        return (
            f"{self.name} against {self.data}: {self.rows:,} rows, {of}; "
            f"{self.log_likelihood:.4f} nats a row{without}"
        )

    @property
    def _nodes(self) -> list[tuple[str, ...]]:
        head = ("node", "nats a row", "F(x) off even", "distance", "by chance")
        moments = ("mean", "in the model", "deviation", "in the model")
        return [(*head, *moments), *map(_line, self.nodes)]

    @property
    def _pairs(self) -> list[tuple[str, ...]]:
        rows = [
            (f"{one}, {other}", f"{data:.3f}", f"{model:.3f}")
            for one, other, data, model in self.worst
        ]
        return [("farthest correlations", "data", "model"), *rows]


def evaluate_nodes(run: Record, *, data: Data | None = None, seed: int = 0) -> NodesReport:
    """Hold the mechanisms of a run with real nodes against rows of data.

    Args:
        run: The run.
        data: The rows, such as some that it was not trained on; those that it was trained on if
            None.
        seed: Of the units of the model that marginals are compared with.

    Raises:
        ScmError: E832 if nothing was trained; E60x and E61x if the data cannot be read.
    """
    if not run.labels.rows:
        raise refuse(NoDataBehind(str(run.path), run.labels.origin), exit_code=2)
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
        run=str(run.path),
        name=run.graph.name,
        graph_hash=run.graph.hash,
        data=held.origin,
        rows=held.rows,
        trained=data is None,
        nodes=scores,
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


def _line(score: NodeScore) -> tuple[str, ...]:
    moments = ["", "", "", ""]
    if score.data is not None and score.model is not None:
        moments = [f"{n:.5g}" for n in np.stack([score.data, score.model], 1).reshape(-1)]
    return (
        score.node,
        f"{score.log_likelihood:.4f} ± {score.error:.4f}",
        "" if score.calibration is None else f"{score.calibration:.3f}",
        f"{score.distance:.4f}",
        f"{score.chance:.4f}",
        *moments,
    )
