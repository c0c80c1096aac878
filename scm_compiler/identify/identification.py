"""ID and IDC: whether observation determines a query, and by which formula.

The algorithms are those of Shpitser and Pearl (2006), "Identification of joint interventional
distributions in recursive semi-Markovian causal models", Figure 3 (ID), and of Shpitser and Pearl
(2006), "Identification of conditional interventional distributions", Figure 4 (IDC). Line 4 of ID
is reached at most once, so that its recursion is a loop here: over the districts, and in each
over lines 2, 7 and 6 (the form of Tian and Pearl 2002). Both are complete: a query that they do
not identify is one that no method identifies without further assumptions.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace

from scm_compiler.diagnostics import refuse
from scm_compiler.identify.admg import Admg, Nodes, arrows
from scm_compiler.identify.codes.identification import FormulaTooLong
from scm_compiler.identify.estimand import (
    Estimand,
    Factor,
    marginal,
    mentioned,
    product,
    quoted,
    ratio,
)
from scm_compiler.identify.hedge import Hedge, hedge
from scm_compiler.identify.projection import hide
from scm_compiler.identify.separation import open_path
from scm_compiler.ir import Graph

LIMIT = 50
"""A formula with more variables than this is left as it is."""


MOST_NAMED = 1_000_000
"""A formula that names variables more often is not written."""


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a derivation.

    Attributes:
        line: The line of the published algorithm, such as `ID line 4`.
        text: What it did.
    """

    line: str
    text: str

    def __str__(self) -> str:
        return f"{self.line}: {self.text}"


@dataclass(frozen=True)
class Identified:
    """A query that observation determines.

    Attributes:
        outcomes: The query's outcomes, in topological order, as the next two.
        treatments: What is held.
        conditions: What is seen in the world that holding makes.
        estimand: P(outcomes | do(treatments), conditions) as a formula over P.
        steps: How it was derived.
    """

    outcomes: tuple[str, ...]
    treatments: tuple[str, ...]
    conditions: tuple[str, ...]
    estimand: Estimand
    steps: tuple[Step, ...]

    @property
    def arbitrary(self) -> tuple[str, ...]:
        """Variables of the formula that the query does not have: any value of them will do."""
        named = {*self.outcomes, *self.treatments, *self.conditions}
        return tuple(sorted(self.estimand.free - named))

    def __str__(self) -> str:
        return f"{ask(self.outcomes, self.treatments, self.conditions)} = {self.estimand}"


@dataclass(frozen=True)
class NotIdentified:
    """A query that observation does not determine.

    Attributes:
        outcomes: The query's outcomes, in topological order, as the next two.
        treatments: What is held.
        conditions: What is seen in the world that holding makes.
        hedge: The witness.
        steps: What was tried.
    """

    outcomes: tuple[str, ...]
    treatments: tuple[str, ...]
    conditions: tuple[str, ...]
    hedge: Hedge
    steps: tuple[Step, ...]

    def __str__(self) -> str:
        return f"{ask(self.outcomes, self.treatments, self.conditions)} is not identified"


def identify(
    graph: Graph,
    outcomes: Collection[str],
    treatments: Collection[str] = (),
    conditions: Collection[str] = (),
) -> Identified | NotIdentified:
    """Whether P(outcomes | do(treatments), conditions) follows from P, and how.

    The formula has as few variables as leaving out one after the other allows: the query is
    identified again in the latent projection without it, until none can go.

    Args:
        graph: A validated graph, possibly with hidden common causes.
        outcomes: At least one node.
        treatments: Nodes that are held.
        conditions: Nodes whose values are seen; the three sets are disjoint.

    Returns:
        The formula, or the hedge that forbids one.

    Raises:
        ScmError: E530 if the formula is too long.
        ValueError: If the sets overlap, hold a name that the graph does not, or none is asked.

    >>> from scm_compiler.ir import Confounder, Edge, Node
    >>> from scm_compiler.ir.domain import BINARY
    >>> nodes = tuple(Node(name, "binary", BINARY) for name in "XZY")
    >>> front_door = Graph("g", nodes, (Edge("X", "Z"), Edge("Z", "Y")), (Confounder("X", "Y"),))
    >>> print(identify(front_door, ["Y"], ["X"]))
    P(Y | do(X)) = sum_{Z} P(Z | X) sum_{X'} P(Y | X', Z) P(X')
    """
    _validate(graph, outcomes, treatments, conditions)
    order = arrows(graph).sorted
    query = tuple(order(dict.fromkeys(names)) for names in (outcomes, treatments, conditions))
    found = derive(graph, *query)
    return _simpler(graph, found) if isinstance(found, Identified) else found


