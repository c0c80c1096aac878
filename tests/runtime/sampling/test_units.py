"""Noise of units whose labels are known: the module gives them back, and what they would be."""

import numpy as np
import pytest
import torch

from scm_compiler.compiler import parse_text
from scm_compiler.diagnostics import ScmError
from scm_compiler.inference import answer
from scm_compiler.inference.counterfactual.abduction import draw_hidden, imagine, under
from scm_compiler.inference.counterfactual.networks import responses_of
from scm_compiler.ir import query as ir
from scm_compiler.model.compilation import compile_module
from scm_compiler.model.spec import ExplicitSpec, ImplicitSpec
from scm_compiler.passes.fold import HIDDEN
from scm_compiler.runtime.sampling.units import Block, module_noise

SPECS = [ExplicitSpec(), ExplicitSpec(table_limit=1), ImplicitSpec(hidden=6, layers=2, noise=2)]
IDS = ["tables", "networks", "implicit"]

GRAPHS = {
    "binary": "Y, M, G, S, N : binary\nY -> G\nM, Y -> S\nM, Y, S -> N\n",
    "mixed": "A, C : binary\nB, D : categorical(a, b, c)\nA -> B\nA, B -> C\nB, C -> D\n",
    "hidden": "A, C : binary\nB : categorical(a, b, c)\nA -> B -> C\nA <-> C\n",
}


def randomised(name, spec=SPECS[0], seed=3):
    """A module with weights that make every label matter, in float64."""
    random = torch.Generator().manual_seed(seed)
    module = compile_module(parse_text(GRAPHS[name]), spec, generator=random)
    with torch.no_grad():
        for weight in module.parameters():
            weight.normal_(generator=random)
    return module.double()


def model_of(module):
    """The tables and the noise model of a module."""
    if isinstance(module.spec, ImplicitSpec):
        return module.tables(draws=2000), responses_of(module, draws=20_000)
    return module.tables(), "threshold"


def uniform_of(seed, rows):
    def uniform(node, columns):
        return np.random.default_rng([seed, *node.encode()]).random((rows, columns))

    return uniform


def block_of(module, model, values, seed=1):
    """Units of known labels (B, V)."""
    names = [node.name for node in model.graph.labels if node.kind != HIDDEN]
    units = {name: values[:, rank] for rank, name in enumerate(names)}
    known = draw_hidden(model, units, seed)
    return Block(known, uniform_of(seed, len(values)), slice(None))


def drawn(module, rows, do=None, seed=2):
    return module(module.draw_noise(rows, generator=torch.Generator().manual_seed(seed)), do)


@pytest.mark.parametrize(
    ("name", "spec"),
    [(n, spec) for n in ("binary", "mixed") for spec in SPECS]
    + [("hidden", spec) for spec in SPECS[:2]],
)
def test_the_module_gives_the_labels_back(name, spec):
    module = randomised(name, spec)
    model, noise = model_of(module)
    values = drawn(module, 200)
    found = module_noise(module, model, block_of(module, model, values.numpy()), {}, noise)
    assert torch.equal(module(found), values)


@pytest.mark.parametrize("name", ["binary", "mixed", "hidden"])
def test_every_combination_has_noise(name):
    module = randomised(name)
    sizes = module.layout.sizes
    values = np.indices(sizes).reshape(len(sizes), -1).T
    model, noise = model_of(module)
    found = module_noise(module, model, block_of(module, model, values), {}, noise)
    assert torch.equal(module(found), torch.from_numpy(values.copy()))


@pytest.mark.parametrize("spec", SPECS, ids=IDS)
def test_in_another_world_they_are_the_units_that_are_imagined(spec):
    """Two routes to one unit: the module run on the noise, and abduction by tables."""
    module = randomised("mixed", spec)
    model, noise = model_of(module)
    block = block_of(module, model, drawn(module, 3000).numpy())
    found = module_noise(module, model, block, {}, noise)
    for held in ({"A": 0}, {"B": 2}, {"A": 1, "C": 0}):
        imagined = imagine(under(model, noise), block.units, held, block.uniform)
        other = module(found, held).numpy()
        for rank, name in enumerate(module.layout.labels):
            assert np.array_equal(other[:, rank], imagined[name]), (held, name)


