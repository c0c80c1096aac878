"""The modules of mechanisms: `printed.py` with a mechanism's sizes and numbers."""

from collections.abc import Mapping

import numpy as np
import torch
from torch import nn

from scm_compiler.ir.domain import Domain, Finite
from scm_compiler.model.real import printed
from scm_compiler.model.real.classes import Classes
from scm_compiler.model.real.features import Features, Perceptron, width
from scm_compiler.model.real.linear import Linear
from scm_compiler.model.real.mechanism import Inverse, Quantiles, Transform
from scm_compiler.model.real.regression import Regression
from scm_compiler.model.real.stored import Stored
from scm_compiler.model.real.uniform import Array


def module_of(mechanism: Stored) -> nn.Module:
    """The module of a mechanism, in float32."""
    name, arguments = call_of(mechanism)
    module: nn.Module = getattr(printed, name)(*arguments)
    tensors = {key: np.array(a, np.float32, order="C") for key, a in _state(mechanism).items()}
    module.load_state_dict({key: torch.from_numpy(array) for key, array in tensors.items()})
    return module


def call_of(mechanism: Stored) -> tuple[str, tuple[object, ...]]:
    """The class in `printed.py` that a mechanism is, and what it is made with."""
    inputs = mechanism.inputs
    if isinstance(mechanism, Linear):
        sizes = (d.size if isinstance(d, Finite) else 0 for d in inputs.values())
        return "Linear", (tuple(sizes),)
    if isinstance(mechanism, Quantiles):
        sizes = (d.size for d in inputs.values() if isinstance(d, Finite))
        knots, heaps = mechanism.scores.shape[-1], len(mechanism.heaps)
        return "Quantiles", (tuple(sizes), knots, heaps, _ends(mechanism))
    if isinstance(mechanism, Regression):
        terms = mechanism.terms
        counts = (terms.knots.shape[1], len(terms.left), len(mechanism.scores))
        return "Regression", (_widths(inputs), *counts, _ends(mechanism))
    widths, hidden = _widths(inputs), _hidden(mechanism.network)
    if isinstance(mechanism, Classes):
        return "Classes", (widths, hidden, mechanism.domain.size)
    parts, heaps = mechanism.parts, len(mechanism.heaps)
    return "Transform", (widths, hidden, parts, heaps, _ends(mechanism))


def _ends(mechanism: Inverse) -> tuple[float, float]:
    return mechanism.domain.low, mechanism.domain.high


def _widths(inputs: Mapping[str, Domain]) -> tuple[int, ...]:
    return tuple(width(domain) for domain in inputs.values())


def _hidden(network: Perceptron) -> tuple[int, ...]:
    return tuple(len(bias) for bias in network.biases[:-1])


def _state(mechanism: Stored) -> dict[str, Array]:
    """The module's numbers by their names in it."""
    if isinstance(mechanism, Linear):
        return {"coefficients": mechanism.coefficients, "deviations": mechanism.deviations}
    if isinstance(mechanism, Classes):
        return _network(mechanism.features, mechanism.network)
    found = {"ends.numbers": mechanism.scale.numbers}
    if isinstance(mechanism, Regression):
        return found | _regression(mechanism)
    if len(mechanism.heaps):
        marks = mechanism.scale.place(mechanism.heaps)
        found |= {"heaped.heaps": mechanism.heaps, "heaped.marks": marks}
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
        "terms.left": terms.left,
        "terms.right": terms.right,
        "least": np.array(np.log(mechanism.floor)),
        **{name: getattr(mechanism, name) for name in names},
    }


def _network(features: Features, network: Perceptron) -> dict[str, Array]:
    numbers = {"inputs.middles": features.middles, "inputs.spreads": features.spreads}
    for name, array in network.tensors.items():
        numbers[f"network.{name}"] = array.T
    return numbers
