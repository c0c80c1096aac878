"""Images of every rectangle, drawn in the middle of a canvas."""

import pytest
import torch

from scm_compiler.ir import Image
from scm_compiler.runtime.heads.canvas import LARGEST, canvas, cut, framed, halvings
from scm_compiler.runtime.heads.head import LabelCoding
from scm_compiler.runtime.heads.registry import BUILTIN

CODING = LabelCoding(("A", "B"), (2, 3), (0, 1))
SMALL = {"causal_gan": {"width": 4}, "conditional_gan": {"width": 4}, "causal_began": {"width": 4}}


def test_every_canvas_holds_its_image_and_can_be_halved():
    for height in range(1, LARGEST + 1, 5):
        for width in range(1, LARGEST + 1, 3):
            whole = canvas(Image(3, height, width))
            assert halvings(whole.height, whole.width)
            assert whole.height >= height
            assert whole.width >= width
            assert max(whole.height, whole.width) <= LARGEST


def test_the_least_canvas():
    """Of all canvases of one image none has fewer pixels."""
    sides = range(4, LARGEST + 1, 4)
    able = [(h, w) for h in sides for w in sides if halvings(h, w)]
    for height, width in [(50, 50), (30, 66), (100, 200), (129, 40), (20, 250)]:
        least = min(h * w for h, w in able if h >= height and w >= width)
        whole = canvas(Image(1, height, width))
        assert whole.height * whole.width == least


def test_what_can_be_halved_is_its_own_canvas():
    for side in (16, 20, 24, 28, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256):
        assert canvas(Image(3, side, side)) == Image(3, side, side)


def test_a_frame_of_zeros_is_cut_away_again():
    image = Image(3, 30, 21)
    images = torch.randn(2, 3, 30, 21)
    whole = framed(images, image)
    assert whole.shape == (2, 3, *(canvas(image).height, canvas(image).width))
    assert whole.abs().sum() == pytest.approx(images.abs().sum().item())
    assert torch.equal(cut(whole, image), images)


@pytest.mark.parametrize("head", SMALL)
@pytest.mark.parametrize("size", [(5, 9), (30, 21), (17, 64)])
def test_a_head_draws_any_rectangle(head, size):
    spec = BUILTIN[head]
    made = spec.generator(Image(3, *size), CODING, spec.options(**SMALL[head])).eval()
    images = made.render(torch.zeros(3, 2, dtype=torch.int64), made.draw_noise(3))
    assert images.shape == (3, 3, *size)
    assert images.std() > 0