def test_hidden_causes_are_abducted_too():
    module = randomised("hidden")
    model, noise = model_of(module)
    block = block_of(module, model, drawn(module, 3000).numpy())
    found = module_noise(module, model, block, {}, noise)
    imagined = imagine(under(model, noise), block.units, {"B": 1}, block.uniform)
    assert np.array_equal(module(found, {"B": 1}).numpy()[:, 1], imagined["C"])


@pytest.mark.statistics
def test_held_labels_keep_their_noise_free():
    module = randomised("binary")
    model, noise = model_of(module)
    held = {"S": 1}
    values = drawn(module, 4000, held)
    found = module_noise(module, model, block_of(module, model, values.numpy()), held, noise)
    assert torch.equal(module(found, held), values)
    column = found[:, module.reads()[module.layout.index["S"]].noise[0]]
    # The mean of 4000 uniform numbers errs by five standard errors with probability 6e-7.
    assert abs(column.mean() - 0.5) < 5 / np.sqrt(12 * 4000)


@pytest.mark.statistics
@pytest.mark.parametrize("name", ["mixed", "hidden"])
def test_noise_of_the_observed_is_uniform(name):
    """The posterior noise of units drawn from the model is the prior noise again."""
    module = randomised(name)
    model, noise = model_of(module)
    block = block_of(module, model, drawn(module, 20_000).numpy())
    found = module_noise(module, model, block, {}, noise).sort(0).values
    even = (torch.arange(20_000) + 0.5).unsqueeze(1) / 20_000
    # Kolmogorov's bound: a right program fails in one of four columns with probability 4e-6.
    assert (found - even).abs().max() < 2.6 / np.sqrt(20_000)


@pytest.mark.statistics
def test_the_same_units_in_another_world_are_the_exact_counterfactual():
    module = randomised("binary")
    model, noise = model_of(module)
    index = module.layout.index
    seen = np.broadcast_to([1, 1, 0, 1, 0], (20_000, 5))
    other = module(module_noise(module, model, block_of(module, model, seen), {}, noise), {"M": 0})
    given = tuple(ir.Event(ir.Variable(n), int(seen[0, column])) for n, column in index.items())
    for name in ("S", "N", "G"):
        variable = ir.Variable(name, (ir.Setting("M", 0),))
        exact = answer(ir.Probability((ir.Event(variable, 1),), (), given), model).probability
        share = float((other[:, index[name]] == 1).double().mean())
        # Five standard errors: a right program fails with probability 2e-6, at a fixed seed.
        assert abs(share - exact) <= 5 * np.sqrt(exact * (1 - exact) / 20_000) + 1e-9


def test_a_value_of_no_noise_is_refused():
    module = randomised("mixed", SPECS[2])
    model, noise = model_of(module)
    noise.law("A").values[:] = 0
    block = block_of(module, model, np.array([[1, 0, 0, 0]]))
    with pytest.raises(ScmError) as caught:
        module_noise(module, model, block, {}, noise)
    assert [d.code for d in caught.value.diagnostics] == ["E835"]


def test_probabilities_too_small_for_the_noise_are_refused():
    """In float64 a value below 2^-53 has no uniform number."""
    module = randomised("binary")
    with torch.no_grad():
        module.table("Y").fill_(-100.0)
    model, noise = model_of(module)
    block = block_of(module, model, np.array([[1, 0, 0, 0, 0]]))
    with pytest.raises(ScmError) as caught:
        module_noise(module, model, block, {}, noise)
    assert [d.code for d in caught.value.diagnostics] == ["E835"]
