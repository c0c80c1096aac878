"""`folder:DIR`: images with a table, as the Hugging Face hub keeps them; or a zip file of them."""

from dataclasses import replace
from pathlib import Path

from scm_compiler.diagnostics import refuse
from scm_compiler.runtime.data.csv_file import csv_sheet
from scm_compiler.runtime.data.images.codes.images import ImagesNotFound, NoFileColumn
from scm_compiler.runtime.data.images.files import file_picture, pictures_in
from scm_compiler.runtime.data.images.image_spec import ImageSpec, Listing
from scm_compiler.runtime.data.images.names import plain, printable, refuse_unsafe
from scm_compiler.runtime.data.images.pairing import paired
from scm_compiler.runtime.data.images.picture import Picture
from scm_compiler.runtime.data.images.rows import jsonl_sheet, read_rows
from scm_compiler.runtime.data.sheet import Sheet

FILE_COLUMNS = ("file_name", "image_id")
_NAMES = ("metadata.csv", "metadata.jsonl")


def list_folder(place: str, spec: ImageSpec) -> Listing:
    """The images of a folder or a zip file, with the labels of its table.

    The table is `metadata.csv` or `metadata.jsonl` in the folder, or a file of the folder's or the
    zip file's name beside it (`faces.csv` for `faces.zip`). Its column `file_name` (or `image_id`)
    gives each image's path relative to the folder. The other columns are read like those of
    `csv:FILE`; a column `split` says train, valid or test.

    Raises:
        ScmError: With exit code 2: E671 if there is no such folder or no table, E674 if a name
            leads out of the folder, E675, E677, and what is wrong in the table.
    """
    path = Path(place)
    pictures = pictures_in(path)
    sheet = metadata_sheet(path, spec.names)
    column = file_column(sheet)
    rows = read_rows(sheet, spec, column)
    refuse_unsafe(rows.names, sheet.path)
    rows = replace(rows, names=[plain(name) for name in rows.names])

    def find(name: str) -> Picture | None:
        """A picture behind a link, or with an unusual ending."""
        return file_picture(name, str(path / name)) if path.is_dir() and name else None

    return paired(rows, pictures, spec, path, find=find)


def metadata_sheet(path: Path, names: tuple[str, ...]) -> Sheet:
    """The sheet of the table that belongs to a folder or a zip file of images.

    Raises:
        ScmError: E671 with exit code 2 if there is none.
    """
    beside = [path.resolve().with_suffix(end) for end in (".csv", ".jsonl")]
    if path.is_dir():
        # A folder's name may hold a full stop that begins no suffix.
        beside = [path.resolve().with_name(f"{path.resolve().name}{it.suffix}") for it in beside]
    folder = path if path.is_dir() else path.parent
    for table in (*(folder / name for name in _NAMES), *beside):
        if table.is_file():
            return jsonl_sheet(table) if table.suffix == ".jsonl" else csv_sheet(table, names)
    wanted = "`metadata.csv` or `metadata.jsonl` in"
    if not path.is_dir():
        path, wanted = path.with_suffix(".csv"), "table"
    raise refuse(ImagesNotFound(path=printable(str(path)), wanted=wanted), exit_code=2)


def file_column(sheet: Sheet) -> str:
    """The column that names the images.

    Raises:
        ScmError: E677 with exit code 2 if there is none.
    """
    for name in FILE_COLUMNS:
        if name in sheet.header:
            return name
    raise refuse(NoFileColumn(path=str(sheet.path), columns=sheet.header), exit_code=2)
