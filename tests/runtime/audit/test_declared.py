"""Leaks and missing effects of heads of which they are known."""

import torch

from scm_compiler.runtime.audit.declared import declared, truth_of
from scm_compiler.runtime.data.images.table import ImageTable
from scm_compiler.runtime.evaluation.real import real_images, to_bytes
from tests.runtime.audit.conftest import GRAPH, LEAK, READER, striped


def truth(labels, cause, value):
    return READER.read(striped(labels)), torch.zeros(3).double()


def found(codes, seed=0, units=400):
    drawn = torch.randn(units, codes.latent, generator=torch.Generator().manual_seed(seed))
    effects = declared(codes, READER, truth, GRAPH, drawn, tolerance=0.05, level=0.01)
    return {(effect.cause, effect.outcome): effect for effect in effects}


def test_what_is_drawn_as_the_graph_says_is_as_declared(chain):
    effects = found(chain.codes())
    assert {effect.finds for effect in effects.values()} == {"as declared"}
    assert effects["A", "B"].says == "effect"
    assert effects["B", "A"].says == "forbidden"
    assert effects["A", "C"].says == "none"
    assert effects["A", "A"].says == "itself"


def test_the_model_and_the_images_show_the_effect_of_the_tables(chain):
    effect = found(chain.codes(), units=4000)["A", "B"]
    table = torch.as_tensor(chain.module.tables().probabilities["B"])
    exact = float(table[1, 1] - table[0, 1])
    assert abs(effect.model - exact) < 0.03
    assert abs(effect.shown.value - 0.98 * effect.model) < 1e-9
    assert effect.excess.value == 0


def test_a_planted_leak_is_caught_with_its_size(chain):
    codes = chain.codes(leak=0.4)
    effects = found(codes)
    leaks = {pair for pair, effect in effects.items() if effect.finds == "leak"}
    assert leaks == {LEAK, ("A", "C")}  # by way of B
    effect = effects[LEAK]
    without = float((codes.labels(torch.randn(9000, codes.latent))[:, 2] == 0).double().mean())
    assert effect.p < 0.01
    assert abs(effect.excess.value - 0.4 * 0.98 * without) < 4 * effect.excess.error


def test_the_bare_head_has_the_same_leak_and_declares_no_effect(chain):
    effects = found(chain.codes(leak=0.4, bare=True))
    assert effects["A", "B"].says == "none"
    assert effects["A", "B"].finds == "as declared"
    assert effects[LEAK].finds == "leak"


def test_an_effect_that_is_not_shown_is_missed(chain):
    effects = found(chain.codes(shy=True))
    assert effects["B", "B"].finds == "unshown"
    assert effects["A", "B"].finds == "unshown"
    assert effects["A", "A"].finds == "as declared"


def test_leaks_are_caught_and_the_truth_passes(chain):
    """Of twenty audits, as often as they are meant to."""
    caught = sum(found(chain.codes(leak=0.4), seed)[LEAK].p < 0.01 for seed in range(20))
    clean = sum(
        all(effect.finds == "as declared" for effect in found(chain.codes(), seed).values())
        for seed in range(20)
    )
    assert caught >= 19
    assert clean >= 19


def photographs(labels):
    """Images of which no more is known than that they have these labels."""
    images = to_bytes(striped(labels)).numpy()
    return real_images(
        ImageTable(("A", "B", "C"), images, labels.numpy(), None, "", "photographs")
    )


def test_of_photographs_the_judge_reads_what_it_reads_of_such_labels():
    labels = torch.randint(2, (1000, 3), generator=torch.Generator().manual_seed(0))
    asked = torch.tensor([[1, 0, 0], [1, 1, 1]])
    readings, errors = truth_of(photographs(labels), READER, 0)(asked, "A", 1)
    torch.testing.assert_close(readings, READER.read(striped(asked)))
    assert (errors > 0).all()
    assert (errors < 0.01).all()


def test_a_combination_without_photographs_is_read_by_its_outcome_alone():
    labels = torch.randint(2, (1000, 3), generator=torch.Generator().manual_seed(0))
    labels = labels[~((labels[:, 0] == 0) & (labels[:, 1] == 1))]
    readings, _ = truth_of(photographs(labels), READER, 0)(torch.tensor([[0, 1, 0]]), "B", 1)
    torch.testing.assert_close(readings, READER.read(striped(torch.tensor([[0, 1, 0]]))))


def test_a_value_without_photographs_is_unknown():
    labels = torch.randint(2, (1000, 3), generator=torch.Generator().manual_seed(0))
    labels[:, 2] = 0
    readings, _ = truth_of(photographs(labels), READER, 0)(torch.tensor([[0, 1, 1]]), "B", 1)
    assert readings[0, 2].isnan()
