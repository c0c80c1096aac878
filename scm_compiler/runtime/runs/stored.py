"""The tensors of a run: the data's cells, the weights, the estimated tables."""

from pathlib import Path

import numpy as np
import torch

from scm_compiler.diagnostics import refuse
from scm_compiler.diagnostics.codes.runs import NotWeights, OtherGraph
from scm_compiler.emit.compilation import compile_module, spec_from_json, spec_to_json
from scm_compiler.emit.implicit import ImplicitModule
from scm_compiler.emit.module import CausalModule
from scm_compiler.ir import Graph
from scm_compiler.ir.tables import Tables
from scm_compiler.runtime.data.table import LabelTable
from scm_compiler.runtime.training.checkpoint import Stored, read_tensors, write_tensors

CELLS, WEIGHTS, TABLES = "cells.safetensors", "labels.safetensors", "tables.safetensors"
CERTIFICATE = "certificate.json"


def write_cells(folder: Path, graph: Graph, table: LabelTable) -> None:
    """Keep the data: their distinct rows and counts."""
    tensors = {"cells": torch.from_numpy(table.cells), "counts": torch.from_numpy(table.counts)}
    write_tensors(folder / CELLS, tensors, {"graph": graph.hash, "origin": table.origin})


def read_cells(folder: Path, graph: Graph) -> LabelTable:
    """The data that the run was trained on.

    Raises:
        ScmError: E653 or E654 if the file is not this run's.
    """
    path = folder / CELLS
    stored = _of_graph(path, graph)
    sizes = tuple(node.domain.size for node in graph.labels if node.domain.type == "discrete")
    names = tuple(node.name for node in graph.labels)
    try:
        cells, counts = (stored.tensors[name].numpy() for name in ("cells", "counts"))
        return LabelTable(names, sizes, cells, counts, str(stored.facts["origin"]))
    except (KeyError, ValueError) as error:
        raise _unusable(path, str(error)) from error


def write_weights(folder: Path, module: CausalModule) -> None:
    """Keep the trained weights, by node, with the graph's hash and what the mechanisms are."""
    facts = {"graph": module.graph.hash, "spec": spec_to_json(module.spec)}
    write_tensors(folder / WEIGHTS, module.node_weights(), facts)


def read_module(folder: Path, graph: Graph) -> CausalModule:
    """The trained module.

    Raises:
        ScmError: E653 if the file holds no weights of scmc or they do not fit the graph; E654 if
            they belong to another graph.
    """
    path = folder / WEIGHTS
    stored = _of_graph(path, graph)
    try:
        spec = spec_from_json(stored.facts.get("spec"))
        # The first weights are overwritten, and the global generator is left alone.
        module = compile_module(graph, spec, generator=torch.Generator().manual_seed(0))
        module.load_node_weights(stored.tensors)
    except ValueError as error:
        raise _unusable(path, str(error)) from error
    return module


def model_tables(module: CausalModule, seed: int) -> Tables:
    """P(label | parents): exact, or estimated with draws that depend on the seed alone.

    Raises:
        ValueError: If the model has no such tables, or they are too large.
    """
    if isinstance(module, ImplicitModule):
        return module.tables(generator=torch.Generator().manual_seed(seed))
    return module.tables()


def write_tables(folder: Path, tables: Tables) -> None:
    """Keep estimated tables with the number of draws behind each."""
    tensors = {
        f"{name}.table": torch.from_numpy(table) for name, table in tables.probabilities.items()
    }
    facts = {"graph": tables.graph.hash, "draws": dict(tables.draws)}
    write_tensors(folder / TABLES, tensors, facts)


def read_tables(folder: Path, graph: Graph) -> Tables:
    """The estimated tables.

    Raises:
        ScmError: E653 or E654 if the file is not this run's.
    """
    path = folder / TABLES
    stored = _of_graph(path, graph)
    found = {
        name.removesuffix(".table"): tensor.numpy().astype(np.float64)
        for name, tensor in stored.tensors.items()
    }
    try:
        return Tables(graph, found, draws=dict(stored.facts["draws"]))
    except (KeyError, TypeError, ValueError) as error:
        raise _unusable(path, str(error)) from error


def _of_graph(path: Path, graph: Graph) -> Stored:
    stored = read_tensors(path)
    found = str(stored.facts.get("graph", ""))
    if found != graph.hash:
        wrong = OtherGraph(path=str(path), expected=graph.hash, found=found)
        raise refuse(wrong, exit_code=2)
    return stored


def _unusable(path: Path, reason: str) -> Exception:
    return refuse(NotWeights(path=str(path), reason=reason), exit_code=2)
