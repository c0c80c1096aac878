"""The implicit family: each label is a network of its parents and of uniform noise.

This is the Causal Controller of Kocaoglu et al. 2017 (sections 4 and 5.1): x_i = f_i(Pa_i, U_i)
with U_i uniform in [-1, 1]. The network's outputs are logits: one for a label of two values, whose
value is 1 where the logit is positive; one a value for other labels, whose value is the largest.
Children read these hard values. The reference implementation lets them read the soft ones, so that
under do(), which sets a hard value, a child sees what it has never seen in training; with hard
values P(x | parents) is a table, and do() selects one of its rows.

A hidden common cause `A <-> B` is one more block of noise that both networks read.
"""

from collections.abc import Iterable, Iterator, Mapping
from math import inf
from typing import Literal

import torch
from torch import Tensor, nn

from scm_compiler.ir import Graph
from scm_compiler.model.codec import decode, encode, width_of
from scm_compiler.model.estimate import Estimates, estimate_tables
from scm_compiler.model.layout import Layout
from scm_compiler.model.module import (
    CausalModule,
    Held,
    Reads,
    check_weights,
    chunks,
    own_weights,
    part,
)
from scm_compiler.model.naming import identifiers
from scm_compiler.model.network import LevelNetworks
from scm_compiler.model.spec import ImplicitSpec
from scm_compiler.model.tables import Estimated, Tables

Read = Literal["hard", "soft", "straight-through"]
"""What children read of a parent: its value; its sigmoid or softmax; the value forwards, with the
gradient of the soft one."""

FUSED_ROWS = 2048
"""Batches of at most this many rows run level-fused, larger ones node by node."""

SEED = 0
"""Of the tables that are estimated without a generator."""


