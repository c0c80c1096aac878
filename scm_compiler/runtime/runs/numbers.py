"""The numbers of a run that questions are answered from, read without torch.

Importing torch takes seconds, an answer less than a millisecond: what only reads the data's cells
and the tables stays clear of it.
"""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from scm_compiler.diagnostics import refuse
from scm_compiler.diagnostics.codes.runs import OtherGraph
from scm_compiler.identify.law import law_graph
from scm_compiler.ir import Graph
from scm_compiler.model.tables import Tables
from scm_compiler.passes import unfold
from scm_compiler.runtime.data.table import LabelTable
from scm_compiler.runtime.storage.arrays import read_safetensors, unusable

CELLS, WEIGHTS, TABLES = "cells.safetensors", "labels.safetensors", "tables.safetensors"
CERTIFICATE = "certificate.json"

TABLE, LAW, BEHIND = "table", "law", "_draws"
"""What the tensors of a label in `TABLES` are called: its table, that of the law, the draws behind
each row of one of them."""


def read_cells(folder: Path, graph: Graph) -> LabelTable:
    """The data that the run was trained on.

    Raises:
        ScmError: E653 or E654 if the file is not this run's.
    """
    path = folder / CELLS
    arrays, facts = _of_graph(path, graph)
    sizes = tuple(node.domain.size for node in graph.labels if node.domain.type == "discrete")
    names = tuple(node.name for node in graph.labels)
    try:
        cells, counts = (arrays[name] for name in ("cells", "counts"))
        return LabelTable(names, sizes, cells, counts, str(facts["origin"]))
    except (KeyError, ValueError) as error:
        raise unusable(path, str(error)) from error


def read_tables(folder: Path, graph: Graph) -> Tables:
    """The tables, with the number of draws behind each that was estimated.

    Where the graph has hidden common causes they are labels of the tables' graph; or, if networks
    share noise, the tables are of the graph as declared, with the law that was counted in draws.

    Raises:
        ScmError: E653 or E654 if the file is not this run's.
    """
    path = folder / TABLES
    arrays, facts = _of_graph(path, graph)
    try:
        drawn = int(facts.get("drawn", 0))
        whole = graph if drawn else unfold(graph, int(facts.get("hidden_states", 1)))[0]
        draws = {name: int(count) for name, count in facts["draws"].items()}
        found = _estimated(whole, _kept(arrays, TABLE), draws, drawn)
        if not drawn:
            return found
        # What the law does not have of its own is as among the tables.
        own = {name: (found.probabilities[name], None) for name in draws}
        law = _estimated(law_graph(graph), {**own, **_kept(arrays, LAW)}, draws, drawn)
        return replace(found, law=law)
    except (KeyError, TypeError, ValueError) as error:
        raise unusable(path, str(error)) from error


_Kept = Mapping[str, tuple[Any, Any]]
"""By label: a table, and the draws behind each of its rows where these differ, or None."""


def _kept(arrays: Mapping[str, Any], kind: str) -> _Kept:
    """The tables of one kind."""
    names = (key.removesuffix(f".{kind}") for key in arrays if key.endswith(f".{kind}"))
    return {
        name: (arrays[f"{name}.{kind}"].astype(np.float64), arrays.get(f"{name}.{kind}{BEHIND}"))
        for name in names
    }


def _estimated(graph: Graph, kept: _Kept, alike: Mapping[str, int], drawn: int) -> Tables:
    """Tables; a row that was to be counted in draws and has none is `unseen`."""
    behind = {name: draws for name, (_, draws) in kept.items() if draws is not None}
    return Tables(
        graph,
        {name: table for name, (table, _) in kept.items()},
        draws={**alike, **behind},
        unseen={name: np.asarray(draws == 0) for name, draws in behind.items() if not draws.all()},
        drawn=drawn,
    )


def refuse_foreign(path: Path, graph: Graph, facts: Mapping[str, Any]) -> None:
    """Refuse a file that belongs to another graph.

    Raises:
        ScmError: E654.
    """
    found = str(facts.get("graph", ""))
    if found != graph.hash:
        wrong = OtherGraph(path=str(path), expected=graph.hash, found=found)
        raise refuse(wrong, exit_code=2)


def _of_graph(path: Path, graph: Graph) -> tuple[dict[str, Any], dict[str, Any]]:
    arrays, facts = read_safetensors(path, "np")
    refuse_foreign(path, graph, facts)
    return arrays, facts
