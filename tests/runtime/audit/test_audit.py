"""Whole audits of generators whose effects are known."""

import json
from dataclasses import replace

import pytest
import torch

import scm_compiler as scm
from scm_compiler.compiler import parse_text
from scm_compiler.diagnostics import ScmError
from scm_compiler.runtime.audit.page import report_page
from scm_compiler.runtime.audit.readers import Labelled
from scm_compiler.runtime.storage.tensors import read_tensors, write_tensors

LATENT = 40
QUICK = {"units": 200, "nulls": 40, "learn": 2000, "replicates": 4, "alphas": (0.5, 2.0)}


def generator(codes):
    """Rows whose second number rises with the first, and whose third rises alone."""
    first = codes[:, 0]
    return torch.stack([first, first + 0.5 * codes[:, 1], codes[:, 2], codes[:, 3]], dim=1)


def labelled(rows=3000, seed=0):
    codes = torch.randn(rows, LATENT, generator=torch.Generator().manual_seed(seed))
    values = generator(codes)
    noise = torch.randn(rows, generator=torch.Generator().manual_seed(seed + 1))
    shown = torch.stack([values[:, 0], values[:, 1], values[:, 2], noise], dim=1)
    return Labelled(("First", "Second", "Third", "Chance"), values, (shown > 0).long(), "rows")


@pytest.fixture(scope="module")
def data():
    return labelled()


@pytest.fixture(scope="module")
def report(data):
    return scm.audit(generator, latent=LATENT, images=data, **QUICK)


def pair(report, left, right):
    return next(p for p in report.pairs if (p.left, p.right) == (left, right))


def test_what_moves_together_is_told_from_what_does_not(report):
    assert pair(report, "First", "Second").direction in ("->", "<-", "--")
    assert pair(report, "First", "Third").direction == "none"
    assert pair(report, "Second", "Third").direction == "none"
    effect = pair(report, "First", "Second").image.forward
    assert effect.gate.value > 0.9
    assert effect.p < 0.01
    assert effect.units[0] <= effect.units[1] <= effect.units[2] <= 1


def test_an_attribute_that_cannot_be_read_is_not_judged(report):
    judged = {a.name: a.judged for a in report.attributes}
    assert judged == {"First": True, "Second": True, "Third": True, "Chance": False}
    assert pair(report, "First", "Chance").direction == "not judged"
    assert [w.code for w in report.warnings] == ["W862"]
    assert "Chance" in report.warnings[0].message()


def test_gates_are_those_of_the_arithmetic(report, data):
    """Moved by 2 along the first coordinate, the first attribute nearly always follows."""
    seen = pair(report, "First", "Third")
    assert abs(seen.image.forward.gate.value) < 4 * seen.image.forward.gate.error + 0.03
    assert abs(seen.latent.ranked.value) < 0.02


def test_the_same_seed_gives_the_same_report(report, data):
    again = scm.audit(generator, latent=LATENT, images=data, **QUICK)
    assert again.to_dict() == report.to_dict()


def test_the_report_is_json_text_and_a_page(report):
    content = json.loads(json.dumps(report.to_dict()))
    assert [p["left"] for p in content["pairs"]] == ["First"] * 3 + ["Second"] * 2 + ["Third"]
    text = str(report)
    assert "First, Second" in text
    assert "comes from the classifiers' scale and base" in " ".join(text.split())
    page = report_page(report)
    assert page.count("<svg") >= 6
    assert "delta tau" in page.lower()
    assert page.count("<br/>±") == 2 * 4 * 3  # every GATE of both views has its error
    assert 'marker-end="url(#to-' in page or report.pairs[0].direction == "--"


def test_an_audit_that_was_stopped_goes_on(data, tmp_path):
    calls = []

    def counted(codes):
        calls.append(len(codes))
        return generator(codes)

    def audit(**options):
        calls.clear()
        found = scm.audit(counted, latent=LATENT, images=data, folder=tmp_path, **options)
        return found.to_dict(), sum(calls)

    first, all_of_it = audit(**QUICK)
    again, the_rest = audit(**QUICK)
    assert again == first
    assert the_rest < all_of_it / 5
    (tmp_path / "image.safetensors").write_bytes(b"cut short")
    assert audit(**QUICK)[0] == first
    changed, anew = audit(**QUICK | {"seed": 5})
    assert changed != first
    assert anew > the_rest


