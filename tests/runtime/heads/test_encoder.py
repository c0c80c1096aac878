"""Encoders of generators that have none: what they learn, and what they leave as it is."""

import pytest
import torch

from scm_compiler.ir.domain import Image
from scm_compiler.runtime.heads.encoder import Encoded, EncoderTrainer
from scm_compiler.runtime.heads.head import ImageGenerator
from scm_compiler.runtime.heads.options.encoder import EncoderOptions
from scm_compiler.runtime.heads.registry import BUILTIN

OPTIONS = EncoderOptions(width=8, hidden=32, batch=16)
TINY = {"width": 4, "batch": 8, "noise_size": 4}


class Stripes(ImageGenerator):
    """Each noise input is the brightness of a stripe, the labels' sum that of all of them."""

    def __init__(self, coding, noise="normal"):
        super().__init__(Image(3, 16, 16), coding, 4, noise)
        self.weight = torch.nn.Parameter(torch.tensor(0.4))

    def forward(self, labels, noise):
        light = (self.weight * noise + 0.1 * labels.sum(1, keepdim=True)).clamp(-1, 1)
        return light.repeat_interleave(4, 1)[:, None, :, None].expand(-1, 3, -1, 16)


def made(squares, total=12, drawing=None):
    drawing = drawing or Stripes(squares.coding).eval()
    return EncoderTrainer(squares.task(total=total), OPTIONS, drawing)


@pytest.mark.parametrize("head", ["causal_gan", "causal_began", "conditional_gan"])
def test_every_head_gets_one(squares, head):
    spec = BUILTIN[head]
    drawing = spec.trainer(squares.task(), spec.options(**TINY)).model()
    before = {name: held.clone() for name, held in drawing.state_dict().items()}
    trainer = made(squares, drawing=drawing)
    assert trainer.advance(2).keys() >= {"error", "noise", "label_accuracy"}
    assert all(torch.equal(held, before[name]) for name, held in drawing.state_dict().items())
    model = Encoded(drawing, trainer.model()).eval()
    labels = squares.draw_labels(40, torch.Generator().manual_seed(0))
    images = squares.paint(labels, 16, torch.Generator().manual_seed(0)).float() / 127.5 - 1
    noise = model.abduct(images, labels)
    assert torch.equal(model.abduct(images[7:8], labels[7:8])[0], noise[7])
    if drawing.noise == "uniform":
        assert noise.abs().max() <= 1
    assert torch.equal(model.render(labels, noise), drawing.render(labels, noise))
    assert [part.shape for part in model.estimate(images)] == [(40, 3), (40, 2)]


def test_a_stopped_training_goes_on_to_the_same_weights(squares):
    whole, parts, again = (made(squares) for _ in range(3))
    whole.advance(12)
    parts.advance(5)
    again.restore(parts.state())
    again.advance(7)
    for name, tensor in whole.state().items():
        assert torch.equal(tensor, again.state()[name]), name


def test_it_finds_the_noise_that_an_image_was_drawn_of(squares):
    drawing = Stripes(squares.coding).eval()
    trainer = made(squares, 200, drawing)
    random = torch.Generator().manual_seed(3)
    labels, noise = squares.draw_labels(64, random), drawing.draw_noise(64, generator=random)
    images = drawing.render(labels, noise.clamp(-1.5, 1.5))

    def missed():
        model = Encoded(drawing, trainer.model()).eval()
        return float((model.abduct(images, labels) - noise.clamp(-1.5, 1.5)).square().mean())

    before = missed()
    trainer.advance(200)
    assert missed() < before / 10


def test_its_rate_falls_by_the_budget_where_that_ends_the_training(squares):
    short, budgeted = made(squares, 10), made(squares, 1_000_000)
    short.done = 8
    budgeted.spend(0.8)
    assert budgeted.rate("generator") == pytest.approx(short.rate("generator"))
    assert budgeted.rate("generator") < 0.5 * OPTIONS.rate
