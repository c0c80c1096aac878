"""Grids of images, and the paper's figures, as PNG."""

import io
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import torch
from PIL import Image, ImageDraw, ImageFont
from torch import Tensor

GAP = 2
"""Pixels between the images of a grid."""

INK, PAPER = (32, 32, 32), (255, 255, 255)
SMALLEST = 64
"""Images of fewer pixels a side are shown larger where there are captions."""


def pixels(images: Tensor) -> Tensor:
    """Images (B, C, H, W) in [-1, 1] as bytes (B, H, W, 3); grey ones are spread over colours.

    >>> pixels(torch.tensor([-1.0, 0.0, 1.0]).view(1, 3, 1, 1)).tolist()
    [[[[0, 128, 255]]]]
    """
    scaled = images.detach().float().cpu().clamp(-1, 1).add(1).mul(127.5).round().to(torch.uint8)
    coloured = scaled if scaled.shape[1] == 3 else scaled[:, :1].expand(-1, 3, -1, -1)
    return coloured.permute(0, 2, 3, 1).contiguous()


def grid(images: Tensor, columns: int) -> Image.Image:
    """The images (B, C, H, W) row by row, `columns` in each."""
    shown = pixels(images)
    count, height, width = shown.shape[:3]
    rows = -(-count // columns)
    canvas = Image.new("RGB", (_extent(columns, width), _extent(rows, height)), PAPER)
    for place, picture in enumerate(shown):
        row, column = divmod(place, columns)
        corner = (GAP + column * (width + GAP), GAP + row * (height + GAP))
        canvas.paste(Image.fromarray(picture.numpy()), corner)
    return canvas


def cut_grid(picture: Image.Image, count: int, size: tuple[int, int]) -> Tensor:
    """The first images of a grid again, as bytes (count, 3, H, W).

    Args:
        picture: What `grid` drew.
        count: How many images it shows.
        size: Their height and width.

    Raises:
        ValueError: If no grid of such images has this width.

    >>> images = torch.linspace(-1, 1, 3 * 12).view(3, 3, 2, 2)
    >>> again = cut_grid(grid(images, 2), 3, (2, 2))
    >>> torch.equal(again.permute(0, 2, 3, 1), pixels(images))
    True
    """
    height, width = size
    columns, rest = divmod(picture.width - GAP, width + GAP)
    if rest or not columns:
        raise ValueError(f"no images of width {width} in a grid of width {picture.width}")
    rows = -(-count // columns)
    if picture.height < rows * (height + GAP) + GAP or picture.height > 2**15:
        raise ValueError(f"no {rows} rows of images in a grid of height {picture.height}")
    whole = torch.frombuffer(bytearray(picture.convert("RGB").tobytes()), dtype=torch.uint8)
    whole = whole.view(picture.height, picture.width, 3).permute(2, 0, 1)
    found = []
    for place in range(count):
        row, column = divmod(place, columns)
        top, left = GAP + row * (height + GAP), GAP + column * (width + GAP)
        found.append(whole[:, top : top + height, left : left + width])
    return torch.stack(found)


@dataclass(frozen=True)
class PictureRow:
    """A row of a figure.

    Attributes:
        caption: What is written above it.
        images: (B, C, H, W) in [-1, 1].
    """

    caption: str
    images: Tensor


def figure(rows: Sequence[PictureRow], *, headings: Sequence[str] = ()) -> Image.Image:
    """Captioned rows of images, one below the other; small images are shown larger.

    Args:
        rows: From top to bottom.
        headings: What is written above the columns, if anything.
    """
    parts = [_enlarged(grid(row.images, max(1, len(row.images))), row.images) for row in rows]
    font = _font()
    line = int(font.size * 1.5)
    top = line if headings else 0
    captions = [line if row.caption else 0 for row in rows]
    texts = [*(row.caption for row in rows), *headings]
    width = max(*(part.width for part in parts), *(_wide(text, font) for text in texts))
    height = top + sum(part.height for part in parts) + sum(captions) + GAP
    canvas = Image.new("RGB", (width, height), PAPER)
    pen = ImageDraw.Draw(canvas)
    step = parts[0].width / max(1, len(headings))
    for place, heading in enumerate(headings):
        half = font.getlength(heading) / 2 + GAP
        centre = min(max((place + 0.5) * step, half), width - half)
        pen.text((centre, top - 2), heading, fill=INK, font=font, anchor="md")
    for part, row, caption in zip(parts, rows, captions, strict=True):
        if caption:
            pen.text((2 * GAP, top + caption - 3), row.caption, fill=INK, font=font, anchor="ld")
        canvas.paste(part, (0, top + caption))
        top += caption + part.height
    return canvas


def png(picture: Image.Image) -> bytes:
    """The picture as a PNG file; the same picture gives the same bytes."""
    stream = io.BytesIO()
    picture.save(stream, "PNG")
    return stream.getvalue()


def _extent(count: int, side: int) -> int:
    return GAP + count * (side + GAP)


def _enlarged(part: Image.Image, images: Tensor) -> Image.Image:
    times = max(1, -(-SMALLEST // min(images.shape[2:])))
    if times == 1:
        return part
    size = (part.width * times, part.height * times)
    return part.resize(size, Image.Resampling.NEAREST)


@cache
def _font() -> ImageFont.FreeTypeFont:
    found = ImageFont.load_default(size=14)
    if not isinstance(found, ImageFont.FreeTypeFont):
        raise TypeError("Pillow was built without FreeType")
    return found


def _wide(text: str, font: ImageFont.FreeTypeFont) -> int:
    return int(font.getlength(text)) + 4 * GAP


def grid_of_one(image: Tensor) -> Image.Image:
    """One image (C, H, W) without a rim."""
    return Image.fromarray(pixels(image[None])[0].numpy())
