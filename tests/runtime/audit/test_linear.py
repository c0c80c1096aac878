"""Linear classifiers: at the minimum of their loss, calibrated, and in the right direction."""

import pytest
import torch

from scm_compiler.runtime.audit.linear import RIDGE, Linear, balanced, fit_linear, fit_one
from scm_compiler.runtime.audit.measure import delta
from scm_compiler.runtime.audit.view import latent_view


def problem(rows=6000, seed=0, offset=-1.0):
    """Codes and labels whose classifier is known."""
    draws = torch.Generator().manual_seed(seed)
    codes = torch.randn(rows, 5, generator=draws, dtype=torch.float64)
    truth = torch.tensor([2.0, -1.0, 0.0, 0.0, 0.5], dtype=torch.float64)
    chance = (codes @ truth + offset).sigmoid()
    labels = (torch.rand(rows, generator=draws) < chance).double()
    return codes, labels, truth


@pytest.mark.parametrize("kind", ["logistic", "svm"])
def test_a_fit_is_where_its_loss_has_no_slope(kind):
    codes, labels, _ = problem(800)
    found = fit_one(codes, labels, kind).requires_grad_()
    scores = codes @ found[:-1] + found[-1]
    if kind == "logistic":
        loss = torch.nn.functional.binary_cross_entropy_with_logits(
            scores, labels, reduction="sum"
        )
    else:
        loss = ((1 - (2 * labels - 1) * scores).clamp_min(0) ** 2).sum() / 2
    (slope,) = torch.autograd.grad(loss + RIDGE / 2 * found[:-1].square().sum(), found)
    assert slope.abs().max() < 1e-3


@pytest.mark.parametrize("kind", ["logistic", "svm"])
def test_the_direction_and_the_calibration_are_those_of_the_truth(kind):
    codes, labels, truth = problem(20_000)
    fit = fit_linear(codes, labels[:, None], kind)
    direction = fit.linear.directions[0]
    assert direction.norm() == pytest.approx(1)
    assert direction @ truth / truth.norm() > 0.995
    chances = fit.linear.logits(codes)[:, 0].sigmoid()
    for low in (0.1, 0.4, 0.7):
        said = (chances > low) & (chances < low + 0.2)
        assert labels[said].mean() == pytest.approx(float(chances[said].mean()), abs=0.05)


def test_the_accuracy_is_that_of_rows_that_were_not_learnt():
    draws = torch.Generator().manual_seed(0)
    codes = torch.randn(400, 100, generator=draws)
    labels = torch.randint(2, (400, 1), generator=draws)
    (found,) = fit_linear(codes, labels).accuracy
    assert abs(found.value - 0.5) < 3 * found.error


def test_a_rare_attribute_is_called_by_its_odds():
    logits = torch.tensor([-3.0, -3.0, -3.0, -1.0])
    labels = torch.tensor([0.0, 0, 0, 1])
    assert balanced(logits, labels, torch.full((10,), 0.1)).value == 1
    assert balanced(logits, labels, torch.full((10,), 0.5)).value == 0.5


def test_resampled_rows_give_classifiers_as_far_apart_as_theory_says():
    codes, labels, _ = problem(3000)
    fit = fit_linear(codes, labels[:, None])
    draws = torch.Generator().manual_seed(1)
    found = torch.stack([fit.resampled(draws).weights[0] / fit.platt[0, 0] for _ in range(200)])
    rows = torch.cat([fit.codes, torch.ones(len(fit.codes), 1)], dim=1)
    chance = (rows @ fit.raw[0]).sigmoid()
    fisher = (rows * (chance * (1 - chance))[:, None]).T @ rows
    expected = torch.linalg.inv(fisher).diagonal()[:-1].sqrt()
    torch.testing.assert_close(found.std(0), expected, rtol=0.2, atol=0)


@pytest.mark.parametrize("seed", range(5))
def test_delta_tau_of_codes_is_nothing_once_scale_and_base_rate_are_alike(seed):
    """What the limits of the report say: the angle is the same both ways."""
    draws = torch.Generator().manual_seed(seed)
    weights = torch.randn(2, 6, generator=draws, dtype=torch.float64)
    directions = weights / weights.norm(dim=1, keepdim=True)
    codes = torch.randn(20_000, 6, generator=draws)
    codes = torch.cat([codes, -codes])

    def found(linear):
        gates = latent_view(linear).gates(codes, linear.directions, 1.5)
        return float(delta(gates)[0, 1])

    uneven = Linear(directions * torch.tensor([[0.5], [4.0]]), torch.tensor([-2.0, 0.0]))
    even = Linear(directions * 2.0, torch.zeros(2))
    assert abs(found(even)) < 0.01
    assert abs(found(uneven)) > 5 * abs(found(even))
