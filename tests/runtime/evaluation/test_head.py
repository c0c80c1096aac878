"""The evaluation of a head: generators whose worth is known are told apart."""

from dataclasses import replace

import numpy as np
import pytest
import torch

from scm_compiler.diagnostics import ScmError
from scm_compiler.ir import Image
from scm_compiler.runtime.evaluation.head import evaluate_head, quick
from scm_compiler.runtime.evaluation.html import _head as head_html
from scm_compiler.runtime.evaluation.real import real_images
from scm_compiler.runtime.evaluation.report import plain
from scm_compiler.runtime.evaluation.text import _head as head_text
from scm_compiler.runtime.heads.head import LabelCoding
from scm_compiler.runtime.progress import Silent


def evaluated(case, generator, **changes):
    real, effort = changes.pop("real", case.real), changes.pop("effort", case.effort)
    return evaluate_head(
        "Face", generator, real, case.tables, effort=effort, cache=case.cache, **changes
    )


@pytest.fixture(scope="module")
def perfect(case):
    return evaluated(case, case.generators.perfect())


@pytest.fixture(scope="module")
def grainy(case):
    effort = replace(case.effort, regime=40, detective=200)
    return evaluated(case, case.generators.grainy(), effort=effort)


@pytest.fixture(scope="module")
def confused(case):
    return evaluated(case, case.generators.confused())


def effect(report, regime, label):
    return next(e for e in report.effects if (e.regime, e.label) == (regime, label))


def arrow(report, cause, effect):
    return next(a for a in report.arrows if (a.cause, a.effect) == (cause, effect))


def test_a_perfect_generator_is_read_as_well_as_the_truth(perfect):
    for scores in perfect.labels:
        for kind in ("observation", "given", "do"):
            ratio = scores.ratio(kind)
            assert abs(ratio.value - 1) < 5 * ratio.error + 0.01, (scores.label, kind)


def test_a_perfect_generator_is_as_real_as_the_floor(perfect):
    found = perfect.realism
    gap = found.kid.minus(found.kid_floor)
    assert abs(gap.value) < 4 * gap.error
    assert found.fid.value < 2 * found.fid_floor.value
    assert abs(found.told_apart.value - 0.5) < 4 * found.told_apart.error


def test_high_label_scores_do_not_hide_what_no_one_would_take_for_real(grainy, perfect):
    assert grainy.mean_auc > 0.9
    assert grainy.realism.kid.value > 5 * grainy.realism.kid.error
    assert grainy.realism.kid.value > 10 * abs(perfect.realism.kid.value)
    assert grainy.realism.told_apart.value > 0.9
    assert "KID" in grainy.realism.line


def test_a_mustache_moves_no_one_who_is_drawn_well(perfect):
    cell = effect(perfect, "do(Mustache=1)", "Male")
    assert cell.exact.value == pytest.approx(0.417, abs=0.002)
    assert abs(cell.difference.value) < 5 * cell.difference.error
    assert abs(cell.looks.value - cell.true_looks.value) < 0.05
    found = arrow(perfect, "Male", "Mustache")
    assert found.generated.under_do == cell.looks
    assert abs(found.generated.shown.value - found.true.shown.value) < 0.15
    assert found.generated.under_given.value > 0.95


def test_a_generator_that_takes_a_mustache_for_a_man_is_found_out(confused):
    found = arrow(confused, "Male", "Mustache")
    assert found.generated.under_do.value > 0.9
    assert found.unmoved.value == pytest.approx(0.417, abs=0.002)
    worst = max(confused.effects, key=lambda e: abs(e.looks.value - e.true_looks.value))
    assert (worst.regime, worst.label) == ("do(Mustache=1)", "Male")
    assert worst.difference.value > 0.4


def test_the_effect_matrix_has_a_line_for_each_intervention_and_label(perfect):
    assert len(perfect.effects) == 9 * 2 * 9
    assert perfect.left_out == ()


