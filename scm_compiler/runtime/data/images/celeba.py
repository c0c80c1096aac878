"""`celeba:DIR`: the aligned faces of CelebA, as its authors or Kaggle publish them."""

from collections.abc import Sequence
from pathlib import Path, PurePosixPath

import numpy as np
from numpy.typing import NDArray

from scm_compiler.diagnostics import refuse
from scm_compiler.runtime.data.celeba import attribute_file, attribute_sheet
from scm_compiler.runtime.data.images.codes.images import ImagesNotFound
from scm_compiler.runtime.data.images.files import pictures_in
from scm_compiler.runtime.data.images.image_spec import ImageSpec, Listing
from scm_compiler.runtime.data.images.names import printable, refuse_unsafe
from scm_compiler.runtime.data.images.pairing import paired
from scm_compiler.runtime.data.images.rows import ImageRows, read_rows, split_codes
from scm_compiler.runtime.data.sheet import text_lines

CROP = 108
"""The central square of the aligned faces (178 x 218) that is kept, as for CausalGAN."""

_PLACES = (
    "img_align_celeba/img_align_celeba",
    "img_align_celeba",
    "Img/img_align_celeba",
    "images",
    "img_align_celeba.zip",
    "Img/img_align_celeba.zip",
)
_PARTITION = (
    "list_eval_partition.txt",
    "Eval/list_eval_partition.txt",
    "list_eval_partition.csv",
)


def list_celeba(place: str, spec: ImageSpec) -> Listing:
    """The faces of CelebA.

    A picture that is not square is cut to its central 108 x 108 pixels; a square one was cut
    before and is used whole. Both are then shrunk to the node's size by the average over areas.

    Args:
        place: The folder that holds `img_align_celeba/` (also nested, as Kaggle has it, or still
            zipped) and the attribute file, with `list_eval_partition.txt` if the splits matter; or
            a zip file of pictures, with a table of its name beside it (`faces.zip`, `faces.csv`).
        spec: What is needed.

    Raises:
        ScmError: With exit code 2: E602 without an attribute file, E671 without images, E675, and
            what is wrong in the table.
    """
    path = Path(place)
    if not path.exists():
        raise refuse(ImagesNotFound.at(path), exit_code=2)
    held = path if path.is_file() else _images(path)
    table = _table(path)
    sheet = attribute_sheet(table, spec.names)
    rows = read_rows(sheet, spec, sheet.header[0])
    refuse_unsafe(rows.names, table)
    if rows.split is None:
        folder = path.parent if path.is_file() else path
        rows = ImageRows(rows.names, rows.labels, _partition(folder, rows.names))
    pictures = {PurePosixPath(name).name: it for name, it in pictures_in(held).items()}
    return paired(rows, pictures, spec, path, crop=CROP)


def _images(folder: Path) -> Path:
    for name in _PLACES:
        if (folder / name).exists():
            return folder / name
    wanted = "folder `img_align_celeba` in"
    raise refuse(ImagesNotFound(path=printable(str(folder)), wanted=wanted), exit_code=2)


def _table(path: Path) -> Path:
    """The attribute file of a folder; for a zip file, the table of its name beside it."""
    if path.is_dir():
        return attribute_file(path)
    for end in (".csv", ".txt"):
        if path.with_suffix(end).is_file():
            return path.with_suffix(end)
    return attribute_file(path.parent)


def _partition(folder: Path, names: Sequence[str]) -> NDArray[np.int8] | None:
    """The official split of each image, if its file is there."""
    for place in _PARTITION:
        if (folder / place).is_file():
            fields = (line.replace(",", " ").split() for line in text_lines(folder / place))
            numbers = {pair[0]: pair[1] for pair in fields if len(pair) == 2}
            return split_codes(numbers.get(name, "") for name in names)
    return None
