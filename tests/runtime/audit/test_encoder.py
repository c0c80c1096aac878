"""Encoders: inversion finds the codes of a linear generator; wrong ones are refused."""

import pytest
import torch

from scm_compiler.compiler import parse_text
from scm_compiler.diagnostics import ScmError
from scm_compiler.model.compilation import compile_module
from scm_compiler.runtime.audit.encoder import encoded, head_inverted, inverted, judged
from scm_compiler.runtime.audit.generator import generator_of
from scm_compiler.runtime.audit.head_codes import HeadCodes
from scm_compiler.runtime.audit.readers import Labelled, Reader
from scm_compiler.runtime.evaluation.estimate import Estimate
from tests.runtime.audit.conftest import Stripes

WEIGHTS = torch.randn(3, 6, generator=torch.Generator().manual_seed(0))
LINEAR = generator_of("linear", 3, lambda codes: codes @ WEIGHTS)
CODES = torch.randn(40, 3, generator=torch.Generator().manual_seed(1))
DATA = Labelled(("A",), CODES @ WEIGHTS, torch.zeros(40, 1).long(), "rows")


def test_inversion_finds_the_codes():
    found = inverted(LINEAR, DATA, seed=0, steps=400)
    torch.testing.assert_close(found.codes, CODES, atol=0.02, rtol=0)
    assert found.error < 1e-3


def test_an_encoder_that_inverts_the_generator_leaves_no_error():
    found = encoded(LINEAR, lambda rows: rows @ torch.linalg.pinv(WEIGHTS), "pinv", DATA)
    assert found.error == pytest.approx(0, abs=1e-6)


def test_judged_codes_have_the_attributes_that_their_outputs_show():
    reader = Reader(("A",), lambda rows: (5 * rows[:, :1]).double().sigmoid(), (Estimate(1.0),))
    found = judged(LINEAR, reader, 200, seed=0)
    assert torch.equal(found.labels[:, 0] == 1, (found.codes @ WEIGHTS)[:, 0] > 0)


@pytest.mark.parametrize(
    ("encoder", "code"),
    [
        (lambda rows: rows, "E863"),
        (lambda rows: rows[:, 0], "E861"),
        (lambda rows: rows[:1, :3], "E861"),
        (lambda rows: rows[:, :3] / 0, "E862"),
        (lambda rows: rows @ torch.zeros(77, 2), "E861"),
    ],
)
def test_a_wrong_encoder_is_refused(encoder, code):
    with pytest.raises(ScmError, match=code):
        encoded(LINEAR, encoder, "wrong", DATA)


def test_a_generator_without_gradients_is_not_inverted():
    still = generator_of("still", 3, lambda codes: (codes @ WEIGHTS).detach())
    with pytest.raises(ScmError, match="passes no gradient on"):
        inverted(still, DATA, seed=0)


def test_outputs_that_always_look_alike_are_refused():
    reader = Reader(("A",), lambda rows: torch.zeros(len(rows), 1).double(), (Estimate(1.0),))
    with pytest.raises(ScmError, match="E864"):
        judged(LINEAR, reader, 100, seed=0)


@pytest.mark.parametrize(
    ("function", "code"),
    [
        (lambda codes: codes[:1], "E861"),
        (lambda codes: codes @ torch.zeros(9, 2), "E861"),
        (lambda codes: "images", "E861"),
        (lambda codes: codes.sum(), "E861"),
        (lambda codes: codes / 0, "E862"),
    ],
)
def test_a_wrong_generator_is_refused(function, code):
    with pytest.raises(ScmError, match=code):
        generator_of("wrong", 3, function)


def test_a_generator_that_changes_its_shape_is_refused():
    moody = generator_of("moody", 3, lambda codes: codes[:, : 3 - len(codes) // 50])
    with pytest.raises(ScmError, match=r"E861.*100x1 for 100"):
        moody.outputs(torch.zeros(100, 3))


def test_a_generator_that_fails_far_out_is_refused_there():
    root = generator_of("root", 3, lambda codes: (1 - codes).sqrt())
    with pytest.raises(ScmError, match=r"E862.*3 of 4 rows"):
        root.outputs(torch.tensor([[0.0] * 3, [2.0] * 3, [3.0] * 3, [4.0] * 3]))


class Shaded(Stripes):
    """Stripes on a ground that is as light as the noise says."""

    def forward(self, labels, noise):
        images = super().forward(labels, noise)
        ground = noise.view(-1, 1, 1, 2).expand(-1, 1, 2, 2).repeat(1, 1, 1, 4)
        return torch.cat([images[:, :, :6], ground], dim=2)


@pytest.mark.parametrize("bare", [False, True])
def test_a_head_is_inverted_with_its_labels_known(chain, bare):
    codes = HeadCodes(Shaded(), None if bare else chain.module)
    generator = codes.generator("shaded")
    drawn = generator.draw(60, torch.Generator().manual_seed(0))
    labels = codes.labels(drawn)
    data = Labelled(("A", "C"), generator.outputs(drawn), labels[:, [0, 2]], "shaded")
    found = head_inverted(generator, codes, data, labels, seed=0)
    assert found.error < 1e-3
    assert torch.equal(codes.labels(found.codes), labels)
    torch.testing.assert_close(
        codes.noise(found.codes[:, codes.own :]),
        codes.noise(drawn[:, codes.own :]),
        atol=0.1,
        rtol=0,
    )


def test_a_head_that_reads_some_labels_only_is_not_inverted(chain):
    more = compile_module(
        parse_text("A, B, C, D : binary\nFace : image(1, 8, 8)\nA, B, C -> Face\n")
    )
    codes = HeadCodes(Shaded(), more)
    data = Labelled(("A",), torch.zeros(2, 1, 8, 8), torch.zeros(2, 1).long(), "shaded")
    with pytest.raises(ScmError, match=r"E866.*every label"):
        head_inverted(codes.generator("shaded"), codes, data, torch.zeros(2, 3).long(), seed=0)
