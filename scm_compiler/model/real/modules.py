"""The modules of mechanisms: classes of `printed.py` with a mechanism's sizes and numbers."""

from collections.abc import Mapping

import numpy as np
import torch
from torch import nn

from scm_compiler.ir import Graph
from scm_compiler.ir.domain import Domain, Finite, Real
from scm_compiler.model.real import printed
from scm_compiler.model.real.classes import Classes
from scm_compiler.model.real.features import Features, Perceptron, width
from scm_compiler.model.real.linear import Linear
from scm_compiler.model.real.mechanism import Quantiles, Transform
from scm_compiler.model.real.parts import apart
from scm_compiler.model.real.regression import Regression
from scm_compiler.model.real.stored import Stored
from scm_compiler.model.real.terms import elementary
from scm_compiler.model.real.uniform import Array
from scm_compiler.model.spec import MixedSpec, Shape

KNOTS = 33
"""The quantiles of a real node without parents before there are data."""


def fresh_spec(graph: Graph) -> MixedSpec:
    """What the mechanisms of a graph with real nodes are before there are data."""
    shapes = {}
    for name in apart(graph):
        real = isinstance(graph.by_name[name].domain, Real)
        shape = Shape("transform") if real else Shape("classes", parts=0)
        shapes[name] = shape if graph.parents[name] else Shape("quantiles", (), KNOTS)
    return MixedSpec(apart=shapes)


def shape_of(mechanism: Stored) -> Shape:
    """The shape of a mechanism."""
    if isinstance(mechanism, Linear):
        return Shape("linear", (), 0)
    if isinstance(mechanism, Quantiles):
        return Shape("quantiles", (), mechanism.scores.shape[-1], len(mechanism.heaps))
    if isinstance(mechanism, Regression):
        terms = mechanism.terms
        pairs = tuple(zip(terms.left.tolist(), terms.right.tolist(), strict=True))
        knots = int(terms.knots.shape[1])
        return Shape("regression", (), len(mechanism.scores), knots=knots, terms=pairs)
    hidden = tuple(len(bias) for bias in mechanism.network.biases[:-1])
    if isinstance(mechanism, Classes):
        return Shape("classes", hidden, 0)
    return Shape("transform", hidden, mechanism.parts, len(mechanism.heaps))


def call_of(
    shape: Shape, domain: Domain, inputs: Mapping[str, Domain]
) -> tuple[str, tuple[object, ...]]:
    """The class in `printed.py` of a node's mechanism, and what it is made with.

    Raises:
        ValueError: If the node cannot have a mechanism of this form.
    """
    sizes = tuple(d.size if isinstance(d, Finite) else 0 for d in inputs.values())
    widths = tuple(width(d) for d in inputs.values())
    if isinstance(domain, Finite) and shape.form == "classes":
        return "Classes", (widths, shape.hidden, domain.size)
    if domain == Real() and shape.form == "linear":
        return "Linear", (sizes,)
    if isinstance(domain, Real) and shape.form == "quantiles" and 0 not in sizes:
        return "Quantiles", (sizes, shape.parts, shape.heaps, domain.low, domain.high)
    if isinstance(domain, Real) and shape.form == "transform":
        ends = domain.low, domain.high
        return "Transform", (widths, shape.hidden, shape.parts, shape.heaps, *ends)
    every = 1 + sum(widths) * elementary(shape.knots)
    if isinstance(domain, Real) and shape.form == "regression" and shape.most < every:
        ends = domain.low, domain.high
        return "Regression", (widths, shape.knots, shape.terms, shape.parts, *ends)
    raise ValueError(f"a node with these values and parents has no mechanism `{shape.form}`")


def empty_module(shape: Shape, domain: Domain, inputs: Mapping[str, Domain]) -> nn.Module:
    """A module of this shape.

    Raises:
        ValueError: As `call_of`.
    """
    name, arguments = call_of(shape, domain, inputs)
    module: nn.Module = getattr(printed, name)(*arguments)
    return module


def module_of(mechanism: Stored) -> nn.Module:
    """The module of a mechanism, in float64."""
    module = empty_module(shape_of(mechanism), mechanism.domain, mechanism.inputs).double()
    numbers = {
        name: np.array(a, np.float64, order="C") for name, a in numbers_of(mechanism).items()
    }
    module.load_state_dict({name: torch.from_numpy(array) for name, array in numbers.items()})
    return module


def numbers_of(mechanism: Stored) -> dict[str, Array]:
    """A mechanism's numbers by their names in its module."""
    if isinstance(mechanism, Linear):
        return {"coefficients": mechanism.coefficients, "deviations": mechanism.deviations}
    if isinstance(mechanism, Classes):
        return _network(mechanism.features, mechanism.network)
    found = {"ends.numbers": mechanism.scale.numbers}
    if isinstance(mechanism, Regression):
        return found | _regression(mechanism)
    found |= {
        "heaped.heaps": mechanism.heaps,
        "heaped.marks": mechanism.scale.place(mechanism.heaps),
    }
    if isinstance(mechanism, Transform):
        found |= {"line": mechanism.line, "floor": np.array(mechanism.floor)}
        return found | _network(mechanism.features, mechanism.network)
    names = ("scores", "places", "slopes", "chances", "under")
    return found | {name: getattr(mechanism, name) for name in names}


def _regression(mechanism: Regression) -> dict[str, Array]:
    features, terms = mechanism.features, mechanism.terms
    names = ("location", "log_scale", "scores", "places", "slopes")
    return {
        "inputs.middles": features.middles,
        "inputs.spreads": features.spreads,
        "terms.knots": terms.knots,
        "least": np.array(np.log(mechanism.floor)),
        **{name: getattr(mechanism, name) for name in names},
    }


def _network(features: Features, network: Perceptron) -> dict[str, Array]:
    numbers = {"inputs.middles": features.middles, "inputs.spreads": features.spreads}
    for name, array in network.tensors.items():
        numbers[f"network.{name}"] = array.T
    return numbers
