"""Modules of torch that are the same functions as the mechanisms."""

import inspect
import re

import numpy as np
import pytest
import torch

from scm_compiler.model.real import features, law, places, printed, scale, terms
from scm_compiler.model.real import mechanism as inverse
from scm_compiler.model.real.law import Mixture
from scm_compiler.model.real.modules import call_of, module_of, shape_of
from scm_compiler.model.real.places import mixture_density, with_background
from tests.model.real.conftest import (
    DOMAINS,
    HEAPS,
    classes,
    linear,
    quantiles,
    regression,
    transform,
    world,
)

_IMPORT = re.compile(r"from scm_compiler[^)]*\)\n")

MADE = {
    **{f"transform {d}": transform(0, DOMAINS[d]) for d in DOMAINS},
    **{f"quantiles {d}": quantiles(0, DOMAINS[d]) for d in DOMAINS},
    **{f"regression {d}": regression(0, DOMAINS[d]) for d in DOMAINS},
    "transform heaps": transform(1, heaps=HEAPS["two"]),
    "quantiles heaps": quantiles(1, heaps=HEAPS["two"]),
    "linear": linear(0),
    "classes": classes(0),
}


def given(mechanism, count=500):
    parents, uniform = world(0, count), np.random.default_rng(0).random(count)
    noise = mechanism.noise_of(uniform[:, None]) if hasattr(mechanism, "noise_of") else uniform
    inputs = (torch.from_numpy(parents[name]) for name in mechanism.parents)
    return (torch.from_numpy(uniform), None, *inputs), mechanism.sample(parents, noise)


@pytest.mark.parametrize("made", MADE.values(), ids=MADE)
def test_it_is_the_same_function(made):
    tensors, expected = given(made)
    with torch.no_grad():
        found = module_of(made)(*tensors).numpy()
    assert np.allclose(found, expected, rtol=1e-9, atol=1e-9)


@pytest.mark.slow
@pytest.mark.parametrize(
    "name",
    [
        "transform low",
        "transform heaps",
        "quantiles both",
        "quantiles heaps",
        "regression low",
        "linear",
        "classes",
    ],
)
def test_it_is_exported(name):
    mechanism = MADE[name]
    tensors, _ = given(mechanism, 7)
    module = module_of(mechanism).eval()
    batch = {0: torch.export.Dim("batch", min=2, max=4096)}
    shapes = {"uniform": batch, "held": None, "inputs": tuple(batch for _ in tensors[2:])}
    exported = torch.export.export(module, tensors, dynamic_shapes=shapes)
    more, _ = given(mechanism, 30)
    with torch.no_grad():
        assert torch.equal(exported.module()(*more), module(*more))


@pytest.mark.parametrize("made", MADE.values(), ids=MADE)
def test_the_text_of_the_modules_stands_alone(made):
    text = inspect.getsource(places) + _IMPORT.sub("", inspect.getsource(printed))
    assert "scm_compiler" not in text
    names = {}
    exec(compile(text, "model.py", "exec"), names)
    kind, arguments = call_of(shape_of(made), made.domain, made.inputs)
    again = names[kind](*arguments).double()
    module = module_of(made)
    again.load_state_dict(module.state_dict())
    tensors, _ = given(made, 50)
    with torch.no_grad():
        assert torch.equal(again(*tensors), module(*tensors))


def test_the_printed_constants_are_those_of_the_mechanisms():
    for name, home in (
        ("REACH", features),
        ("WIDEST", inverse),
        ("EDGE", scale),
        ("FAR", terms),
    ):
        assert getattr(printed, name) == getattr(home, name)
    assert (places.BACKGROUND, places.FELT) == (law.BACKGROUND, law.FELT)


def test_noise_at_the_ends_gives_finite_values():
    for mechanism in MADE.values():
        (_, _, *parents), _ = given(mechanism, 4)
        ends = torch.tensor([0.0, 1.0, 1e-30, 0.5], dtype=torch.float64)
        found = module_of(mechanism)(ends, None, *parents)
        assert torch.isfinite(found).all()


def test_the_mixture_is_written_twice_alike():
    random = np.random.default_rng(0)
    parts = (
        random.normal(size=(20, 4)),
        random.normal(size=(20, 4)),
        random.uniform(0.1, 2, (20, 4)),
    )
    place = random.normal(0, 3, 20)
    expected = Mixture.of(*parts).log_density(place)
    found = with_background(*(torch.from_numpy(part) for part in parts))
    assert np.allclose(mixture_density(*found, torch.from_numpy(place)).numpy(), expected)
