"""Which rows of a model's tables rest on no data."""

from dataclasses import replace
from math import prod

import numpy as np
from numpy.typing import NDArray

from scm_compiler.model.tables import Counted, Tables, on_data
from scm_compiler.runtime.data.table import LabelTable


def with_data(tables: Tables, table: LabelTable) -> Tables:
    """The tables with the data behind them, and what the data never show in `unseen`.

    Hidden parents of an unfolded graph are not in the data, and count as seen everywhere. Without
    a single row there are no data behind the tables at all: they were given, and are as they are.
    """
    if not table.rows:
        return tables
    written = (name for name in table.labels if name in tables.probabilities)
    masks = {name: _mask(tables, table, name) for name in written}
    for name, mask in tables.unseen.items():  # what draws of the model never showed
        masks[name] = masks.get(name, mask) | mask
    unseen = {name: mask for name, mask in masks.items() if mask.any()}
    known = on_data(tables.known, unseen, table)
    if isinstance(known, Counted) and known.observational is not None:
        known = replace(known, observational=with_data(known.observational, table))
    return replace(tables, known=known)


def _mask(tables: Tables, table: LabelTable, name: str) -> NDArray[np.bool_]:
    parents = tables.graph.parents[name]
    seen = [parent for parent in parents if parent in table.labels]
    shape = tables.probabilities[name].shape[:-1]
    counts = table.counts_of(seen) if seen else np.array(table.rows)
    hidden = prod(shape[len(seen) :])
    return np.repeat(counts == 0, hidden).reshape(shape)
