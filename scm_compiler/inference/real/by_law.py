"""Works out the numbers of a question where a hidden cause reaches real nodes."""

from collections.abc import Mapping
from dataclasses import replace

from scm_compiler.inference.real.asking import Reader
from scm_compiler.inference.real.composed import Law
from scm_compiler.inference.real.drawing import Estimate, Sampler
from scm_compiler.inference.real.rewriting import differences
from scm_compiler.inference.real.working import Do, Given, Work
from scm_compiler.inference.table import Row, Table
from scm_compiler.syntax import query_tree as tree


class LawWork(Work):
    """Works out each number in the world that is composed for it."""

    def __init__(
        self,
        law: Law,
        sampler: Sampler,
        *,
        exactly: bool,
        drawing: bool = True,
        deciles: Mapping[str, tuple[str, ...]] | None = None,
    ) -> None:
        own = replace(sampler, graph=law.fitted, mechanisms=law.mechanisms)
        super().__init__(law.fitted, own, exactly=exactly, drawing=drawing, deciles=deciles)
        self._law, self._exactly = law, exactly

    def _estimate(self, written: tree.Number) -> Estimate:
        if isinstance(written, tree.Sum | tree.Ratio):
            return super()._estimate(written)
        if isinstance(written, tree.Effect):
            difference = differences(Reader(self._law.graph), written)
            if difference is not None:
                return self._estimate(difference)
        inner, put = self._inside(written)
        assert not isinstance(put, tree.Best | tree.Regime)
        found = inner._estimate(put)
        self.drew(found.draws, found.worth)
        return found

    def _table(self, written: tree.Probability, free: list[tree.Event]) -> Table:
        inner, put = self._inside(written)
        found = inner.value(put)
        assert isinstance(found, Table)
        self.drew(inner.draws, inner.worth)
        return found

    def _spread(self, target: tree.Variable, do: Do, given: Given) -> list[Row]:
        asked = tree.Probability((tree.Event(target),), do, given)
        return list(self._table(asked, [tree.Event(target)]).rows)

    def _regime(self, written: tree.Regime) -> Table:
        inner, put = self._inside(written)
        assert isinstance(put, tree.Regime)
        found = inner._regime(put)
        self.drew(inner.draws, inner.worth)
        return found

    def _inside(self, written: tree.Plain) -> tuple[Work, tree.Plain]:
        """What works in the question's own world, and the question there."""
        world = self._law.world(written, decided=True)
        sampler = replace(self.sampler, graph=world.graph, mechanisms=world.mechanisms)
        inner = Work(world.graph, sampler, exactly=self._exactly, drawing=self.drawing)
        return inner, world.written
