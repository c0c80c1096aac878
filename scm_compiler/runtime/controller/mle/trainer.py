"""Maximum likelihood of the explicit label model.

The likelihood is a product with one factor a district, so each district is fitted alone. A label
that shares no hidden cause is a district of its own: a saturated table has a closed form and takes
one step; a network is fitted by Adam, and the weights that predict held-out rows best are kept,
for each label by itself. The tables of a larger district are fitted jointly (districts.py), and so
are all tables where rows have gaps (gaps.py).
"""

from collections.abc import Mapping
from math import isfinite, prod
from statistics import fmean

import torch
from torch import Tensor

from scm_compiler.ir import Graph
from scm_compiler.model.explicit import ExplicitModule
from scm_compiler.model.logits import weights
from scm_compiler.model.naming import identifiers
from scm_compiler.model.shapes import weight_shapes
from scm_compiler.model.spec import ExplicitSpec
from scm_compiler.model.wiring import TABLES
from scm_compiler.runtime.controller.mle.districts import Districts
from scm_compiler.runtime.controller.mle.gaps import Completion
from scm_compiler.runtime.controller.mle.options import MleOptions
from scm_compiler.runtime.controller.mle.rows import Rows, rows_of, split
from scm_compiler.runtime.data.shares import backoffs_of, table_from
from scm_compiler.runtime.data.table import LabelTable
from scm_compiler.runtime.training.fitting import Diverged, Mean, begun_adam, require_fitting


def count_network_numbers(graph: Graph, options: MleOptions) -> int:
    """How many weights the networks have; a label with hidden causes has a table."""
    spec = ExplicitSpec(options.table_limit, 1, options.hidden, options.layers)
    shapes = weight_shapes(graph, spec)
    return sum(prod(shape) for name, shape in shapes if not name.endswith(TABLES))


