"""Which criterion a formula is an instance of, as textbooks name them."""

from scm_compiler.identify.estimand import Estimand, Factor, Product, Sum
from scm_compiler.identify.identification import Identified


def criterion(found: Identified) -> str:
    """By what a query is identified, in words that go after "by".

    The name is read off the formula: one that has the form of the back-door adjustment is one,
    since the criterion is complete for it (Shpitser, VanderWeele and Robins 2010).

    >>> from scm_compiler.identify.identification import identify
    >>> from scm_compiler.ir import Confounder, Edge, Graph, Node
    >>> from scm_compiler.ir.domain import BINARY
    >>> nodes = tuple(Node(name, "binary", BINARY) for name in "XZY")
    >>> front_door = Graph("g", nodes, (Edge("X", "Z"), Edge("Z", "Y")), (Confounder("X", "Y"),))
    >>> criterion(identify(front_door, ["Y"], ["X"]))
    'the front-door formula'
    """
    if not found.treatments:
        return "observation"
    formula = found.estimand
    if isinstance(formula, Factor):
        if formula.free.isdisjoint(found.treatments):
            return "rule 3 of do-calculus"
        return "rule 2 of do-calculus"
    if adjusted := _back_door(found):
        return f"the back-door adjustment for {', '.join(adjusted)}"
    if _front_door(found):
        return "the front-door formula"
    return "the IDC algorithm" if found.conditions else "the ID algorithm"


def _pair(formula: Estimand) -> tuple[tuple[str, ...], tuple[Estimand, Estimand]] | None:
    """The variables and the two factors of a formula `sum_{…} f g`."""
    match formula:
        case Sum(over, Product((first, second))):
            return over, (first, second)
    return None


def _back_door(found: Identified) -> tuple[str, ...]:
    """Z of `sum_{Z} P(y | x, z, c) P(z | c)`; nothing if it is another formula."""
    pair = _pair(found.estimand)
    if pair is None:
        return ()
    over, factors = pair
    conditions, held = set(found.conditions), set(found.treatments)
    for outcome, weight in (factors, factors[::-1]):
        if not (isinstance(outcome, Factor) and isinstance(weight, Factor)):
            continue
        fits = set(weight.of) == set(over) and set(weight.given) <= conditions
        aimed = set(outcome.of) == set(found.outcomes)
        if fits and aimed and set(over) <= set(outcome.given) <= {*over, *held, *conditions}:
            return over
    return ()


def _front_door(found: Identified) -> bool:
    """Whether it is `sum_{Z} P(z | x) sum_{X'} P(y | x', z) P(x')`."""
    outer = _pair(found.estimand)
    if outer is None or found.conditions:
        return False
    over, factors = outer
    for mediator, rest in (factors, factors[::-1]):
        inner = _pair(rest)
        if not isinstance(mediator, Factor) or inner is None:
            continue
        summed, parts = inner
        expected = {
            Factor(found.outcomes, tuple(sorted({*summed, *over}))),
            Factor(summed),
        }
        shown = {
            Factor(part.of, tuple(sorted(part.given)))
            for part in parts
            if isinstance(part, Factor)
        }
        if (
            set(mediator.of) == set(over)
            and set(mediator.given) == set(found.treatments) == set(summed)
            and shown == expected
        ):
            return True
    return False