def derive(
    graph: Graph,
    outcomes: tuple[str, ...],
    treatments: tuple[str, ...],
    conditions: tuple[str, ...],
) -> Identified | NotIdentified:
    """`identify` as the algorithms give it: with all variables, in the graph as it is."""
    work = _Derivation(graph, arrows(graph))
    query = (outcomes, treatments, conditions)
    try:
        formula = work.plain(*query)
        if formula is None:
            formula = work.idc(frozenset(outcomes), frozenset(treatments), conditions)
    except _FailedError as failure:
        return NotIdentified(*query, failure.hedge, tuple(work.steps))
    return Identified(*query, formula, tuple(work.steps))


def identifiable(graph: Graph, found: Identified | NotIdentified) -> bool:
    """Whether this graph identifies the query that was decided on another one with its nodes.

    The same decision as `derive`, by sets of nodes alone and so without a formula.
    """
    work = _Derivation(graph, arrows(graph))
    x, seen = work.held(frozenset(found.outcomes), frozenset(found.treatments), found.conditions)
    return work.decides(frozenset((*found.outcomes, *seen)), x)


def seen_and_held(
    graph: Graph, outcomes: Collection[str], treatments: Collection[str], conditions: Iterable[str]
) -> tuple[Nodes, Nodes]:
    """What may be held in the end, and the conditions that are still seen then (IDC line 1)."""
    within = arrows(graph)
    work = _Derivation(graph, within)
    held, seen = work.held(frozenset(outcomes), frozenset(treatments), within.sorted(conditions))
    return held, frozenset(seen)


def _simpler(graph: Graph, found: Identified) -> Identified:
    """The same query, identified without each variable that it can do without."""
    query = (found.outcomes, found.treatments, found.conditions)
    asked = {name for names in query for name in names}
    others = mentioned(found.estimand) - asked
    gone: list[str] = []
    # Variables that may have any value go first: they are in the formula for nothing.
    ranked = dict.fromkeys((*found.arbitrary, *(n for n in graph.topological if n in others)))
    for name in ranked if len(ranked) <= LIMIT else ():
        if name in mentioned(found.estimand):
            smaller = hide(graph, name)
            simpler = derive(smaller, *query)
            if isinstance(simpler, Identified):
                graph, found = smaller, simpler
                gone.append(name)
    if not gone:
        return found
    left_out = Step("projection", f"{_listed(gone)} can be left out")
    return replace(found, steps=(left_out, *found.steps))


def ask(outcomes: Iterable[str], treatments: Iterable[str], conditions: Iterable[str] = ()) -> str:
    """The query in writing, without values.

    >>> ask(["Y"], ["X"], ["Z"])
    'P(Y | do(X), Z)'
    """
    held = ", ".join(map(quoted, treatments))
    parts = [f"do({held})"] if held else []
    parts += map(quoted, conditions)
    given = f" | {', '.join(parts)}" if parts else ""
    return f"P({', '.join(map(quoted, outcomes))}{given})"


class _FailedError(Exception):
    def __init__(self, found: Hedge) -> None:
        super().__init__(found)
        self.hedge = found


