"""Worlds composed of the observed law, where a hidden cause reaches real nodes.

What was fitted is the law of what is seen, not the mechanisms. A question about one regime is put
to a graph without hidden causes that is made for it, of copies of the law's conditionals
(`identify.composition`), and answered there as any question to a model with real nodes is.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property

from scm_compiler.diagnostics import refuse
from scm_compiler.identify.admg import arrows
from scm_compiler.identify.composition import (
    UNDETERMINED,
    Composition,
    Doing,
    NotComposedError,
    compose,
)
from scm_compiler.identify.identification import Identified, ask, seen_and_held
from scm_compiler.inference.real.asking import Reader, Scene
from scm_compiler.inference.real.codes.observed import NotFromDraws, WorldsOfLaw
from scm_compiler.inference.real.drawing import settled
from scm_compiler.inference.real.hidden import (
    determined,
    require_unmoved,
    several_worlds,
    unfolded,
)
from scm_compiler.inference.real.local import wald
from scm_compiler.inference.real.reading import numbers_of
from scm_compiler.inference.real.rewriting import (
    differences,
    in_one_world,
    renamed,
    seen_as_held,
    variables,
)
from scm_compiler.ir import Confounder, Edge, Finite, Graph, Node
from scm_compiler.model.mechanism import Mechanism
from scm_compiler.model.real.parts import observed, tied_nodes
from scm_compiler.model.real.redirected import redirected, same
from scm_compiler.passes.fold import HIDDEN
from scm_compiler.passes.prune import ancestors
from scm_compiler.syntax import query_tree as tree

Names = frozenset[str]


@dataclass(frozen=True)
class World:
    """What a question about one regime is put to.

    Attributes:
        graph: Without hidden causes.
        mechanisms: Of its nodes.
        written: The question, in the names of this graph.
        nodes: The nodes of the law that take part.
        found: By which formula it is identified, if that is of one regime.
        noise: Whether the answer rests on a noise model.
    """

    graph: Graph
    mechanisms: Mapping[str, Mechanism]
    written: tree.Plain
    nodes: Names
    found: Identified | None = None
    noise: bool = False


@dataclass(frozen=True)
class _Question:
    """A question about one regime, and the nodes that it names.

    Attributes:
        written: Itself.
        scene: What it holds and sees.
        outcomes: What is asked or read, not held, and not seen in the same world.
        others: What is held in worlds beside the units' own.
        own: What is asked or seen of the units' own world.
    """

    written: tree.Plain
    scene: Scene
    outcomes: Names
    others: Names
    own: Names

    @property
    def held(self) -> Names:
        return frozenset(action.node for action in self.scene.held)

    @property
    def seen(self) -> Names:
        return frozenset({*self.scene.seen.labels, *self.scene.seen.ranges}) - self.held

    @property
    def doing(self) -> Doing:
        natural = {action.node for action in self.scene.held if action.natural}
        return Doing(
            outcomes=(self.outcomes | self.seen) - self.held - self.others,
            held=self.held | self.others,
            natural=frozenset(natural | self.others),
            constant=frozenset(a.node for a in self.scene.held if a.rule is None),
            settled=frozenset(settled(self.scene)),
        )

    @property
    def single(self) -> bool:
        """Whether there is but one world beside the units' own."""
        told = variables((_targets(self.written), self.written.given))
        return len({variable.world for variable in told} - {()}) == 1


