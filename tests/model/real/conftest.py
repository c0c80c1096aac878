"""Mechanisms of every form, with random numbers in them."""

from math import inf

import numpy as np
import pytest

from scm_compiler.ir.domain import BINARY, Discrete, Real
from scm_compiler.model.real.classes import Classes
from scm_compiler.model.real.features import Features, Perceptron
from scm_compiler.model.real.linear import Linear
from scm_compiler.model.real.mechanism import Quantiles, Transform
from scm_compiler.model.real.regression import Regression
from scm_compiler.model.real.scale import Scale
from scm_compiler.model.real.terms import Terms

THREE = Discrete(("a", "b", "c"))
MIXED = {"A": BINARY, "R": Real(), "B": THREE}
DISCRETE = {"A": BINARY, "B": THREE}
DOMAINS = {"free": Real(), "low": Real(0.0, inf), "high": Real(-inf, 2.0), "both": Real(-1.0, 4.0)}
HEAPS = {"none": np.zeros(0), "two": np.array([0.0, 1.5])}


def perceptron(random, inputs, outputs):
    shapes = [(inputs, 8), (8, outputs)]
    weights = tuple(random.normal(0, 0.7, shape) for shape in shapes)
    return Perceptron(weights, tuple(random.normal(0, 0.7, shape[1]) for shape in shapes))


def features(random, inputs):
    columns = len(Features.raw(inputs).middles)
    return Features(inputs, random.normal(size=columns), random.uniform(0.5, 2, columns))


def transform(seed, domain=DOMAINS["free"], heaps=HEAPS["none"], parts=4):
    random = np.random.default_rng(seed)
    return Transform(
        domain,
        MIXED,
        Scale(domain, 1.3, 0.4, 1.7),
        heaps,
        features=features(random, MIXED),
        network=perceptron(random, 5, 3 * parts + len(heaps) + 1),
        line=random.normal(size=5),
        floor=1e-3,
    )


def quantiles(seed, domain=DOMAINS["free"], heaps=HEAPS["none"], count=9):
    random = np.random.default_rng(seed)
    rise = np.exp(random.normal(0, 0.7, (6, count, 2)))
    scores, places = np.moveaxis(rise.cumsum(1) - rise.sum(1, keepdims=True) / 2, -1, 0)
    return Quantiles(
        domain,
        DISCRETE,
        Scale(domain, 1.3, 0.4, 0.6),
        heaps,
        scores=scores,
        places=places,
        slopes=np.exp(random.normal(0, 0.5, (6, count))),
        chances=random.dirichlet(np.ones(len(heaps) + 1), 6),
    )


def regression(seed, domain=DOMAINS["free"], heaps=HEAPS["none"], count=9):
    assert not len(heaps)
    random = np.random.default_rng(seed)
    rise = np.exp(random.normal(0, 0.7, (2, count)))
    scores, places = rise.cumsum(1) - rise.sum(1, keepdims=True) / 2
    knots = np.sort(random.normal(size=(5, 6)), 1)
    return Regression(
        domain,
        MIXED,
        Scale(domain, 1.3, 0.4, 1.7),
        features=features(random, MIXED),
        terms=Terms(knots, np.array([0, 1, 8, 9, 13]), np.array([0, 0, 0, 8, 15])),
        location=random.normal(0, 0.03, size=5),
        log_scale=random.normal(0, 0.03, size=5),
        floor=1e-3,
        scores=scores,
        places=places,
        slopes=np.exp(random.normal(0, 0.5, count)),
    )


def linear(seed):
    random = np.random.default_rng(seed)
    return Linear(Real(), MIXED, random.normal(size=(6, 2)), random.uniform(0.5, 2, 6))


def classes(seed):
    random = np.random.default_rng(seed)
    network = perceptron(random, 5, 3)
    return Classes(THREE, tuple(MIXED), features=features(random, MIXED), network=network)


def world(seed, count):
    random = np.random.default_rng(seed)
    return {
        "A": random.integers(0, 2, count),
        "B": random.integers(0, 3, count),
        "R": random.normal(0, 2, count),
    }


FORMS = [
    *((form, d, h) for form in (transform, quantiles) for d in DOMAINS for h in HEAPS),
    *((regression, d, "none") for d in DOMAINS),
]


@pytest.fixture(params=FORMS)
def made(request):
    """A function from a seed to a mechanism, for every form, domain and kind of heaps."""
    form, domain, heaps = request.param
    return lambda seed: form(seed, DOMAINS[domain], HEAPS[heaps])
