"""Noise of units whose labels are known."""

import numpy as np
import pytest
import torch

from scm_compiler.emit.abduction import abduct
from scm_compiler.emit.explicit import ExplicitSpec
from scm_compiler.emit.implicit import ImplicitSpec
from scm_compiler.ir import query as ir
from scm_compiler.runtime.queries import answer

SPECS = [ExplicitSpec(), ExplicitSpec(table_limit=1), ImplicitSpec(hidden=6, layers=2, noise=2)]
IDS = ["tables", "networks", "implicit"]


def every_row(module):
    """All combinations of the labels' values."""
    sizes = module.layout.sizes
    return torch.tensor(np.indices(sizes).reshape(len(sizes), -1).T)


@pytest.mark.parametrize("spec", SPECS, ids=IDS)
@pytest.mark.parametrize("name", ["binary", "mixed", "backwards", "one", "image"])
def test_the_module_gives_the_labels_back(graphs, randomised, spec, name):
    module = randomised(graphs[name], spec, scale=0.5).double()
    values = module(module.draw_noise(200, generator=torch.Generator().manual_seed(2)))
    noise = abduct(module, values, generator=torch.Generator().manual_seed(3))
    assert torch.equal(module(noise), values)


@pytest.mark.parametrize("name", ["binary", "mixed"])
def test_every_combination_has_noise(graphs, randomised, name):
    module = randomised(graphs[name]).double()
    values = every_row(module)
    assert torch.equal(module(abduct(module, values)), values)


def test_held_labels_keep_their_noise_free(graphs, randomised):
    module = randomised(graphs["binary"]).double()
    held = {"S": 1}
    values = module(module.draw_noise(4000, generator=torch.Generator().manual_seed(1)), held)
    noise = abduct(module, values, do=held, generator=torch.Generator().manual_seed(2))
    assert torch.equal(module(noise, held), values)
    column = noise[:, module.reads()[module.layout.index["S"]].noise[0]]
    # The mean of 4000 uniform numbers errs by five standard errors with probability 6e-7.
    assert abs(column.mean() - 0.5) < 5 / np.sqrt(12 * 4000)


@pytest.mark.statistics
@pytest.mark.parametrize("spec", SPECS[:2], ids=IDS[:2])
def test_noise_of_the_observed_is_uniform(graphs, randomised, spec):
    """The posterior noise of units drawn from the model is the prior noise again."""
    module = randomised(graphs["mixed"], spec).double()
    values = module(module.draw_noise(20_000, generator=torch.Generator().manual_seed(5)))
    noise = abduct(module, values, generator=torch.Generator().manual_seed(6)).sort(0).values
    even = (torch.arange(20_000) + 0.5).unsqueeze(1) / 20_000
    # Kolmogorov's bound: a right program fails in one of four columns with probability 4e-6.
    assert (noise - even).abs().max() < 2.6 / np.sqrt(20_000)


@pytest.mark.statistics
def test_the_same_units_in_another_world_are_the_exact_counterfactual(graphs, randomised):
    module = randomised(graphs["binary"]).double()
    tables, index = module.tables(), module.layout.index
    seen = torch.tensor([[1, 1, 0, 1, 0]]).expand(20_000, -1)
    noise = abduct(module, seen, generator=torch.Generator().manual_seed(4))
    other = module(noise, {"M": 0})
    given = tuple(
        ir.Event(ir.Variable(name), int(seen[0, column])) for name, column in index.items()
    )
    for name in ("S", "N", "E"):
        variable = ir.Variable(name, (ir.Setting("M", 0),))
        exact = answer(ir.Probability((ir.Event(variable, 1),), (), given), tables).probability
        share = float((other[:, index[name]] == 1).double().mean())
        # Five standard errors: a right program fails with probability 2e-6, at a fixed seed.
        assert abs(share - exact) <= 5 * np.sqrt(exact * (1 - exact) / 20_000) + 1e-9


def test_what_cannot_be_is_refused(graphs, randomised):
    module = randomised(graphs["hidden"])
    with pytest.raises(ValueError, match="noise that labels share"):
        abduct(module, torch.zeros(1, 4, dtype=torch.int64))


def test_a_value_of_no_noise_is_refused(graphs, randomised, monkeypatch):
    monkeypatch.setattr("scm_compiler.emit.abduction.MOST_PASSES", 50)
    module = randomised(graphs["one"], ImplicitSpec(hidden=2, layers=1, noise=1), scale=0.0)
    with pytest.raises(ValueError, match="no noise gives some values of A"):
        abduct(module, torch.tensor([[2]]))
