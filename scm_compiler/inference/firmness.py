"""How firmly rows of data determine an answer, or why that is not known."""

from dataclasses import replace

from scm_compiler.inference.answers import Firm
from scm_compiler.inference.drawing import reach_of
from scm_compiler.inference.intervals import COUNT, FEWER, Intervals, ends_of, span_ends
from scm_compiler.inference.result import Result
from scm_compiler.inference.task import Task, Work
from scm_compiler.model.tables import Given

_GIVEN = "no interval: the tables were given, and no data stand behind them"

_UNKNOWN = "how firmly the data determine it is not known: train with --replicates"


def firm(task: Task, work: Work, result: Result, seed: int, level: float | None) -> Firm | None:
    """An answer with the intervals that rows of data leave; None where none were asked for.

    Args:
        task: The query.
        work: What answered it.
        result: The answer.
        seed: Of the tables that are drawn.
        level: Of the intervals.
    """
    model, declared = task.setting.model, task.setting.declared
    if level is None or model is None:
        return None
    if isinstance(model.known, Given):
        return Firm(result.value(task.query, declared), _GIVEN)
    drawn = work.spread(COUNT, seed, result.numbers)
    if drawn is None:
        return Firm(result.value(task.query, declared), _UNKNOWN)
    spans = {} if result.identified else span_ends(work.ends(FEWER, seed), result.bounds, level)
    ends = ends_of(drawn, result.numbers, level, reach_of(task.query, task.setting.graph))
    found = replace(result, intervals=Intervals(level, model.rows, ends, spans))
    return Firm(found.value(task.query, declared))
