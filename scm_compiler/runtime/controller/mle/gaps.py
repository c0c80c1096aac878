"""Maximum likelihood from rows with gaps: expectation maximisation on the tables.

The expectation is exact (data/completion.py), and squared extrapolation makes it quicker, as where
causes are hidden (districts.py): the likelihood never falls (Dempster, Laird and Rubin 1977).
"""

import numpy as np

from scm_compiler.diagnostics import refuse
from scm_compiler.inference.contraction import Array
from scm_compiler.ir import Graph
from scm_compiler.model.exponential import nearest
from scm_compiler.model.tables import table_shape
from scm_compiler.runtime.controller.mle.districts import Rows, ahead, copied, restored
from scm_compiler.runtime.data.codes.gaps import NeedsCompleteRows
from scm_compiler.runtime.data.completion import components, expected, seen_counts, shares
from scm_compiler.runtime.data.gaps import needs_complete_rows
from scm_compiler.runtime.data.table import LabelTable

TOLERANCE, PATIENCE = 1e-10, 3
"""The likelihood has settled after so many steps that gain less than so many nats a row."""

_KEPT = 1e-9  # of a step, where one runs on ahead: what reaches zero would stay there


class Completion:
    """The tables of all labels on the way to the maximum.

    Args:
        graph: The validated graph.
        table: The data, with gaps.
        most_rows: The most parent configurations of a label.

    Attributes:
        tables: The tables, P(label | parents).

    Raises:
        ScmError: E625 if causes are hidden or a label has too many parent configurations; E626 if
            too much is missing together.
    """

    def __init__(self, graph: Graph, table: LabelTable, most_rows: int) -> None:
        _refuse_others(graph, most_rows)
        self._components = components(graph, table)
        self._families = {node.name: graph.domain(node.name).family for node in graph.labels}
        self._seen = seen_counts(graph, table)
        self._rows = float(table.counts.sum())
        self.tables: Rows = {name: self._likeliest(name, n) for name, n in self._seen.items()}
        if self._components:  # what no complete row shows may yet be
            self.tables = {name: _opened(rows) for name, rows in self.tables.items()}
        self._best, self._waited = -np.inf, 0

    @property
    def settled(self) -> bool:
        """Whether the likelihood has stopped to rise."""
        return self._waited >= PATIENCE or not self._components

    def step(self) -> float:
        """Step twice, and on along their curve if that is better.

        Returns:
            The log-likelihood before, in nats a row.
        """
        once, before = self._step(self.tables)
        twice, between = self._step(once)
        found = ahead(self.tables, once, twice)
        self.tables = twice
        if found is not None:
            beyond = {
                name: (1 - _KEPT) * rows + _KEPT * twice[name] for name, rows in found.items()
            }
            after, there = self._step(beyond)
            self.tables = after if there >= between else twice
        self._waited = self._waited + 1 if before - self._best < TOLERANCE else 0
        self._best = before
        return before

    def state(self) -> Rows:
        """Copies of all that is needed to go on."""
        return copied(self.tables, self._best, self._waited)

    def restore(self, state: Rows) -> None:
        """Go on from what `state` gave; ValueError if a table is none, or a count of steps."""
        self.tables, self._best, self._waited = restored(state, PATIENCE)

    def _step(self, tables: Rows) -> tuple[Rows, float]:
        """Expectation and maximisation; also the log-likelihood before, in nats a row."""
        found = expected(self._components, self._seen, tables)
        if found is None:
            return tables, -np.inf
        counts, total = found
        fitted = {name: self._likeliest(name, n, tables[name]) for name, n in counts.items()}
        return fitted, total / self._rows

    def _likeliest(self, name: str, counts: Array, before: Array | None = None) -> Array:
        """The table that makes counts most likely; where there are none as before, or marginal."""
        if before is None:
            marginal = counts.reshape(-1, counts.shape[-1]).sum(0)
            before = np.full_like(marginal, 1 / len(marginal))
            before = marginal / marginal.sum() if marginal.any() else before
        found = shares(counts, before)
        family = self._families[name]
        return np.asarray(found if family is None else nearest(family, found))


def _opened(rows: Array) -> Array:
    """A table without zeros."""
    return np.asarray(0.9 * rows + 0.1 / rows.shape[-1])


def _refuse_others(graph: Graph, most_rows: int) -> None:
    if (wrong := needs_complete_rows(graph)) is not None:
        raise refuse(wrong, exit_code=2)
    for node in graph.labels:
        rows = np.prod([float(size) for size in table_shape(graph, node.name)[:-1]])
        if rows > most_rows:
            reason = f"`{node.name}`, of {rows:,.0f} parent configurations, has a network"
            way = f"raise the limit, `--option table_limit={rows:.0f}`"
            raise refuse(NeedsCompleteRows(reason, way), exit_code=2)
