"""Tables that are not known for sure, drawn again and again: what an answer can be in their stead.

Each row of a table that was counted, in rows of data or in draws of a network, is a sample
proportion; its posterior is a Dirichlet distribution. The query is answered on many tables drawn
from that posterior, all at once along a batch axis. So what is not known passes through any
query, however non-linear, both sides of a contrast share their tables, and a proportion of zero
still has an error.

Where draws are behind the tables, the error of the answer is its root mean square distance on
tables drawn from the posterior under Jeffreys' prior. Where rows of data are, the quantiles of
the answer on drawn tables are an interval.
"""

from collections.abc import Callable, Iterator, Mapping

import numpy as np

from scm_compiler.inference.contraction import Array
from scm_compiler.inference.evaluation import Numbers, evaluate
from scm_compiler.inference.posteriors import Engine
from scm_compiler.ir import Graph
from scm_compiler.ir import query as ir
from scm_compiler.model.exponential import nearest
from scm_compiler.model.tables import Fitted, Tables
from scm_compiler.passes.fold import HIDDEN
from scm_compiler.passes.twin import unite

REPLICATES = 400
"""Tables drawn from the posterior: the error itself is then known to about 3.5 %."""

FEW = 25
"""Tables drawn where each takes an answer of its own."""

PRIOR = 0.5
"""What the prior of a row of a table weighs, in rows of data, spread over its values."""

Shapes = Callable[[str, "np.random.Generator"], Array | None]
"""The shapes of the Dirichlet posterior of a label's rows, perhaps many along a first axis, drawn
with these random numbers; None where its table is exact."""


class Replicates(Mapping[str, Array]):
    """Tables drawn from the posterior of a model, each label's on first use.

    Args:
        model: The tables.
        shapes: Of their posterior.
        count: The size of the batch axis of the drawn labels; exact labels have none.
        seed: Of the random numbers; a label's draws do not depend on which others are used.
        fitted: Whether each drawn row stands for rows of data that a mechanism is fitted to: where
            it has a family, what is taken is the distribution of that which fits the row best.
    """

    def __init__(
        self, model: Tables, shapes: Shapes, count: int, seed: int, *, fitted: bool = False
    ) -> None:
        self._known: dict[str, Array] = {}
        self._exact, self._shapes = model.probabilities, shapes
        self._ranks = {node.name: rank for rank, node in enumerate(model.graph.labels)}
        self.count, self._seed = count, seed
        self._graph, self._fitted = model.graph, fitted

    def __getitem__(self, name: str) -> Array:
        if name not in self._known:
            self._known[name] = self._draw(name)
        return self._known[name]

    def one(self, rank: int) -> dict[str, Array]:
        """The tables of one of the drawn models."""
        drawn = ((name, self[name], table.ndim) for name, table in self._exact.items())
        return {name: part[rank] if part.ndim > axes else part for name, part, axes in drawn}

    def _draw(self, name: str) -> Array:
        random = np.random.default_rng((self._seed, self._ranks[name]))
        shapes = self._shapes(name, random)
        if shapes is None:
            return self._exact[name]
        weights = random.standard_gamma(shapes, size=(self.count, *self._exact[name].shape))
        drawn = np.asarray(weights / weights.sum(-1, keepdims=True))
        family = self._graph.domain(name).family
        return nearest(family, drawn) if self._fitted and family is not None else drawn

    def __iter__(self) -> Iterator[str]:
        return iter(self._exact)

    def __len__(self) -> int:
        return len(self._exact)


def known_from_rows(query: ir.Query, model: Tables) -> bool:
    """Whether what rows of data leave open is known of all that a query rests on.

    It is not of networks, nor of hidden causes that are labels here, whose states no row holds.
    """
    if not isinstance(model.known, Fitted) or not model.known.likeliest:
        return False
    hidden = {node.name for node in model.graph.labels if node.kind == HIDDEN}
    networks = {*model.networks, *model.known.trained}
    if not networks and not hidden:
        return True
    reached = reached_by(query, model.graph)
    scopes = ({name, *model.graph.parents[name]} for name in reached)
    return reached.isdisjoint(networks) and all(map(hidden.isdisjoint, scopes))


def reached_by(query: ir.Query, graph: Graph) -> set[str]:
    """The labels whose mechanisms a query reaches; of a regime those of all labels."""
    found: set[str] = set()
    for part in ir.plain(query):
        match part:
            case ir.Probability(targets):
                asked = tuple(event.variable for event in targets)
            case ir.Expectation(target):
                asked = (target,)
            case ir.Regime():
                asked = tuple(ir.Variable(node.name) for node in graph.labels)
        worlds = unite(graph, part.given, part.do, asked)
        found |= set() if worlds is None else {*worlds.nodes}
    return found


def from_draws(model: Tables, count: int, seed: int) -> Replicates:
    """Tables drawn from what is known of those that were counted in draws."""

    def shapes(name: str, _: "np.random.Generator") -> Array | None:
        if name not in model.draws:
            return None
        behind = np.asarray(model.draws[name])[..., None]
        return np.asarray(model.probabilities[name] * behind + 0.5)

    return Replicates(model, shapes, count, seed)


def from_rows(model: Tables, count: int, seed: int) -> Replicates:
    """Tables drawn from what the rows of data leave open that they come from."""

    def shapes(name: str, random: "np.random.Generator") -> Array | None:
        if name in model.backoffs:
            return model.backoffs[name].shapes(count, random, seed)
        counts = model.counts(name)
        return None if counts is None else counts + PRIOR / counts.shape[-1]

    return Replicates(model, shapes, count, seed, fitted=True)


def spread(
    answers: Callable[[int, int], Numbers], point: Numbers, count: int, room: float
) -> Numbers:
    """Answers on many drawn tables, along a first axis of each part.

    Args:
        answers: On a batch of tables: of its size and its number.
        point: The answer itself.
        count: How many tables.
        room: How large a batch may be.
    """
    size = int(min(count, max(1.0, room)))
    found: dict[str, list[Array]] = {name: [] for name in point}
    for number in range(-(-count // size)):
        for name, part in answers(size, number).items():
            # No batch axis where no table that was drawn is involved.
            shape = (size, *np.shape(point[name]))
            found[name].append(np.broadcast_to(part, shape))
    return {name: np.concatenate(parts)[:count] for name, parts in found.items()}


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
        rows = from_draws(model, batch, seed + number)
        for name, part in evaluate(query, engine, rows).items():
            squares[name] = squares[name] + _mean_square(part - point[name], point[name]) / batches
    return {name: np.sqrt(part) for name, part in squares.items()}


def _mean_square(distance: Array, point: Array) -> Array:
    """The mean over the batch axis; a part that no estimated table reaches has none."""
    square = np.square(distance)
    return np.asarray(square.mean(0)) if square.ndim > np.ndim(point) else square
