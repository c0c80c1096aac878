"""A run whose tables were given: a network from a file, ready to be asked like a trained one."""

from pathlib import Path

import numpy as np
import torch

from scm_compiler.diagnostics import refuse
from scm_compiler.emit.certificate import FEWEST, certify
from scm_compiler.ir import Graph
from scm_compiler.model.explicit import ExplicitModule
from scm_compiler.model.logits import weights
from scm_compiler.model.spec import ExplicitSpec
from scm_compiler.model.tables import Tables
from scm_compiler.passes import fold, unfold
from scm_compiler.runtime.controller.config import Config
from scm_compiler.runtime.data.table import LabelTable
from scm_compiler.runtime.runs.codes.runs import HiddenNotEven
from scm_compiler.runtime.runs.folder import create_run, finish
from scm_compiler.runtime.runs.model_files import keeps_tables, write_tables, write_weights
from scm_compiler.runtime.runs.numbers import CERTIFICATE
from scm_compiler.runtime.runs.record import Record
from scm_compiler.runtime.storage.tensors import write_file
from scm_compiler.runtime.training.loop import Outcome
from scm_compiler.telling import Told, untold

GIVEN = "given"
"""The trainer of a run that was not trained."""


def run_of_tables(
    tables: Tables,
    origin: str,
    *,
    program: str | None = None,
    path: Path | None = None,
    tell: Told = untold,
) -> Record:
    """A run with explicit mechanisms that have these tables, and no data.

    Args:
        tables: P(label | parents). A hidden common cause is a node of theirs, as
            `CausalModule.tables` gives it.
        origin: Where they came from, such as `bif:asia.bif`; it stands where data's origin does.
        program: The text of the graph; written from it if None.
        path: The run's folder; `runs/<graph>-<n>` if None.
        tell: What is told how far its certificate has come.

    Raises:
        ScmError: E831 if a hidden common cause has not equally likely states; with exit code 2
            E709 or E657 if the folder cannot be made.
    """
    graph = fold(tables.graph)
    module = _module(graph, tables, origin)
    found = _renamed(graph, tables, unfold(graph, module.spec.hidden_states)[0])
    _fill(module, found)

    def fill(run: Record) -> None:
        write_weights(run.path, module)
        # The declared part looks at all labels; of those that run the module it takes few.
        found_out = certify(module, seed=0, tell=tell, examine=FEWEST)
        write_file(run.path / CERTIFICATE, found_out.to_json())
        if keeps_tables(module):  # as they were given, to the last bit; the weights are float32
            write_tables(run.path, found)
        finish(run, Outcome("complete", 0, 0.0, {}), 0, {})

    config = Config(trainer=GIVEN, preset="", options={}, seed=0)
    return create_run(
        graph, _no_rows(graph, origin), config, program=program, path=path, fill=fill
    )


def _module(graph: Graph, tables: Tables, origin: str) -> ExplicitModule:
    """A module with a table for every label, and as many hidden states as the tables have."""
    rows = max(table.size // table.shape[-1] for table in tables.probabilities.values())
    spec = ExplicitSpec(table_limit=rows, hidden_states=_states(graph, tables, origin))
    return ExplicitModule(graph, spec)


def _renamed(graph: Graph, tables: Tables, own: Graph) -> Tables:
    """The tables with hidden causes named, and axes ordered, as in the module's own graph."""
    ties = {own.children[n.name]: n.name for n in own.nodes if n.name not in graph.by_name}
    names = {n.name: ties.get(tables.graph.children[n.name], n.name) for n in tables.graph.nodes}
    names |= {name: name for name in graph.by_name}
    found = {}
    for name, table in tables.probabilities.items():
        given = [names[parent] for parent in tables.graph.parents[name]]
        order = [given.index(parent) for parent in own.parents[names[name]]]
        found[names[name]] = table.transpose(*order, len(order))
    return Tables(own, found)


@torch.no_grad()
def _fill(module: ExplicitModule, tables: Tables) -> None:
    for name in module.layout.labels:
        table = module.table(name)
        found = weights(module.family(name), tables.probabilities[name])
        table.copy_(found.view(table.shape))


def _states(graph: Graph, tables: Tables, origin: str) -> int:
    """The number of states of each hidden cause; the usual one where there is none."""
    hidden = [node.name for node in tables.graph.nodes if node.name not in graph.by_name]
    found = {name: tables.probabilities[name] for name in hidden}
    states = max((table.size for table in found.values()), default=ExplicitSpec.hidden_states)
    for name, table in found.items():
        if table.shape != (states,) or not np.allclose(table, 1 / states, atol=1e-9):
            raise refuse(HiddenNotEven(name, origin, states))
    return states


def _no_rows(graph: Graph, origin: str) -> LabelTable:
    names = tuple(node.name for node in graph.labels)
    sizes = tuple(graph.sizes.values())
    empty = np.zeros((0, len(names)), np.int64)
    return LabelTable(names, sizes, empty, np.zeros(0, np.int64), origin)
