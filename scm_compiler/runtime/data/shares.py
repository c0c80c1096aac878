"""Tables as shares of the data: the closed form of the maximum of the likelihood.

Where rows are few, a table can be drawn towards what like ones say instead (shrinkage.py).
"""

from collections.abc import Mapping
from dataclasses import replace
from math import prod
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from scm_compiler.identify.law import law_graph
from scm_compiler.ir import Graph
from scm_compiler.model.exponential import nearest
from scm_compiler.model.tables import Counted, Fitted, Tables, on_data, table_shape
from scm_compiler.passes import fold
from scm_compiler.runtime.data.shrinkage import Backoffs, Shrunk
from scm_compiler.runtime.data.table import LabelTable

Estimator = Literal["shrunk", "shares"]
"""How tables are got from rows of data: their shares; or these shrunk, where rows are few."""


def table_from(
    graph: Graph, table: LabelTable, name: str, backoffs: Mapping[str, Shrunk]
) -> NDArray[np.float64]:
    """One label's table: (size of each parent…, size of the label), shrunk where `backoffs` say.

    Of a label with a family, the distributions of it that make the data most likely.
    """
    family = graph.domain(name).family
    if family is not None:
        return nearest(family, closed_form(graph, table, name))
    return backoffs[name].table if name in backoffs else closed_form(graph, table, name)


def closed_form(graph: Graph, table: LabelTable, name: str) -> NDArray[np.float64]:
    """One label's table as the shares of the data; its marginal where these have no row."""
    counts = table.counts_of([*graph.parents[name], name]).astype(np.float64)
    rows = counts.sum(-1, keepdims=True)
    marginal = counts.reshape(-1, counts.shape[-1]).sum(0) / counts.sum()
    found: NDArray[np.float64] = np.where(rows > 0, counts / np.maximum(rows, 1), marginal)
    return found


def unseen_rows(graph: Graph, table: LabelTable, name: str) -> NDArray[np.bool_]:
    """Where the data hold no row: a boolean array over the label's parent configurations.

    Hidden parents of an unfolded graph, which come last, are not in the data, and count as seen.
    """
    seen = [parent for parent in graph.parents[name] if parent in table.labels]
    shape = table_shape(graph, name)[:-1]
    missing = table.counts_of(seen) == 0 if seen else np.zeros(1, dtype=np.bool_)
    return np.repeat(missing, prod(shape[len(seen) :])).reshape(shape)


def with_data(tables: Tables, table: LabelTable) -> Tables:
    """The tables with the data behind them, and what the data never show in `unseen`.

    Without a single row there are no data behind the tables at all: they were given, and are as
    they are.
    """
    if not table.rows:
        return tables
    written = [name for name in table.labels if name in tables.probabilities]
    masks = {name: unseen_rows(tables.graph, table, name) for name in written}
    for name, mask in tables.unseen.items():  # what draws of the model never showed
        masks[name] = masks.get(name, mask) | mask
    unseen = {name: mask for name, mask in masks.items() if mask.any()}
    known = on_data(tables.known, unseen, table)
    if isinstance(known, Counted) and known.observational is not None:
        known = replace(known, observational=with_data(known.observational, table))
    return replace(tables, known=known)


def fitted_law(model: Tables, table: LabelTable, estimator: Estimator) -> Tables:
    """The observational distribution of a model with hidden common causes, as the data have it.

    Args:
        model: Tables in which hidden causes are labels, with `unseen` marked.
        table: The data.
        estimator: How tables are got from them.

    Returns:
        For each label with a hidden cause the shares of the data given its Markov blanket, which
        is the maximum of the likelihood of P(v) = prod P(label | blanket) (Tian and Pearl 2002),
        shrunk where rows are few; for the others their own tables.
    """
    declared = fold(model.graph)
    graph, tied = law_graph(declared), declared.confounded
    rows, backoffs = dict(model.probabilities), backoffs_of(declared, table, estimator, law=True)
    unseen = {name: mask for name, mask in model.unseen.items() if name not in tied}
    for name in tied:
        rows[name] = table_from(graph, table, name, backoffs)
        mask = unseen_rows(graph, table, name)
        if mask.any():
            unseen[name] = mask
    kept = {node.name: rows[node.name] for node in declared.labels if node.name in rows}
    known = model.known if isinstance(model.known, Fitted) else Fitted()
    firm = Fitted(unseen, table, known.likeliest, backoffs, known.trained - {*tied})
    return Tables(graph, kept, firm, model.networks)


def backoffs_of(
    declared: Graph, table: LabelTable, estimator: Estimator, *, law: bool = False
) -> Mapping[str, Shrunk]:
    """What the tables of a model are drawn towards, or those of its observational distribution.

    The tables of labels with hidden causes are fitted together, and only the law's are shrunk.
    """
    if estimator == "shares":
        return {}
    tied = declared.confounded
    names = [node.name for node in declared.labels if law or node.name not in tied]
    return Backoffs(law_graph(declared) if law else declared, table, names)
