"""Estimands: formulas over the observational distribution P, built in simplified form.

A formula is a function of its free variables; a sum binds the variables that it runs over. The
functions `product`, `marginal` and `ratio` are the only makers that identification uses: each
returns an equal formula that is as simple as the chain rule allows at no cost.

In writing, as plain text or LaTeX, a summed variable that has the name of another one in sight
gets a prime, as in the front-door formula `sum_{Z} P(Z | X) sum_{X'} P(Y | X', Z) P(X')`.
"""

import re
from abc import ABC, abstractmethod
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import chain

Nodes = frozenset[str]


@dataclass(frozen=True)
class Factor:
    """P(of | given) of the observational distribution; the names are in topological order."""

    of: tuple[str, ...]
    given: tuple[str, ...] = ()

    @cached_property
    def length(self) -> int:
        """How often it names a variable."""
        return len(self.of) + len(self.given)

    @cached_property
    def free(self) -> Nodes:
        """The variables that the value depends on."""
        return frozenset(self.of) | frozenset(self.given)

    def __str__(self) -> str:
        return text(self)


@dataclass(frozen=True)
class Product:
    """The product of formulas; of none it is 1."""

    factors: tuple["Estimand", ...] = ()

    @cached_property
    def length(self) -> int:
        """How often it names a variable."""
        return sum(part.length for part in self.factors)

    @cached_property
    def free(self) -> Nodes:
        """The variables that the value depends on."""
        return frozenset(chain.from_iterable(part.free for part in self.factors))

    def __str__(self) -> str:
        return text(self)


@dataclass(frozen=True)
class Sum:
    """The sum of a formula over all values of some of its free variables."""

    over: tuple[str, ...]
    term: "Estimand"

    @cached_property
    def length(self) -> int:
        """How often it names a variable."""
        return len(self.over) + self.term.length

    @cached_property
    def free(self) -> Nodes:
        """The variables that the value depends on."""
        return self.term.free - frozenset(self.over)

    def __str__(self) -> str:
        return text(self)


@dataclass(frozen=True)
class Ratio:
    """The quotient of two formulas."""

    numerator: "Estimand"
    denominator: "Estimand"

    @cached_property
    def length(self) -> int:
        """How often it names a variable."""
        return self.numerator.length + self.denominator.length

    @cached_property
    def free(self) -> Nodes:
        """The variables that the value depends on."""
        return self.numerator.free | self.denominator.free

    def __str__(self) -> str:
        return text(self)


Estimand = Factor | Product | Sum | Ratio

ONE = Product()


def mentioned(formula: Estimand) -> Nodes:
    """Every variable of a formula, free or bound."""
    match formula:
        case Factor():
            return formula.free
        case Product(factors):
            return frozenset(chain.from_iterable(map(mentioned, factors)))
        case Sum(_, term):
            return mentioned(term)
        case Ratio(above, below):
            return mentioned(above) | mentioned(below)


def factors(formula: Estimand) -> Iterator[Factor]:
    """The probabilities of P that a formula is made of, as they stand in it."""
    match formula:
        case Factor():
            yield formula
        case Product(parts):
            yield from chain.from_iterable(map(factors, parts))
        case Sum(_, term):
            yield from factors(term)
        case Ratio(above, below):
            yield from factors(above)
            yield from factors(below)


def product(parts: Iterable[Estimand]) -> Estimand:
    """The product, with P(a | b, c) P(b | c) written as P(a, b | c).

    >>> str(product([Factor(("B",), ("A",)), Factor(("A",)), Factor(("C",), ("B",))]))
    'P(A, B) P(C | B)'
    """
    flat = tuple(chain.from_iterable(_factors(part) for part in parts))
    merged = _chained(flat)
    return merged[0] if len(merged) == 1 else Product(merged)


def marginal(formula: Estimand, over: Collection[str]) -> Estimand:
    """The sum of a formula over some of its free variables.

    A variable that stands only on the left of one P(… | …) is left out of it. What does not
    depend on the summed variables is moved out of the sum.

    Raises:
        ValueError: If a variable is not free in the formula.

    >>> joint = product([Factor(("Y",), ("X", "Z")), Factor(("Z",))])
    >>> str(marginal(joint, ["Z"])), str(marginal(joint, ["Y"]))
    ('sum_{Z} P(Y | X, Z) P(Z)', 'P(Z)')
    """
    if strangers := frozenset(over) - formula.free:
        raise ValueError(f"not free in the formula: {', '.join(sorted(strangers))}")
    if isinstance(formula, Factor) and frozenset(over).isdisjoint(formula.given):
        gone = frozenset(over)
        rest = tuple(name for name in formula.of if name not in gone)
        return Factor(rest, formula.given) if rest else ONE
    if isinstance(formula, Sum) and over:
        return marginal(formula.term, (*formula.over, *over))
    parts, left = list(_factors(formula)), dict.fromkeys(over)
    while left:
        parts = list(_chained(tuple(parts)))
        before = len(left)
        parts = _passed(parts, left)
        if len(left) == before:
            break
    return _summed(tuple(parts), tuple(left))


