"""What a question does to nodes: holds them at values, at functions of others, at random."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from math import isfinite, nan, prod

import numpy as np

from scm_compiler.diagnostics import Span, refuse
from scm_compiler.inference.real.codes.acting import BeyondEnds, NoSuchLaw
from scm_compiler.inference.real.names import Names
from scm_compiler.inference.real.units import Array, Draw, Held, Variable
from scm_compiler.ir import Finite
from scm_compiler.ir.domain import is_number
from scm_compiler.model.mechanism import Column
from scm_compiler.semantics.codes.questions import HeldWithoutValue, ReadsDescendant
from scm_compiler.semantics.codes.reals import OnlyOfReals
from scm_compiler.syntax import query_tree as tree
from scm_compiler.syntax.query_printer import quoted

Read = Callable[[str], Column]
"""What a node is in the world where something is held."""


@dataclass
class Actions(Names):
    """Looks up what is done."""

    def variable(self, variable: tree.Variable) -> Variable:
        """A node in its world."""
        self.known(variable.node)
        return Variable(variable.node.text, tuple(map(self.held, variable.world)))

    def held(self, action: tree.Action) -> Held:  # noqa: C901, PLR0911  (a form each)
        """What an intervention makes of a node."""
        match action:
            case tree.Assignment(node, tree.Word() as value):
                if not self.known(node):
                    return Held(node.text, value.text, 0)
                if self._copies(node, value):
                    once = tree.Product(((True, value),), value.span)
                    return self._computed(tree.Formula(node, ((True, once),), action.span))
                found = self.value(node, value)
                return Held(node.text, repr(found), found)
            case tree.Assignment(node, tree.Variable() as other):
                self.known(node)
                elsewhere = self.variable(other)
                name, span = node.text, str(elsewhere)
                return Held(
                    name, span, rule=lambda read, draw: draw.value(elsewhere), elsewhere=True
                )
            case tree.Choice():
                return self._rule(action)
            case tree.Formula():
                return self._computed(action)
            case tree.Drawn():
                return self._drawn(action)
            case tree.Likely(tree.Variable(node), weights):
                return self._random(node, weights, action.span)
            case tree.Each(node) | tree.Curve(node):
                if self.known(node):
                    example = self.example(node)
                    wrong = HeldWithoutValue(quoted(node.text), example, span=action.span)
                    self.found.append(wrong)
                return Held(node.text, "", 0)
        raise TypeError(action)

    def require_before(self, actions: Iterable[Held], spans: Iterable[Span]) -> None:
        """Refuse to set a node by what it changes, or by what another rule sets."""
        both = list(zip(actions, spans, strict=True))
        ruled = [action.node for action, _ in both if action.rule is not None]
        for action, span in both:
            for read in action.reads:
                others = [node for node in ruled if node != read]
                set_by_rule = read in ruled and read != action.node
                if set_by_rule or any(self.labels.causes(node, read) for node in others):
                    also = not self.labels.causes(action.node, read)
                    self.found.append(ReadsDescendant(action.node, read, also, span=span))

    def _copies(self, node: tree.Word, value: tree.Word) -> bool:
        """Whether `do(X=Z)` names no value of a real node X but a node."""
        return self.real(node) is not None and value.text in self.graph.by_name

    def _rule(self, action: tree.Choice) -> Held:
        self.known(action.node)
        cases = [
            (self.value(action.node, word), self._reading(cond)) for word, cond in action.cases
        ]
        otherwise = self.value(action.node, action.otherwise)
        reads = tuple(dict.fromkeys(name for _, (names, _) in cases for name in names))
        real = self.real(action.node) is not None

        def rule(read: Read, draw: Draw) -> Column:
            del draw
            found = np.full(len(read(reads[0])), otherwise, np.float64)
            for value, (_, holds) in reversed(cases):
                found = np.where(holds(read), value, found)
            return found if real else found.astype(np.int64)

        return Held(action.node.text, str(action), rule=rule, reads=reads)

    def _reading(self, condition: tree.Either) -> tuple[list[str], Callable[[Read], Array]]:
        """The nodes that a condition reads, and whether it holds."""
        parts = [[self.holds(event) for event in case] for case in condition.cases]
        names = [name for case in parts for name, _ in case]

        def holds(read: Read) -> Array:
            cases = [np.logical_and.reduce([t(read(n)) for n, t in case]) for case in parts]
            return np.asarray(np.logical_or.reduce(cases))

        return names, holds

    def _random(self, node: tree.Word, weights: Sequence[tree.Word], span: Span) -> Held:
        if self.real(node) is not None:
            self.found.append(NoSuchLaw(quoted(node.text), span=span))
            return Held(node.text, "", 0)
        policy = self.labels.policy(tree.Likely(tree.Variable(node), tuple(weights), span))
        domain = self.graph.by_name[node.text].domain
        size = domain.size if isinstance(domain, Finite) else 1
        share = np.array([policy.chosen.get((), {}).get(v, 0.0) for v in range(size)])

        def rule(read: Read, draw: Draw) -> Column:
            del read
            return draw.rolled(node.text, lambda random, n: random.choice(size, n, p=share))

        return Held(node.text, "random", rule=rule)

    # Of real nodes alone.

    def _is_real(self, action: tree.OfNumbers) -> bool:
        if self.known(action.node) and self.real(action.node) is None:
            self.found.append(OnlyOfReals(quoted(action.node.text), span=action.span))
        return self.real(action.node) is not None

    def _computed(self, action: tree.Formula) -> Held:
        """A node that is held at what arithmetic makes of numbers and of other nodes."""
        node = action.node.text
        words = [word for _, product in action.terms for _, word in product.factors]
        names = [word for word in words if word.text in self.graph.by_name]
        for word in words:
            if word not in names and not is_number(word.text):
                self.known(word)
        reads = tuple(dict.fromkeys(word.text for word in names))
        if not self._is_real(action) or self.found:
            return Held(node, "", 0)
        numbers = {name: self.numbers(name) for name in reads}

        def factor(read: Read, times: bool, word: tree.Word) -> Array:
            name = word.text
            value = numbers[name](read(name)) if name in numbers else np.float64(name)
            return np.asarray(value if times else 1 / value)

        def rule(read: Read, draw: Draw) -> Column:
            found = np.zeros(draw.count)
            with np.errstate(all="ignore"):  # what is no number is refused with what is too great
                for plus, product in action.terms:
                    term = prod(factor(read, *each) for each in product.factors)
                    found = found + term if plus else found - term
            return self._inside(action, found)

        return Held(node, str(action), rule=rule, reads=reads)

    def _drawn(self, action: tree.Drawn) -> Held:
        """A node that is held at a number drawn for each unit."""
        node = action.node.text
        numbers = [float(w.text) if is_number(w.text) else nan for w in action.numbers]
        law = LAWS.get(action.law.text)
        if self._is_real(action) and (law is None or not law.takes(numbers)):
            self.found.append(NoSuchLaw(quoted(node), span=action.span))
        if law is None or self.found:
            return Held(node, "", 0)
        drawn = law.draw

        def rule(read: Read, draw: Draw) -> Column:
            del read
            return draw.rolled(
                node, lambda random, n: self._inside(action, drawn(random, *numbers, n))
            )

        return Held(node, "random", rule=rule)

    def _inside(self, action: tree.OfNumbers, found: Array) -> Array:
        """Numbers that the node can have.

        Raises:
            ScmError: E580 if one is not.
        """
        domain = self.real(action.node)
        assert domain is not None
        wrong = ~((found >= domain.low) & (found <= domain.high) & np.isfinite(found))
        if wrong.any():
            value = f"{found[wrong][0]:.4g}"
            raise refuse(BeyondEnds(quoted(action.node.text), value, str(domain)))
        return found


@dataclass(frozen=True)
class Law:
    """A distribution that a real node can be drawn from.

    Attributes:
        draw: Numbers, of a generator, the law's own numbers and how many.
        takes: Whether it has these numbers.
    """

    draw: Callable[..., Array]
    takes: Callable[[Sequence[float]], bool]


LAWS = {
    "normal": Law(
        lambda random, mean, deviation, n: random.normal(mean, deviation, n),
        lambda numbers: len(numbers) == 2 and isfinite(sum(numbers)) and numbers[1] > 0,
    ),
    "uniform": Law(
        lambda random, low, high, n: random.uniform(low, high, n),
        lambda numbers: len(numbers) == 2 and isfinite(sum(numbers)) and numbers[0] < numbers[1],
    ),
}
"""By name."""