@dataclass(frozen=True, eq=False)
class Law:
    """The observed law of a graph in which hidden causes reach real nodes.

    Attributes:
        graph: As declared.
        mechanisms: Of its labels and real nodes: conditionals of the law, where they are tied.
            Where only labels are, it has their tables with hidden states, and no such nodes.
    """

    graph: Graph
    mechanisms: Mapping[str, Mechanism]

    @cached_property
    def fitted(self) -> Graph:
        """The graph of what was fitted, with the hidden causes of labels' tables as nodes."""
        return unfolded(observed(self.graph), self.mechanisms)

    @cached_property
    def tied(self) -> Names:
        """The nodes that have no mechanism but a conditional of the law."""
        return tied_nodes(self.graph)

    def worlds(self, written: tree.Query) -> Iterator[World]:
        """The worlds that a question's numbers are of."""
        match written:
            case tree.Sum(terms):
                for _, term in terms:
                    yield from self.worlds(term)
            case tree.Ratio(above, below):
                yield from self.worlds(above)
                yield from self.worlds(below)
            case tree.Effect():
                difference = differences(Reader(self.graph), written)
                yield from self.worlds(difference) if difference else [self.world(written)]
            case tree.LocalEffect():
                yield from self.worlds(wald(written))
            case _:
                yield self.world(written)

    def world(self, written: tree.Plain, *, decided: bool = False) -> World:
        """The world of a question about one regime.

        Args:
            written: The question.
            decided: Whether it is known to be identified.

        Raises:
            ScmError: E520 if it is not identified, E585 if its formula is not to be had from
                draws, E586 if it needs what a unit is in several worlds.
        """
        question = self._question(written)
        if not question.held and not question.others:
            nodes = frozenset(ancestors(self.fitted, question.outcomes | question.seen))
            return World(self.fitted, self.mechanisms, question.written, nodes)
        found = None if decided else self._identified(question)
        question, composition = self._composed(question)
        nodes = frozenset(copy.node for copy in composition.copies)
        if composition.natural and any({c.left, c.right} <= nodes for c in self._tables_hold):
            raise several_worlds()
        noise = self._noise(question, composition)
        graph, mechanisms = self._built(question.doing.held, composition)
        written = _put(question, composition, self.graph)
        return World(graph, mechanisms, written, nodes, found, noise)

    def units(self, held: Iterable[str]) -> tuple[Graph, dict[str, Mechanism], Mapping[str, str]]:
        """Units that are looked at as they are, and with some nodes held.

        Returns:
            The graph of all nodes, its mechanisms, and under which names it has what the nodes
            that are held are in the units' own world.

        Raises:
            ScmError: E575 if a hidden cause of labels is in the way, E586 if one of real nodes is.
        """
        others = frozenset(held)
        require_unmoved(self.graph, others)
        every = frozenset(node.name for node in self.graph.tabular)
        doing = Doing(outcomes=every - others, held=others, natural=others)
        try:
            found = compose(self.graph, self.fitted, self.tied, doing)
        except NotComposedError:
            raise refuse(WorldsOfLaw(self._sorted(self.tied))) from None
        self._require_mechanisms(found, found.reached(others))
        return *self._built(others, found), found.natural

    def _question(self, written: tree.Plain) -> _Question:
        reader = Reader(self.graph)
        others = set[str]()
        if isinstance(written, tree.Effect):
            others.add(written.cause.text)
        else:
            written = in_one_world(reader, written)
        (asked,) = numbers_of(reader, written)
        scene = asked.scene
        told = variables((_targets(written), written.given))
        others |= {action.node.text for variable in told for action in variable.world}
        held = {action.node for action in scene.held}
        nested = any(action.elsewhere for action in scene.held)
        if nested or held & others:
            if not self.tied:
                raise several_worlds()
            raise refuse(WorldsOfLaw(self._sorted(held | others)))
        outcomes = {*scene.needed, *(asked.point[:1] if asked.point else ())}
        outcomes |= {name for action in scene.held for name in action.reads}
        outcomes -= {*scene.seen.labels, *scene.seen.ranges}
        outcomes |= {variable.node.text for variable in told if variable.world}
        outcomes -= held
        own = {*scene.seen.labels, *scene.seen.ranges} | {
            variable.node.text for variable in told if not variable.world
        }
        return _Question(written, scene, frozenset(outcomes), frozenset(others), frozenset(own))

    def _identified(self, question: _Question) -> Identified | None:
        """By which formula the graph determines what `do` makes of what is asked."""
        held = question.held | question.others
        seen = question.seen if not question.others else frozenset[str]()
        outcomes = question.outcomes - held
        found = determined(self.graph, outcomes, held, seen, question.doing.settled)
        return None if question.others else found

    def _composed(self, question: _Question) -> tuple[_Question, Composition]:
        """The first way to compose its world that there is."""
        reasons = list[str]()
        for each in self._ways(question):
            try:
                return each, compose(self.graph, self.fitted, self.tied, each.doing)
            except NotComposedError as error:
                reasons.append(str(error))
        if question.doing.natural:
            inside = self.tied & ancestors(self.graph, question.doing.outcomes)
            raise refuse(WorldsOfLaw(self._sorted(inside)))
        held = tuple(sorted(question.held))
        query = ask(sorted(question.outcomes), held, sorted(question.seen))
        told = (reason for reason in reasons if reason != UNDETERMINED)
        raise refuse(NotFromDraws(query, next(told, "what is seen together with it")))

    def _ways(self, question: _Question) -> Iterator[_Question]:
        """The question, with more asked so that districts stay whole, with less seen."""
        yield question
        doing, within = question.doing, self.graph
        above = ancestors(within, doing.outcomes | doing.natural)
        more = frozenset().union(*(d for d in self._districts if d & above)) - doing.held
        yield replace(question, outcomes=question.outcomes | (more - question.seen))
        if question.others:
            return
        held, _ = seen_and_held(self.graph, question.outcomes, question.held, question.seen)
        moved = held - question.held
        if moved and not isinstance(question.written, tree.Effect):
            freed = seen_as_held(question.written, moved)
            if freed is not None:
                yield self._question(freed)

    def _noise(self, question: _Question, composition: Composition) -> bool:
        """Whether units are looked at in two worlds, which takes noise models.

        Raises:
            ScmError: E586 if nodes have none.
        """
        if not question.others:
            return False
        changed, own = composition.reached(question.others), question.own - question.others
        needed = composition.above(own) if question.single else changed
        needed |= composition.seen.keys()  # units weigh what they do in their own world
        self._require_mechanisms(composition, changed & needed)
        return bool(changed & own) if question.single else question.scene.noise

    def _require_mechanisms(self, composition: Composition, doubled: Names) -> None:
        """Refuse what is looked at in two worlds, in which it differs, without mechanisms."""
        lacking = {c.node for c in composition.copies if c.name in doubled} & self.tied
        if lacking:
            raise refuse(WorldsOfLaw(self._sorted(lacking)))

    def _built(self, held: Names, composition: Composition) -> tuple[Graph, dict[str, Mechanism]]:
        """The graph of a composition, and its mechanisms."""
        origin = {copy.name: copy.node for copy in composition.copies}
        origin |= {name: name for name in held}
        reads = {copy.name: copy.reads for copy in composition.copies}
        reads |= {name: {name: copy} for name, copy in composition.natural.items()}
        rank = self.fitted.order
        names = sorted(origin, key=lambda name: (rank[origin[name]], name))
        nodes = tuple(self._node(name, origin[name]) for name in names)
        edges = [Edge(p, name) for name in names for p in reads.get(name, {}).values()]
        place = {name: number for number, name in enumerate(names)}
        edges.sort(key=lambda edge: (place[edge.target], place[edge.source]))
        mechanisms: dict[str, Mechanism] = {}
        for name in names:
            own = self.mechanisms[origin[name]]
            if name in composition.natural:
                domain = self.fitted.by_name[name].domain
                mechanisms[name] = same(domain, composition.natural[name])
            elif name in reads:
                mechanisms[name] = redirected(own, reads[name])
            else:
                mechanisms[name] = own
        return Graph(self.graph.name, nodes, tuple(edges)), mechanisms

    def _node(self, name: str, origin: str) -> Node:
        own = self.fitted.by_name[origin]
        return own if name == origin else Node(name, HIDDEN, own.domain)

    @cached_property
    def _tables_hold(self) -> tuple[Confounder, ...]:
        """The hidden causes between labels whose tables hold them."""
        return observed(self.graph).confounders

    @cached_property
    def _districts(self) -> tuple[Names, ...]:
        return arrows(self.graph).districts(self.tied)

    def _sorted(self, names: Iterable[str]) -> tuple[str, ...]:
        return tuple(sorted(names, key=self.graph.order.__getitem__))


def _targets(written: tree.Plain) -> object:
    return getattr(written, "targets", getattr(written, "target", ()))


def _put(question: _Question, composition: Composition, graph: Graph) -> tree.Plain:
    """The question in the names of its world, and what its weights are of as evidence."""
    beside = {n: copy for n, copy in composition.natural.items() if n in question.others}
    written = renamed(question.written, beside)
    held = {action.node: action.value for action in question.scene.held}
    events = []
    for copy, node in composition.seen.items():
        domain, value = graph.by_name[node].domain, held[node]
        assert value is not None
        text = domain.values[int(value)] if isinstance(domain, Finite) else repr(float(value))
        events.append(tree.Event(tree.Variable(tree.Word(copy)), tree.Word(text)))
    return replace(written, given=(*written.given, *events))