@pytest.mark.slow
def test_one_person_only_is_seen_in_the_diversity(case, perfect):
    quick = replace(case.effort, regime=10, observed=50, detective=2)
    stuck = evaluated(case, case.generators.stuck(), effort=quick)
    same = next(d for d in stuck.diversity if d.among == "the same labels")
    assert same.ratio.features.value < 0.05
    assert same.ratio.pixels.value < 0.05
    fine = next(d for d in perfect.diversity if d.among == "the same labels")
    for ratio in (fine.ratio.features, fine.ratio.pixels):
        assert abs(ratio.value - 1) < 5 * ratio.error
    assert len(perfect.diversity) == 1 + 9 * 2


def test_interventions_beyond_the_data_are_named(case, perfect):
    shares = {item.regime: item.absent.value for item in perfect.coverage}
    assert shares["do(Mustache=1)"] > 0.5
    assert shares["do(Mustache=0)"] < 0.2
    assert perfect.warnings == ()  # the classifier learnt from every combination


@pytest.mark.slow
def test_of_photographs_the_truth_is_not_known(case):
    photographs = real_images(case.real.table)
    quick = replace(case.effort, judge=replace(case.effort.judge, steps=20), detective=2)
    found = evaluated(case, case.generators.perfect(), real=photographs, effort=quick)
    assert "W691" in {warning.code for warning in found.warnings}
    assert not found.truth_known
    assert all(cell.true_looks is None for cell in found.effects)
    assert found.labels[0].true["do"] == found.labels[0].own


@pytest.mark.slow
def test_the_same_seed_gives_the_same_report(case, perfect):
    again = evaluated(case, case.generators.perfect())
    assert plain(again) == plain(perfect)
    assert torch.equal(again.pictures.images, perfect.pictures.images)


@pytest.mark.slow
def test_another_seed_draws_other_images(case, perfect):
    effort = replace(case.effort, regime=10, observed=50, detective=2)
    other = evaluated(case, case.generators.perfect(), seed=1, effort=effort)
    assert other.realism.kid != perfect.realism.kid
    assert other.realism.kid_floor == perfect.realism.kid_floor


def test_an_image_without_labels_has_realism_and_diversity(case):
    """No classifier reads it, and no regime changes it."""
    none = LabelCoding((), (), ())
    table = replace(case.real.table, names=(), labels=np.zeros((len(case.real.table), 0), int))
    generator = case.generators.perfect(none)
    generator.forward = lambda labels, noise: noise[:, :1, None, None].expand(-1, 3, 16, 16)
    quick = replace(case.effort, observed=40, detective=2)
    found = evaluated(case, generator, real=real_images(table), effort=quick)
    assert (found.labels, found.effects, found.arrows, found.coverage) == ((), (), (), ())
    assert found.realism.kid.value > 10 * found.realism.kid.error
    assert [item.among for item in found.diversity] == ["the same labels"]
    assert np.isnan(found.mean_auc)
    assert "classifier" not in head_text(found) + "".join(head_html(found))


def test_the_pictures_show_doing_over_seeing(perfect):
    do, given = perfect.pictures.regimes
    assert (do[:3], given[:6]) == ("do(", "given(")
    assert perfect.pictures.images.shape == (2, 4, 3, 16, 16)


def test_no_label_scores_without_realism(perfect):
    with pytest.raises(TypeError, match="realism"):
        replace(perfect, realism=None)


def test_another_shape_is_refused(case):
    generator = case.generators.perfect()
    generator.image = Image(3, 32, 32)
    with pytest.raises(ScmError) as caught:
        evaluated(case, generator)
    assert [d.code for d in caught.value.diagnostics] == ["E691"]


def test_every_estimate_has_an_error(perfect):
    for scores in perfect.labels:
        for found in (scores.own, *scores.generated.values()):
            assert found.accuracy.error > 0
            assert found.auc.error > 0
    assert all(np.isfinite(cell.difference.error) for cell in perfect.effects)


def test_each_stage_begins_on_the_quickest_threads(monkeypatch):
    monkeypatch.delenv("OMP_NUM_THREADS", raising=False)
    monkeypatch.setattr(
        "scm_compiler.runtime.training.threads.quickest", lambda counts: counts[-1]
    )
    torch.set_num_threads(2)
    with quick(lambda name: Silent()) as begin:
        assert torch.get_num_threads() == 2
        begin("classifier")
        assert torch.get_num_threads() == 1
    assert torch.get_num_threads() == 2
