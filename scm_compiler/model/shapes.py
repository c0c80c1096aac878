"""The shapes of a module's weights, known from its spec alone.

A spec that is read from a file may say any size. Its shapes are held against what the file has
before a module of that size is made.
"""

from collections.abc import Callable, Iterator, Mapping
from math import prod

import torch

from scm_compiler.ir import Graph
from scm_compiler.model.codec import width_of
from scm_compiler.model.layout import Layout
from scm_compiler.model.naming import identifiers
from scm_compiler.model.real.modules import empty_module
from scm_compiler.model.real.parts import discrete_part
from scm_compiler.model.spec import ExplicitSpec, ImplicitSpec, MixedSpec, Spec
from scm_compiler.model.wiring import wirings

Shapes = Iterator[tuple[str, tuple[int, ...]]]


def weight_shapes(graph: Graph, spec: Spec) -> Shapes:
    """The names and shapes of the weights that `CausalModule.node_weights` would give.

    >>> from scm_compiler.ir import Node
    >>> from scm_compiler.ir.domain import BINARY
    >>> graph = Graph("g", (Node("A", "binary", BINARY),))
    >>> next(weight_shapes(graph, ImplicitSpec(hidden=10**30)))
    ('A.layer0.weight', (1000000000000000000000000000000, 10))
    """
    yield from _SHAPES[type(spec)](Layout(graph, spec.noise_width), spec)


def count_numbers(graph: Graph, spec: Spec) -> int:
    """How many numbers the weights are in all."""
    return sum(prod(shape) for _, shape in weight_shapes(graph, spec))


def _explicit(layout: Layout, spec: ExplicitSpec) -> Shapes:
    names = identifiers(layout.labels)
    for label, m in zip(layout.labels, wirings(layout, spec), strict=True):
        if m.table:
            yield f"{names[label]}.{m.weight}", (*m.sizes, m.outputs)
        else:
            inputs = sum(width_of(size) for size in m.sizes)
            yield from _layers(names[label], inputs, m.outputs, spec)


def _implicit(layout: Layout, spec: ImplicitSpec) -> Shapes:
    for label, name in enumerate(identifiers(layout.labels).values()):
        encoded = sum(width_of(layout.sizes[parent]) for parent in layout.parents[label])
        inputs = encoded + spec.noise * len(layout.reads[label])
        yield from _layers(name, inputs, width_of(layout.sizes[label]), spec)


def _mixed(layout: Layout, spec: MixedSpec) -> Shapes:
    graph = layout.graph
    part = Layout(discrete_part(graph))
    names = identifiers(layout.labels)
    own = {identifier: name for name, identifier in identifiers(part.labels).items()}
    for key, shape in _explicit(part, spec.labels):
        identifier, _, kind = key.partition(".")
        if own[identifier] not in spec.apart:
            yield f"{names[own[identifier]]}.{kind}", shape
    for name, form in spec.apart.items():
        inputs = {parent: graph.by_name[parent].domain for parent in graph.parents[name]}
        with torch.device("meta"):  # which takes no memory, whatever the size
            module = empty_module(form, graph.by_name[name].domain, inputs)
        for kind, tensor in module.state_dict().items():
            yield f"{names[name]}.{kind}", tuple(tensor.shape)


def _layers(name: str, inputs: int, outputs: int, spec: ExplicitSpec | ImplicitSpec) -> Shapes:
    for depth in range(spec.layers):
        wide = outputs if depth == spec.layers - 1 else spec.hidden
        yield f"{name}.layer{depth}.weight", (wide, inputs if depth == 0 else spec.hidden)
        yield f"{name}.layer{depth}.bias", (wide,)


_SHAPES: Mapping[type[Spec], Callable[..., Shapes]] = {
    ExplicitSpec: _explicit,
    ImplicitSpec: _implicit,
    MixedSpec: _mixed,
}
