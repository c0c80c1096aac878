"""The second judge, on drawn faces that pass for photographs."""

from dataclasses import replace

import pytest

from scm_compiler.diagnostics import ScmError
from scm_compiler.runtime.evaluation import opinion
from scm_compiler.runtime.evaluation.classifier import train_judge
from scm_compiler.runtime.evaluation.opinion import require_painter, second_opinion
from scm_compiler.runtime.evaluation.real import real_images
from scm_compiler.runtime.evaluation.regimes import Subject
from scm_compiler.runtime.progress import Silent


@pytest.fixture(scope="module")
def photographs(case):
    return real_images(case.real.table)


def test_it_knows_what_is_painted_and_judges_the_arrows_into_the_label(case, photographs):
    recipe = replace(case.effort.judge, steps=250)
    first = train_judge(photographs, case.coding, recipe, cache=case.cache)
    generator = case.generators.perfect()
    subject = Subject(generator, case.tables, photographs, first, seed=0)
    found = second_opinion(
        subject, "Mustache", recipe, rows=120, cache=case.cache, progress=Silent()
    )
    assert found.label == "Mustache"
    assert found.painted.value > found.bare.value + 0.4
    assert found.own.auc.value > 0.85
    assert {(a.cause, a.effect) for a in found.arrows} == {
        ("Male", "Mustache"),
        ("Young", "Mustache"),
    }


@pytest.mark.parametrize(
    ("name", "photos", "reason"),
    [("Male", True, "only Mustache"), ("Mustache", False, "drawn faces")],
)
def test_what_cannot_be_painted_is_refused(case, photographs, name, photos, reason):
    with pytest.raises(ScmError, match=r"E666") as caught:
        require_painter(name, photographs if photos else case.real)
    assert reason in caught.value.diagnostics[0].message()
    require_painter("Mustache", photographs)
    assert opinion.TRIED == 1000
