"""Effects that have a name, as the differences of means that they stand for.

The average effect compares two interventions, `ATT` those on who was treated. What of it goes
through the mediators M and what does not (Pearl 2001, "Direct and indirect effects"): NDE lets M
be what it would have been without the treatment, NIE changes M alone, CDE holds it.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

from scm_compiler.ir import Graph
from scm_compiler.ir import query as ir
from scm_compiler.semantics.codes.questions import WrongEffect
from scm_compiler.semantics.derive import Regime
from scm_compiler.syntax import query_tree as tree
from scm_compiler.syntax.query_printer import quoted

Side = tuple[ir.Variable, Regime]
"""A variable whose mean is taken, and where."""


@dataclass(frozen=True)
class Effect:
    """What is compared.

    Attributes:
        name: `ATE`, `ATT`, `NDE`, `NIE` or `CDE`.
        cause: The cause.
        outcome: The outcome.
        one: The value of the cause that is compared.
        zero: The value with which it is.
        held: What `CDE` holds.
    """

    name: str
    cause: str
    outcome: str
    one: int
    zero: int
    held: ir.World = ()

    def sides(
        self, regime: Regime, graph: Graph, causes: Callable[[str, str], bool]
    ) -> list[Side]:
        """The two means whose difference it is.

        Args:
            regime: Among whom, and with what else done.
            graph: The graph.
            causes: Whether there is a path of arrows from one node to another.
        """
        one, zero = (ir.Setting(self.cause, value) for value in (self.one, self.zero))
        if self.name == "ATT":
            treated = ir.Event(ir.Variable(self.cause), self.one)
            regime = replace(regime, given=(*regime.given, treated))
        if self.name in ("NDE", "NIE"):
            changed, fixed = (one, zero) if self.name == "NDE" else (zero, one)
            through = mediators(self.cause, self.outcome, graph, causes)
            nested = tuple(ir.Setting(name, ir.Variable(name, (fixed,))) for name in through)
            worlds: tuple[ir.World, ir.World] = ((changed, *nested), (zero,))
        else:
            worlds = ((one, *self.held), (zero, *self.held))
        apart = self.name not in ("ATE", "CDE") or regime.given or regime.factors
        if apart:
            return [(ir.Variable(self.outcome, world), regime) for world in worlds]
        plain = ir.Variable(self.outcome)
        return [(plain, replace(regime, do=(*regime.do, *world))) for world in worlds]


def mediators(
    cause: str, outcome: str, graph: Graph, causes: Callable[[str, str], bool]
) -> list[str]:
    """The parents of the outcome, other than the cause, that the cause has an effect on."""
    parents = graph.parents.get(outcome, ())
    return [name for name in parents if name != cause and causes(cause, name)]


def wrong_effect(query: tree.Effect) -> WrongEffect | None:
    """What is wrong with what an effect holds, if anything is (E463)."""
    cause, outcome = query.cause.text, query.outcome.text
    arrow = f"{quoted(cause)} -> {quoted(outcome)}"
    wrong, example = "", f"CDE({arrow}, M=1)"
    if query.name == "CDE" and not query.held:
        wrong = "`CDE` does not say what is held"
    elif query.name != "CDE" and query.held:
        wrong, example = f"`{query.name}` holds nothing else", f"{query.name}({arrow})"
    elif {cause, outcome} & {setting.node.text for setting in query.held}:
        wrong = "`CDE` holds neither cause nor outcome"
    return WrongEffect(wrong, example, span=query.span) if wrong else None


def local_effect(instrument: str, cause: str, outcome: str, graph: Graph) -> ir.LocalEffect:
    """`LATE(instrument -> cause -> outcome)`, with the difference that it stands for.

    Args:
        instrument: A label of the values 0 and 1.
        cause: Another.
        outcome: A label whose values are numbers.
        graph: The graph.
    """

    def within(node: str, held: str, value: str) -> ir.Variable:
        return ir.Variable(node, (ir.Setting(held, graph.domain(held).index(value)),))

    index = graph.domain(cause).index
    moved = tuple(ir.Event(within(cause, instrument, value), index(value)) for value in "10")
    one, zero = (ir.Expectation(within(outcome, cause, value), (), moved) for value in "10")
    return ir.LocalEffect(((1.0, one), (-1.0, zero)), instrument, cause, outcome)
