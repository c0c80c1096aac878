"""Bayesian networks as BIF, in the form that pyAgrum, pgmpy and bnlearn all read.

They read words alone as names. A name that is no word is written as one, and stands as it is in a
property of its variable, percent-encoded, which the others skip and scmc reads.
"""

import re
from collections.abc import Iterable, Iterator
from itertools import product
from urllib.parse import quote

from scm_compiler.diagnostics import refuse
from scm_compiler.interop.codes.interchange import CannotHold
from scm_compiler.ir import Discrete, Node
from scm_compiler.model.tables import Tables
from scm_compiler.passes.fold import HIDDEN

MOST_NUMBERS = 2**20

_KEYWORDS = ("network", "variable", "probability", "type", "discrete", "property", "table")
_WORDS = (*_KEYWORDS, "default")


def bif_text(tables: Tables) -> str:
    """The network as BIF: a row of numbers for each configuration of the parents.

    Numbers are written so that they are read as they are. A hidden common cause that the tables
    hold as a node is a variable like any other, with a property that tells.

    Raises:
        ScmError: E827 if the tables hold more than 2^20 numbers, or do not multiply: those of
            networks that share noise.

    >>> import numpy as np
    >>> from scm_compiler.ir import Graph
    >>> node = Node("Asy/Patch", "categorical", Discrete(("<5", "5+")))
    >>> network = Tables(Graph("child", (node,), ()), {"Asy/Patch": np.array([0.25, 0.75])})
    >>> print(bif_text(network), end="")
    network child {
    }
    variable Asy_Patch {
      type discrete [ 2 ] { _5, 5_ };
      property scmc_name = Asy%2FPatch ;
      property scmc_values = %3C5 5%2B ;
    }
    probability ( Asy_Patch ) {
      table 0.25, 0.75;
    }
    """
    for pair in tables.graph.confounders:
        what = f"the hidden common cause `{pair.left} <-> {pair.right}` of networks"
        raise refuse(CannotHold("BIF", what, "`--trainer mle` fits its states, which BIF holds"))
    numbers = sum(table.size for table in tables.probabilities.values())
    if numbers > MOST_NUMBERS:
        many = f"tables of {numbers:,} numbers"
        raise refuse(CannotHold("BIF", many, f"at most {MOST_NUMBERS:,} are written"))
    return "\n".join([*_lines(tables), ""])


def changed_names(tables: Tables) -> tuple[str, ...]:
    """The nodes whose name, or a value of which, BIF cannot write as it is."""
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
    found = {name: name for name in listed if _word(name) == name}
    taken = set(found)
    for name in listed:
        if name not in found:
            word, number = _word(name), 2
            while word in taken:
                word, number = f"{_word(name)}_{number}", number + 1
            found[name] = word
            taken.add(word)
    return {name: found[name] for name in listed}


def _word(name: str) -> str:
    word = re.sub(r"[^A-Za-z0-9_]", "_", name) or "_"
    return f"{word}_" if word.lower() in _WORDS else word


def _lines(tables: Tables) -> Iterator[str]:
    graph = tables.graph
    names = words(node.name for node in graph.labels)
    values = {node.name: words(_values(node)) for node in graph.labels}
    yield f"network {_word(graph.name)} {{"
    yield "}"
    for node in graph.labels:
        yield from _variable(node, names[node.name], tuple(values[node.name].values()))
    for node in graph.labels:
        parents = graph.parents[node.name]
        given = f" | {', '.join(names[parent] for parent in parents)}" if parents else ""
        yield f"probability ( {names[node.name]}{given} ) {{"
        table = tables.probabilities[node.name]
        for place in product(*(enumerate(values[parent].values()) for parent in parents)):
            index = tuple(rank for rank, _ in place)
            row = ", ".join(repr(float(number)) for number in table[index])
            yield (
                f"  ({', '.join(value for _, value in place)}) {row};"
                if place
                else (f"  table {row};")
            )
        yield "}"


def _variable(node: Node, name: str, values: tuple[str, ...]) -> Iterator[str]:
    yield f"variable {name} {{"
    yield f"  type discrete [ {len(values)} ] {{ {', '.join(values)} }};"
    if name != node.name:
        yield f"  property scmc_name = {quote(node.name, safe='')} ;"
    if values != _values(node):
        yield f"  property scmc_values = {' '.join(quote(v, safe='') for v in _values(node))} ;"
    if node.kind == HIDDEN:
        yield f"  property scmc_kind = {HIDDEN} ;"
    yield "}"


def _values(node: Node) -> tuple[str, ...]:
    assert isinstance(node.domain, Discrete)
    return node.domain.values
