"""The module of a graph with real nodes: tables of labels, and other mechanisms beside them.

Values are one tensor (B, V) of floating numbers, in which a label's are the indices of its values.
It runs in float64: a real node's number and the heaps among them are then what the data hold.
"""

from collections.abc import Iterator, Mapping
from itertools import chain
from math import inf

import torch
from torch import Tensor, nn

from scm_compiler.ir import Graph
from scm_compiler.ir.domain import Real
from scm_compiler.model.codec import weights_of
from scm_compiler.model.explicit import ExplicitModule
from scm_compiler.model.layout import Layout
from scm_compiler.model.logits import multilinear
from scm_compiler.model.mechanism import Mechanism
from scm_compiler.model.module import CausalModule, Held, Reads, check_weights, own_weights, steep
from scm_compiler.model.naming import identifiers
from scm_compiler.model.real import printed
from scm_compiler.model.real.modules import empty_module, fresh_spec, module_of, shape_of
from scm_compiler.model.real.parts import apart, discrete_part, observed, tied_nodes
from scm_compiler.model.real.places import mixture_place, score_of, spline_place
from scm_compiler.model.real.redrawn import redrawn
from scm_compiler.model.real.stored import Stored
from scm_compiler.model.spec import MixedSpec
from scm_compiler.model.tables import Tables


