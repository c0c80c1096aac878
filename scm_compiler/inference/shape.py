"""The shape of a question: what it rests on once pruned, and how to contract that.

Only which labels are held and seen matters here, not at which values.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from scm_compiler.diagnostics import refuse
from scm_compiler.inference.codes.answers import HiddenCause
from scm_compiler.inference.contraction import Plan, plan
from scm_compiler.inference.elimination import Scope
from scm_compiler.ir import Discrete, Graph
from scm_compiler.passes import Requisite, mutilate, prune
from scm_compiler.passes.prune import ancestors


@dataclass(frozen=True)
class Condition:
    """The world of a question and what is seen in it.

    Attributes:
        do: Labels held, with the index of the value.
        given: Labels observed in that world, with the index of the value.
    """

    do: Mapping[str, int] = field(default_factory=dict)
    given: Mapping[str, int] = field(default_factory=dict)

    @cached_property
    def fixed(self) -> dict[str, int]:
        """Every label whose value is known."""
        return {**self.given, **self.do}

    def seeing(self, node: str, value: int) -> "Condition":
        """This condition with one more observation."""
        return Condition(self.do, {**self.given, node: value})


@dataclass(frozen=True)
class Program:
    """A question's shape, compiled: what it rests on and how to contract that.

    Attributes:
        requisite: The pruned graph.
        plan: How to contract the tables of `requisite.nodes`.
        apart: The labels of each separated part, whose evidence may be impossible.
    """

    requisite: Requisite
    plan: Plan
    apart: tuple[tuple[str, ...], ...]


def label_sizes(graph: Graph) -> dict[str, int]:
    """The number of values of each label, in the order of declaration."""
    return {n.name: n.domain.size for n in graph.labels if isinstance(n.domain, Discrete)}


def compile_shape(
    graph: Graph, targets: tuple[str, ...], condition: Condition, sizes: Mapping[str, int]
) -> Program:
    """Mutilate, prune and plan; only the names in the condition matter, not its values.

    Raises:
        ScmError: E432 if the answer rests on a hidden common cause.
    """
    kept = requisite(graph, targets, condition)
    refuse_confounded(graph, kept.nodes)
    apart = []
    for part in kept.apart:
        nodes = tuple(name for name in part if name not in condition.do)
        # The tables of confounded labels do not tell what is possible; no exact zero is claimed.
        if nodes and not confounded(graph, nodes):
            apart.append(nodes)
    way = plan_over(graph, kept.nodes, condition, sizes, targets)
    return Program(kept, way, tuple(apart))


def requisite(graph: Graph, targets: Collection[str], condition: Condition) -> Requisite:
    """What P(targets | condition) rests on."""
    return prune(mutilate(graph, condition.do), targets, condition.fixed)


def plan_over(
    graph: Graph,
    nodes: Sequence[str],
    condition: Condition,
    sizes: Mapping[str, int],
    keep: Scope,
) -> Plan:
    """The plan that contracts the tables of some labels; fixed variables are no axes."""
    scopes = [
        tuple(name for name in (*graph.parents[node], node) if name not in condition.fixed)
        for node in nodes
    ]
    return plan(scopes or [()], sizes, keep)


def confounded(graph: Graph, nodes: Collection[str]) -> tuple[str, ...]:
    """The hidden common causes that keep a product of tables from being right, as `A <-> B`.

    A label's table says what the label does when its parents are set, P(v | do(parents)), if none
    of its hidden common causes reaches an ancestor of it, and the tables of two labels multiply
    if they share none (Tian and Pearl 2002: each is then a c-component of its own).

    Args:
        graph: The graph before any intervention.
        nodes: The labels whose tables are multiplied.
    """
    if not graph.confounders:
        return ()
    names = set(nodes)
    above = {name: ancestors(graph, [name]) for name in names}
    return tuple(
        f"{pair.left} <-> {pair.right}"
        for pair in graph.confounders
        if {pair.left, pair.right} <= names
        or pair.right in above.get(pair.left, ())
        or pair.left in above.get(pair.right, ())
    )


def refuse_confounded(graph: Graph, nodes: Collection[str]) -> None:
    """Refuse (E432) where a product of the nodes' tables would be wrong; see `confounded`."""
    if pairs := confounded(graph, nodes):
        raise refuse(HiddenCause(pairs=pairs))