def test_a_budget_decides_how_many_units_are_drawn(data, tmp_path):
    options = {name: value for name, value in QUICK.items() if name != "units"}
    report = scm.audit(
        generator, latent=LATENT, images=data, budget=0.01, folder=tmp_path, **options
    )
    assert report.units == 100
    write_tensors(
        tmp_path / "units.safetensors", {"units": torch.tensor(123)}, read_facts(tmp_path)
    )
    again = scm.audit(
        generator, latent=LATENT, images=data, budget=0.01, folder=tmp_path, **options
    )
    assert again.units == 123  # as was decided when it began


def read_facts(folder):
    return read_tensors(folder / "units.safetensors").facts


def test_the_directions_of_a_support_vector_machine_tell_the_same(report, data):
    found = scm.audit(generator, latent=LATENT, images=data, classifier="svm", **QUICK)
    for ours, theirs in zip(found.pairs[:2], report.pairs[:2], strict=True):
        assert abs(ours.image.forward.gate.value - theirs.image.forward.gate.value) < 0.1
        assert (ours.direction == "none") == (theirs.direction == "none")


def test_a_declared_graph_is_held_against_the_verdicts(data):
    graph = parse_text("graph g\nFirst, Second, Third : binary\nSecond -> First\n")
    found = scm.audit(generator, latent=LATENT, images=data, graph=graph, **QUICK)
    assert pair(found, "First", "Second").declared == "<-"
    assert pair(found, "First", "Third").declared == "none"
    assert pair(found, "First", "Chance").declared is None


@pytest.mark.parametrize(
    "options",
    [{"alpha": 7.0}, {"alphas": (2.0, 1.0), "alpha": 1.0}, {"units": 2}, {"alphas": (-1.0, 2.0)}],
)
def test_settings_that_make_no_sense_are_refused(data, options):
    with pytest.raises(ValueError, match=r"must rise|are above 0"):
        scm.audit(generator, latent=LATENT, images=data, **options)


def test_what_is_not_said_is_asked_for(data):
    with pytest.raises(ScmError, match=r"(?s)E866.*--latent"):
        scm.audit(generator, images=data)
    with pytest.raises(ScmError, match=r"(?s)E866.*--images"):
        scm.audit(generator, latent=LATENT)


def test_an_attribute_of_one_value_is_refused(data):
    same = Labelled(data.names, data.values, data.labels * 0 + 1, "ones")
    with pytest.raises(ScmError, match=r"E864.*0 of 3,000 images have another `First`"):
        scm.audit(generator, latent=LATENT, images=same)


@pytest.mark.parametrize(
    ("function", "said"),
    [
        (lambda codes: codes[:, :5], "gives a tensor of 2x5 for 2 codes, not images or rows of 4"),
        (lambda codes: codes[:, :4] * 1j, "gives a tensor of 2x4 complex numbers"),
        (lambda codes: {}["weights"], r"fails \(KeyError: 'weights'\) for 2 codes"),
    ],
)
def test_a_generator_of_something_else_is_refused(data, function, said):
    with pytest.raises(ScmError, match=f"E861.*{said}"):
        scm.audit(function, latent=LATENT, images=data)


def test_a_generator_that_fails_later_on_is_refused(data):
    def small_batches(codes):
        if len(codes) > 100:
            raise RuntimeError("too many at once")
        return generator(codes)

    with pytest.raises(ScmError, match=r"E861.*RuntimeError: too many at once\) for 256 codes"):
        scm.audit(small_batches, latent=LATENT, images=data, **QUICK)


def test_attributes_of_labelled_data_are_chosen_by_name(data):
    found = scm.audit(
        generator, latent=LATENT, images=data, attributes=["Third", "First"], **QUICK
    )
    assert [a.name for a in found.attributes] == ["First", "Third"]
    with pytest.raises(ScmError, match=r"E865.*`Fourth`"):
        scm.audit(generator, latent=LATENT, images=data, attributes=["First", "Fourth"])
    with pytest.raises(ScmError, match=r"E865.*two attributes"):
        scm.audit(generator, latent=LATENT, images=data, attributes=["First"])


@pytest.mark.parametrize(
    "changes",
    [
        {"names": ("First", "Second")},
        {"names": ("First", "First", "Third", "Chance")},
        {"labels": torch.full((3000, 4), 2)},
        {"values": torch.full((3000, 4), torch.nan)},
    ],
)
def test_labelled_data_that_do_not_hold_together_are_refused(data, changes):
    with pytest.raises(ValueError, match=r"different names|labels are 0 or 1"):
        scm.audit(generator, latent=LATENT, images=replace(data, **changes))
