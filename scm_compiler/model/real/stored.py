"""Mechanisms as arrays under names, and back: all that a file has to keep of them."""

from collections.abc import Callable, Mapping
from math import prod
from typing import TypeAlias

import numpy as np

from scm_compiler.ir.domain import Domain, Finite, Real
from scm_compiler.model.real.classes import Classes
from scm_compiler.model.real.features import Features, Perceptron, read_perceptron, width
from scm_compiler.model.real.linear import Linear
from scm_compiler.model.real.mechanism import Quantiles, Transform
from scm_compiler.model.real.regression import Regression
from scm_compiler.model.real.scale import Scale, read_scale
from scm_compiler.model.real.terms import Terms
from scm_compiler.model.real.uniform import Array

Stored: TypeAlias = Transform | Quantiles | Regression | Linear | Classes

Tensors = Mapping[str, Array]


def tensors_of(mechanism: Stored) -> dict[str, Array]:
    """Its numbers in float64, each under `FORM.NAME`."""
    form, numbers = _numbers(mechanism)
    return {f"{form}.{n}": np.array(a, np.float64, order="C") for n, a in numbers.items()}


def read_mechanism(domain: Domain, inputs: Mapping[str, Domain], tensors: Tensors) -> Stored:
    """The mechanism that gave these numbers.

    Args:
        domain: The node's values.
        inputs: Its parents and their domains, in order.
        tensors: What `tensors_of` gave.

    Raises:
        ValueError: If they are not the numbers of a mechanism of such a node.
    """
    forms = {name.partition(".")[0] for name in tensors}
    if len(forms) != 1 or not forms <= set(_READERS):
        raise ValueError(f"no mechanism has the numbers {', '.join(sorted(tensors))}")
    (form,) = forms
    own = {name.partition(".")[2]: np.asarray(t, np.float64) for name, t in tensors.items()}
    for name, array in own.items():
        if not np.isfinite(array).all():
            raise ValueError(f"{name} holds what is no finite number")
    try:
        found = _READERS[form](domain, inputs, own)
    except (KeyError, IndexError) as error:
        raise ValueError(f"the numbers of {form} lack {error}") from error
    if set(_numbers(found)[1]) != set(own):
        raise ValueError(f"{form} has other numbers than {', '.join(sorted(own))}")
    return found


def _numbers(mechanism: Stored) -> tuple[str, dict[str, Array]]:
    if isinstance(mechanism, Linear):
        numbers = {"coefficients": mechanism.coefficients, "deviations": mechanism.deviations}
        return "linear", numbers
    if isinstance(mechanism, Quantiles):
        names = ("heaps", "scores", "places", "slopes", "chances")
        found = {name: getattr(mechanism, name) for name in names}
        return "quantiles", {"scale": mechanism.scale.numbers, **found}
    if isinstance(mechanism, Regression):
        return "regression", _regression(mechanism)
    network = {
        "middles": mechanism.features.middles,
        "spreads": mechanism.features.spreads,
        **mechanism.network.tensors,
    }
    if isinstance(mechanism, Classes):
        return "classes", network
    own = {"heaps": mechanism.heaps, "line": mechanism.line, "floor": np.array(mechanism.floor)}
    return "transform", {"scale": mechanism.scale.numbers, **own, **network}


def _regression(mechanism: Regression) -> dict[str, Array]:
    features, terms = mechanism.features, mechanism.terms
    names = ("location", "log_scale", "scores", "places", "slopes")
    return {
        "scale": mechanism.scale.numbers,
        "heaps": mechanism.heaps,
        "middles": features.middles,
        "spreads": features.spreads,
        "knots": terms.knots,
        "left": terms.left.astype(np.float64),
        "right": terms.right.astype(np.float64),
        "floor": np.array(mechanism.floor),
        **{name: getattr(mechanism, name) for name in names},
    }


def _real(domain: Domain, tensors: Tensors) -> tuple[Real, Scale, Array]:
    """The domain, and the scale and the heaps of a real node."""
    if not isinstance(domain, Real) or tensors["scale"].shape != (3,):
        raise ValueError("a scale is three numbers of a real node")
    scale, heaps = read_scale(domain, tensors["scale"]), tensors["heaps"]
    _check(scale.unit > 0 and scale.spread > 0, "the scale is not positive")
    _check(heaps.ndim == 1 and bool((np.diff(heaps) > 0).all()), "the heaps do not increase")
    return domain, scale, heaps


def _features(inputs: Mapping[str, Domain], tensors: Tensors) -> Features:
    """What a network or a regression reads, if it fits the parents."""
    features = Features(inputs, tensors["middles"], tensors["spreads"])
    columns = sum(width(parent) for parent in inputs.values())
    shapes = (features.middles.shape, features.spreads.shape)
    _check(shapes == ((columns,), (columns,)), f"the parents are {columns} columns")
    return features


