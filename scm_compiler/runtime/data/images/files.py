"""Pictures in files: one by one in folders and zip archives, or many in a tar shard."""

import os
import stat
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from operator import itemgetter
from pathlib import Path, PurePosixPath

from scm_compiler.diagnostics import ScmError, refuse
from scm_compiler.ir import Image
from scm_compiler.runtime.data.images.codes.images import ImagesNotFound, ImagesUnreadable
from scm_compiler.runtime.data.images.decode import SUFFIXES
from scm_compiler.runtime.data.images.decode_pool import decode_parts
from scm_compiler.runtime.data.images.image_spec import Part
from scm_compiler.runtime.data.images.names import is_hidden, printable, refuse_unsafe
from scm_compiler.runtime.data.images.picture import DAMAGED_ZIP, MEMBER, Picture


@dataclass(frozen=True)
class FilePictures:
    """Pictures in files.

    Attributes:
        pictures: Where they lie.
        crop: As `decode` takes it.
    """

    pictures: Sequence[Picture]
    crop: int | None = None

    def __len__(self) -> int:
        return len(self.pictures)

    def identity(self) -> Iterator[str]:
        """The crop, and each picture's place, size and stamp."""
        yield f"files {self.crop}"
        folders: dict[str, str] = {}
        for it in self.pictures:
            folder, name = os.path.split(it.file)
            resolved = folders.get(folder)
            if resolved is None:
                resolved = folders[folder] = str(Path(folder).resolve())
            yield f"{resolved}/{name} {it.name} {it.offset} {it.size} {it.stamp}"

    def name(self, index: int) -> str:
        """The picture's name in the source."""
        return printable(self.pictures[index].name)

    def write(self, parts: Sequence[Part], image: Image, workers: int) -> Iterator[Part]:
        """Decode the parts, in worker processes if there are enough of them."""
        return decode_parts(self.pictures, parts, image, self.crop, workers)


def pictures_in(path: Path) -> dict[str, Picture]:
    """The pictures in a folder, with those in its folders, or in a zip archive, by name.

    Names are relative to `path`, with slashes, sorted. Of members of one name an archive's last
    counts, as `zipfile` reads it.

    Raises:
        ScmError: With exit code 2: E671 if there is neither, E673 if the archive is damaged, E674
            if it names files outside itself.
    """
    if path.is_dir():
        return dict(sorted(_in_folder(str(path)), key=itemgetter(0)))
    if not path.is_file():
        raise refuse(ImagesNotFound.at(path), exit_code=2)
    try:
        with zipfile.ZipFile(path) as archive:
            members = archive.infolist()
    except (*DAMAGED_ZIP, OSError, ValueError) as error:
        raise unreadable(path, f"{error}") from error
    refuse_unsafe((member.filename for member in members), path)
    return dict(sorted(_in_archive(str(path), members), key=itemgetter(0)))


def unreadable(path: object, reason: str) -> ScmError:
    """The refusal of a file of images."""
    reason = reason[:1].lower() + reason[1:]
    return refuse(ImagesUnreadable(path=printable(str(path)), reason=reason), exit_code=2)


def file_picture(name: str, path: str) -> Picture | None:
    """The picture that a file is; None if there is no such file."""
    try:
        facts = Path(path).stat()
    except (OSError, ValueError):  # nor can there be one of a name that no system takes
        return None
    if not stat.S_ISREG(facts.st_mode):  # a pipe would never end
        return None
    return Picture(name, path, 0, facts.st_size, facts.st_mtime_ns)


def _in_folder(folder: str) -> Iterator[tuple[str, Picture]]:
    left = [(folder, "")]  # no recursion: folders may lie deeper than Python calls can
    while left:
        place, inner = left.pop()
        with os.scandir(place) as entries:
            for entry in entries:
                name = f"{inner}{entry.name}"
                if is_hidden(name):
                    continue
                if entry.is_dir(follow_symlinks=False):
                    left.append((entry.path, f"{name}/"))
                elif _is_picture(name) and (picture := file_picture(name, entry.path)):
                    yield name, picture


def _in_archive(path: str, members: list[zipfile.ZipInfo]) -> Iterator[tuple[str, Picture]]:
    for member in members:
        name = member.filename
        if _is_picture(name) and not is_hidden(name) and not member.is_dir():
            yield name, Picture(name, path, MEMBER, member.file_size, member.CRC)


def _is_picture(name: str) -> bool:
    return PurePosixPath(name).suffix.lower() in SUFFIXES
