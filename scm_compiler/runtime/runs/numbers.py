"""The numbers of a run that questions are answered from, read without torch.

Importing torch takes seconds, an answer less than a millisecond: what only reads the data's cells
and the tables stays clear of it.
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

import numpy as np
from safetensors import SafetensorError, safe_open

from scm_compiler.diagnostics import ScmError, refuse
from scm_compiler.diagnostics.codes.runs import NotWeights, OtherGraph
from scm_compiler.ir import Graph
from scm_compiler.ir.tables import Tables
from scm_compiler.passes import unfold
from scm_compiler.runtime.data.table import LabelTable

CELLS, WEIGHTS, TABLES = "cells.safetensors", "labels.safetensors", "tables.safetensors"
CERTIFICATE = "certificate.json"

FACTS = "scmc"
"""The one key of a file's metadata: safetensors does not keep the order of several."""


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

    Where the graph has hidden common causes they are labels of the tables' graph.

    Raises:
        ScmError: E653 or E654 if the file is not this run's.
    """
    path = folder / TABLES
    arrays, facts = _of_graph(path, graph)
    found = {
        name.removesuffix(".table"): table.astype(np.float64) for name, table in arrays.items()
    }
    try:
        whole, _ = unfold(graph, int(facts.get("hidden_states", 1)))
        return Tables(whole, found, draws=dict(facts["draws"]))
    except (KeyError, TypeError, ValueError) as error:
        raise unusable(path, str(error)) from error


def read_safetensors(
    path: Path, framework: Literal["np", "pt"]
) -> tuple[dict[str, Any], dict[str, Any]]:
    """The tensors of a file, as arrays of numpy or tensors of torch, and its facts.

    Raises:
        ScmError: E653 with exit code 2 if it is not a safetensors file of scmc.
    """
    try:
        with safe_open(path, framework=framework) as file:
            facts = json.loads((file.metadata() or {})[FACTS])
            tensors = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
    except (SafetensorError, OSError) as error:
        raise unusable(path, "it is not a whole safetensors file") from error
    except (KeyError, ValueError, RecursionError) as error:
        raise unusable(path, "scmc did not write it") from error
    if not isinstance(facts, dict):
        raise unusable(path, "scmc did not write it")
    return tensors, facts


def refuse_foreign(path: Path, graph: Graph, facts: Mapping[str, Any]) -> None:
    """Refuse a file that belongs to another graph.

    Raises:
        ScmError: E654.
    """
    found = str(facts.get("graph", ""))
    if found != graph.hash:
        wrong = OtherGraph(path=str(path), expected=graph.hash, found=found)
        raise refuse(wrong, exit_code=2)


def unusable(path: Path, reason: str) -> ScmError:
    """The refusal of a file of tensors that is not what it should be."""
    return refuse(NotWeights(path=str(path), reason=reason), exit_code=2)


def _of_graph(path: Path, graph: Graph) -> tuple[dict[str, Any], dict[str, Any]]:
    arrays, facts = read_safetensors(path, "np")
    refuse_foreign(path, graph, facts)
    return arrays, facts
