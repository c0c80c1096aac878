"""The layouts of images in a folder or a zip file, and the labels that each of them tells.

A layout is read as one or several sheets with a column of the images' names: of the tables that
lie there, or made of StyleGAN's `dataset.json` or of the names of the folders.
"""

import re
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any, cast

from scm_compiler.diagnostics import ScmError, refuse
from scm_compiler.ir import Finite, Node
from scm_compiler.runtime.data.coding import ColumnCoding
from scm_compiler.runtime.data.csv_file import csv_sheet
from scm_compiler.runtime.data.images.codes.images import ImagesNotFound, NoFileColumn
from scm_compiler.runtime.data.images.codes.layouts import ClassesOfNoLabel
from scm_compiler.runtime.data.images.names import is_hidden, printable
from scm_compiler.runtime.data.images.rows import is_split_folder, jsonl_sheet, parsed
from scm_compiler.runtime.data.sheet import Sheet, no_table

FILE_COLUMNS = ("file_name", "image_id")
_TABLES = ("metadata.csv", "metadata.jsonl")
_STYLEGAN = "dataset.json"
_MOST_JSON = 2**30
_OPTION = re.compile(r"\?((?:label|split)=[^?&]+(?:&(?:label|split)=[^?&]+)*)$")


@dataclass(frozen=True)
class Asked:
    """What a place says beside its path.

    Attributes:
        path: The path alone.
        label: Which label classes tell; None if it is not said.
        split: The only split that is wanted; None if all are.
    """

    path: str
    label: str | None = None
    split: str | None = None

    @classmethod
    def of(cls, place: str) -> "Asked":
        """The parts of a place.

        >>> Asked.of("photos?label=Kind&split=test")
        Asked(path='photos', label='Kind', split='test')
        """
        found = _OPTION.search(place)
        if found is None:
            return cls(place)
        options = dict(pair.split("=", 1) for pair in found[1].split("&"))
        return cls(place[: found.start()], options.get("label"), options.get("split"))


@dataclass(frozen=True)
class ImageSheet:
    """A sheet whose rows name images.

    Attributes:
        sheet: The text.
        column: The column of the names.
        folder: What stands before each name: nothing, or a folder with a slash behind it.
    """

    sheet: Sheet
    column: str
    folder: str = ""


def image_sheets(
    path: Path, pictures: Iterable[str], labels: Sequence[Node], label: str | None
) -> list[ImageSheet]:
    """The sheets of a folder or a zip file.

    Args:
        path: The folder or the file.
        pictures: The names of all its pictures.
        labels: Those that are needed.
        label: The one that classes tell; None if it is not said.

    Raises:
        ScmError: With exit code 2: E671 if nothing tells labels, E677 if a table does not name
            the images, E603 if it cannot be read, E640 if it is not known which label classes are.
    """
    names = [node.name for node in labels]
    pictures = list(pictures)
    root = path if path.is_dir() else cast("Path", zipfile.Path(path))  # it has the methods of one
    table = _table_in(root) or _table_beside(path)
    if table is not None:
        return [_of_table(table, names)]
    root, folder = _innermost(root)
    table = _table_in(root)
    if table is not None:
        return [_of_table(table, names, folder)]
    parts = [(part, _table_in(part)) for part in _folders(root) if is_split_folder(part.name)]
    tables = [(f"{folder}{part.name}/", found) for part, found in parts if found is not None]
    if tables:
        return [_of_table(found, names, part) for part, found in tables]
    if (root / _STYLEGAN).is_file():
        return [_of_stylegan(root / _STYLEGAN, labels, label, folder)]
    classes = _classes(pictures, folder)
    if classes is None:
        raise refuse(ImagesNotFound.without_table(path), exit_code=2)
    return [classes_sheet(path, classes, labels, label)]


def classes_sheet(
    path: Path, classes: Mapping[str, str], labels: Sequence[Node], label: str | None
) -> ImageSheet:
    """A sheet of the class of each image: a value of `label`, or of the only label that has it.

    Raises:
        ScmError: E640 with exit code 2 if no label has such values, or several have.
    """
    told = label or _told(path, sorted(set(classes.values())), labels)
    rows = ((row, [name, value]) for row, (name, value) in enumerate(classes.items(), 1))
    return ImageSheet(Sheet(path, ("file_name", told), rows, tells_extra=False), "file_name")


def _told(path: Path, classes: Sequence[str], labels: Sequence[Node]) -> str:
    """The only label that has values called like the classes."""
    fitting = [node.name for node in labels if _has(node, classes)]
    if len(fitting) == 1:
        return fitting[0]
    names = tuple(node.name for node in labels)
    wrong = ClassesOfNoLabel(
        path=printable(str(path)),
        classes=tuple(map(printable, classes)),
        needed=names,
        fitting=tuple(fitting),
    )
    raise refuse(wrong, exit_code=2)


