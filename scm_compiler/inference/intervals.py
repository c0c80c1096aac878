"""How firmly rows of data determine an answer: its quantiles on posterior draws of the tables."""

from collections.abc import Callable, Mapping
from dataclasses import replace

import numpy as np

from scm_compiler.inference.answers import Firm
from scm_compiler.inference.contraction import Array
from scm_compiler.inference.drawing import Ends, reach_of
from scm_compiler.inference.evaluation import Numbers
from scm_compiler.inference.number import Bounds, Intervals
from scm_compiler.inference.result import Result
from scm_compiler.inference.task import Task, Work
from scm_compiler.ir import Graph
from scm_compiler.ir import query as ir
from scm_compiler.model.tables import Given, Tables

COUNT = 1000
"""Tables drawn for an interval: its ends are then known to about a tenth of its width."""

_ENOUGH = 100  # draws, for quantiles

FEWER = 100
"""Tables drawn for the interval of bounds, which are worked out one after the other."""

GIVEN = "no interval: the tables were given, and no data stand behind them"

UNKNOWN = "how firmly the data determine it is not known: train with --replicates 20"


def ends_of(
    drawn: Numbers, point: Numbers, level: float, query: ir.Query, graph: Graph
) -> dict[str, Ends]:
    """The quantiles of each part, drawn along its first axis; they hold the point itself.

    Of a few draws Student's interval around the point, inside of what the numbers can be.
    """
    # Where there are only bounds there is no point, and nothing to say of it.
    drawn = {name: np.where(np.isnan(point[name]), 0.0, part) for name, part in drawn.items()}
    few = min(map(len, drawn.values()))
    if few >= _ENOUGH:
        return {
            name: Ends(
                np.minimum(_quantile(part, (1 - level) / 2), point[name]),
                np.maximum(_quantile(part, (1 + level) / 2), point[name]),
            )
            for name, part in drawn.items()
        }
    least, most = reach_of(query, graph)
    width = float(t_quantile((1 + level) / 2, np.asarray(few - 1)))
    arms = {name: width * np.nanstd(part, axis=0, ddof=1) for name, part in drawn.items()}
    return {
        name: Ends(np.maximum(point[name] - arm, least), np.minimum(point[name] + arm, most))
        for name, arm in arms.items()
    }


def replicate_ends(drawn: Numbers, point: Numbers, level: float) -> dict[str, Ends]:
    """As many standard deviations of a few replicates to either side as a t distribution says.

    No further than what numbers of this kind can reach: a probability stays one.
    """
    found = {}
    for name, part in drawn.items():
        ends = student_ends(part, point[name], level)
        every = np.append(part, point[name])
        every = every[~np.isnan(every)]
        inside = bool(np.all((every >= 0) & (every <= 1)))
        found[name] = Ends(np.maximum(ends.low, 0), np.minimum(ends.high, 1)) if inside else ends
    return found


def student_ends(drawn: Array, point: Array, level: float) -> Ends:
    """The ends by a t distribution, wherever they are."""
    number = (~np.isnan(drawn)).sum(0)
    # Of one replicate there is no deviation, and of bounds alone there is no point.
    known = np.where(number > 1, drawn, 0.0)
    deviation = np.where(number > 1, np.nanstd(known, axis=0, ddof=1), np.nan)
    arm = t_quantile((1 + level) / 2, np.maximum(number, 2) - 1) * deviation
    return Ends(point - arm, point + arm)


def t_quantile(share: float, freedom: Array) -> Array:
    """By Cornish and Fisher's expansion: to one part in a hundred from three degrees on."""
    from statistics import NormalDist  # noqa: PLC0415  (5 ms, and few answers need it)

    z = NormalDist().inv_cdf(share)
    terms = (
        (z**3 + z) / 4,
        (5 * z**5 + 16 * z**3 + 3 * z) / 96,
        (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / 384,
        (79 * z**9 + 776 * z**7 + 1482 * z**5 - 1920 * z**3 - 945 * z) / 92160,
    )
    return np.asarray(z + sum(term / freedom ** (k + 1) for k, term in enumerate(terms)))


def span_ends(
    drawn: Mapping[str, tuple[Array, Array]],
    bounds: Mapping[str, tuple[Bounds, ...]],
    level: float,
) -> dict[str, Ends]:
    """The quantile of each lower bound below, and of each upper bound above."""
    return {
        name: Ends(
            np.fmin(_quantile(low, (1 - level) / 2), [span.low for span in bounds[name]]),
            np.fmax(_quantile(high, (1 + level) / 2), [span.high for span in bounds[name]]),
        )
        for name, (low, high) in drawn.items()
    }


def _quantile(drawn: Array, share: float) -> Array:
    """Of those drawn tables that allow the evidence."""
    quantile = np.nanquantile if np.isnan(drawn).any() else np.quantile  # the latter is faster
    with np.errstate(invalid="ignore"):  # between two infinite ends there is nothing
        return np.asarray(quantile(drawn, share, axis=0))


def firm(
    task: Task,
    work: Work,
    result: Result,
    seed: int,
    level: float | None,
    answer_on: Callable[[Tables], Numbers | None],
) -> Firm | None:
    """An answer with the intervals that rows of data leave; None where none were asked for.

    Args:
        task: The query.
        work: What answered it.
        result: The answer.
        seed: Of the tables that are drawn.
        level: Of the intervals.
        answer_on: What another model answers; None where it has no answer.
    """
    model, declared = task.setting.model, task.setting.declared
    if level is None or model is None:
        return None
    if isinstance(model.known, Given):
        return Firm(result.value(task.query, declared), GIVEN)
    drawn = work.spread(COUNT, seed, result.numbers)
    if drawn is None:
        intervals = _from_replicates(model, result, level, answer_on)
    else:
        spans = (
            {} if result.identified else span_ends(work.ends(FEWER, seed), result.bounds, level)
        )
        ends = ends_of(drawn, result.numbers, level, task.query, task.setting.graph)
        intervals = Intervals(level, model.rows, ends, spans)
    said = "" if intervals else UNKNOWN
    return Firm(replace(result, intervals=intervals).value(task.query, declared), said)


def _from_replicates(
    model: Tables, result: Result, level: float, answer_on: Callable[[Tables], Numbers | None]
) -> Intervals | None:
    """Intervals from models that were trained on other weights of the rows; None of none."""
    answered = [answer_on(one) for one in model.replicates]
    kept = [numbers for numbers in answered if numbers is not None]
    if len(kept) < 2:
        return None
    drawn = {name: np.stack([one[name] for one in kept]) for name in result.numbers}
    ends = replicate_ends(drawn, result.numbers, level)
    by = f"{len(kept)} replicates on Bayesian-bootstrap weights"
    return Intervals(level, model.rows, ends, by=by)
