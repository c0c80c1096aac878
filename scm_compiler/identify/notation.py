r"""Estimands in writing: plain text and LaTeX.

A summed variable that has the name of another one in sight gets a prime, as in the front-door
formula `sum_{Z} P(Z | X) sum_{X'} P(Y | X', Z) P(X')`.
"""

import re
from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping

from scm_compiler.identify.estimand import Estimand, Factor, Nodes, Product, Ratio, Sum

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