class Mle:
    """Fits explicit mechanisms to a label table.

    Attributes:
        total: Steps in all: 1 if every label has a closed form. Stopping early lowers it.
        done: Steps taken.

    Args:
        graph: The validated graph.
        table: The labels' data.
        options: The settings.
        seed: Of the networks' first weights, the held-out rows and the batches.

    Raises:
        ScmError: E620 if a district is too large; of rows with gaps E625 and E626.
    """

    def __init__(self, graph: Graph, table: LabelTable, options: MleOptions, seed: int) -> None:
        self._table = table
        self._options = options
        self._random = torch.Generator().manual_seed(seed)
        self._districts = (
            Completion(graph, table, options.table_limit)
            if table.gaps
            else Districts(graph, table, options.hidden_states, options.table_limit, seed)
        )
        states = getattr(self._districts, "states", options.hidden_states)
        spec = ExplicitSpec(
            table_limit=options.table_limit,
            hidden_states=states,
            hidden=options.hidden,
            layers=options.layers,
        )
        self._module = ExplicitModule(graph, spec, generator=self._random)
        labels = zip(self._module.layout.labels, self._module.wirings, strict=True)
        names = {name: wiring.table for name, wiring in labels}
        self._tables = [name for name, table in names.items() if table]
        self._networks = [name for name, table in names.items() if not table]
        kept, held = split(table, options.held_out, seed)
        self._fit = {name: rows_of(graph, table, name, kept) for name in self._networks}
        self._held = {name: rows_of(graph, table, name, held) for name in self._networks}
        self.total = 1 if self._districts.settled and not self._networks else options.steps
        self.done = 0
        self._learning = bool(self._networks)
        self._adam = self._optimiser() if self._networks else None
        self._best = self._network_weights()
        self._losses = torch.full((len(self._networks),), torch.inf, dtype=torch.float64)
        self._waited = 0
        self._spent = 0.0

    def spend(self, share: float) -> None:
        """Say which share of its time is spent, where a budget may end it."""
        self._spent = share

    def advance(self, steps: int) -> dict[str, Mean]:
        """Take up to this many steps, but none beyond `total`.

        Returns:
            `nll`: minus the mean log-likelihood of the rows that were fitted to, in nats a row,
            summed over the labels that have networks; empty if there are none.

        Raises:
            Diverged: If a loss is not finite.
        """
        losses = []
        before = self.done
        while self.done < min(before + steps, self.total):
            if self.done == 0:
                self._fill_tables()
            if self._learning and self._adam is not None:
                losses.append(self._step(self._adam))
            if not self._districts.settled:
                self._districts.step()
            self.done += 1
            if self._learning and self.done % self._options.check_steps == 0:
                self._check()
            if not self._learning and self._districts.settled:
                self.total = self.done
        return {"nll": Mean(fmean(losses), len(losses))} if losses else {}

    def model(self) -> ExplicitModule:
        """A copy of the model, each network with the weights that did best on held-out rows."""
        # The first weights are overwritten, and the global generator is left alone.
        spare = torch.Generator().manual_seed(0)
        module = ExplicitModule(self._module.graph, self._module.spec, generator=spare)
        module.load_node_weights({**self._module.node_weights(), **self._best})
        with torch.no_grad():
            for name, rows in self._districts.tables.items():
                table = module.table(name)
                table.copy_(weights(module.family(name), rows).view(table.shape))
        return module

    def state(self) -> dict[str, Tensor]:
        """Copies of all that is needed to go on."""
        counters = [self.done, self.total, self._waited, self._learning]
        tensors = {name: tensor.detach().clone() for name, tensor in self._tensors().items()}
        districts = {
            f"district.{name}": torch.from_numpy(rows)
            for name, rows in self._districts.state().items()
        }
        return (
            tensors
            | districts
            | {
                "random": self._random.get_state(),
                "counters": torch.tensor(counters),
            }
        )

    def restore(self, state: Mapping[str, Tensor]) -> None:
        """Go on from what `state` gave.

        Raises:
            ValueError: If a tensor is missing, left over or of another shape.
        """
        require_fitting(state, {name: tensor.shape for name, tensor in self.state().items()})
        with torch.no_grad():
            for name, tensor in self._tensors().items():
                tensor.copy_(state[name])
        self._districts.restore(
            {
                name.removeprefix("district."): tensor.numpy()
                for name, tensor in state.items()
                if name.startswith("district.")
            }
        )
        self._random.set_state(state["random"].clone())
        done, total, waited, learning = (int(n) for n in state["counters"])
        if not 1 <= total <= self._options.steps or waited < 0:
            raise ValueError(f"{total} steps in all, and {waited} checks without a gain")
        self.done, self.total, self._waited = done, total, waited
        self._learning = bool(learning) and self._adam is not None

    def _tensors(self) -> dict[str, Tensor]:
        """Everything that changes, by reference."""
        weights = {f"weights.{name}": w for name, w in self._module.named_parameters()}
        best = {f"best.{name}": w for name, w in self._best.items()}
        return {**weights, **best, **self._moments(), "losses": self._losses}

    def _moments(self) -> dict[str, Tensor]:
        """The optimiser's tensors, by reference."""
        if self._adam is None:
            return {}
        return {
            f"adam.{rank}.{name}": tensor
            for rank, parameter in enumerate(self._module.networks.parameters())
            for name, tensor in self._adam.state[parameter].items()
        }

    @torch.no_grad()
    def _fill_tables(self) -> None:
        graph = self._module.graph
        backoffs = backoffs_of(graph, self._table, self._options.tables)
        for name in self._tables:
            if name in self._districts.tables:
                continue
            table = self._module.table(name)
            fitted = table_from(graph, self._table, name, backoffs)
            table.copy_(weights(self._module.family(name), fitted).view(table.shape))

    def _step(self, adam: torch.optim.Adam) -> float:
        """One update of all networks; the loss."""
        options = self._options
        passed = max(self.done / options.steps, self._spent)
        adam.param_groups[0]["lr"] = options.rate * (1.0 - passed)
        adam.zero_grad(set_to_none=False)
        loss = torch.stack(
            [self._loss(n, self._fit[n].draw(options.batch, self._random)) for n in self._networks]
        ).sum()
        value = float(loss.detach())
        if not isfinite(value):
            raise Diverged("the likelihood is not finite")
        loss.backward()  # type: ignore[no-untyped-call]
        adam.step()
        return value

    def _loss(self, name: str, rows: Rows) -> Tensor:
        logs = self._module.log_probability(name, rows.parents, rows.values)
        return -(logs * rows.shares).sum()

    @torch.no_grad()
    def _check(self) -> None:
        """Keep what predicts the held-out rows best; stop when nothing does better any more."""
        now = self._network_weights()
        starts = identifiers(self._module.layout.labels)
        gained = False
        for rank, name in enumerate(self._networks):
            loss = self._loss(name, self._held[name]).double()
            if loss >= self._losses[rank]:
                continue
            gained = True
            self._losses[rank] = loss
            for key in (key for key in now if key.startswith(f"{starts[name]}.")):
                self._best[key].copy_(now[key])
        self._waited = 0 if gained else self._waited + 1
        if self._waited >= self._options.patience:
            self._learning = False

    def _network_weights(self) -> dict[str, Tensor]:
        """Copies of the networks' weights, by node."""
        names = identifiers(self._module.layout.labels)
        starts = tuple(f"{names[name]}." for name in self._networks)
        weights = self._module.node_weights()
        return {key: tensor for key, tensor in weights.items() if key.startswith(starts)}

    def _optimiser(self) -> torch.optim.Adam:
        # Only where there are networks: the first optimiser of a process imports torch's compiler,
        # which takes longer than all else that fitting tables does.
        parameters = list(self._module.networks.parameters())
        return begun_adam(torch.optim.Adam(parameters, lr=self._options.rate))
