"""Which criterion a formula is an instance of, as textbooks name them."""

from collections.abc import Sequence

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


def _sum(formula: Estimand) -> tuple[set[str], tuple[Estimand, ...]]:
    """The variables and the factors of a formula `sum_{…} f g …`; nothing of another one."""
    match formula:
        case Sum(over, Product(parts)):
            return set(over), parts
    return set(), ()


def _back_door(found: Identified) -> tuple[str, ...]:
    """Z of `sum_{Z} P(y | x, z, c) P(z | c)`; nothing if it is another formula."""
    over, parts = _sum(found.estimand)
    conditions, outcomes = set(found.conditions), set(found.outcomes)
    aimed = [part for part in parts if isinstance(part, Factor) and set(part.of) == outcomes]
    if len(aimed) != 1:
        return ()
    weights = [part for part in parts if part is not aimed[0]]
    allowed = {*over, *found.treatments, *conditions}
    if over <= set(aimed[0].given) <= allowed and _law(weights, over, conditions):
        return tuple(name for name in aimed[0].given if name in over)
    return ()


def _front_door(found: Identified) -> bool:
    """Whether it is `sum_{Z} P(z | x) sum_{X'} P(y | x', z) P(x')`."""
    over, parts = _sum(found.estimand)
    held = set(found.treatments)
    inner = [part for part in parts if isinstance(part, Sum)]
    if len(inner) != 1 or found.conditions:
        return False
    mediators = [part for part in parts if part is not inner[0]]
    summed, last = _sum(inner[0])
    aimed = Factor(found.outcomes, tuple(sorted({*summed, *over})))
    shown = [Factor(p.of, tuple(sorted(p.given))) for p in last if isinstance(p, Factor)]
    weights = [part for part in shown if part != aimed]
    return (
        summed == held
        and len(weights) + 1 == len(shown) == len(last)
        and _law(weights, held, set())
        and _law(mediators, over, held)
    )


def _law(parts: Sequence[Estimand], names: set[str], given: set[str]) -> bool:
    """Whether the product has the form of P(names | given), by the chain rule."""
    listed: list[str] = []
    for part in parts:
        if not isinstance(part, Factor) or not set(part.given) <= names | given:
            return False
        listed += part.of
    return len(listed) == len(set(listed)) and set(listed) == names
