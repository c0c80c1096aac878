"""What the writers of Bayesian networks have in common: names, properties and tables.

Most readers take words alone as names. A name that is none is written as one, and stands as it is
in a property of its variable, percent-encoded, which the others skip and scmc reads.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from urllib.parse import quote

import numpy as np
from numpy.typing import NDArray

from scm_compiler.diagnostics import refuse
from scm_compiler.interop.codes.interchange import CannotHold
from scm_compiler.ir import Finite, Node
from scm_compiler.model.tables import Tables
from scm_compiler.passes.fold import HIDDEN

MOST_NUMBERS = 2**20

_KEYWORDS = ("network", "variable", "probability", "type", "discrete", "property", "table")
_OF_HUGIN = ("net", "node", "potential", "class", "continuous", "decision", "utility", "function")
_WORDS = (*_KEYWORDS, *_OF_HUGIN, "default")


@dataclass(frozen=True)
class Told:
    """A variable as it is written.

    Attributes:
        name: A word.
        values: Words.
        properties: What the words leave out.
        parents: The words of the parents, in the order of the table.
        table: P(variable | parents), the variable's own axis last.
        depth: How long the longest path to it is.
    """

    name: str
    values: tuple[str, ...]
    properties: Mapping[str, str]
    parents: tuple["Told", ...]
    table: NDArray[np.float64]
    depth: int

    @property
    def numbers(self) -> str:
        """All numbers, the variable's own value changing fastest, so that they are read again."""
        return " ".join(repr(float(number)) for number in self.table.flat)


def told(tables: Tables, form: str) -> tuple[Told, ...]:
    """The variables in the order of the graph's labels.

    Raises:
        ScmError: E827 if the tables hold more than 2^20 numbers, or do not multiply: those of
            networks that share noise.
    """
    for pair in tables.graph.confounders:
        what = f"the hidden common cause `{pair.left} <-> {pair.right}` of networks"
        way = f"`--trainer mle` fits its states, which {form} holds"
        raise refuse(CannotHold(form, what, way))
    numbers = sum(table.size for table in tables.probabilities.values())
    if numbers > MOST_NUMBERS:
        many = f"tables of {numbers:,} numbers"
        raise refuse(CannotHold(form, many, f"at most {MOST_NUMBERS:,} are written"))
    names = words(node.name for node in tables.graph.labels)
    found: dict[str, Told] = {}
    depth = {name: rank for rank, level in enumerate(tables.graph.levels) for name in level}
    for node in sorted(tables.graph.labels, key=lambda node: depth[node.name]):
        values = tuple(words(_values(node)).values())
        found[node.name] = Told(
            names[node.name],
            values,
            dict(_properties(node, names[node.name], values)),
            tuple(found[parent] for parent in tables.graph.parents[node.name]),
            tables.probabilities[node.name],
            depth[node.name],
        )
    return tuple(found[node.name] for node in tables.graph.labels)


def changed_names(tables: Tables) -> tuple[str, ...]:
    """The nodes whose name, or a value of which, is no word."""
    names = words(node.name for node in tables.graph.labels)
    return tuple(
        node.name
        for node in tables.graph.labels
        if names[node.name] != node.name or words(_values(node)) != {v: v for v in _values(node)}
    )


def words(names: Iterable[str]) -> dict[str, str]:
    """A distinct word for each name, as like it as can be.

    >>> words(["Male", "blood pressure", "blood-pressure", "table"])
    {'Male': 'Male', 'blood pressure': 'blood_pressure', 'blood-pressure': 'blood_pressure_2', \
'table': 'table_'}
    """
    listed = list(names)
    found = {name: name for name in listed if word(name) == name}
    taken = set(found)
    for name in listed:
        if name not in found:
            free, number = word(name), 2
            while free in taken:
                free, number = f"{word(name)}_{number}", number + 1
            found[name] = free
            taken.add(free)
    return {name: found[name] for name in listed}


def word(name: str) -> str:
    """A word as like a name as can be."""
    found = re.sub(r"[^A-Za-z0-9_]", "_", name) or "_"
    return f"{found}_" if found.lower() in _WORDS else found


def _properties(node: Node, name: str, values: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    if name != node.name:
        yield "scmc_name", quote(node.name, safe="")
    if values != _values(node):
        yield "scmc_values", " ".join(quote(value, safe="") for value in _values(node))
    if node.kind == HIDDEN:
        yield "scmc_kind", HIDDEN


def _values(node: Node) -> tuple[str, ...]:
    assert isinstance(node.domain, Finite)
    return node.domain.values