class ImplicitModule(CausalModule):
    """A causal implicit generative model of a graph's labels (Definition 1).

    A network reads, in this order, the encoded values of its parents and its noise blocks: its
    own, then those of its hidden common causes.

    Args:
        graph: The validated graph.
        spec: The shape of the networks.
        generator: Where the initial weights are drawn from; the global generator if None.

    Example:
        >>> from scm_compiler.ir import Edge, Node
        >>> from scm_compiler.ir.domain import BINARY
        >>> nodes = (Node("A", "binary", BINARY), Node("B", "binary", BINARY))
        >>> module = ImplicitModule(Graph("pair", nodes, (Edge("A", "B"),)))
        >>> noise = module.draw_noise(1000)
        >>> module(noise, do={"B": 1})[:, 1].unique()
        tensor([1])
    """

    spec: ImplicitSpec
    swept: Tensor
    ordered: Tensor

    def __init__(
        self,
        graph: Graph,
        spec: ImplicitSpec | None = None,
        *,
        generator: torch.Generator | None = None,
    ) -> None:
        super().__init__()
        self.graph = graph
        self.spec = spec or ImplicitSpec()
        self.layout = Layout(graph, self.spec.noise)
        # The encoded columns in the order in which the sweep makes them, and the way back.
        swept = [c for level in self.layout.levels for v in level for c in self._columns(v)]
        self.register_buffer("swept", torch.tensor(swept, dtype=torch.long), persistent=False)
        self.register_buffer("ordered", torch.argsort(self.swept), persistent=False)
        hidden = (self.spec.hidden,) * (self.spec.layers - 1)
        sources = self._source_columns(swept)
        self.levels = nn.ModuleList(
            LevelNetworks(
                [sources[label] for label in level],
                [width_of(self.layout.sizes[label]) for label in level],
                hidden,
                generator=generator,
            )
            for level in self.layout.levels
        )

    def noise_of(self, uniform: Tensor) -> Tensor:
        """Noise in [-1, 1)."""
        return uniform.mul_(2.0).sub_(1.0)

    @torch.no_grad()
    def forward(self, noise: Tensor, do: Mapping[str, Held] | None = None) -> Tensor:
        """The labels' values (B, V) for this noise (B, N); see `CausalModule.forward`."""
        if torch.compiler.is_compiling():  # the exported program has any number of rows
            return decode(self.sweep(noise, "hard", do)[1], self.layout.sizes)
        shape = (noise.shape[0], len(self.layout.labels))
        found = torch.empty(shape, dtype=torch.int64, device=noise.device)
        for rows in chunks(noise.shape[0]):
            here = part(do or {}, rows)
            found[rows] = decode(self.sweep(noise[rows], "hard", here)[1], self.layout.sizes)
        return found

    def raw(self, noise: Tensor, do: Mapping[str, Held] | None = None) -> Tensor:
        """The outputs before rounding (B, E), in the encoded columns of the layout.

        They are the sigmoids (softmaxes) of the networks, whose parents are hard as when
        sampling; an intervened label's columns are its value. Figure 7a shows how near to 0 or 1
        they lie.
        """
        return self.sweep(noise, "hard", do)[0]

    def sweep(
        self, noise: Tensor, read: Read, do: Mapping[str, Held] | None = None
    ) -> tuple[Tensor, Tensor]:
        """Run the networks level by level.

        Args:
            noise: (B, N).
            read: What children read of their parents.
            do: The value (its index) of each intervened label.

        Returns:
            The soft outputs and what the children read, both (B, E) in the encoded columns of
            the layout. Gradients flow to the weights unless `read` cuts them off.

        Raises:
            ValueError: If `do` names no label or a value outside its domain.
        """
        fixed = self.settings(do)
        if not self.levels:  # a graph of images alone
            return noise[:, :0], noise[:, :0]
        fused = torch.compiler.is_compiling() or self.runs_fused(noise.shape[0], FUSED_ROWS)
        softs: list[Tensor] = []
        reads: list[Tensor] = []
        for level, networks in zip(self.layout.levels, self.levels, strict=True):
            source = torch.cat([noise, *reads], 1) if reads else noise
            soft, hard = self._activate(networks(source, fused=fused), level)
            passed = _pick(read, soft, hard)
            if not fixed.keys().isdisjoint(level):
                soft, passed = (self._intervene(x, level, fixed) for x in (soft, passed))
            softs.append(soft)
            reads.append(passed)
        return self._in_order(softs), self._in_order(reads)

    def scores(self, values: Tensor, noise: Tensor) -> tuple[Tensor, ...]:
        """Each label's logits (B, its outputs); see `CausalModule.scores`."""
        source = torch.cat([noise, values.index_select(1, self.swept)], 1)
        found: dict[int, Tensor] = {}
        for level, networks in zip(self.layout.levels, self.levels, strict=True):
            for label, logits in zip(level, networks(source), strict=True):
                found[label] = logits[:, : width_of(self.layout.sizes[label])]
        return tuple(found[label] for label in range(len(found)))

    def reads(self) -> tuple[Reads, ...]:
        """What each label's network reads, from the indices that it gathers by."""
        behind = self.layout.noise_size
        owner = {
            c: label for label in range(len(self.layout.labels)) for c in self._columns(label)
        }
        swept = [owner[column] for column in self.swept.tolist()]
        found: dict[int, Reads] = {}
        for label, networks, rank in self._networks():
            columns = networks.columns[rank]
            labels = dict.fromkeys(swept[c - behind] for c in columns if c >= behind)
            found[label] = Reads(tuple(labels), tuple(c for c in columns if c < behind))
        return tuple(found[label] for label in range(len(found)))

    def describe(self) -> dict[str, str]:
        """Each label's mechanism in a few words."""
        spec = self.spec
        shape = f"network of {spec.layers} layers, {spec.hidden} wide, {spec.noise} noise"
        return dict.fromkeys(self.layout.labels, shape)

    @torch.no_grad()
    def tables(
        self,
        *,
        most: float = inf,
        draws: int = 100_000,
        most_rows: int = 2_000_000,
        generator: torch.Generator | None = None,
    ) -> Tables:
        """P(label | parents), estimated by running each network on fresh noise.

        Every parent configuration of a label gets the same number of draws, so that a
        probability p has the standard error sqrt(p (1 - p) / draws).

        Args:
            most: All tables are made, whatever it is.
            draws: Draws for each parent configuration.
            most_rows: A label runs at most this many rows: with many configurations it gets
                fewer draws for each, but at least 1000.
            generator: Where the noise comes from; if None, the same noise at every call.

        Returns:
            The tables, with the number of draws behind each.

        Raises:
            ValueError: If the graph has hidden common causes (the tables of single labels do not
                hold its distribution), or a label too many parent configurations.
        """
        del most
        if self.graph.confounders:
            raise ValueError("networks that share noise (`<->`) have no tables of single labels")
        found, taken = self.own_tables(
            self.layout.labels, draws=draws, most_rows=most_rows, generator=generator
        )
        return Tables(self.graph, found, Estimated(taken))

    @torch.no_grad()
    def own_tables(
        self,
        names: Iterable[str],
        *,
        draws: int = 100_000,
        most_rows: int = 2_000_000,
        generator: torch.Generator | None = None,
    ) -> Estimates:
        """P(label | parents) of labels whose noise is their own, with the draws behind each row.

        Args:
            names: Labels without hidden common causes.
            draws: As for `tables`, and so are the other arguments.
            most_rows: See `tables`.
            generator: See `tables`.

        Raises:
            ValueError: If a label has too many parent configurations.
        """
        random = generator or torch.Generator(self.device).manual_seed(SEED)
        places = {
            self.layout.labels[v]: (networks, rank) for v, networks, rank in self._networks()
        }

        def run(name: str, parents: Tensor) -> Tensor:
            networks, rank = places[name]
            noise = self.draw_columns(len(parents), self.spec.noise, random)
            return networks.node(rank, torch.cat([parents.to(noise), noise], 1))

        return estimate_tables(self.graph, names, run, draws, most_rows)

    def node_weights(self) -> dict[str, Tensor]:
        """Copies of every network's weights, as those of a chain of `nn.Linear`.

        The names are `<identifier>.layer<k>.weight` (out, in) and `<identifier>.layer<k>.bias`.
        """
        names = list(identifiers(self.layout.labels).values())
        return {
            f"{names[label]}.{key}": weight
            for label, networks, rank in self._networks()
            for key, weight in networks.node_weights(rank).items()
        }

    def load_node_weights(self, weights: Mapping[str, Tensor]) -> None:
        """Set every network's weights from what `node_weights` gave.

        Raises:
            ValueError: If a weight is missing, left over or of another shape; nothing is changed.
        """
        check_weights(weights, self.node_weights())
        names = list(identifiers(self.layout.labels).values())
        for label, networks, rank in self._networks():
            networks.load_node_weights(rank, own_weights(weights, names[label]))

    def _networks(self) -> Iterator[tuple[int, LevelNetworks, int]]:
        """Each label, the networks of its level and its rank among them."""
        for level, networks in zip(self.layout.levels, self.levels, strict=True):
            assert isinstance(networks, LevelNetworks)
            for rank, label in enumerate(level):
                yield label, networks, rank

    def _columns(self, label: int) -> range:
        """The encoded columns of a label."""
        span = self.layout.encoded[label]
        return range(span.start, span.stop)

    def _source_columns(self, swept: list[int]) -> list[list[int]]:
        """Where each label's inputs lie: the noise comes first, then the columns as swept."""
        behind = self.layout.noise_size
        place = {column: behind + rank for rank, column in enumerate(swept)}
        found = []
        for parents, names in zip(self.layout.parents, self.layout.reads, strict=True):
            blocks = [self.layout.blocks[name] for name in names]
            columns = [place[c] for parent in parents for c in self._columns(parent)]
            found.append(columns + [c for b in blocks for c in range(b.start, b.stop)])
        return found

    def _activate(self, logits: Tensor, level: tuple[int, ...]) -> tuple[Tensor, Tensor]:
        """The soft and hard outputs (B, columns of the level) of logits (n, B, O)."""
        if logits.shape[2] == 1:
            flat = logits.squeeze(2).t()
            return torch.sigmoid(flat), (flat > 0).to(flat.dtype)
        pairs = [
            _choose(logits[rank, :, : width_of(self.layout.sizes[label])])
            for rank, label in enumerate(level)
        ]
        return torch.cat([soft for soft, _ in pairs], 1), torch.cat([hard for _, hard in pairs], 1)

    def _intervene(
        self, outputs: Tensor, level: tuple[int, ...], fixed: Mapping[int, Held]
    ) -> Tensor:
        """The outputs (B, columns of the level) with those of the intervened labels replaced."""
        sizes = [self.layout.sizes[label] for label in level]
        parts = list(torch.split(outputs, [width_of(size) for size in sizes], 1))
        for rank, (label, size) in enumerate(zip(level, sizes, strict=True)):
            if label in fixed:
                value = torch.as_tensor(fixed[label], device=outputs.device)
                parts[rank] = encode(value, size, outputs.dtype).expand_as(parts[rank])
        return torch.cat(parts, 1)

    def _in_order(self, levels: list[Tensor]) -> Tensor:
        """The columns of all levels in the order of the layout."""
        return torch.cat(levels, 1).index_select(1, self.ordered)


def _choose(logits: Tensor) -> tuple[Tensor, Tensor]:
    """The soft and hard outputs of one label's logits (B, its columns)."""
    if logits.shape[1] == 1:
        return torch.sigmoid(logits), (logits > 0).to(logits.dtype)
    hard = torch.zeros_like(logits).scatter_(1, logits.argmax(1, keepdim=True), 1.0)
    return torch.softmax(logits, 1), hard


def _pick(read: Read, soft: Tensor, hard: Tensor) -> Tensor:
    match read:
        case "hard":
            return hard
        case "soft":
            return soft
        case "straight-through":
            return hard + (soft - soft.detach()) if soft.requires_grad else hard
