"""The standard error of an answer whose tables were estimated from draws.

Each estimated row of a table is a sample proportion; its posterior under Jeffreys' prior is a
Dirichlet distribution. The query is answered on many tables drawn from that posterior, all at
once along a batch axis, and the error is their root mean square distance from the answer. So an
error passes through any query, however non-linear, both sides of a contrast share their tables,
and a proportion of zero still has an error.
"""

from collections.abc import Iterator, Mapping

import numpy as np

from scm_compiler.inference.contraction import Array
from scm_compiler.inference.engine import Engine
from scm_compiler.inference.evaluation import Numbers, evaluate
from scm_compiler.ir import query as ir
from scm_compiler.model.tables import Tables

REPLICATES = 400
"""Tables drawn from the posterior: the error itself is then known to about 3.5 %."""


class Replicates(Mapping[str, Array]):
    """Tables drawn from the posterior of an estimated model, each label's on first use.

    Args:
        model: Tables of which some were estimated (`model.draws`).
        count: The size of the batch axis of the estimated labels; exact labels have none.
        seed: Of the random numbers; a label's draws do not depend on which others are used.
    """

    def __init__(self, model: Tables, count: int, seed: int) -> None:
        self._known: dict[str, Array] = {}
        self._exact = model.probabilities
        self._draws = model.draws
        self._ranks = {node.name: rank for rank, node in enumerate(model.graph.labels)}
        self._count, self._seed = count, seed

    def __getitem__(self, name: str) -> Array:
        if name not in self._draws:
            return self._exact[name]
        if name not in self._known:
            self._known[name] = self._draw(name)
        return self._known[name]

    def _draw(self, name: str) -> Array:
        table = self._exact[name]
        random = np.random.default_rng((self._seed, self._ranks[name]))
        shapes = table * np.asarray(self._draws[name])[..., None] + 0.5
        weights = random.standard_gamma(shapes, size=(self._count, *table.shape))
        return np.asarray(weights / weights.sum(-1, keepdims=True))

    def __iter__(self) -> Iterator[str]:
        return iter(self._exact)

    def __len__(self) -> int:
        return len(self._exact)


def standard_errors(
    query: ir.Query, engine: Engine, model: Tables, point: Numbers, seed: int
) -> Numbers:
    """The standard error of each number of an answer; zeros where all tables are exact.

    Args:
        query: A flattened query of rung 1 or 2.
        engine: Answered the query on `model`.
        model: The tables.
        point: The answer.
        seed: Of the posterior draws.
    """
    squares = {name: np.zeros(np.shape(part)) for name, part in point.items()}
    if not model.draws:
        return squares
    # The engine's limit is on one table; a batch of tables must respect it too.
    batch = int(min(REPLICATES, max(1.0, engine.limit // engine.peak)))
    batches = -(-REPLICATES // batch)
    for number in range(batches):
        rows = Replicates(model, batch, seed + number)
        for name, part in evaluate(query, engine, rows).items():
            squares[name] = squares[name] + _mean_square(part - point[name], point[name]) / batches
    return {name: np.sqrt(part) for name, part in squares.items()}


def _mean_square(distance: Array, point: Array) -> Array:
    """The mean over the batch axis; a part that no estimated table reaches has none."""
    square = np.square(distance)
    return np.asarray(square.mean(0)) if square.ndim > np.ndim(point) else square
