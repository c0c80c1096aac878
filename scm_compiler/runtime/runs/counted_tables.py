"""What networks that share noise say of observation, counted in many draws of the whole model.

A label that shares noise has no table of its own: what it does under given parents depends on what
the shared noise did elsewhere. The observational distribution is all that a question may rest on
(inference/observation.py), and it is the product of P(label | its Markov blanket among the
earlier ones). For a label with a hidden cause these conditionals are counted in draws; the
networks of the others are run on each of their parent configurations, as without hidden causes.
"""

from collections.abc import Iterable, Sequence
from math import prod

import numpy as np
import torch
from numpy.typing import NDArray

from scm_compiler.identify.law import law_graph
from scm_compiler.ir import Graph
from scm_compiler.model.estimate import Estimates
from scm_compiler.model.implicit import ImplicitModule
from scm_compiler.model.module import CausalModule, chunks
from scm_compiler.model.tables import Counted, Tables, table_shape
from scm_compiler.runtime.data.shares import closed_form
from scm_compiler.runtime.data.table import Cells, LabelTable, gathered, tabulate

DRAWS = 1_000_000
"""The units that are drawn: a probability p then has the standard error sqrt(p (1 - p)) / 1000."""

MOST_NUMBERS = 2**20
"""The most numbers in a table that is counted: more than there are draws would mean nothing."""

_ROWS = 2**16


def drawn_tables(module: ImplicitModule, seed: int, draws: int = DRAWS) -> Tables:
    """P(label | parents) of networks that share noise, and their observational distribution.

    Args:
        module: With hidden common causes.
        seed: Of the noise.
        draws: The units to draw.

    Returns:
        Tables of the graph as declared, with `observational`. What is counted has the number of
        draws behind each row in `draws`; a row without any is marked in `unseen`.

    Raises:
        ValueError: If a table would have more than `MOST_NUMBERS` numbers.
    """
    graph = module.graph
    law, tied = law_graph(graph), graph.confounded
    for shape in (law, graph):
        _refuse_large(shape, tied)
    random = torch.Generator(module.device).manual_seed(seed)
    own = module.own_tables(
        [node.name for node in graph.labels if node.name not in tied], generator=random
    )
    units = draw_units(module, draws, random)
    observational = counted_tables(law, tied, units, own)
    return counted_tables(graph, tied, units, own, observational)


def draw_units(module: CausalModule, draws: int, random: torch.Generator) -> LabelTable:
    """Units of the model as it is, counted."""
    parts: list[tuple[Cells, NDArray[np.int64]]] = []
    sizes = module.layout.sizes
    for rows in chunks(draws, _ROWS):
        drawn = module.sample(rows.stop - rows.start, generator=random).cpu().numpy()
        parts.append(gathered(drawn, np.ones(len(drawn), np.int64), sizes))
    cells, counts = (np.concatenate(side) for side in zip(*parts, strict=True))
    return tabulate(module.graph, cells, counts, f"{draws:,} draws of the model")


def counted_tables(
    graph: Graph,
    tied: Sequence[str],
    units: LabelTable,
    own: Estimates,
    observational: Tables | None = None,
) -> Tables:
    """The tables of a graph: those of some labels counted, the others as they are.

    Args:
        graph: The graph.
        tied: The labels that are counted.
        units: The units to count in.
        own: The tables of the other labels, and the draws behind each of their rows.
        observational: The tables of the graph of their law, if these are not.
    """
    rows, draws = dict(own[0]), dict[str, int | NDArray[np.int64]](own[1])
    unseen = {}
    for name in tied:
        rows[name] = closed_form(graph, units, name)
        behind = np.asarray(units.counts_of(graph.parents[name]))
        draws[name] = behind
        if not behind.all():
            unseen[name] = np.asarray(behind == 0)
    return Tables(graph, rows, Counted(units.rows, draws, unseen, observational=observational))


def _refuse_large(graph: Graph, names: Iterable[str]) -> None:
    for name in names:
        numbers = prod(table_shape(graph, name))
        if numbers > MOST_NUMBERS:
            given = len(graph.parents[name])
            labels = "label" if given == 1 else "labels"
            what = f"P({name} | {given} {labels}) has {numbers:,} numbers"
            raise ValueError(f"networks that share noise (`<->`) are counted in draws, and {what}")