def _passed(parts: list[Estimand], left: dict[str, None]) -> list[Estimand]:
    """One pass over the variables to be summed out; those that went are deleted from `left`."""
    places: dict[str, set[int]] = {}
    for place, part in enumerate(parts):
        for name in part.free:
            places.setdefault(name, set()).add(place)
    for name in tuple(left):
        if len(places[name]) == 1:
            (place,) = places[name]
            slimmer = _without(parts[place], name)
            if slimmer is not None:
                for lost in parts[place].free - slimmer.free:
                    places[lost].discard(place)
                parts[place] = slimmer
                del left[name]
    return [part for part in parts if part != ONE]


def ratio(numerator: Estimand, denominator: Estimand) -> Estimand:
    """The quotient, common factors cancelled and P(a, b | c) / P(b | c) written as P(a | b, c).

    >>> str(ratio(Factor(("X", "Y")), Factor(("X",))))
    'P(Y | X)'
    """
    above, below = list(_factors(numerator)), []
    for part in _factors(denominator):
        if part in above:
            above.remove(part)
        else:
            below.append(part)
    for part in tuple(below):
        whole = next((other for other in above if _divides(part, other)), None)
        if isinstance(whole, Factor) and isinstance(part, Factor):
            above[above.index(whole)] = _quotient(whole, part)
            below.remove(part)
    over = product(above)
    return Ratio(over, product(below)) if below else over


def _factors(formula: Estimand) -> tuple[Estimand, ...]:
    return formula.factors if isinstance(formula, Product) else (formula,)


def _chained(parts: tuple[Estimand, ...]) -> tuple[Estimand, ...]:
    """The factors with the chain rule applied wherever it joins two of them."""
    kept: list[Estimand | None] = list(parts)
    by_given: dict[Nodes, list[int]] = {}
    for place, part in enumerate(parts):
        if isinstance(part, Factor):
            by_given.setdefault(frozenset(part.given), []).append(place)
    for place in range(len(parts)):
        # A factor takes in every one that goes on where it ends, until none does.
        while isinstance(here := kept[place], Factor) and by_given.get(here.free):
            other = kept[following := by_given[here.free].pop(0)]
            assert isinstance(other, Factor)
            kept[place], kept[following] = Factor((*here.of, *other.of), here.given), None
    return tuple(part for part in kept if part is not None)


def _without(part: Estimand, name: str) -> Estimand | None:
    """A factor summed over a variable that no other one has; None if it must stay under a sum."""
    match part:
        case Factor(of, given) if name in of:
            rest = tuple(other for other in of if other != name)
            return Factor(rest, given) if rest else ONE
        case Ratio(above, below) if name not in below.free:
            return ratio(marginal(above, [name]), below)
        case Sum():
            return marginal(part, [name])
        case _:
            return None


def _summed(parts: tuple[Estimand, ...], over: tuple[str, ...]) -> Estimand:
    """A sum with the factors that do not depend on what it runs over in front of it."""
    if not over:
        return product(parts)
    bound = frozenset(over)
    outside = [part for part in parts if bound.isdisjoint(part.free)]
    inside = product(part for part in parts if not bound.isdisjoint(part.free))
    if isinstance(inside, Sum):
        over, inside = (*inside.over, *over), inside.term
    return product([*outside, Sum(over, inside)])


def _divides(part: Estimand, whole: Estimand) -> bool:
    if not (isinstance(part, Factor) and isinstance(whole, Factor)):
        return False
    return frozenset(part.given) == frozenset(whole.given) and set(part.of) < set(whole.of)


def _quotient(whole: Factor, part: Factor) -> Factor:
    rest = tuple(name for name in whole.of if name not in part.of)
    return Factor(rest, (*part.given, *part.of))


Names = Mapping[str, str]

_ESCAPED = str.maketrans(
    {sign: f"\\{sign}" for sign in "#$%&_{}"}
    | {"\\": r"\backslash ", "^": r"\hat{}", "~": r"\sim "}
)


