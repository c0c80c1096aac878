"""Bayesian networks as BIF, in the form that pyAgrum, pgmpy and bnlearn all read."""

from collections.abc import Iterator
from itertools import product

from scm_compiler.interop.told import Told, told, word
from scm_compiler.ir import Discrete, Graph, Node  # noqa: F401  (the doctest)
from scm_compiler.model.tables import Tables


def bif_text(tables: Tables) -> str:
    """The network as BIF: a row of numbers for each configuration of the parents.

    Numbers are written so that they are read as they are. A hidden common cause that the tables
    hold as a node is a variable like any other, with a property that tells.

    Raises:
        ScmError: E827 if the tables cannot be told.

    >>> import numpy as np
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
    found = told(tables, "BIF")
    lines = [f"network {word(tables.graph.name)} {{", "}"]
    lines += [line for one in found for line in _variable(one)]
    lines += [line for one in found for line in _probability(one)]
    return "\n".join([*lines, ""])


def _variable(one: Told) -> Iterator[str]:
    yield f"variable {one.name} {{"
    yield f"  type discrete [ {len(one.values)} ] {{ {', '.join(one.values)} }};"
    yield from (f"  property {key} = {value} ;" for key, value in one.properties.items())
    yield "}"


def _probability(one: Told) -> Iterator[str]:
    parents = ", ".join(parent.name for parent in one.parents)
    yield f"probability ( {one.name}{f' | {parents}' if parents else ''} ) {{"
    rows = one.table.reshape(-1, len(one.values))
    for place, numbers in zip(product(*(p.values for p in one.parents)), rows, strict=True):
        row = ", ".join(repr(float(number)) for number in numbers)
        yield f"  ({', '.join(place)}) {row};" if place else f"  table {row};"
    yield "}"
