"""The regression of an effect's sensitivity to a hidden common cause; see `omitted`."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import copysign, inf, sqrt
from typing import Any

import numpy as np

from scm_compiler.diagnostics import Sink, Source, refuse
from scm_compiler.inference.codes.sensitivity import NoSensitivity
from scm_compiler.inference.real.asking import Reader
from scm_compiler.inference.real.omitted import Benchmark, OmittedVariable
from scm_compiler.inference.real.units import Array, Held
from scm_compiler.inference.sensitivity import adjusted
from scm_compiler.ir import Finite, Graph
from scm_compiler.model.mechanism import Column
from scm_compiler.syntax import query_tree as tree
from scm_compiler.syntax.query import parse_query
from scm_compiler.syntax.query_printer import print_query

NEGLIGIBLE = 1e-12


@dataclass(frozen=True)
class _Contrast:
    """An effect: of the cause at one value, instead of another, on a mean or a probability."""

    cause: str
    outcome: str
    one: float
    zero: float
    effect: Array


def omitted_variable(
    text: str,
    graph: Graph,
    columns: Mapping[str, Column],
    counts: Array,
    *,
    level: float | None = 0.95,
) -> OmittedVariable:
    """How strong a hidden common cause must be to overturn an effect.

    Args:
        text: `ATE(X -> Y, x vs w)`, or a difference of means or probabilities at two values of X.
        graph: The graph.
        columns: The rows of data: numbers, and indices of labels' values.
        counts: How often each row occurs.
        level: Of the intervals; None for none.

    Raises:
        ScmError: E40x and E41x if the question is wrong; E534 if it is no such effect, if it does
            not rest on there being no hidden common cause, if adjusting for what is measured
            does not give it, or if the rows are too few.
    """
    source = Source("query", text)
    sink = Sink(source)
    written = parse_query(source, sink)
    sink.check()
    assert written is not None
    reader = Reader(graph)
    contrast = _contrast(reader, written, columns)
    sink.extend(reader.found)
    sink.check()
    if contrast is None or contrast.one == contrast.zero:
        what = "it is no effect of one node on the mean or a probability of another, on everyone"
        way = "ask for `ATE(X -> Y)`, or for E(Y | do(X=x)) - E(Y | do(X=w))"
        sink.extend([NoSensitivity(what, way, span=written.span)])
        sink.check()
    assert contrast is not None
    by = adjusted(graph, contrast.cause, contrast.outcome)
    found = _regressed(contrast, by.names, graph, columns, counts)
    return OmittedVariable(
        query=print_query(written),
        cause=contrast.cause,
        outcome=contrast.outcome,
        adjusted=by.names,
        dropped=by.dropped,
        rows=round(float(counts.sum())),
        level=level,
        **found,
    )


def _contrast(
    reader: Reader, written: tree.Query, columns: Mapping[str, Column]
) -> _Contrast | None:
    match written:
        case tree.Effect(cause, outcome, "ATE", do=(), given=()):
            reader.effect(written)
            if reader.found:
                return None
            one, zero = reader.compared_values(written)
            values = reader.numbers(outcome.text)(columns[outcome.text])
            return _Contrast(cause.text, outcome.text, one, zero, values)
        case tree.Sum(((True, left), (False, right))):
            sides = [_side(reader, part, columns) for part in (left, right)]
            one_side, other = sides
            if one_side is None or other is None or reader.found:
                return None
            (held, outcome_name, of), (against, _, _) = one_side, other
            same = _asked(left) == _asked(right) and held.node == against.node
            if not same or held.value is None or against.value is None:
                return None
            return _Contrast(held.node, outcome_name, held.value, against.value, of)
    return None


def _side(
    reader: Reader, written: tree.Number, columns: Mapping[str, Column]
) -> tuple[Held, str, Array] | None:
    """What one of the two numbers holds, and of what it is the mean."""
    match written:
        case tree.Expectation(tree.Variable(node, ()), (action,), (), variance=False):
            reader.expectation(written)
            if not reader.found:
                numbers = reader.numbers(node.text)(columns[node.text])
                return reader.held(action), node.text, numbers
        case tree.Probability(((tree.Event() | tree.Compared()) as event,), (action,), ()):
            reader.probability(written)
            if not reader.found and not event.variable.world:
                name, holds = reader.holds(event)
                return reader.held(action), name, np.asarray(holds(columns[name]), np.float64)
    return None


def _asked(written: tree.Number) -> object:
    """What is asked, whatever is held."""
    match written:
        case tree.Expectation(target):
            return target
        case tree.Probability(targets):
            return targets
    return None


def _regressed(
    contrast: _Contrast,
    names: Sequence[str],
    graph: Graph,
    columns: Mapping[str, Column],
    counts: Array,
) -> dict[str, Any]:
    """The regression, and a benchmark for each of what is adjusted for."""
    domain = graph.by_name[contrast.cause].domain
    own, scale = np.asarray(columns[contrast.cause], np.float64), contrast.one - contrast.zero
    parts = {name: _numbers(graph, name, columns[name]) for name in names}
    rest = np.ones((len(own), 1))
    if isinstance(domain, Finite):
        others = [v for v in range(domain.size) if v not in (contrast.one, contrast.zero)]
        rest = np.column_stack([rest, *(own == v for v in others)])
        own, scale = (own == contrast.one).astype(np.float64), 1.0
    root = np.sqrt(counts)
    whole = np.column_stack([rest, *parts.values()])
    outcome, cause, whole = contrast.effect * root, own * root, whole * root[:, None]
    left_cause, rank = _left(cause, whole)
    left_outcome, _ = _left(outcome, whole)
    freedom = round(float(counts.sum())) - rank - 1
    slope, noise = 0.0, 0.0
    if left_cause @ left_cause > NEGLIGIBLE * (cause @ cause):
        slope = float(left_cause @ left_outcome / (left_cause @ left_cause))
        noise = float(np.sum((left_outcome - slope * left_cause) ** 2))
    if freedom < 2 or noise <= NEGLIGIBLE * (outcome @ outcome):
        why = f"{len(own):,} rows leave no noise in its regression"
        way = "there must be more rows than nodes, and noise in cause and outcome"
        raise refuse(NoSensitivity(why, way))
    error = sqrt(noise / freedom / float(left_cause @ left_cause))
    bare = OmittedVariable(
        "", "", "", slope * scale, error * abs(scale), freedom, (), dropped=False, rows=0
    )
    told = []
    for name in names:
        less = np.column_stack([rest, *(part for each, part in parts.items() if each != name)])
        less = less * root[:, None]
        of_cause = _explained(cause, less, whole)
        of_outcome = _explained(
            outcome, np.column_stack([less, cause]), np.column_stack([whole, cause])
        )
        told.append(_benchmark(name, of_cause, of_outcome, bare))
    return {
        "difference": bare.difference,
        "error": bare.error,
        "freedom": freedom,
        "benchmarks": tuple(told),
    }


def _benchmark(name: str, cause: float, outcome: float, found: OmittedVariable) -> Benchmark:
    """A hidden cause as strong as something that explains such shares (section 4.4 there)."""
    own = min(cause / (1 - cause), 1.0) if cause < 1 else 1.0
    tied = min(cause**2 / (1 - cause) ** 2, 1.0) if cause < 1 else 1.0
    rest = outcome / (1 - outcome) if outcome < 1 else 1.0
    of = min((1 + sqrt(tied)) ** 2 / (1 - tied) * rest, 1.0) if tied < 1 else 1.0
    left = found.left(of, own) if own < 1 else copysign(1.0, found.difference) * -inf
    return Benchmark(name, own, of, left)


def _explained(of: Array, less: Array, more: Array) -> float:
    """Which share of what some columns leave more of them explain."""
    before, after = (float(left @ left) for left in (_left(of, less)[0], _left(of, more)[0]))
    return max(0.0, 1 - after / before) if before > NEGLIGIBLE * (of @ of) else 0.0


def _left(of: Array, columns: Array) -> tuple[Array, int]:
    """What a regression leaves, and the rank of its columns."""
    scale = np.linalg.norm(columns, axis=0)
    found, _, rank, _ = np.linalg.lstsq(columns / np.where(scale > 0, scale, 1), of, rcond=None)
    return of - columns / np.where(scale > 0, scale, 1) @ found, int(rank)


def _numbers(graph: Graph, name: str, column: Column) -> Array:
    """A node as columns of a regression: a label but for its first value."""
    domain = graph.by_name[name].domain
    if not isinstance(domain, Finite):
        return np.asarray(column, np.float64)[:, None]
    values = np.arange(1, domain.size)
    return np.asarray(column[:, None] == values, np.float64)
