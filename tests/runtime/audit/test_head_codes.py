"""The codes of a run's head: standard normal numbers that mean what the label model says."""

import pytest
import torch

from tests.runtime.audit.conftest import READER


def test_labels_of_normal_codes_follow_the_label_model(chain):
    codes = chain.codes()
    drawn = torch.randn(40_000, codes.latent, generator=torch.Generator().manual_seed(0))
    labels = codes.labels(drawn).double()
    tables = chain.module.tables()
    a, b = (torch.as_tensor(tables.probabilities[name]) for name in "AB")
    assert labels[:, 0].mean() == pytest.approx(float(a[1]), abs=0.01)
    for value in (0, 1):
        rows = labels[:, 0] == value
        assert labels[rows, 1].mean() == pytest.approx(float(b[value, 1]), abs=0.015)


def test_do_keeps_all_else_of_a_unit(chain):
    codes = chain.codes()
    drawn = torch.randn(500, codes.latent, generator=torch.Generator().manual_seed(0))
    before, after = codes.labels(drawn), codes.labels(drawn, {"B": 1})
    assert torch.equal(before[:, [0, 2]], after[:, [0, 2]])
    assert (after[:, 1] == 1).all()


def test_labels_at_random_are_even_and_independent(chain):
    codes = chain.codes(bare=True)
    drawn = torch.randn(20_000, codes.latent, generator=torch.Generator().manual_seed(0))
    labels = codes.labels(drawn).double()
    torch.testing.assert_close(torch.corrcoef(labels.T), torch.eye(3).double(), atol=0.03, rtol=0)
    assert (labels.mean(0) - 0.5).abs().max() < 0.02
    assert codes.labels(drawn, {"A": 0})[:, 0].sum() == 0


def test_as_a_generator_it_draws_the_images_of_its_labels(chain):
    codes = chain.codes()
    generator = codes.generator("stripes")
    drawn = generator.draw(50, torch.Generator().manual_seed(0))
    shown = READER.read(generator.outputs(drawn)) > 0.5
    assert torch.equal(shown.long(), codes.labels(drawn))


@pytest.mark.parametrize("bare", [False, True])
def test_abducted_codes_explain_the_labels_and_are_normal_otherwise(chain, bare):
    codes = chain.codes(bare=bare)
    draws = torch.Generator().manual_seed(0)
    drawn = torch.randn(4000, codes.latent, generator=draws)
    labels = codes.labels(drawn)
    found = codes.abducted(labels, draws)
    assert torch.equal(codes.labels(torch.cat([found, drawn[:, codes.own :]], dim=1)), labels)
    assert found.mean(0).abs().max() < 0.06  # over labels as they fall, the noise is the prior
    assert (found.std(0) - 1).abs().max() < 0.06