class MixedModule(CausalModule):
    """A model of labels and real nodes that is consistent with its graph.

    Args:
        graph: The validated graph.
        spec: The shapes of the mechanisms; networks, beside the tables of labels, if None.
        generator: Where the networks' initial weights are drawn from; the global one if None.

    Raises:
        ValueError: If the spec does not fit the graph.

    Attributes:
        tables_part: The labels, those with real parents as labels without parents.
        own: By identifier, the mechanisms of the real nodes and of the labels with real parents.
    """

    spec: MixedSpec

    def __init__(
        self,
        graph: Graph,
        spec: MixedSpec | None = None,
        *,
        generator: torch.Generator | None = None,
    ) -> None:
        super().__init__()
        self.graph = graph
        self.spec = spec or fresh_spec(graph)
        require_fitting_spec(graph, self.spec)
        self.layout = Layout(graph)
        self.identifiers = identifiers(self.layout.labels)
        part = discrete_part(graph)
        self.tables_part = ExplicitModule(part, self.spec.labels, generator=generator)
        self.own = nn.ModuleDict()
        for name, shape in self.spec.apart.items():
            inputs = {parent: graph.by_name[parent].domain for parent in graph.parents[name]}
            module = empty_module(shape, graph.by_name[name].domain, inputs)
            self.own[self.identifiers[name]] = _initialised(module, generator)
        index, layout = self.layout.index, self.tables_part.layout
        self._places = [index[name] for name in layout.labels]
        self._part_noise = [self.layout.blocks[block].start for block in layout.blocks]
        self.double()

    @torch.no_grad()
    def forward(self, noise: Tensor, do: Mapping[str, Held] | None = None) -> Tensor:
        """The values (B, V) for this noise (B, N): numbers, and indices of labels' values."""
        fixed, tables = self.settings(do), self.tables_part
        part = noise[:, self._part_noise]
        steps = tables.steps(noise.dtype)
        columns: dict[str, Tensor] = {}
        inputs = [noise.new_empty(0)] * len(self._places) + tables.hidden_columns(part)
        for column in chain.from_iterable(self.layout.levels):
            name = self.layout.labels[column]
            label = tables.layout.index.get(name)
            if column in fixed:
                kind = noise.dtype if label is None else torch.int64
                held = torch.as_tensor(fixed[column], device=noise.device)
                columns[name] = held.to(kind).expand(noise.shape[:1])
            elif name in self.spec.apart:
                parents = [columns[self.layout.labels[p]] for p in self.layout.parents[column]]
                own = self.own[self.identifiers[name]]
                columns[name] = own(noise[:, column], None, *parents)
            else:
                assert label is not None
                columns[name] = tables.value(tables.wirings[label], inputs, part, steps)
            if label is not None:
                inputs[label] = columns[name].int()
        return torch.stack([columns[name].to(noise.dtype) for name in self.layout.labels], 1)

    def settings(self, do: Mapping[str, Held] | None) -> dict[int, Held]:
        """See `CausalModule.settings`; a real node is held at a number of its domain."""
        given = do or {}
        domains = {name: self.graph.by_name[name].domain for name in self.layout.labels}
        found: dict[int, Held] = {}
        for name, held in given.items():
            domain = domains.get(name)
            if not isinstance(domain, Real):
                found |= super().settings({name: held})
                continue
            ends = held.aminmax() if isinstance(held, Tensor) else (held,)
            for value in ends:
                if float(value) not in domain:
                    raise ValueError(f"`{name}` holds {domain}, not {float(value)}")
            found[self.layout.index[name]] = held
        return found

    def scores(self, values: Tensor, noise: Tensor) -> tuple[Tensor, ...]:
        """Each node's scores (B, …), of a label those of its thresholds.

        Those of a real node are its place, as if it were at no heap, and the chances of heaps.

        Tables are read by their multilinear extension, as in `ExplicitModule.scores`.
        """
        layout = self.layout
        spans = [layout.encoded[place] for place in self._places]
        parts = [values[:, span] for span in spans]
        soft = torch.cat(parts, 1) if parts else values[:, :0]
        tables = self.tables_part.scores(soft, noise[:, self._part_noise])
        found = dict(zip(self.tables_part.layout.labels, tables, strict=True))
        for name in self.spec.apart:
            read = [
                values[:, layout.encoded[place]] for place in layout.parents[layout.index[name]]
            ]
            own = self.own[self.identifiers[name]]
            found[name] = _scores(own, read, noise[:, layout.index[name]])
        return tuple(found[name] for name in layout.labels)

    def reads(self) -> tuple[Reads, ...]:
        """What each node's mechanism reads."""
        tables, layout = self.tables_part, self.layout
        found = dict(zip(tables.layout.labels, tables.reads(), strict=True))
        for name, read in found.items():
            labels = tuple(self._places[column] for column in read.labels)
            found[name] = Reads(labels, tuple(self._part_noise[column] for column in read.noise))
        for name in self.spec.apart:
            place = layout.index[name]
            found[name] = Reads(layout.parents[place], (place,))
        return tuple(found[name] for name in layout.labels)

    def tables(
        self,
        *,
        most: float = inf,
        draws: int = 0,
        generator: torch.Generator | None = None,
    ) -> Tables:
        """There are none of labels with real parents.

        Raises:
            ValueError: Always.
        """
        raise ValueError(f"{self.graph.reals[0].name} is real, and no table holds its effects")

    def node_weights(self) -> dict[str, Tensor]:
        """Copies of the weights of all nodes, as `<identifier>.<weight>`."""
        found = {name: weight.double() for name, weight in self._table_weights()}
        for identifier, module in self.own.items():
            for key, weight in module.state_dict().items():
                found[f"{identifier}.{key}"] = weight.detach().clone()
        return found

    @torch.no_grad()
    def load_node_weights(self, weights: Mapping[str, Tensor]) -> None:
        """Set every node's weights from what `node_weights` gave.

        Raises:
            ValueError: If a weight is missing, left over or of another shape; nothing is changed.
        """
        check_weights(weights, self.node_weights())
        part = self.tables_part.node_weights()
        names = identifiers(self.tables_part.layout.labels)
        for name in self.tables_part.layout.labels:
            if name not in self.spec.apart:
                own = own_weights(weights, self.identifiers[name])
                part |= {f"{names[name]}.{key}": weight for key, weight in own.items()}
        self.tables_part.load_node_weights(part)
        for identifier, module in self.own.items():
            module.load_state_dict(own_weights(weights, identifier))

    def redrawn_weights(self, generator: torch.Generator) -> dict[str, Tensor]:
        """See `CausalModule.redrawn_weights`; what must increase or be positive does so."""
        return {
            name: (redrawn if name.partition(".")[0] in self.own else steep)(
                name, weight, generator
            )
            for name, weight in self.node_weights().items()
        }

    @torch.no_grad()
    def sample(
        self,
        batch: int,
        *,
        do: Mapping[str, float] | None = None,
        generator: torch.Generator | None = None,
        dtype: torch.dtype = torch.float64,
    ) -> Tensor:
        """Draw units (B, V); see `CausalModule.sample`.

        Raises:
            ValueError: If something is held where the law of what is seen is all there is.
        """
        if do and self.tied:
            raise ValueError(f"{self.tied[0]} has no mechanism but a conditional: ask the run")
        return super().sample(batch, do=do, generator=generator, dtype=dtype)

    def describe(self) -> dict[str, str]:
        """Each node's mechanism in a few words."""
        found = self.tables_part.describe()
        for name, shape in self.spec.apart.items():
            size = f"{len(shape.hidden) + 1} layers, {max(shape.hidden, default=1)} wide"
            rows = getattr(self.own[self.identifiers[name]], "deviations", torch.empty(1))
            found[name] = {
                "transform": f"{shape.parts} logistics, network of {size}",
                "classes": f"network of {size}",
                "quantiles": f"{shape.parts} quantiles at each setting",
                "regression": f"regression of {len(shape.terms)} terms",
                "linear": f"linear, {len(rows)} settings" if len(rows) > 1 else "linear",
            }[shape.form]
        return {name: found[name] for name in self.layout.labels}

    def _table_weights(self) -> Iterator[tuple[str, Tensor]]:
        """The weights of the labels with discrete parents, by the identifiers of this module."""
        weights = self.tables_part.node_weights()
        for name, identifier in identifiers(self.tables_part.layout.labels).items():
            if name not in self.spec.apart:
                for key, weight in own_weights(weights, identifier).items():
                    yield f"{self.identifiers[name]}.{key}", weight