class _Derivation:
    """The algorithms on one graph, and the steps that they took."""

    def __init__(self, graph: Graph, within: Admg) -> None:
        self.graph = graph
        self.within = within
        self.steps: list[Step] = []

    def plain(self, y: tuple[str, ...], x: tuple[str, ...], z: tuple[str, ...]) -> Estimand | None:
        """A conditional probability of P where that is all; rules 2 and 3 of do-calculus."""
        effective = tuple(name for name in x if not self._idle(name, frozenset((*y, *z)), x))
        cut = _without_arrows(self.graph, into=(), out_of=effective)
        if open_path(cut, effective, y, z) is not None:
            return None
        if dropped := tuple(name for name in x if name not in effective):
            self._note("rule 3", f"holding {_listed(dropped)} changes nothing asked or seen")
        if effective:
            self._note("rule 2", f"nothing confounds {_listed(effective)}: seeing is doing")
        else:
            self._note("ID line 1", "nothing is held")
        given = list(self.within.sorted((*effective, *z)))
        for name in tuple(given):
            others = [other for other in given if other != name]
            if open_path(self.graph, [name], y, others) is None:
                given = others
        return Factor(y, tuple(given))

    def _idle(self, name: str, seen: Nodes, x: tuple[str, ...]) -> bool:
        """Whether a treatment reaches nothing of the query but through other treatments."""
        return name not in self.within.ancestors(seen, self.within.nodes, cut=x)

    def idc(self, y: Nodes, x: Nodes, z: tuple[str, ...]) -> Estimand:
        """IDC (Shpitser and Pearl 2006, second paper, Figure 4)."""
        x, seen = self.held(y, x, z)
        # IDC line 2.
        joint = self.id(y | frozenset(seen), x)
        if not seen:
            return joint
        self._note("IDC line 2", f"divide by the probability of {_listed(seen)}")
        return ratio(joint, marginal(joint, self.within.sorted(y)))

    def held(self, y: Nodes, x: Nodes, z: tuple[str, ...]) -> tuple[Nodes, list[str]]:
        """IDC line 1: what is held in the end, and the conditions that are still seen."""
        seen = list(z)
        # A condition becomes an intervention where rule 2 allows it. The set that is
        # left at the end does not depend on the order (Theorem 6 there).
        while name := next((name for name in seen if self._rule_two(y, x, name, seen)), None):
            seen.remove(name)
            x |= {name}
            self._note("IDC line 1", f"seeing {name} is holding it, by rule 2 of do-calculus")
        return x, seen

    def _rule_two(self, y: Nodes, x: Nodes, name: str, seen: Collection[str]) -> bool:
        """Whether Y and the node are independent given X and the other conditions, both cut."""
        cut = _without_arrows(self.graph, into=x, out_of=(name,))
        others = (*x, *(other for other in seen if other != name))
        return open_path(cut, [name], y, others) is None

    def id(self, y: Nodes, x: Nodes) -> Estimand:
        """ID (Shpitser and Pearl 2006, Figure 3)."""
        within, nodes = self.within, self.within.nodes
        joint: Estimand = Factor(within.sorted(nodes))
        # Line 2: only the ancestors of Y matter.
        above = within.ancestors(y, nodes)
        if above != nodes:
            self._note("ID line 2", f"only {_listed(within.sorted(above))} can matter")
            joint, nodes = marginal(joint, within.sorted(nodes - above)), above
        held = x & nodes
        # Line 1: nothing is held.
        if not held:
            self._note("ID line 1", "nothing that is held can matter")
            return marginal(joint, within.sorted(nodes - y))
        # Line 3: what cannot reach Y once X is held may be held as well, at any value.
        idle = nodes - held - within.ancestors(y, nodes, cut=held)
        if idle:
            self._note("ID line 3", f"{_listed(within.sorted(idle))} may be held at any value")
        free = nodes - held - idle
        # Line 4: one factor for each district of the graph without X.
        districts = within.districts(free)
        if len(districts) > 1:
            names = ", ".join(f"{{{_listed(within.sorted(part))}}}" for part in districts)
            self._note("ID line 4", f"the districts {names} have a factor each")
        factors = [self._factor(part, nodes, joint, y, x) for part in districts]
        self._bound(sum(factor.length for factor in factors))
        return marginal(product(factors), within.sorted(free - y))

    def decides(self, y: Nodes, x: Nodes) -> bool:
        """Whether ID finds a formula: no district of the graph without X ends in line 5."""
        within = self.within
        above = within.ancestors(y, within.nodes)
        free = within.ancestors(y, above, cut=x & above) - x
        return all(self._is_seen(part, above) for part in within.districts(free))

    def _is_seen(self, part: Nodes, nodes: Nodes) -> bool:
        """Whether lines 2 and 7, in turn, leave the district and nothing else."""
        within, start = self.within, next(iter(part))
        while (district := within.district(start, nodes)) != part:
            above = within.ancestors(part, district)
            if above == nodes:
                return False
            nodes = above
        return True

    def _factor(self, part: Nodes, nodes: Nodes, joint: Estimand, y: Nodes, x: Nodes) -> Estimand:
        """Q[part] = P(part | do(everything else)), where `part` is a district without X."""
        within = self.within
        while True:
            # Line 2, in the subgraph that line 7 chose.
            above = within.ancestors(part, nodes)
            joint = marginal(joint, within.sorted(nodes - above))
            nodes = above
            district = within.district(next(iter(part)), nodes)
            factors = self._conditionals(district, nodes, joint)
            # Line 6: the district is one of the whole graph.
            if district == part:
                self._note(
                    "ID line 6", f"the factor of {{{_listed(within.sorted(part))}}} is seen"
                )
                return product(factors)
            # Line 5: the graph is one district, and holding X splits it: a hedge.
            if district == nodes:
                found = hedge(self.graph, nodes, part, y, x)
                self._note("ID line 5", f"a hedge of {_listed(found.outer.nodes)}")
                raise _FailedError(found)
            # Line 7: go on in the district that holds it, in the world where the rest is held.
            inside = _listed(within.sorted(district))
            self._note("ID line 7", f"go on among {inside}, with the rest held")
            joint, nodes = product(factors), district

    def _conditionals(self, district: Nodes, nodes: Nodes, joint: Estimand) -> list[Estimand]:
        """P(v_i | v_1, …, v_(i-1)) of the current distribution, the last first (lines 6, 7)."""
        within, found, length = self.within, list[Estimand](), 0
        before = set(nodes)
        for name in reversed(within.sorted(nodes)):
            before.discard(name)
            if not isinstance(joint, Factor):
                upto, joint = joint, marginal(joint, [name])
                if name in district:
                    found.append(ratio(upto, joint))
            elif name in district:
                # What precedes v_i matters only through its district and that district's parents
                # (Tian and Pearl 2002, Corollary 1).
                tied = within.district(name, before | {name})
                near = tied.union(*(within.parents[other] & nodes for other in tied)) - {name}
                found.append(Factor((name,), within.sorted(near | frozenset(joint.given))))
            if name in district:
                self._bound(length := length + found[-1].length)
        return found

    def _bound(self, length: int) -> None:
        """Refuse a formula that would name variables so often."""
        if length > MOST_NAMED:
            raise refuse(FormulaTooLong(MOST_NAMED))

    def _note(self, line: str, text: str) -> None:
        self.steps.append(Step(line, text))


def _without_arrows(graph: Graph, into: Collection[str], out_of: Collection[str]) -> Graph:
    """The graph without the arrows into some nodes and out of others."""
    return replace(
        graph,
        edges=tuple(
            edge for edge in graph.edges if edge.target not in into and edge.source not in out_of
        ),
        confounders=tuple(
            pair for pair in graph.confounders if pair.left not in into and pair.right not in into
        ),
    )


def _listed(names: Iterable[str]) -> str:
    return ", ".join(names)


def _validate(
    graph: Graph,
    outcomes: Collection[str],
    treatments: Collection[str],
    conditions: Collection[str],
) -> None:
    if not outcomes:
        raise ValueError("no outcome is asked for")
    for name in (*outcomes, *treatments, *conditions):
        if name not in graph.by_name:
            raise ValueError(f"{name} is not a node of {graph.name}")
    sets = [set(outcomes), set(treatments), set(conditions)]
    if len(set.union(*sets)) != sum(map(len, sets)):
        raise ValueError("outcomes, treatments and conditions must not overlap")
