"""The tensors of a run: the data's cells, the weights, the tables.

Cells and tables are read in `numbers.py`, without torch.
"""

from collections.abc import Iterable, Iterator, Mapping
from math import prod
from pathlib import Path
from typing import cast

import numpy as np
import torch

from scm_compiler.diagnostics import refuse
from scm_compiler.ir import Graph, Real
from scm_compiler.model.compilation import compile_module, spec_from_json, spec_to_json
from scm_compiler.model.implicit import ImplicitModule
from scm_compiler.model.mechanism import Mechanism
from scm_compiler.model.module import CausalModule
from scm_compiler.model.real.mixed import trained_module
from scm_compiler.model.real.parts import apart, observed
from scm_compiler.model.real.stored import Stored, read_mechanism, tensors_of
from scm_compiler.model.shapes import weight_shapes
from scm_compiler.model.tables import Counted, Tables, table_shape
from scm_compiler.passes import fold, unfold
from scm_compiler.passes.fold import HIDDEN
from scm_compiler.runtime.data.columns import Table
from scm_compiler.runtime.data.table import LabelTable
from scm_compiler.runtime.runs.codes.runs import TablesDiffer
from scm_compiler.runtime.runs.counted_tables import drawn_tables
from scm_compiler.runtime.runs.numbers import (
    BEHIND,
    CELLS,
    LAW,
    REALS,
    ROWS,
    TABLE,
    TABLES,
    WEIGHTS,
    CellFacts,
    read_tables,
)
from scm_compiler.runtime.storage.tensor_file import open_tensors, refuse_foreign, unusable
from scm_compiler.runtime.storage.tensors import finite, write_tensors

MOST_NUMBERS = 2**20
"""Tables of up to so many numbers are kept, so that questions need no torch."""


ROUNDING = 1e-6
"""The most that the same probability differs between machines."""

MOST_WRITTEN = 2**19
"""The most numbers in the tables of networks that are written out: more would take seconds."""


def write_cells(folder: Path, graph: Graph, table: LabelTable) -> None:
    """Keep the data: their distinct rows and counts."""
    tensors = {"cells": torch.from_numpy(table.cells), "counts": torch.from_numpy(table.counts)}
    write_tensors(folder / CELLS, tensors, {"graph": graph.hash, "origin": table.origin})


def write_rows(folder: Path, graph: Graph, table: Table) -> None:
    """Keep the rows of a graph with real nodes: a column each, and how often each row occurs."""
    tensors = {f"column.{name}": torch.from_numpy(c.copy()) for name, c in table.columns.items()}
    counts = torch.from_numpy(table.counts.astype(np.float64))
    facts = {"graph": graph.hash, "origin": table.origin}
    write_tensors(folder / ROWS, {**tensors, "counts": counts}, facts)


def read_rows(folder: Path, graph: Graph) -> Table:
    """The rows that a graph with real nodes was trained on.

    Raises:
        ScmError: E653 or E654 if the file is not this run's.
    """
    file = open_tensors(folder / ROWS)
    refuse_foreign(file, graph)
    facts = file.facts_as(CellFacts)
    rows = file.forms.get("counts", ("F64", (0,)))[1]
    kinds = {n.name: "F64" if isinstance(n.domain, Real) else "I64" for n in graph.tabular}
    forms = [(f"column.{name}", (kind, rows)) for name, kind in kinds.items()]
    file.require([("counts", ("F64", rows)), *forms])
    arrays = file.load("np")
    counts = arrays["counts"]
    whole = counts.astype(np.int64)
    if (whole == counts).all():
        counts = whole
    return Table({name: arrays[f"column.{name}"] for name in kinds}, counts, facts.origin)


def write_reals(
    folder: Path, graph: Graph, mechanisms: Mapping[str, Mechanism], name: str = REALS
) -> None:
    """Keep the mechanisms of real nodes and of their discrete effects."""
    tensors = {
        f"{node}.{key}": torch.from_numpy(array)
        for node, mechanism in mechanisms.items()
        for key, array in tensors_of(cast("Stored", mechanism)).items()
    }
    write_tensors(folder / name, tensors, {"graph": graph.hash})


def read_reals(folder: Path, graph: Graph, file_name: str = REALS) -> dict[str, Stored]:
    """The mechanisms of real nodes and of their discrete effects.

    Raises:
        ScmError: E653 or E654 if the file is not this run's.
    """
    file = open_tensors(folder / file_name)
    refuse_foreign(file, graph)
    arrays, graph = file.load("np"), observed(graph)
    found = {}
    try:
        for name in apart(graph):
            domain = graph.by_name[name].domain
            inputs = {parent: graph.by_name[parent].domain for parent in graph.parents[name]}
            own = {
                key.removeprefix(f"{name}."): array
                for key, array in arrays.items()
                if key.startswith(f"{name}.")
            }
            found[name] = read_mechanism(domain, inputs, own)
    except ValueError as error:
        raise unusable(file.path, str(error)) from error
    return found


