import torch

from scm_compiler.runtime.heads.augmentation import (
    BRIGHTNESS,
    CONTRAST,
    Change,
    draw_change,
    moved,
)


def test_a_change_by_hand():
    images = torch.zeros(2, 1, 4, 4)
    images[:, 0, 1, 1] = 0.8
    light, contrast = torch.tensor([0.1, 0.0]), torch.tensor([1.0, 0.5])
    change = Change(1, light, contrast, ((1, 1), (0, 2)), (1, 1))
    found = change.apply(images)
    torch.testing.assert_close(found[0], images[0] + 0.1)
    mean = 0.8 / 16
    assert torch.allclose(found[1, 0, 2, 0], torch.tensor((0.8 - mean) * 0.5 + mean))
    assert (found[1, 0, 0] == -1).all()
    assert (found[1, 0, :, 3] == -1).all()


def test_draws_stay_in_their_bounds_and_repeat():
    one, same = (draw_change(64, 2, torch.Generator().manual_seed(4)) for _ in range(2))
    assert torch.equal(one.brightness, same.brightness)
    assert one.places == same.places
    assert one.brightness.abs().max() <= BRIGHTNESS
    assert (one.contrast - 1).abs().max() <= CONTRAST
    assert {offset for place in one.places for offset in place} <= set(range(5))


def test_the_gradient_goes_through():
    images = torch.rand(8, 3, 16, 16, dtype=torch.float64, requires_grad=True)
    draw_change(8, 1, torch.Generator().manual_seed(0)).apply(images).sum().backward()
    assert (images.grad != 0).flatten(1).any(1).all()


def test_the_parts_of_a_change_are_the_whole():
    random = torch.Generator().manual_seed(1)
    images = torch.rand(18, 3, 8, 8, generator=random) * 2 - 1
    change = draw_change(18, 1, random)
    whole = change.apply(images)
    for size in (1, 2, 3):
        parts = [
            change.part(rank, size).apply(part) for rank, part in enumerate(images.chunk(size))
        ]
        assert torch.equal(torch.cat(parts), whole)


def test_tensors_alone_give_the_same_images_and_gradients():
    random = torch.Generator().manual_seed(5)
    images = (torch.rand(10, 3, 8, 12, generator=random) * 2 - 1).requires_grad_()
    for shift in (0, 2):
        change = draw_change(10, shift, random)
        pairs = change.apply(images), moved(images, *change.tensors(), shift)
        assert torch.equal(*pairs)
        weights = torch.randn(pairs[0].shape, generator=random)
        slopes = [torch.autograd.grad((it * weights).sum(), images)[0] for it in pairs]
        torch.testing.assert_close(*slopes)
