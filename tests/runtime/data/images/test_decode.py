"""From bytes to pixels."""

import contextlib
import io
import struct
import zlib

import numpy as np
import pytest
from PIL import Image as Pillow

from scm_compiler.ir import Image
from scm_compiler.runtime.data.images.area import area_average
from scm_compiler.runtime.data.images.decode import Unreadable, central_box, decode

SMALL = Image(3, 8, 8)


def noise(tall, wide, seed=0):
    return np.random.default_rng(seed).integers(0, 256, (tall, wide, 3), np.uint8)


def test_the_crop_of_celeba(encoded):
    pixels = noise(218, 178)
    found = decode(encoded(pixels), Image(3, 64, 64), crop=108)
    middle = pixels[55:163, 35:143].transpose(2, 0, 1)
    assert (found == area_average(middle, 64, 64)).all()
    assert decode(encoded(pixels), Image(3, 108, 108), crop=108).tolist() == middle.tolist()


def test_a_square_picture_is_used_whole(encoded):
    pixels = noise(128, 128)
    found = decode(encoded(pixels), Image(3, 32, 32), crop=108)
    assert (found == area_average(pixels.transpose(2, 0, 1), 32, 32)).all()


@pytest.mark.parametrize(
    ("size", "image", "box"),
    [
        ((100, 60), Image(3, 16, 16), (20, 0, 80, 60)),
        ((60, 100), Image(3, 16, 16), (0, 20, 60, 80)),
        ((100, 60), Image(3, 16, 32), (0, 5, 100, 55)),
        ((1, 50), Image(3, 16, 16), (0, 24, 1, 25)),
    ],
)
def test_the_box_has_the_nodes_proportions(size, image, box):
    assert central_box(size, image) == box


def test_grey_and_colour(encoded):
    grey = encoded(77, mode="L")
    assert (decode(grey, SMALL) == 77).all()
    red = encoded(np.full((8, 8, 3), (255, 0, 0), np.uint8))
    assert decode(red, Image(1, 8, 8)).tolist() == [[[76] * 8] * 8]  # ITU-R 601


@pytest.mark.parametrize(("mode", "form"), [("RGBA", "png"), ("CMYK", "jpeg"), ("LA", "png")])
def test_other_modes(encoded, mode, form):
    assert decode(encoded(9, mode=mode, form=form), SMALL).shape == (3, 8, 8)


def test_sixteen_bits_become_eight(encoded):
    found = decode(encoded(np.full((8, 8), 0x4100, np.uint16)), SMALL)
    assert (found == 0x41).all()


def test_a_small_picture_is_enlarged(encoded):
    assert (decode(encoded(50, size=(3, 4)), SMALL) == 50).all()


def test_a_photo_is_turned_upright(encoded):
    pixels = noise(8, 8)
    exif = Pillow.Exif()
    exif[0x0112] = 6  # turn by 90 degrees clockwise
    found = decode(encoded(pixels, exif=exif), SMALL)
    assert found.tolist() == np.rot90(pixels, -1).transpose(2, 0, 1).tolist()


def test_a_large_jpeg_is_decoded_at_a_smaller_scale(encoded):
    ramp = np.add.outer(np.arange(800), np.arange(600))[:, :, None] // 6 + np.zeros(3, int)
    found = decode(encoded(ramp.astype(np.uint8), form="jpeg", quality=95), SMALL)
    whole = area_average(ramp[100:700].astype(np.uint8).transpose(2, 0, 1), 8, 8)
    assert np.abs(found.astype(int) - whole).max() <= 2


def bomb() -> bytes:
    """A PNG of a few bytes that announces 2.5 gigapixels."""

    def chunk(kind, body):
        check = struct.pack(">I", zlib.crc32(kind + body))
        return struct.pack(">I", len(body)) + kind + body + check

    header = struct.pack(">IIBBBBB", 50_000, 50_000, 8, 2, 0, 0, 0)
    pixels = zlib.compress(b"\0" * 1000)
    body = chunk(b"IHDR", header) + chunk(b"IDAT", pixels) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + body


def floats() -> bytes:
    stream = io.BytesIO()
    Pillow.fromarray(np.ones((4, 4), np.float32)).save(stream, "tiff")
    return stream.getvalue()


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "it is empty"),
        (b"<!DOCTYPE html>", "it is no image"),
        (b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n", "it is no image"),
        (bomb(), "it has more than 89 million pixels"),
        (floats(), "its pixels are floating-point numbers"),
    ],
)
def test_what_cannot_be_decoded(data, reason):
    with pytest.raises(Unreadable, match=reason):
        decode(data, SMALL)


@pytest.mark.parametrize("form", ["jpeg", "png", "gif", "bmp", "webp", "tiff"])
@pytest.mark.parametrize("share", [0.1, 0.5, 0.9])
def test_a_picture_that_was_cut_short(encoded, form, share):
    data = encoded(noise(64, 64), form=form)
    with pytest.raises(Unreadable):
        decode(data[: int(len(data) * share)], SMALL)


def test_damage_never_ends_in_anything_else(encoded):
    random = np.random.default_rng(0)
    for form in ("jpeg", "png", "gif", "webp", "tiff", "bmp", "ppm"):
        data = np.frombuffer(encoded(noise(16, 16), form=form), np.uint8)
        for _ in range(60):
            damaged = data.copy()
            damaged[random.integers(0, len(data), 6)] = random.integers(0, 256, 6)
            with contextlib.suppress(Unreadable):
                assert decode(damaged.tobytes(), SMALL).shape == (3, 8, 8)