def _has(node: Node, classes: Iterable[str]) -> bool:
    if not isinstance(node.domain, Finite):
        return False
    coding = ColumnCoding(node.domain)
    return all(coding.code(text) >= 0 for text in classes)


def _table_in(folder: Path) -> Path | None:
    """The table of a folder, if it has one."""
    return next((folder / name for name in _TABLES if (folder / name).is_file()), None)


def _table_beside(path: Path) -> Path | None:
    """A table of the name of a folder or a zip file, beside it."""
    whole = path.resolve()
    # A folder's name may hold a full stop that begins no suffix.
    stem = whole.name if path.is_dir() else whole.stem
    beside = (whole.with_name(f"{stem}{end}") for end in (".csv", ".jsonl"))
    return next((table for table in beside if table.is_file()), None)


def _folders(root: Path) -> list[Path]:
    return sorted((it for it in root.iterdir() if it.is_dir()), key=lambda it: it.name)


def _innermost(root: Path) -> tuple[Path, str]:
    """The folder that holds it all, where one was packed as a whole, and its name with a slash."""
    folder = ""
    while True:
        held = [it for it in root.iterdir() if not is_hidden(it.name) and it.name != "__MACOSX"]
        if len(held) != 1 or not held[0].is_dir() or is_split_folder(held[0].name):
            return root, folder
        root, folder = held[0], f"{folder}{held[0].name}/"


def _of_table(table: Path, names: Sequence[str], folder: str = "") -> ImageSheet:
    try:
        sheet = jsonl_sheet(table) if table.suffix == ".jsonl" else csv_sheet(table, names)
    except zipfile.BadZipFile as error:
        raise no_table(table, f"it is damaged: {error}") from error
    for column in FILE_COLUMNS:
        if column in sheet.header:
            return ImageSheet(sheet, column, folder)
    raise refuse(NoFileColumn(path=str(sheet.path), columns=sheet.header), exit_code=2)


def _of_stylegan(file: Path, labels: Sequence[Node], label: str | None, folder: str) -> ImageSheet:
    """The sheet of `{"labels": [["00000/img00000000.png", 6], …]}`: the number of each class."""
    with file.open("rb") as stream:
        pairs = parsed(stream.read(_MOST_JSON), file, "the text").get("labels")
    if not isinstance(pairs, list) or not all(map(_is_pair, pairs)):
        raise _no_classes(file)
    texts = {name: str(number) for name, number in pairs}
    held = numbered_classes(file, texts, labels, label)
    return ImageSheet(held.sheet, held.column, folder)


def numbered_classes(
    path: Path, classes: Mapping[str, str], labels: Sequence[Node], label: str | None
) -> ImageSheet:
    """A sheet of the class of each image, by its name or by its place among the label's values.

    Raises:
        ScmError: E640 with exit code 2; see `classes_sheet`.
    """
    if not all(map(_is_place, classes.values())):
        return classes_sheet(path, classes, labels, label)
    most = max((int(text) for text in classes.values()), default=0)
    fitting = [node for node in labels if label in (None, node.name) and _holds(node, most)]
    if len(fitting) != 1:
        return classes_sheet(path, classes, labels, label)
    spelt = {name: _spelt(int(text), fitting[0]) for name, text in classes.items()}
    return classes_sheet(path, spelt, labels, fitting[0].name)


def _is_place(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) < 10


def _is_pair(pair: Any) -> bool:  # noqa: ANN401  (what JSON holds)
    if not isinstance(pair, list) or len(pair) != 2:
        return False
    return isinstance(pair[0], str) and type(pair[1]) is int and pair[1] >= 0


def _no_classes(file: Path) -> ScmError:
    reason = "`labels` does not hold a name and the number of a class for each picture"
    return no_table(file, reason)


def _holds(node: Node, place: int) -> bool:
    return isinstance(node.domain, Finite) and (place < node.domain.size or _numbers(node))


def _spelt(place: int, node: Node) -> str:
    """The value of a place, unless values are numbers themselves."""
    assert isinstance(node.domain, Finite)
    return str(place) if _numbers(node) else node.domain.values[place]


def _numbers(node: Node) -> bool:
    assert isinstance(node.domain, Finite)
    return any(value.isdecimal() for value in node.domain.values)


def _classes(pictures: Sequence[str], folder: str) -> dict[str, str] | None:
    """The class of each picture, by the folder that it lies in; None if any lies in none."""
    classes = {}
    for name in pictures:
        *folders, _ = PurePosixPath(name.removeprefix(folder)).parts
        if folders and is_split_folder(folders[0]):
            folders = folders[1:]
        if not folders:
            return None
        classes[name] = folders[0]
    return classes or None