def trained_module(
    graph: Graph, labels: CausalModule, mechanisms: Mapping[str, Mechanism]
) -> MixedModule:
    """The module of a trained model; its graph is that of what was `observed`.

    Args:
        graph: The graph.
        labels: The trained module of its `discrete_part`.
        mechanisms: Of the nodes that are `apart`, at least.
    """
    declared, graph = graph, observed(graph)
    stored: dict[str, Stored] = {name: mechanisms[name] for name in apart(graph)}  # type: ignore[misc]
    shapes = {name: shape_of(mechanism) for name, mechanism in stored.items()}
    assert isinstance(labels, ExplicitModule)
    found = MixedModule(graph, MixedSpec(labels.spec, shapes))
    tied = tied_nodes(declared)
    found.tied = tuple(name for name in found.layout.labels if name in tied)
    found.tables_part.load_node_weights(labels.node_weights())
    for name, mechanism in stored.items():
        found.own[found.identifiers[name]] = module_of(mechanism)
    return found


def require_fitting_spec(graph: Graph, spec: MixedSpec) -> None:
    """Refuse a spec of another graph.

    Raises:
        ValueError: If its nodes are not those that are `apart`.
    """
    if set(spec.apart) != set(apart(graph)):
        raise ValueError(f"the mechanisms are of {', '.join(spec.apart)}")


def _initialised(module: nn.Module, generator: torch.Generator | None) -> nn.Module:
    """The module with its layers drawn as `nn.Linear` would, from a generator."""
    for layer in module.modules():
        if isinstance(layer, nn.Linear):
            bound = max(1, layer.in_features) ** -0.5
            with torch.no_grad():
                layer.weight.uniform_(-bound, bound, generator=generator)
                layer.bias.uniform_(-bound, bound, generator=generator)
    return module


def _scores(own: nn.Module, read: list[Tensor], uniform: Tensor) -> Tensor:
    """The scores of a mechanism at encoded, perhaps soft, parents (B, columns) each."""
    if isinstance(own, printed.Transform | printed.Classes | printed.Regression):
        columns = own.inputs.standardised(
            torch.cat([uniform.new_zeros(len(uniform), 0), *read], 1)
        )
        if isinstance(own, printed.Regression):
            return own.place(uniform, columns).unsqueeze(1)
        if isinstance(own, printed.Transform):
            logs, places, widths, chances = own.law(columns)
            place = mixture_place(logs, places, widths, score_of(uniform))
            return torch.cat([place.unsqueeze(1), chances], 1)
        return torch.logit(own.steps(columns)) - torch.logit(uniform.unsqueeze(1))
    assert isinstance(own, printed.Quantiles | printed.Linear)
    discrete = [weights_of(soft) for soft, size in zip(read, own.sizes, strict=True) if size]
    sizes = [size for size in own.sizes if size]

    def mixed(table: Tensor) -> Tensor:
        wide = table.reshape(*sizes, -1)
        found = multilinear(wide, discrete).expand(len(uniform), -1)
        return found[:, 0] if table.dim() == 1 else found

    if isinstance(own, printed.Quantiles):
        scores, places, slopes = map(mixed, (own.scores, own.places, own.slopes))
        place = spline_place(scores, places, slopes, score_of(uniform))
        return torch.cat([place.unsqueeze(1), mixed(own.chances)], 1)
    real = [soft[:, 0] for soft, size in zip(read, own.sizes, strict=True) if not size]
    numbers = torch.stack([torch.ones_like(uniform), *real], 1)
    parts = mixed(own.coefficients), mixed(own.deviations)
    return own.value(uniform, numbers, *parts).unsqueeze(1)
