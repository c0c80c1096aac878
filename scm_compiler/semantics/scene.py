"""Where a question is asked: what is done and seen, and what is filled in row by row."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from scm_compiler.diagnostics import Span
from scm_compiler.ir import query as ir
from scm_compiler.ir.domain import index_of
from scm_compiler.semantics.codes.conditions import HeldAndObserved, HeldTwice
from scm_compiler.semantics.codes.reals import OnlyOfReals
from scm_compiler.semantics.derive import Regime
from scm_compiler.semantics.lookup import Lookup
from scm_compiler.syntax import query_tree as tree
from scm_compiler.syntax.query_printer import print_conditions, quoted

Values = Mapping[ir.Variable | str, int]
"""Of a row of a table the value of each variable that is free, and of each node that is held."""


@dataclass(frozen=True)
class Scene:
    """Where a question is asked, with what is to be filled in for each row of a table.

    Attributes:
        regime: What is done and seen; free evidence without a value.
        each: The nodes that are held at each value.
        free: The evidence that is free.
    """

    regime: Regime
    each: tuple[str, ...] = ()
    free: tuple[ir.Variable, ...] = ()

    @property
    def plain(self) -> bool:
        """Whether it is one world that engines know."""
        regime = self.regime
        return not (self.each or self.free or regime.policies or regime.factors)

    def at(self, values: Values) -> Regime:
        """The regime of one row."""
        if not (self.each or self.free):
            return self.regime
        held = tuple(ir.Setting(name, values[name]) for name in self.each)
        given = tuple(replace(e, value=values.get(e.variable, e.value)) for e in self.regime.given)
        return replace(self.regime, do=(*self.regime.do, *held), given=given)


@dataclass
class Stage(Lookup):
    """Looks up where a question is asked.

    Attributes:
        open_values: Whether evidence, or a side of a difference, may stand without a value, for
            any.
    """

    open_values: bool = False

    def scene(self, do: Sequence[tree.Action], given: Sequence[tree.Proposition]) -> Scene:
        """What is done and seen.

        Args:
            do: As written.
            given: Likewise.
        """
        constants = [a for a in do if isinstance(a, tree.Assignment) and not self._copies(a)]
        self._refuse_held_and_seen(constants, do, given)
        world = self.world(constants)
        events, factors = self.evidence(given)
        policies, each = [], []
        for action in do:
            if isinstance(action, tree.OfNumbers):
                if self.domain(action.node) is not None:
                    self.found.append(OnlyOfReals(quoted(action.node.text), span=action.span))
            elif isinstance(action, tree.Each):
                self.domain(action.node)
                if self.open_values:  # any value will do
                    world = (*world, ir.Setting(action.node.text, 0))
                else:
                    each.append(action.node.text)
            elif not (isinstance(action, tree.Assignment) and action in constants):
                policies.append((self.policy(action), action.span))
        if policies:
            self.refuse_descendants(policies)
        free = () if self.open_values else tuple(e.variable for e in events if e.value is None)
        words = print_conditions((), given).removeprefix(" | ") if policies or factors else ""
        regime = Regime(world, events, tuple(policy for policy, _ in policies), factors, words)
        return Scene(regime, tuple(each), free)

    def _copies(self, action: tree.Assignment) -> bool:
        """Whether `do(X=Z)` names no value of X but a node."""
        domain = self.known(action.node)
        if domain is None or not isinstance(action.value, tree.Word):
            return False
        named = action.value.text
        return index_of(named, domain) is None and named in self.graph.by_name

    def _refuse_held_and_seen(
        self,
        constants: Sequence[tree.Assignment],
        do: Sequence[tree.Action],
        given: Sequence[tree.Proposition],
    ) -> None:
        held = {a.node.text: a.span for a in reversed(do) if isinstance(a, tree.Each)}
        held |= {setting.node.text: setting.span for setting in reversed(constants)}
        first: dict[str, Span] = {}
        for action in do:
            node = action.variable.node if isinstance(action, tree.Likely) else action.node
            before = first.setdefault(node.text, action.span)
            if before != action.span and not (
                isinstance(action, tree.Assignment) and action in constants and node.text in held
            ):
                self.found.append(HeldTwice(node=node.text, first=before, span=action.span))
        for written in given:
            for variable in _variables(written):
                name = variable.node.text
                if name in held and not variable.world:
                    span = written.span
                    self.found.append(HeldAndObserved(node=name, held=held[name], span=span))


def _variables(written: tree.Proposition) -> Iterator[tree.Variable]:
    if isinstance(written, tree.Either):
        yield from (event.variable for case in written.cases for event in case)
    else:
        yield written.variable
