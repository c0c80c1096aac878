"""Questions that the page asks, and their answers as plain data."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from scm_compiler.diagnostics import ScmError
from scm_compiler.identify.adjustment import adjustment_sets
from scm_compiler.identify.graph import causal
from scm_compiler.identify.result import claims_of
from scm_compiler.inference import LEVEL, Answer, Marginals, Number, answer, plan
from scm_compiler.inference.number import Bounds
from scm_compiler.inference.table import Table
from scm_compiler.ir import Claim, Graph
from scm_compiler.ir import query as ir
from scm_compiler.model.tables import Tables
from scm_compiler.passes.prune import ancestors
from scm_compiler.playground.program import Values, refused, regime_text
from scm_compiler.semantics.query import read_query

if TYPE_CHECKING:  # what reads runs needs more packages than a browser has
    from scm_compiler.runtime.run import Run

Data = dict[str, Any]

MOST_SETS = 20


def bars(tables: Tables, do: Values, given: Values, *, firm: bool) -> Data:
    """The table of every label when some are held and some seen, and when all are only seen.

    Args:
        tables: Of the model.
        do: What is held.
        given: What is seen, in the world that this makes.
        firm: Whether the intervals are asked for, which take longer than the numbers.
    """
    level = LEVEL if firm else None
    found = _both(lambda text: _marginals(tables, text, level), do, given)
    return {**found, "firm": firm, "rows": tables.rows}


def bars_of_run(run: "Run", do: Values, given: Values) -> Data:
    """The same of a run with real nodes, which have their mean, deviation and quartiles.

    There are intervals of what is exact: what is drawn would be drawn again for each replicate.
    """
    return _both(lambda text: _regime(run, text), do, given)


def _both(regime: Callable[[str], Data], do: Values, given: Values) -> Data:
    """What there is when some are held and some seen, and when all are only seen."""
    doing, seen = regime_text(do, given), regime_text({}, {**do, **given})
    return {
        "doing": regime(doing),
        "seeing": regime(seen) if do else None,
        "texts": [doing, seen],
    }


def _regime(run: "Run", text: str) -> Data:
    """What a run says of each node in a regime."""
    try:
        found = run.query(text or "do()")
    except ScmError as error:
        return {"labels": {}} | refused(error.diagnostics)
    value = found.firm.value if found.method == "exact" else found.value
    assert isinstance(value, Table)
    labels: dict[str, Data] = {}
    for row in value.rows:
        name, called = row.values
        labels.setdefault(name, {})[called] = _number(row.probability)
    return {"labels": labels, "how": found.how} | _said(found)


def _marginals(tables: Tables, text: str, level: float | None) -> Data:
    """One regime; where not all labels are determined, those that are, one by one."""
    regime = read_query(text, tables.graph) if text else ir.Regime()
    try:
        found = answer(regime, tables, text=text, level=level)
    except ScmError as error:
        return {"labels": {}} | refused(error.diagnostics)
    value = found.firm.value
    assert isinstance(value, Marginals)
    labels = {
        name: {one: _number(number) for one, number in table.items()}
        for name, table in value.items()
    }
    return {"labels": labels, "how": found.how, "formulas": found.formulas} | _said(found)


def _number(number: Number) -> Data:
    """A number, its interval and its bounds."""
    interval, bounds = number.interval, number.bounds
    return {
        "value": number.value if number.known else None,
        "interval": None if interval is None else [interval.low, interval.high],
        "bounds": None if not isinstance(bounds, Bounds) else [bounds.low, bounds.high],
    }


def _said(found: Answer) -> Data:
    return {"warnings": [warning.message() for warning in found.warnings]}


def asked(tables: Tables | None, graph: Graph, text: str) -> Data:
    """The answer to a question, its plan, its formula and what to adjust for."""
    read_query(text, graph)
    found = _identified(graph, text)
    if tables is None:
        return found
    query = read_query(text, tables.graph)  # without the numbers among its nodes
    found["plan"] = str(plan(query, tables, text=text))
    answered = answer(query, tables, text=text)
    said = _said(answered)
    if graph.reals != tables.graph.reals:
        said["warnings"].insert(0, "from the labels alone: a trained run has the numbers as well")
    return found | {"how": answered.how, "answer": answered.text} | said


def put(run: "Run", text: str) -> Data:
    """The answer of a run, whose numbers no tables hold, and its formula."""
    answered = run.query(text)
    shown = {"how": answered.how, "answer": answered.text} | _said(answered)
    return _identified(run.graph, text) | shown


def _identified(graph: Graph, text: str) -> Data:
    """The formula of a question and what to adjust for, or why it has none."""
    found: Data = {"question": text}
    try:
        identification = causal(graph).identify(text)
        found["identified"] = identification.identified
        found["formula"] = repr(identification)
        found["adjustment"] = _adjustment(graph, text)
    except ScmError as error:
        found["formula"] = "\n".join(one.message() for one in error.diagnostics)
    return found


def _adjustment(graph: Graph, text: str) -> list[list[str]] | None:
    """The sets to adjust for, of the effect of a label on one that it causes; None of all else."""
    match claims_of(text, graph):
        case [Claim((effect,), (cause,), ())] if cause in ancestors(graph, [effect]):
            return [list(some) for some in adjustment_sets(graph, cause, effect)[:MOST_SETS]]
    return None
