"""Curves: a number that is asked for at each of many values of a real node."""

from dataclasses import replace
from math import floor

from scm_compiler.inference.real.codes.curves import NoCurve
from scm_compiler.inference.real.names import Names
from scm_compiler.inference.real.openings import opened
from scm_compiler.ir.domain import is_number
from scm_compiler.semantics.codes.reals import OnlyOfReals
from scm_compiler.syntax import query_tree as tree
from scm_compiler.syntax.query_printer import quoted

USUAL, MOST = 20, 1000
"""Steps of a curve that does not say how wide they are, and the most points."""

ROUNDING = 1e-9
"""What share of a step the last point may be beyond the end."""


def curves_of(query: tree.Query) -> tuple[tree.Curve, ...]:
    """The curves in a question."""
    done = (action for part in tree.plain(query) for action in part.do)
    return tuple(action for action in done if isinstance(action, tree.Curve))


def at(query: tree.Query, value: str) -> tree.Query:
    """The question at one point of its curve."""
    return tree.rewritten(
        query, lambda part: replace(part, do=tuple(_held(each, value) for each in part.do))
    )


def points(names: Names, query: tree.Query, *, drawn: bool = False) -> tuple[str, ...]:
    """At which values the question is asked; none, with the reason in `names`, if it is no curve.

    It may stand in several parts of a sum, always the same. A regime has one if it is `drawn`.
    """
    curves = curves_of(query)
    curve = curves[0]
    if not names.known(curve.node):
        return ()
    if names.real(curve.node) is None:
        names.found.append(OnlyOfReals(quoted(curve.node.text), span=curve.span))
        return ()
    wrong = "" if drawn and len(curves) == 1 else _wrong(query)
    words = (curve.low, curve.high, *((curve.step,) if curve.step else ()))
    if not all(is_number(word.text) for word in words):
        wrong = wrong or "an end or the step is no number"
    if not wrong:
        low, high = float(curve.low.text), float(curve.high.text)
        step = float(curve.step.text) if curve.step else (high - low) / USUAL
        if high <= low or step <= 0:
            wrong = "its numbers do not increase"
        elif (high - low) / step > MOST:
            wrong = f"it has more than {MOST:,} points"
    if wrong:
        names.found.append(NoCurve(wrong, span=curve.span))
        return ()
    count = floor((high - low) / step + ROUNDING)
    return tuple(f"{low + rank * step:.10g}" for rank in range(count + 1))


def _wrong(query: tree.Query) -> str:
    """Why a question is none that has a curve."""
    free = isinstance(query, tree.Probability) and any(
        isinstance(target, tree.Event) and target.value is None for target in query.targets
    )
    if free or opened(query) or isinstance(query, tree.Best | tree.Regime):
        return "a table has no curve"
    return "a question has one" if len(set(curves_of(query))) > 1 else ""


def _held(action: tree.Action, value: str) -> tree.Action:
    if not isinstance(action, tree.Curve):
        return action
    return tree.Assignment(action.node, tree.Word(value, action.span), action.span)
