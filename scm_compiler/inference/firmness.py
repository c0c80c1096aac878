"""How firmly rows of data determine an answer, or why that is not known."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from scm_compiler.inference.answers import Firm
from scm_compiler.inference.drawing import reach_of
from scm_compiler.inference.evaluation import Numbers
from scm_compiler.inference.intervals import (
    COUNT,
    FEWER,
    Intervals,
    ends_of,
    replicate_ends,
    span_ends,
)
from scm_compiler.inference.result import Result
from scm_compiler.inference.task import Task, Work
from scm_compiler.model.tables import Given, Tables

GIVEN = "no interval: the tables were given, and no data stand behind them"

UNKNOWN = "how firmly the data determine it is not known: train with --replicates"


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
        ends = ends_of(drawn, result.numbers, level, reach_of(task.query, task.setting.graph))
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
