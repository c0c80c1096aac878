"""The numbers of a run that questions are answered from, read without torch.

Importing torch takes seconds, an answer less than a millisecond: what only reads the data's cells
and the tables stays clear of it.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from scm_compiler.identify.law import law_graph
from scm_compiler.ir import Graph
from scm_compiler.model.tables import GIVEN, Counted, Estimated, Tables, table_shape
from scm_compiler.passes import unfold
from scm_compiler.runtime.data.table import LabelTable
from scm_compiler.runtime.runs.manifest import DataFacts
from scm_compiler.runtime.storage.strict import Count, Positive
from scm_compiler.runtime.storage.tensor_file import (
    Form,
    TensorFile,
    open_tensors,
    refuse_foreign,
    unusable,
)
from scm_compiler.strict import Strict

CELLS, WEIGHTS, TABLES = "cells.safetensors", "labels.safetensors", "tables.safetensors"
CERTIFICATE = "certificate.json"
ROWS, REALS = "rows.safetensors", "reals.safetensors"

TABLE, LAW, BEHIND = "table", "law", "_draws"
"""What the tensors of a label in `TABLES` are called: its table, that of the law, the draws behind
each row of one of them."""


class CellFacts(Strict):
    """The facts of `CELLS`.

    Attributes:
        graph: The graph's hash.
        origin: Where the data came from.
    """

    graph: str
    origin: str


class TableFacts(Strict):
    """The facts of `TABLES`.

    Attributes:
        graph: The graph's hash.
        draws: The draws behind each row of a label's table, where all rows have as many.
        drawn: The units of the whole model that tables were counted in; 0 if none were.
        hidden_states: The states of a hidden common cause, where these are labels of the tables.
    """

    graph: str
    draws: Mapping[str, Positive]
    drawn: Count = 0
    hidden_states: Positive = 1


def read_cells(folder: Path, graph: Graph, data: DataFacts) -> LabelTable:
    """The data that the run was trained on.

    Args:
        folder: The run.
        graph: Its graph.
        data: What its manifest says of them.

    Raises:
        ScmError: E653 or E654 if the file is not this run's.
    """
    file = open_tensors(folder / CELLS)
    refuse_foreign(file, graph)
    facts = file.facts_as(CellFacts)
    sizes = tuple(graph.sizes.values())
    names = tuple(node.name for node in graph.labels)
    kind = file.forms.get("counts", ("I64", ()))[0]
    counts = "F64" if kind == "F64" else "I64"  # fractions, where rows have weights
    file.require(
        [("counts", (counts, (data.cells,))), ("cells", ("I64", (data.cells, len(names))))]
    )
    arrays = file.load("np")
    try:
        table = LabelTable(names, sizes, arrays["cells"], arrays["counts"], facts.origin)
    except ValueError as error:
        raise unusable(file.path, str(error)) from error
    if (table.fingerprint, table.rows) != (data.fingerprint, data.rows):
        raise unusable(file.path, "it holds other data than the manifest says")
    return table


def replicate_name(number: int, of: str = TABLES) -> str:
    """What the file of the tables, or else, of a replicate is called.

    >>> replicate_name(1)
    'replicate-1.tables.safetensors'
    """
    return f"replicate-{number}.{of}"


def read_tables(folder: Path, graph: Graph, name: str = TABLES) -> Tables:
    """The tables, with the number of draws behind each that was estimated.

    Where the graph has hidden common causes they are labels of the tables' graph; or, if networks
    share noise, the tables are of the graph as declared, with the law that was counted in draws.

    Raises:
        ScmError: E653 or E654 if the file is not this run's.
    """
    file = open_tensors(folder / name)
    refuse_foreign(file, graph)
    facts = file.facts_as(TableFacts)
    drawn, draws = facts.drawn, facts.draws
    if drawn and not graph.confounders:
        raise unusable(file.path, "nothing in it shares noise, and it is of draws of the whole")
    declared = drawn or not graph.confounders
    whole = graph if declared else _unfolded(file, graph, facts.hidden_states)
    file.require(_expected(whole, facts))
    arrays = file.load("np")
    try:
        kept = _kept(arrays, TABLE)
        if not drawn:
            found = {name: kept[name][0] for name in {**kept, **draws}}
            return Tables(whole, found, Estimated(draws) if draws else GIVEN)
        # What the law does not have of its own is as among the tables.
        own = {name: (kept[name][0], None) for name in draws}
        law = _counted(law_graph(graph), {**own, **_kept(arrays, LAW)}, facts)
        return _counted(whole, kept, facts, law)
    except KeyError as error:
        raise unusable(file.path, f"it tells of draws of {error}") from error
    except ValueError as error:
        raise unusable(file.path, str(error)) from error


def _unfolded(file: TensorFile, graph: Graph, states: int) -> Graph:
    """The graph with its hidden causes as labels, if the file has a table of as many states."""
    _, hidden = unfold(graph, 1)
    held = {file.forms.get(f"{name}.{TABLE}", ("", ()))[1] for name in hidden}
    if held - {(states,)}:
        raise unusable(file.path, f"it has no hidden causes of {states} states")
    return unfold(graph, states)[0]


def _expected(whole: Graph, facts: TableFacts) -> Iterator[tuple[str, Form]]:
    """What the file must hold, if the tables are of this graph."""
    laws = [(law_graph(whole), LAW)] if facts.drawn else []
    for graph, kind in [(whole, TABLE), *laws]:
        for node in graph.labels:
            shape, alike = table_shape(graph, node.name), node.name in facts.draws
            if kind == TABLE or not alike:
                yield f"{node.name}.{kind}", ("F64", shape)
            if facts.drawn and not alike:
                yield f"{node.name}.{kind}{BEHIND}", ("I64", shape[:-1])


_Kept = Mapping[str, tuple[Any, Any]]
"""By label: a table, and the draws behind each of its rows where these differ, or None."""


def _kept(arrays: Mapping[str, Any], kind: str) -> _Kept:
    """The tables of one kind."""
    names = (key.removesuffix(f".{kind}") for key in arrays if key.endswith(f".{kind}"))
    return {
        name: (arrays[f"{name}.{kind}"], arrays.get(f"{name}.{kind}{BEHIND}")) for name in names
    }


def _counted(
    graph: Graph, kept: _Kept, facts: TableFacts, observational: Tables | None = None
) -> Tables:
    """Tables that were counted in draws; a row that has none is `unseen`."""
    behind = {name: draws for name, (_, draws) in kept.items() if draws is not None}
    if any((draws < 0).any() for draws in behind.values()):
        raise ValueError("a number of draws is below zero")
    unseen = {name: np.asarray(draws == 0) for name, draws in behind.items() if not draws.all()}
    draws = {**facts.draws, **behind}
    found = {name: kept[name][0] for name in {**kept, **facts.draws}}
    known = Counted(facts.drawn, draws, unseen, observational=observational)
    return Tables(graph, found, known)