def with_reals(folder: Path, graph: Graph, labels: CausalModule) -> CausalModule:
    """The trained module of a graph, by that of its labels, which it is where no node is real.

    Raises:
        ScmError: As `read_reals`.
    """
    return trained_module(graph, labels, read_reals(folder, graph)) if graph.reals else labels


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
    file = open_tensors(folder / WEIGHTS)
    refuse_foreign(file, graph)
    try:
        spec = spec_from_json(file.facts.get("spec"))
    except ValueError as error:
        raise unusable(file.path, str(error)) from error
    file.require((name, ("F32", shape)) for name, shape in weight_shapes(graph, spec))
    # The first weights are overwritten, and the global generator is left alone.
    module = compile_module(graph, spec, generator=torch.Generator().manual_seed(0))
    module.load_node_weights(finite(file.path, file.load("pt")))
    return module


def model_tables(module: CausalModule, seed: int) -> Tables:
    """P(label | parents): exact, or estimated with draws that depend on the seed alone.

    The tables of networks are written out where together they are small; a network beyond that
    is run where it is asked. Networks that share noise are counted in draws of the whole model.

    Raises:
        ValueError: If the model has no such tables, or they are too large.
    """
    if isinstance(module, ImplicitModule) and module.graph.confounders:
        return drawn_tables(module, seed)
    return module.tables(most=MOST_WRITTEN, generator=torch.Generator().manual_seed(seed))


def keeps_tables(module: CausalModule) -> bool:
    """Whether a run keeps the tables of a module beside its weights.

    Estimated ones are kept always, exact ones where they are not large.
    """
    if not module.exact:
        return True
    graph, _ = unfold(module.graph, module.spec.hidden_states)
    return sum(prod(table_shape(graph, node.name)) for node in graph.labels) <= MOST_NUMBERS


def check_tables(folder: Path, module: CausalModule, seed: int) -> None:
    """Compute the tables again that a run keeps, and compare.

    Args:
        folder: The run.
        module: Its trained module.
        seed: Of the draws, where tables are counted in some.

    Raises:
        ScmError: E665 for each label whose table is another one; and as `read_tables`.
    """
    kept, found = read_tables(folder, module.graph), model_tables(module, seed)
    path = str(folder / TABLES)
    names = [*differing(kept, found)]
    if kept.observational is not None and found.observational is not None:
        others = differing(kept.observational, found.observational)
        names += [name for name in others if name not in names]
    if names:
        raise refuse(*(TablesDiffer(path=path, node=name) for name in names), exit_code=2)


def differing(kept: Tables, found: Tables) -> Iterator[str]:
    """The labels whose tables differ by more than rounding or the error of their draws."""
    for name, table in found.probabilities.items():
        draws = np.expand_dims(np.asarray(found.draws.get(name, np.inf), dtype=np.float64), -1)
        seen = draws > 0
        error = 5 * np.sqrt(table * (1 - table) / np.where(seen, draws, 1))
        far = np.abs(kept.probabilities[name] - table) > error + ROUNDING
        if (far & seen).any():
            yield name


def write_tables(folder: Path, tables: Tables, name: str = TABLES) -> None:
    """Keep tables with the number of draws behind each that was estimated.

    A law that was counted in draws is kept beside them; one that the data have is not, since the
    data are.
    """
    alike = {name: draws for name, draws in tables.draws.items() if isinstance(draws, int)}
    tensors = dict(_tensors(tables, tables.probabilities, TABLE))
    facts: dict[str, object] = {"graph": fold(tables.graph).hash, "draws": alike}
    if isinstance(tables.known, Counted) and tables.observational is not None:
        own = [name for name in tables.observational.probabilities if name not in alike]
        tensors |= _tensors(tables.observational, own, LAW)
        facts |= {"drawn": tables.known.units}
    hidden = [node.name for node in tables.graph.labels if node.kind == HIDDEN]
    if hidden:
        facts["hidden_states"] = tables.graph.sizes[hidden[0]]
    write_tensors(folder / name, tensors, facts)


def _tensors(
    tables: Tables, names: Iterable[str], kind: str
) -> Iterator[tuple[str, torch.Tensor]]:
    """Each table and, where they differ from row to row, the draws behind it."""
    for name in names:
        yield f"{name}.{kind}", torch.from_numpy(tables.probabilities[name])
        draws = tables.draws.get(name)
        if isinstance(draws, np.ndarray):
            yield f"{name}.{kind}{BEHIND}", torch.from_numpy(draws)
