"""From the bytes of an image file to the pixels of an image node."""

import io
import warnings
from math import ceil

import numpy as np
from numpy.typing import NDArray
from PIL import Image as Pillow
from PIL import ImageOps, UnidentifiedImageError

from scm_compiler.ir import Image
from scm_compiler.runtime.data.images.area import area_average

FORMATS = ("JPEG", "PNG", "WEBP", "BMP", "GIF", "PPM", "TIFF")
"""What is read. Pillow knows more, but some of them start other programs."""

SUFFIXES = frozenset(
    {".jpg", ".jpeg", ".png", ".webp", ".bmp", ".gif", ".ppm", ".pgm", ".tif", ".tiff"}
)
MOST_BYTES = 256 * 2**20
"""A larger file is no picture of a data set."""


class Unreadable(Exception):  # noqa: N818  (a fact about a file)
    """An image cannot be decoded; the message says why."""


def decode(data: bytes, image: Image, crop: int | None = None) -> NDArray[np.uint8]:
    """The pixels of an encoded image, cut and shrunk to fit an image node.

    Args:
        data: A file of one of the `FORMATS`.
        image: The shape that is wanted. Colour is turned to grey, and grey to colour, if needed.
        crop: As in `fitted`.

    Returns:
        The image (C, H, W).

    Raises:
        Unreadable: If it is cut short, damaged, too large or no image.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            warnings.simplefilter("error", Pillow.DecompressionBombWarning)
            with Pillow.open(io.BytesIO(data), formats=FORMATS) as picture:
                return fitted(_upright(picture, image, crop), image, crop)
    except (Pillow.DecompressionBombError, Pillow.DecompressionBombWarning) as error:
        most = (Pillow.MAX_IMAGE_PIXELS or 0) // 10**6
        raise Unreadable(f"it has more than {most} million pixels") from error
    except UnidentifiedImageError as error:
        raise Unreadable("it is no image" if data else "it is empty") from error
    except Exception as error:  # what a damaged file makes of a decoder is not foreseeable
        raise Unreadable(str(error) or type(error).__name__) from error


def fitted(picture: Pillow.Image, image: Image, crop: int | None = None) -> NDArray[np.uint8]:
    """The pixels of a picture, cut and resized to fit an image node.

    The largest centred box of the node's proportions is kept. With `crop`, it is looked for in the
    central square of that many pixels, unless the picture is square: a square picture of faces
    was cut before. Shrinking averages areas exactly; enlarging is bicubic.
    """
    mode = "L" if image.channels == 1 else "RGB"
    cut = _eight_bits(picture).crop(central_box(picture.size, image, crop)).convert(mode)
    if cut.width < image.width or cut.height < image.height:
        cut = cut.resize((image.width, image.height), Pillow.Resampling.BICUBIC)
    pixels = np.asarray(cut).reshape(cut.height, cut.width, image.channels)
    planes = np.ascontiguousarray(pixels.transpose(2, 0, 1))
    if cut.size == (image.width, image.height):
        return planes
    return area_average(planes, image.height, image.width)


def central_box(
    size: tuple[int, int], image: Image, crop: int | None = None
) -> tuple[int, int, int, int]:
    """The box (left, top, right, bottom) that `fitted` keeps.

    >>> central_box((178, 218), Image(3, 64, 64), 108)
    (35, 55, 143, 163)
    >>> central_box((64, 64), Image(3, 32, 32), 108)
    (0, 0, 64, 64)
    """
    wide, tall = size
    if crop is not None and wide != tall:
        wide, tall = min(wide, crop), min(tall, crop)
    if wide * image.height > tall * image.width:
        wide = max(1, tall * image.width // image.height)
    else:
        tall = max(1, wide * image.height // image.width)
    left, top = (size[0] - wide) // 2, (size[1] - tall) // 2
    return left, top, left + wide, top + tall


def _upright(picture: Pillow.Image, image: Image, crop: int | None) -> Pillow.Image:
    """The picture as its camera held it; a JPEG much too large is decoded at a smaller scale."""
    if crop is None:
        scale = 2 * max(image.height, image.width) / max(1, min(picture.size))
        if scale < 1:
            wide, tall = picture.size
            picture.draft(None, (ceil(wide * scale), ceil(tall * scale)))
    return ImageOps.exif_transpose(picture) if "exif" in picture.info else picture


def _eight_bits(picture: Pillow.Image) -> Pillow.Image:
    """A picture of 16 bits a pixel is brought to 8; others stay."""
    if picture.mode == "F":
        raise Unreadable("its pixels are floating-point numbers")
    if not picture.mode.startswith("I"):
        return picture
    values = np.clip(np.asarray(picture).astype(np.int64), 0, 0xFFFF)
    return Pillow.fromarray((values >> 8).astype(np.uint8))
