"""Counterfactuals of networks: their own noise, run under every configuration."""

import numpy as np
import pytest
import torch

from scm_compiler.diagnostics import ScmError
from scm_compiler.inference.counterfactual.networks import responses_of
from scm_compiler.model.implicit import ImplicitModule
from scm_compiler.model.spec import ImplicitSpec

TEXT = "P(C[A=0]=1 | A=1, C=1)"


@pytest.fixture(scope="module")
def module(binary):
    random = torch.Generator().manual_seed(2)
    graph = binary("A B C", "A->B A->C B->C")
    return ImplicitModule(graph, ImplicitSpec(hidden=8, layers=2, noise=3), generator=random)


@pytest.fixture(scope="module")
def model(module):
    return module.tables(draws=20_000)


def test_the_networks_say_what_one_unit_does_in_two_worlds(module, model, ask):
    found = ask(model, TEXT, noise_model=responses_of(module, draws=20_000))
    noise = module.draw_noise(400_000, generator=torch.Generator().manual_seed(9))
    fact, other = module(noise).numpy(), module(noise, do={"A": 0}).numpy()
    seen = (fact[:, 0] == 1) & (fact[:, 2] == 1)
    truth = other[seen, 2].mean()
    assert found.method == "estimated"
    assert 0 < found.std_error < 0.05
    assert abs(found.probability - truth) < 5 * found.std_error
    assert found.noise_model == "implicit (the networks' own noise)"
    assert found.bounds.low - 5 * found.std_error <= truth
    assert truth <= found.bounds.high + 5 * found.std_error


def test_tables_alone_do_not_answer(model, ask):
    with pytest.raises(ScmError) as refusal:
        ask(model, TEXT)
    (found,) = refusal.value.diagnostics
    assert (found.code, found.nodes) == ("E452", ("B", "C"))
    assert ask(model, "P(C[A=0]=1 | A=1)").identified  # no network is in two worlds


def test_a_named_model_stands_in(model, ask):
    found = ask(model, TEXT, noise_model="threshold")
    assert found.noise_model == "threshold"
    assert found.std_error > 0


def test_what_no_draw_has_shown_has_an_error(module, model, ask):
    responses = responses_of(module, draws=1000)
    found = ask(model, "P(C[A=0, B=0]=1, C[A=0, B=1]=0, C[A=1, B=0]=0)", noise_model=responses)
    assert found.std_error > 0


def test_margins_are_those_of_the_draws(module):
    responses = responses_of(module, draws=5000)
    table = responses.margin("C")
    assert table.shape == (2, 2, 2)
    np.testing.assert_allclose(table.sum(-1), 1)
    law = responses.law("C")
    assert law.counts.sum() == 5000
    assert table[1, 0, 1] == pytest.approx(law.weights @ law.values[:, 2])
    drawn = responses.replicate(7, seed=0).margin("C")
    assert drawn.shape == (7, 2, 2, 2)