def _network(inputs: Mapping[str, Domain], tensors: Tensors) -> tuple[Features, Perceptron]:
    """What a network reads, and the network, if one fits the other."""
    features, network = _features(inputs, tensors), read_perceptron(tensors)
    before = len(features.middles)
    for weight, bias in zip(network.weights, network.biases, strict=True):
        _check(weight.shape == (before, *bias.shape) and bias.ndim == 1, "the layers do not fit")
        before = len(bias)
    _check(len(network.weights) > 0, "there is no layer")
    return features, network


def _rows(inputs: Mapping[str, Domain]) -> int:
    return prod(d.size for d in inputs.values() if isinstance(d, Finite))


def _read_transform(domain: Domain, inputs: Mapping[str, Domain], tensors: Tensors) -> Stored:
    real, scale, heaps = _real(domain, tensors)
    features, network = _network(inputs, tensors)
    outputs = len(network.biases[-1]) - len(heaps) - 1
    _check(outputs > 0 and outputs % 3 == 0, "the outputs are no mixture")
    _check(tensors["line"].shape == features.middles.shape, "the line does not fit the parents")
    return Transform(
        real,
        inputs,
        scale,
        heaps,
        features=features,
        network=network,
        line=tensors["line"],
        floor=_floor(tensors),
    )


def _read_regression(domain: Domain, inputs: Mapping[str, Domain], tensors: Tensors) -> Stored:
    real, scale, heaps = _real(domain, tensors)
    features, knots = _features(inputs, tensors), tensors["knots"]
    left, right, location, log_scale, scores, places, slopes = (
        tensors[n]
        for n in ("left", "right", "location", "log_scale", "scores", "places", "slopes")
    )
    columns = len(features.middles)
    _check(knots.ndim == 2 and len(knots) == columns and knots.shape[1] > 1, "no knots of terms")
    _check(bool((np.diff(knots) > 0).all()), "the knots of terms do not increase")
    terms = Terms(knots, left.astype(np.int64), right.astype(np.int64))
    factors = np.concatenate([terms.left, terms.right])
    inside = bool(((factors >= 0) & (factors <= columns * terms.each)).all())
    _check(inside and left.ndim == 1, "a term has no such factor")
    fitting = left.shape == right.shape == location.shape == log_scale.shape
    _check(fitting and not len(heaps), "the terms do not fit")
    _check(scores.shape == places.shape == slopes.shape and scores.ndim == 1, "no knots")
    rising = all(bool((np.diff(each) > 0).all()) for each in (scores, places))
    _check(len(scores) > 1 and rising and bool((slopes > 0).all()), "the knots do not increase")
    return Regression(
        real,
        inputs,
        scale,
        features=features,
        terms=terms,
        location=location,
        log_scale=log_scale,
        floor=_floor(tensors),
        scores=scores,
        places=places,
        slopes=slopes,
    )


def _floor(tensors: Tensors) -> float:
    floor = tensors["floor"]
    _check(floor.shape == () and float(floor) > 0, "the floor is not positive")
    return float(floor)


def _read_quantiles(domain: Domain, inputs: Mapping[str, Domain], tensors: Tensors) -> Stored:
    real, scale, heaps = _real(domain, tensors)
    scores, places, slopes, chances = (
        tensors[name] for name in ("scores", "places", "slopes", "chances")
    )
    shape = (_rows(inputs), scores.shape[-1])
    _check(scores.shape == places.shape == slopes.shape == shape and shape[1] > 1, "no knots")
    rising = all(bool((np.diff(knots) > 0).all()) for knots in (scores, places))
    _check(rising and bool((slopes > 0).all()), "the knots do not increase")
    _check(chances.shape == (shape[0], len(heaps) + 1), "the chances do not fit the heaps")
    _check(bool((chances >= 0).all()), "a chance is negative")
    return Quantiles(
        real, inputs, scale, heaps, scores=scores, places=places, slopes=slopes, chances=chances
    )


def _read_linear(domain: Domain, inputs: Mapping[str, Domain], tensors: Tensors) -> Stored:
    coefficients, deviations = tensors["coefficients"], tensors["deviations"]
    real = sum(not isinstance(parent, Finite) for parent in inputs.values())
    _check(isinstance(domain, Real), "a linear mechanism is of a real node")
    fitting = coefficients.shape == (_rows(inputs), 1 + real)
    _check(fitting and deviations.shape == (_rows(inputs),), "the coefficients do not fit")
    _check(bool((deviations > 0).all()), "a deviation is not positive")
    assert isinstance(domain, Real)
    return Linear(domain, inputs, coefficients, deviations)


def _read_classes(domain: Domain, inputs: Mapping[str, Domain], tensors: Tensors) -> Stored:
    features, network = _network(inputs, tensors)
    if not isinstance(domain, Finite) or len(network.biases[-1]) != domain.size:
        raise ValueError("the outputs are not the node's values")
    return Classes(domain, tuple(inputs), features=features, network=network)


def _check(right: bool, wrong: str) -> None:
    if not right:
        raise ValueError(wrong)


_READERS: Mapping[str, Callable[[Domain, Mapping[str, Domain], Tensors], Stored]] = {
    "transform": _read_transform,
    "quantiles": _read_quantiles,
    "regression": _read_regression,
    "linear": _read_linear,
    "classes": _read_classes,
}
