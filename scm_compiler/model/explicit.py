"""The explicit family: each label is a table of logits, or a network, and one uniform number.

x = 1[u < sigmoid(f(parents))] for two values, the inverse of the distribution function for more
(coupling.py). P(x | parents) is then known in closed form: `tables` is exact, and likelihood can
be maximised directly.

A hidden common cause `A <-> B` is a shared uniform number, cut into K equally likely states that
both mechanisms read as one more discrete parent.

Samples compare float32 uniform numbers, which are multiples of 2^-24: a table's probability is
realised to the nearest such multiple, a network's within one. `module.double()` gives 2^-53.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from itertools import accumulate
from math import inf

import torch
from torch import Tensor, nn

from scm_compiler.ir import Graph
from scm_compiler.ir.domain import Exponential
from scm_compiler.model.codec import encode_all, encoded_of, encoded_spans, weights_of
from scm_compiler.model.coupling import values_below
from scm_compiler.model.exact import written_tables
from scm_compiler.model.layout import Layout
from scm_compiler.model.logits import log_chances, multilinear, on_grid, soft_states, survival
from scm_compiler.model.module import (
    CausalModule,
    Held,
    Reads,
    check_weights,
    chunks,
    own_weights,
    part,
    write_columns,
)
from scm_compiler.model.naming import identifiers
from scm_compiler.model.network import LevelNetworks
from scm_compiler.model.spec import ExplicitSpec
from scm_compiler.model.tables import Tables
from scm_compiler.model.wiring import TableGroup, Wiring, stacks, wirings

FUSED_ROWS = 512
"""Batches of at most this many rows run level-fused, larger ones label by label."""


class ExplicitModule(CausalModule):
    """A model whose mechanisms have closed-form probabilities.

    Tables start at logit zero (all values equally likely), networks at random.

    Args:
        graph: The validated graph.
        spec: The shape of the mechanisms.
        generator: Where the networks' initial weights are drawn from; the global one if None.

    Attributes:
        wirings: What each label reads, in the order of the labels.
        tables_of_size: The tables (rows, outputs) of each stack (`Wiring.stack`): the logits of
            all labels with a number of values, or the parameters of one label with a family;
            `table` gives one label's.

    Example:
        >>> from scm_compiler.ir import Edge, Node
        >>> from scm_compiler.ir.domain import BINARY
        >>> nodes = (Node("A", "binary", BINARY), Node("B", "binary", BINARY))
        >>> module = ExplicitModule(Graph("pair", nodes, (Edge("A", "B"),)))
        >>> module(module.draw_noise(1000), do={"B": 1})[:, 1].unique()
        tensor([1])
        >>> module.tables().probabilities["B"]
        array([[0.5, 0.5],
               [0.5, 0.5]])
    """

    spec: ExplicitSpec
    exact = True

    def __init__(
        self,
        graph: Graph,
        spec: ExplicitSpec | None = None,
        *,
        generator: torch.Generator | None = None,
    ) -> None:
        super().__init__()
        self.graph = graph
        self.spec = spec or ExplicitSpec()
        self.layout = Layout(graph)
        self.wirings = wirings(self.layout, self.spec)
        self._rows: dict[int, slice] = {}
        self._first: dict[str, Wiring] = {}
        self._kept: dict[torch.dtype, dict[str, Tensor]] | None = None
        self.tables_of_size = nn.ParameterDict(self._stack_tables())
        self._rank: dict[int, tuple[int, int]] = {}
        self.groups = nn.ModuleList()
        self.networks = nn.ModuleList()
        for level in self.layout.levels:
            members = [self.wirings[label] for label in level]
            self.groups.append(nn.ModuleList(self._table_groups(members)))
            self._add_networks([m for m in members if not m.table], generator)

    @torch.no_grad()
    def forward(self, noise: Tensor, do: Mapping[str, Held] | None = None) -> Tensor:
        """The labels' values (B, V) for this noise (B, N); see `CausalModule.forward`."""
        fixed = self.settings(do)
        steps = self.steps(noise.dtype)
        if torch.compiler.is_compiling():  # the exported program has any number of rows
            return torch.stack([c.long() for c in self._plain(noise, steps, fixed)], 1)
        if self.runs_fused(noise.shape[0], FUSED_ROWS):
            return self._fused(noise, steps, fixed)
        found = self.columns(noise.shape[0])
        for rows in chunks(noise.shape[0]):
            write_columns(self._plain(noise[rows], steps, part(fixed, rows)), found[rows])
        return found

    @torch.no_grad()
    def sample(
        self,
        batch: int,
        *,
        do: Mapping[str, float] | None = None,
        generator: torch.Generator | None = None,
        dtype: torch.dtype = torch.int64,
    ) -> Tensor:
        """Draw units (B, V); see `CausalModule.sample`."""
        if self.runs_fused(batch, FUSED_ROWS):
            drawn: Tensor = self(self.draw_noise(batch, generator=generator), do)
            return drawn.to(dtype)
        fixed = self.settings(do)
        steps = self.steps(self.dtype)
        found = self.columns(batch, dtype)
        for rows in chunks(batch):
            noise = self.draw_noise(rows.stop - rows.start, generator=generator)
            write_columns(self._plain(noise, steps, fixed), found[rows])
        return found

    @contextmanager
    def settled(self) -> Iterator[None]:
        """See `CausalModule.settled`; the steps of all tables are kept."""
        self._kept = {}
        try:
            yield
        finally:
            self._kept = None

    def scores(self, values: Tensor, noise: Tensor) -> tuple[Tensor, ...]:
        """Each label's logit P(x > k) - logit u (B, size - 1): its value is how many are positive.

        A table is read by its multilinear extension, the state of a hidden cause by a piecewise
        linear one; both agree with `forward` at hard values and in the middle of a state.
        """
        inputs = [weights_of(values[:, span]) for span in self.layout.encoded]
        for column in range(len(inputs), self.layout.noise_size):
            inputs.append(soft_states(noise[:, column], self.spec.hidden_states))
        found = []
        for m in self.wirings:
            logits = self._soft_logits(m, [inputs[column] for column in m.inputs])
            uniform = noise[:, m.own].unsqueeze(1)
            found.append(torch.logit(survival(logits)) - torch.logit(uniform))
        return tuple(found)

    def reads(self) -> tuple[Reads, ...]:
        """What each label's mechanism reads; a hidden cause is read as noise."""
        labels = len(self.wirings)
        return tuple(
            Reads(
                labels=tuple(column for column in m.inputs if column < labels),
                noise=(m.own, *(column for column in m.inputs if column >= labels)),
            )
            for m in self.wirings
        )

    def describe(self) -> dict[str, str]:
        """Each label's mechanism in a few words."""
        shape = f"network of {self.spec.layers} layers, {self.spec.hidden} wide"
        return {
            name: f"table of {m.configurations:,}" if m.table else shape
            for name, m in zip(self.layout.labels, self.wirings, strict=True)
        }

    def table(self, name: str) -> Tensor:
        """One label's table (size of each input…, outputs): a view, to be read or trained.

        It holds logits, or the natural parameters of the label's family.

        The inputs are the parents, then the hidden causes, in the order of the graph.

        Raises:
            ValueError: If the label has a network.
        """
        m = self.wirings[self.layout.index[name]]
        if not m.table:
            raise ValueError(f"`{name}` has a network, not a table")
        return self._flat(m).view(*m.sizes, m.outputs)

    def family(self, name: str) -> Exponential | None:
        """The distributions that a label's mechanism may give; None for any."""
        return self.wirings[self.layout.index[name]].family

    def label_logits(self, name: str, inputs: Tensor) -> Tensor:
        """One label's logits (B, its width), differentiable in the weights.

        Args:
            name: The label.
            inputs: (B, inputs) int64: its parents' values, then its hidden causes' states.
        """
        m = self.wirings[self.layout.index[name]]
        if m.table:
            rows = (inputs * inputs.new_tensor(m.strides)).sum(1)
            return m.logits(self._flat(m).index_select(0, rows))
        networks, rank = self.network(m)
        encoded = encode_all(inputs.unbind(1), m.sizes, self.dtype)
        return m.logits(networks.node(rank, encoded))

    def network(self, m: Wiring) -> tuple[LevelNetworks, int]:
        """The networks of a label's level, and which of them is its own."""
        place, rank = self._rank[m.label]
        networks = self.networks[place]
        assert isinstance(networks, LevelNetworks)
        return networks, rank

    def log_probability(self, name: str, inputs: Tensor, values: Tensor) -> Tensor:
        """The log of P(value | inputs) in nats (B,), differentiable in the weights.

        Args:
            name: The label.
            inputs: As for `label_logits`.
            values: (B,) int64: the label's own values.
        """
        return log_chances(self.label_logits(name, inputs), values)

    @torch.no_grad()
    def tables(
        self,
        *,
        most: float = inf,
        draws: int = 0,
        generator: torch.Generator | None = None,
    ) -> Tables:
        """Exact tables in float64; nothing is drawn.

        Where the graph has hidden common causes they are of the unfolded graph
        (`passes.unfold`), in which each is a label of its own with K equally likely values. Of the
        networks the smallest are written out, `most` numbers in all; the others are `networks`.

        Raises:
            ValueError: If a label has so many settings of its parents that its table cannot be
                written out.
        """
        del draws, generator
        return written_tables(self, most)

    def node_weights(self) -> dict[str, Tensor]:
        """Copies: `<identifier>.logits`, or `.natural` with a family, or a network's layers.

        A table has the shape (size of each input…, outputs).
        """
        found: dict[str, Tensor] = {}
        for name, identifier in identifiers(self.layout.labels).items():
            m = self.wirings[self.layout.index[name]]
            if m.table:
                found[f"{identifier}.{m.weight}"] = self.table(name).detach().clone()
                continue
            networks, rank = self.network(m)
            for key, weight in networks.node_weights(rank).items():
                found[f"{identifier}.{key}"] = weight
        return found

    @torch.no_grad()
    def load_node_weights(self, weights: Mapping[str, Tensor]) -> None:
        """Set every node's weights from what `node_weights` gave.

        Raises:
            ValueError: If a weight is missing, left over or of another shape; nothing is changed.
        """
        check_weights(weights, self.node_weights())
        for name, identifier in identifiers(self.layout.labels).items():
            m = self.wirings[self.layout.index[name]]
            if m.table:
                self.table(name).copy_(weights[f"{identifier}.{m.weight}"])
                continue
            networks, rank = self.network(m)
            networks.load_node_weights(rank, own_weights(weights, identifier))

    def _stack_tables(self) -> Iterator[tuple[str, nn.Parameter]]:
        """The stacks of tables; the labels' rows are noted on the way."""
        for name, stacked in stacks(m for m in self.wirings if m.table):
            self._first[name] = stacked[0]
            stops = list(accumulate(m.configurations for m in stacked))
            for m, stop in zip(stacked, stops, strict=True):
                self._rows[m.label] = slice(stop - m.configurations, stop)
            yield name, nn.Parameter(torch.zeros(stops[-1], stacked[0].outputs))

    def _table_groups(self, level: list[Wiring]) -> Iterator[TableGroup]:
        for _, members in stacks(m for m in level if m.table):
            yield TableGroup(members, [self._rows[m.label].start for m in members])

    def _add_networks(self, members: list[Wiring], generator: torch.Generator | None) -> None:
        if not members:
            return
        hidden = (self.spec.hidden,) * (self.spec.layers - 1)
        places = [range(s.start, s.stop) for s in encoded_spans(self._input_sizes())]
        columns = [[c for i in m.inputs for c in places[i]] for m in members]
        outputs = [m.outputs for m in members]
        for rank, m in enumerate(members):
            self._rank[m.label] = (len(self.networks), rank)
        self.networks.append(LevelNetworks(columns, outputs, hidden, generator=generator))

    def _input_sizes(self) -> tuple[int, ...]:
        """How many values each input has: the labels, then the hidden causes."""
        hidden = self.layout.noise_size - len(self.wirings)
        return self.layout.sizes + (self.spec.hidden_states,) * hidden

    def _flat(self, m: Wiring) -> Tensor:
        stacked: Tensor = self.tables_of_size[m.stack]
        return stacked[self._rows[m.label]]

    def steps(self, dtype: torch.dtype) -> dict[str, Tensor]:
        """P(x > k) of every table, by its stack, on the grid of the noise."""
        if self._kept is not None and dtype in self._kept:
            return self._kept[dtype]
        found = {
            name: on_grid(survival(m.logits(self.tables_of_size[name].detach().double())), dtype)
            for name, m in self._first.items()
        }
        if self._kept is not None:
            self._kept[dtype] = found
        return found

    def states(self, noise: Tensor) -> Tensor:
        """The states (B, H) int32 of the hidden causes."""
        return (noise[:, len(self.wirings) :] * self.spec.hidden_states).int()

    def hidden_columns(self, noise: Tensor) -> list[Tensor]:
        """The states (B,) int32 of each hidden cause."""
        states = self.states(noise)  # `unbind` of nothing is exported, but not read back
        return [states[:, rank] for rank in range(states.shape[1])]

    def _fused(self, noise: Tensor, steps: dict[str, Tensor], fixed: dict[int, Held]) -> Tensor:
        """Level by level, each level as one batched operation for each size of tables."""
        labels = len(self.wirings)
        inputs = noise.new_zeros((noise.shape[0], self.layout.noise_size), dtype=torch.int64)
        inputs[:, labels:] = self.states(noise)
        for level, groups in zip(self.layout.levels, self.groups, strict=True):
            assert isinstance(groups, nn.ModuleList)
            for group in groups:
                assert isinstance(group, TableGroup)
                inputs[:, group.labels] = group(inputs, noise, steps[group.stack])
            members = [self.wirings[label] for label in level]
            networks = [m for m in members if not m.table]
            if networks:
                self._run_networks(networks, inputs, noise)
            for label in level:
                if label in fixed:
                    inputs[:, label] = fixed[label]
        return inputs[:, :labels]

    def _run_networks(self, members: list[Wiring], inputs: Tensor, noise: Tensor) -> None:
        """Write the values of one level's networks into their columns of the inputs."""
        networks, _ = self.network(members[0])
        logits = networks(encode_all(inputs.unbind(1), self._input_sizes(), noise.dtype))
        for rank, m in enumerate(members):
            steps = survival(m.logits(logits[rank, :, : m.outputs]))
            inputs[:, m.label] = values_below(noise[:, m.own], steps, torch.int32).long()

    def _plain(
        self, noise: Tensor, steps: dict[str, Tensor], fixed: dict[int, Held]
    ) -> list[Tensor]:
        """Label by label, a few passes over one column each; held labels cost nothing.

        Returns:
            Each label's values (B,), bool or int32.
        """
        columns: list[Tensor] = [noise.new_empty(0)] * len(self.wirings)
        columns += self.hidden_columns(noise)
        for label in (label for level in self.layout.levels for label in level):
            m = self.wirings[label]
            if label in fixed:
                kind = torch.bool if m.size == 2 else torch.int32
                held = torch.as_tensor(fixed[label], device=noise.device)
                columns[label] = held.to(kind).expand(noise.shape[:1])
            else:
                columns[label] = self.value(m, columns, noise, steps)
        return columns[: len(self.wirings)]

    def value(
        self, m: Wiring, columns: list[Tensor], noise: Tensor, steps: dict[str, Tensor]
    ) -> Tensor:
        """One label's values (B,) from the columns of its inputs."""
        uniform = noise[:, m.own]
        if not m.table:
            inputs = encode_all([columns[c] for c in m.inputs], m.sizes, noise.dtype)
            networks, rank = self.network(m)
            logits = m.logits(networks.node(rank, inputs))
            return values_below(uniform, survival(logits), torch.int32)
        own = steps[m.stack][self._rows[m.label]]
        if not m.inputs:
            return values_below(uniform, own[0], torch.int32)
        row = columns[m.inputs[0]].int()
        for column, size in zip(m.inputs[1:], m.sizes[1:], strict=True):
            row = torch.add(columns[column], row, alpha=size)
        return values_below(uniform, own.index_select(0, row), torch.int32)

    def _soft_logits(self, m: Wiring, inputs: list[Tensor]) -> Tensor:
        """One label's logits (B, outputs) at soft weights over the values of its inputs."""
        if m.table:
            return m.logits(multilinear(self._flat(m).view(*m.sizes, m.outputs), inputs))
        networks, rank = self.network(m)
        encoded = torch.cat([encoded_of(weights) for weights in inputs], 1)
        return m.logits(networks.node(rank, encoded))