def text(formula: Estimand) -> str:
    """The formula in plain characters.

    >>> text(Sum(("X",), Product((Factor(("Y",), ("X", "Z")), Factor(("X",))))))
    'sum_{X} P(Y | X, Z) P(X)'
    """
    return _Plain().write(formula, {}, formula.free)


def latex(formula: Estimand) -> str:
    r"""The formula for LaTeX's mathematical mode.

    >>> print(latex(Ratio(Factor(("A", "B_1")), Factor(("B_1",)))))
    \frac{P(\mathit{A}, \mathit{B\_1})}{P(\mathit{B\_1})}
    """
    return _Latex().write(formula, {}, formula.free)


def listed(names: Iterable[str]) -> str:
    r"""The names of variables for LaTeX's mathematical mode.

    >>> print(listed(["A", "B_1"]))
    \mathit{A}, \mathit{B\_1}
    """
    return _Latex().listed(names, {})


def quoted(name: str) -> str:
    """A node's name as a query writes it: in double quotes if it is not a word."""
    return name if re.fullmatch(r"\w+", name) else f'"{name}"'


class _Notation(ABC):
    """One way of writing; the structure is common."""

    def write(self, formula: Estimand, names: Names, seen: Nodes) -> str:
        """The formula, with the variables renamed by `names` and `seen` taken."""
        match formula:
            case Factor(of, given):
                return self.probability(self.listed(of, names), self.listed(given, names))
            case Product(factors):
                return self._product(factors, names, seen)
            case Ratio(above, below):
                return self.fraction(above, below, names, seen)
            case Sum(over, term):
                return self._sum(over, term, names, seen)

    def _sum(self, over: tuple[str, ...], term: Estimand, names: Names, seen: Nodes) -> str:
        fresh, taken = dict(names), set(seen)
        for name in over:
            mark = name
            while mark in taken:
                mark += "'"
            taken.add(mark)
            fresh[name] = mark
        return f"{self.sign(self.listed(over, fresh))} {self.write(term, fresh, frozenset(taken))}"

    def _product(self, factors: tuple[Estimand, ...], names: Names, seen: Nodes) -> str:
        """The sums come last, and only the last of all needs no brackets."""
        parts = sorted(factors, key=lambda part: isinstance(part, Sum))
        written = [self.write(part, names, seen) for part in parts]
        for place, part in enumerate(parts[:-1]):
            if isinstance(part, Sum):
                written[place] = self.bracketed(written[place])
        return " ".join(written) or "1"

    def listed(self, nodes: Iterable[str], names: Names) -> str:
        """The variables, separated by commas."""
        return ", ".join(self.variable(node, names.get(node, node)) for node in nodes)

    def variable(self, node: str, mark: str) -> str:
        """A variable; `mark` is the node's name and its primes."""
        return self.name(node) + "'" * (len(mark) - len(node))

    @abstractmethod
    def name(self, node: str) -> str: ...

    @abstractmethod
    def probability(self, of: str, given: str) -> str: ...

    @abstractmethod
    def sign(self, over: str) -> str: ...

    @abstractmethod
    def bracketed(self, written: str) -> str: ...

    @abstractmethod
    def fraction(self, above: Estimand, below: Estimand, names: Names, seen: Nodes) -> str: ...


class _Plain(_Notation):
    def name(self, node: str) -> str:
        return quoted(node)

    def probability(self, of: str, given: str) -> str:
        return f"P({of} | {given})" if given else f"P({of})"

    def sign(self, over: str) -> str:
        return f"sum_{{{over}}}"

    def bracketed(self, written: str) -> str:
        return f"({written})"

    def fraction(self, above: Estimand, below: Estimand, names: Names, seen: Nodes) -> str:
        return f"[{self.write(above, names, seen)}] / [{self.write(below, names, seen)}]"


class _Latex(_Notation):
    def name(self, node: str) -> str:
        return f"\\mathit{{{node.translate(_ESCAPED)}}}"

    def probability(self, of: str, given: str) -> str:
        return f"P({of} \\mid {given})" if given else f"P({of})"

    def sign(self, over: str) -> str:
        return f"\\sum_{{{over}}}"

    def bracketed(self, written: str) -> str:
        return f"\\Bigl({written}\\Bigr)"

    def fraction(self, above: Estimand, below: Estimand, names: Names, seen: Nodes) -> str:
        return f"\\frac{{{self.write(above, names, seen)}}}{{{self.write(below, names, seen)}}}"
