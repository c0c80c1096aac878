"""What to know before relying on an answer: where the data end, and that a number is no range."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import floor, log10

import numpy as np

from scm_compiler.inference.real.asking import Reader
from scm_compiler.inference.real.codes.cautions import BeyondData, SingleNumber
from scm_compiler.inference.real.curves import points
from scm_compiler.inference.real.drawing import Sampler
from scm_compiler.inference.real.rewriting import variables
from scm_compiler.inference.real.units import Variable
from scm_compiler.ir import Graph, Real
from scm_compiler.ir.domain import is_number
from scm_compiler.model.mechanism import Mechanism
from scm_compiler.model.real.linear import Linear
from scm_compiler.model.real.mechanism import Inverse
from scm_compiler.syntax import query_tree as tree
from scm_compiler.syntax.query_printer import print_query, print_variable

Ranges = Mapping[str, tuple[float, float]]
"""Of real nodes, the least and the greatest number in the data."""

SHARE = 0.05
"""The share of units that a rule brings beyond the data before it is told."""

UNITS = 1000
"""How many independent units that share is taken from, at least."""


@dataclass(frozen=True, eq=False)
class Reach:
    """Finds what a question holds or sees beyond the data.

    Attributes:
        graph: The graph.
        ranges: How far the data go.
        nodes: The nodes that are drawn.
        sampler: Draws units.
        weighs: Whether evidence weighs what it draws.
    """

    graph: Graph
    ranges: Ranges
    nodes: Collection[str]
    sampler: Sampler
    weighs: bool = True

    def beyond(self, written: tree.Query) -> tuple[BeyondData, ...]:
        """A warning for each real node that is held or seen beyond its data."""
        held: dict[str, dict[str, None]] = {name: {} for name in self.ranges}
        seen: dict[str, dict[str, None]] = {name: {} for name in self.ranges}
        read = {parent for name in self.nodes for parent in self.graph.parents[name]}
        for part in tree.plain(written):
            for name, where in self._held(part):
                held[name] |= {where: None} if name in read else {}
            for name, where in self._seen(part.given):
                seen[name] |= {where: None} if name in self.nodes else {}
        return tuple(
            BeyondData(name, tuple(held[name]), tuple(seen[name]), *ends)
            for name, ends in self.ranges.items()
            if held[name] or seen[name]
        )

    def _held(self, part: tree.Plain) -> Iterator[tuple[str, str]]:
        """The nodes that are held beyond the data, and where."""
        for node, value in self._constants(part):
            if self._outside(node, value):
                yield node.text, f"at {value.text}"
        for action in part.do:
            share = self._share(part, action)
            if share >= SHARE:
                name = action.variable.node if isinstance(action, tree.Likely) else action.node
                yield name.text, f"beyond the data in {100 * share:.0f} % of the units"

    def _constants(self, part: tree.Plain) -> Iterator[tuple[tree.Word, tree.Word]]:
        """The nodes that are held at constants, and these."""
        if isinstance(part, tree.Effect):
            yield from ((part.cause, value) for value in part.values or ())
        for action in _actions(part):
            if isinstance(action, tree.Assignment) and isinstance(action.value, tree.Word):
                yield action.node, action.value
            elif isinstance(action, tree.Curve):
                every = points(Reader(self.graph), part)
                yield from ((action.node, tree.Word(end)) for end in (every[0], every[-1]))

    def _outside(self, node: tree.Word, value: tree.Word) -> bool:
        if node.text not in self.ranges or not is_number(value.text):
            return False
        low, high = self.ranges[node.text]
        return not low <= float(value.text) <= high

    def _share(self, part: tree.Plain, action: tree.Action) -> float:
        """In what share of the units a rule holds a real node beyond the data."""
        reader = Reader(self.graph)
        held = reader.held(action)
        if held.rule is None or held.node not in self.ranges:
            return 0.0
        variable = Variable(held.node)
        scene = reader.scene(part.do, part.given if self.weighs else (), variable)
        if reader.found:
            return 0.0
        units = self.sampler.weighted(scene, lambda draw: draw.value(variable))
        (values,), (low, high) = units.columns, self.ranges[held.node]
        outside = (values < low) | (values > high)
        return float(units.weights @ outside / units.weights.sum())

    def _seen(self, given: Sequence[tree.Proposition]) -> Iterator[tuple[str, str]]:
        """The nodes that are seen beyond the data, and where."""
        for event in _events(given):
            name = event.variable.node.text
            if event.variable.world or name not in self.ranges:
                continue
            low, high = self.ranges[name]
            match event:
                case tree.Event(value=tree.Word() as value):
                    relation, values = "=", (value,)
                case tree.Compared(relation=relation, values=values):
                    pass
                case _:
                    continue
            for value in values:
                number = float(value.text)
                if relation in ("=", "in") and self._outside(event.variable.node, value):
                    yield name, f"at {value.text}"
                elif (relation == ">" and number >= high) or (relation == ">=" and number > high):
                    yield name, f"above {value.text}"
                elif (relation == "<" and number <= low) or (relation == "<=" and number < low):
                    yield name, f"below {value.text}"


def single_numbers(
    written: tree.Query, graph: Graph, mechanisms: Mapping[str, Mechanism]
) -> tuple[SingleNumber, ...]:
    """A warning for each single number whose probability a continuous mechanism makes 0."""
    found = dict[SingleNumber, None]()
    for part in tree.plain(written):
        if not isinstance(part, tree.Probability):
            continue
        known = {a.node.text for a in part.do if not isinstance(a, tree.Likely)}
        known |= {event.variable.node.text for event, _ in _points(part.given)}
        for event, value in _points(part.targets):
            name = event.variable.node.text
            if not isinstance(graph.by_name[name].domain, Real) or name in known:
                continue
            if not _has_mass(mechanisms[name], float(value.text)):
                found[_single(part, event.variable, value)] = None
    return tuple(found)


def _single(part: tree.Probability, variable: tree.Variable, value: tree.Word) -> SingleNumber:
    """The warning, with the density and the range that say what was perhaps meant."""
    density = print_query(tree.Density(variable, value, part.do, part.given))
    name, number = print_variable(variable), float(value.text)
    step = 10.0 ** (floor(log10(abs(number))) - 2 if number else -1)
    given = density.removeprefix(f"density({name}={value.text}")
    near = f"P({number - step:.10g} < {name} <= {number + step:.10g}{given}"
    return SingleNumber(name, value.text, "" if variable.world else density, near)


def _has_mass(mechanism: Mechanism, number: float) -> bool:
    """Whether a number by itself may have a probability."""
    if isinstance(mechanism, Inverse):
        return bool(np.isin(number, mechanism.heaps))
    return not isinstance(mechanism, Linear)


def _actions(part: tree.Plain) -> Iterator[tree.Action]:
    """All that is held in a question, in whatever world."""
    yield from part.do
    yield from part.held if isinstance(part, tree.Effect) else ()
    waiting = [*variables((getattr(part, "targets", getattr(part, "target", ())), part.given))]
    while waiting:
        for action in waiting.pop().world:
            yield action
            waiting += [action.value] if isinstance(action.value, tree.Variable) else []


def _events(written: Sequence[tree.Proposition]) -> Iterator[tree.Event | tree.Compared]:
    """The events in propositions, in whatever case."""
    for each in written:
        if isinstance(each, tree.Either):
            yield from (event for case in each.cases for event in case)
        elif not isinstance(each, tree.Likely):
            yield each


def _points(
    written: Sequence[tree.Proposition],
) -> Iterator[tuple[tree.Event | tree.Compared, tree.Word]]:
    """The events that are one number or one of some, with each of these."""
    for event in _events(written):
        if isinstance(event, tree.Compared):
            yield from ((event, v) for v in event.values if event.relation in ("=", "in"))
        elif event.value is not None:
            yield event, event.value
