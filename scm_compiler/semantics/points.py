"""Real nodes in a question whose numbers matter only by which of them are the same.

Whether observation determines a query does not depend on the numbers that it names, as long as
two worlds that hold a node at one number hold it at the same. So the node is taken to have those
numbers, and some that the query does not name.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from itertools import islice, pairwise
from math import isfinite
from typing import Any

from scm_compiler.ir import Finite, Graph, Real
from scm_compiler.ir.domain import is_finite, plain

_RANGE = re.compile(r"<|(?<!-)>")
_WORD = re.compile(r'"([^"]*)"|(-?[\w.]+)')


@dataclass(frozen=True, slots=True)
class Points(Finite):
    """Some of the numbers of a real node, as a query writes them."""

    real: Real
    values: tuple[str, ...] = field(compare=False)

    @property
    def arguments(self) -> Mapping[str, Any]:
        """Those of the real node."""
        return self.real.arguments

    @property
    def claim(self) -> list[Any]:
        """That of the real node."""
        return self.real.claim

    def index(self, value: str) -> int:
        """The first place of the number: `4` and `4.0` are one."""
        return [float(one) for one in self.values].index(float(value))


def pointed(graph: Graph, query: str) -> Graph:
    """The graph with, for each real node, the numbers that a query names, 0, 1 and another one.

    Its hash is that of the graph; without real nodes it is the graph.

    >>> from scm_compiler.ir import Node
    >>> dose = Graph("g", (Node("Dose", "real", Real(0.0)),))
    >>> pointed(dose, "P(Dose[Dose=4])").domain("Dose").values
    ('0', '1', '4', '2')
    """
    if not graph.reals:
        return graph
    named = dict.fromkeys(["0", "1", *_numbers(query)])
    ranged = bool(_RANGE.search(query))
    nodes = tuple(
        replace(node, domain=_points(node.domain, tuple(named), ranged=ranged))
        if isinstance(node.domain, Real)
        else node
        for node in graph.nodes
    )
    return replace(graph, nodes=nodes)


def _numbers(query: str) -> Iterator[str]:
    """The words of a query that can be numbers."""
    for quoted, bare in _WORD.findall(query):
        if is_finite(quoted or bare):
            yield quoted or bare


def _points(real: Real, named: tuple[str, ...], *, ranged: bool) -> Points:
    """The named numbers that a node can have, and another, if there is one.

    Where there are ranges, two between any of them, too, so that a range has several numbers.
    """
    inside = [text for text in named if float(text) in real]
    known = set(map(float, inside))
    free = (number for number in _others(real, len(inside)) if number not in known)
    more = [*(_between(real, sorted(known)) if ranged else ()), *islice(free, 1)]
    fresh = dict.fromkeys(number for number in more if number in real and number not in known)
    return Points(real, (*inside, *(str(plain(number)) for number in fresh)))


def _between(real: Real, known: list[float]) -> Iterator[float]:
    """Two numbers of each range that known ones are the ends of."""
    if not known:
        return
    for low, high in pairwise([real.low, *known, real.high]):
        step = max(1.0, abs(low if isfinite(low) else high) / 2**30)
        if not isfinite(low):
            yield from (high - step, high - 2 * step)
        elif not isfinite(high):
            yield from (low + step, low + 2 * step)
        else:
            yield from (low + (high / 3 - low / 3) * part for part in (1, 2))


def _others(real: Real, known: int) -> Iterator[float]:
    """Some numbers that a node can have, more than are known."""
    low, high = real.low, real.high
    end = low if isfinite(low) else high if isfinite(high) else 0.0
    step = max(1.0, abs(end) / 2**30) * (1 if isfinite(low) or not isfinite(high) else -1)
    for rank in range(1, known + 2):
        if isfinite(low) and isfinite(high):
            number = low + high / (rank + 1) - low / (rank + 1)
        else:
            number = end + rank * step
        if number in real:
            yield number
