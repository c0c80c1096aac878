"""`folder:DIR`: images with their labels in one of several layouts; or a zip file of them."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np

from scm_compiler.runtime.data.images.files import file_picture, pictures_in
from scm_compiler.runtime.data.images.image_spec import ImageSpec, Listing
from scm_compiler.runtime.data.images.layouts import Asked, ImageSheet, image_sheets
from scm_compiler.runtime.data.images.names import plain, refuse_unsafe
from scm_compiler.runtime.data.images.pairing import paired
from scm_compiler.runtime.data.images.picture import Picture
from scm_compiler.runtime.data.images.rows import (
    ImageRows,
    folder_splits,
    joined,
    of_split,
    read_rows,
)


def list_folder(place: str, spec: ImageSpec) -> Listing:
    """The images of a folder or a zip file, with their labels.

    The first of these that is there tells the labels:

    - `metadata.csv` or `metadata.jsonl`, inside, or a table of the folder's or the file's name
      beside it (`faces.csv` for `faces.zip`). Its column `file_name` (or `image_id`) gives each
      image's path relative to the table's folder; a column `split` says train, valid or test;
    - such a table in each of the folders `train/`, `valid/` and `test/`, as the hub keeps them;
    - `dataset.json`, as StyleGAN keeps it: each image's name and the number of its class;
    - a folder for each value of one label, as torchvision's `ImageFolder` has it.

    Folders called `train`, `valid` and `test` say the split where no column does.

    Args:
        place: The path; `PATH?label=NAME` where classes tell the label NAME, which need not be
            said where only one has such values; `PATH?split=test` for one split alone.
        spec: What is needed.

    Raises:
        ScmError: With exit code 2: E671 if there is no such folder or nothing tells the labels,
            E640 if it is not known which label they are, E674 if a name leads out of the folder,
            E675, E677, and what is wrong in the table.
    """
    asked = Asked.of(place)
    path = Path(asked.path)
    pictures = pictures_in(path)
    sheets = image_sheets(path, pictures, spec.labels, asked.label)
    rows = joined([_read(sheet, spec) for sheet in sheets])
    if rows.split is None:
        rows = replace(rows, split=folder_splits(rows.names))
    if asked.split is not None:
        rows, pictures = _only(asked.split, rows, pictures)

    def find(name: str) -> Picture | None:
        """A picture behind a link, or with an unusual ending."""
        return file_picture(name, str(path / name)) if path.is_dir() and name else None

    return paired(rows, pictures, spec, path, find=find)


def _read(held: ImageSheet, spec: ImageSpec) -> ImageRows:
    """The rows of a sheet; their names begin with its folder."""
    rows = read_rows(held.sheet, spec, held.column)
    refuse_unsafe(rows.names, held.sheet.path)
    names = [f"{held.folder}{plain(name)}" if name else name for name in rows.names]
    return replace(rows, names=names)


def _only(
    split: str, rows: ImageRows, pictures: Mapping[str, Picture]
) -> tuple[ImageRows, dict[str, Picture]]:
    """The rows of one split, and the pictures that no other one names."""
    kept = of_split(rows, split)
    others = np.array(rows.names, np.object_)[~kept].tolist()
    labels, splits = rows.labels[kept], None if rows.split is None else rows.split[kept]
    names = [name for name, keeps in zip(rows.names, kept, strict=True) if keeps]
    left = {name: it for name, it in pictures.items() if name not in set(others) - set(names)}
    return ImageRows(names, labels, splits), left
