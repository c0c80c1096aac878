"""A counterfactual in writing: a formula over distributions under `do`."""

from collections.abc import Sequence

from scm_compiler.identify.counterfactual.districts import District
from scm_compiler.identify.counterfactual.ratio import Decision, Signed, Terms
from scm_compiler.identify.estimand import quoted
from scm_compiler.ir import Graph
from scm_compiler.ir import query as ir
from scm_compiler.passes.twin import Held, Input
from scm_compiler.semantics.query import phrase_events


def written(graph: Graph, decision: Decision) -> str:
    """What a counterfactual is, as a formula over distributions under `do`.

    >>> from scm_compiler.identify.counterfactual import decide
    >>> from scm_compiler.ir import Edge, Node
    >>> from scm_compiler.ir.domain import BINARY
    >>> pair = Graph("g", (Node("X", "binary", BINARY), Node("Y", "binary", BINARY)),
    ...              (Edge("X", "Y"),))
    >>> y = ir.Variable("Y", (ir.Setting("X", 0),))
    >>> print(written(pair, decide(pair, [ir.Event(y, 1)], [ir.Event(ir.Variable("X"), 1)])))
    P(Y=1 | do(X=0))
    """
    if decision.sums is not None:
        above, below = (_signed(graph, side) for side in decision.sums)
    else:
        above, below = (_sum(graph, terms) for terms in (decision.above, decision.below))
    return above if below == "1" else f"[{above}] / [{below}]"


def _signed(graph: Graph, side: Signed) -> str:
    (_, first), *others = side
    rest = (f" {'-+'[sign > 0]} ({written(graph, part)})" for sign, part in others)
    return f"{written(graph, first)}{''.join(rest)}"


def _sum(graph: Graph, terms: Terms) -> str:
    return " + ".join(_term(graph, term) for term in terms) or "0"


def _term(graph: Graph, districts: Sequence[District]) -> str:
    """A sum over the copies without a known value of the product of the districts."""
    unknown = frozenset[int]().union(*(district.unknown for district in districts))
    shown = " ".join(_factor(graph, district) for district in reversed(districts)) or "1"
    if not unknown:
        return shown
    names = districts[0].worlds.names
    return f"sum_{{{', '.join(quoted(names[number]) for number in sorted(unknown))}}} {shown}"


def _factor(graph: Graph, district: District) -> str:
    names = district.worlds.names

    def one(node: str, place: Input) -> str:
        if not isinstance(place, Held):
            return quoted(names[place])
        return phrase_events([ir.Event(ir.Variable(node), place.value)], graph)

    places = dict(district.places(graph))
    of = ", ".join(one(node, places[node]) for node in places if node in district.nodes)
    held = ", ".join(one(node, places[node]) for node in places if node not in district.nodes)
    return f"P({of} | do({held}))" if held else f"P({of})"
