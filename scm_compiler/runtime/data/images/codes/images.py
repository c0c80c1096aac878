"""E67x: the images' data."""

from pathlib import Path

from scm_compiler.diagnostics.codes.writing import forbidden
from scm_compiler.diagnostics.diagnostic import Diagnostic
from scm_compiler.diagnostics.suggest import closest, did_you_mean
from scm_compiler.runtime.data.codes.data import DataNotFound, quoted, shortened

_PLACE = "file or folder"
_HOLDS = (
    "it holds the pictures and what tells their labels: `metadata.csv` with a column `file_name` "
    "and one for each label, or a folder for each value of a label"
)
_TABLE = "`metadata.csv` or `metadata.jsonl` in"
_WRITE_ONE = (
    "write one with a column `file_name` and one for each label, or put the pictures into a "
    "folder for each value of a label"
)
IMAGE_SOURCES = "`drawn-faces`, `celeba:DIR`, `folder:DIR`, `tar:PATTERN` or `npz:FILE`"


def _shown(path: str) -> str:
    return "".join(c if c.isprintable() else "?" for c in path)


class UnknownImageSource(Diagnostic):
    """The specification of the images names no kind of source.

    ## What it means

    Images are named by the kind of source, a colon and a path: `celeba:DIR`, `folder:DIR`,
    `tar:PATTERN` or `npz:FILE`. `drawn-faces` needs no path; `drawn-faces:5000` says how many.

    ## Example

    ```console
    $ scmc train faces.scm --images photos
    error[E670]: `photos` names no image source
      = help: did you mean `folder:photos`?
    ```

    ## What to do

    Write the kind of source first: `folder:photos`.
    """

    code = "E670"

    text: str
    near: str | None = None

    def message(self) -> str:
        return f"`{shortened(self.text)}` names no image source"

    def help(self) -> str:
        return did_you_mean(self.near) or f"a source is {IMAGE_SOURCES}"


class ImagesNotFound(DataNotFound):
    """The file or folder of the images is not there.

    ## What it means

    There is nothing at the path, or a folder without what its kind of source needs: `celeba:DIR`
    needs a folder `img_align_celeba` (or `img_align_celeba.zip`) beside the attribute file.
    `folder:DIR`, or a zip file in its place, needs something that tells the labels: a table
    `metadata.csv` or `metadata.jsonl` (inside, in `train/` and `test/`, or beside it as
    `faces.csv` is beside `faces.zip`), StyleGAN's `dataset.json`, or a folder for each value of a
    label. `tar:PATTERN` needs at least one shard.

    ## Example

    ```console
    $ scmc train faces.scm --images folder:photos
    error[E671]: there is no `metadata.csv` or `metadata.jsonl` in `photos`
      = help: write one with a column `file_name` and one for each label, or put the pictures into a folder for each value of a label
    ```

    ## What to do

    Correct the path. It is relative to the folder in which the command runs.
    """

    code = "E671"

    wanted: str = _PLACE

    @classmethod
    def at(cls, path: Path, wanted: str = _PLACE) -> "ImagesNotFound":
        """A path at which there is nothing, with one beside it that may be meant."""
        try:
            beside = sorted(it.name for it in path.parent.iterdir())
        except (OSError, ValueError):
            beside = []
        near = closest(path.name, beside)
        meant = None if near is None else _shown(str(path.with_name(near)))
        return cls(path=_shown(str(path)), wanted=wanted, near=meant)

    @classmethod
    def without_table(cls, path: Path) -> "ImagesNotFound":
        """A folder or a zip file in which nothing tells the labels."""
        return cls(path=_shown(str(path)), wanted=_TABLE)

    def help(self) -> str | None:
        known = {_TABLE: _WRITE_ONE, _PLACE: _HOLDS}
        return super().help() or known.get(self.wanted)


class NoImages(Diagnostic):
    """The source holds no image that could be learned from.

    ## What it means

    The folder or archive has no image in it (JPEG, PNG, WebP, BMP, GIF, PPM or TIFF), or its
    table has no rows.

    ## Example

    ```console
    $ scmc train faces.scm --images folder:photos
    error[E672]: `photos` holds no images
      = help: check the path, and whether the archive was unpacked
    ```

    ## What to do

    Check the path, and whether the archive was unpacked.
    """

    code = "E672"

    path: str

    def message(self) -> str:
        return f"`{self.path}` holds no images"

    def help(self) -> str:
        return "check the path, and whether the archive was unpacked"


class ImagesUnreadable(Diagnostic):
    """A file of the images cannot be read.

    ## What it means

    A zip, tar or npz file is damaged, cut short or of another form, or a folder may not be read.
    The message says what is wrong. Tar shards are read in place, so they must not be compressed.
    An npz file holds `images`, in whole numbers from 0 to 255, shaped N H W C, N C H W or N H W,
    and one array a label, or `labels` (N, K) with `names` (K). Pickled arrays are never loaded.

    ## Example

    ```console
    $ scmc train faces.scm --images npz:faces.npz
    error[E673]: `faces.npz` cannot be read: `Male` has 90 entries for 100 images
      = help: download or write the file again
    ```

    ## What to do

    Download or write the file again.
    """

    code = "E673"

    path: str
    reason: str

    def message(self) -> str:
        return f"`{self.path}` cannot be read: {shortened(self.reason, 200)}"

    def help(self) -> str:
        return "download or write the file again"


class UnsafeName(Diagnostic):
    """A name in the data leads out of its folder.

    ## What it means

    A table or an archive names a file with `..` or from the root of the disk. Data from elsewhere
    could so make scmc read files that do not belong to them; nothing of such data is used.

    ## Example

    ```console
    $ scmc train faces.scm --images folder:photos
    error[E674]: `photos/metadata.csv` names `../private.jpg`, which lies outside its folder
      = help: write names relative to the folder that holds the table
    ```

    ## What to do

    Do not use data that you do not trust. In your own table, write names relative to the folder
    that holds it.
    """

    code = "E674"

    path: str
    name: str

    def message(self) -> str:
        return f"`{self.path}` names `{shortened(self.name, 80)}`, which lies outside its folder"

    def help(self) -> str:
        return "write names relative to the folder that holds the table"


class NotDrawable(Diagnostic):
    """What scmc draws itself does not fit the image node.

    ## What it means

    `drawn-faces` draws square colour images of 16 to 128 pixels, and shows nine labels, each
    `binary`: Young, Male, Eyeglasses, Bald, Mustache, Smiling, Wearing_Lipstick,
    Mouth_Slightly_Open and Narrow_Eyes. `pendulum` and `flow` draw square colour images of 16 to
    512 pixels. Their labels have numbers for values: Pendulum, Light, Shadow_Length and
    Shadow_Position; Ball, Water, Flow and Hole. The image's parents must be among the labels.

    ## Example

    ```console
    $ scmc train hats.scm --data csv:hats.csv --images drawn-faces
    error[E676]: `drawn-faces` cannot draw `Face`: it does not show the label `Hat`
      = help: name other images: `celeba:DIR`, `folder:DIR`, `tar:PATTERN` or `npz:FILE`
    ```

    ## What to do

    Declare the image as `image(3, 32, 32)` or another such size; for other labels name a source
    of images that has them.
    """

    code = "E676"

    node: str
    reason: str
    near: str | None = None
    source: str = "drawn-faces"

    def message(self) -> str:
        return f"`{self.source}` cannot draw `{self.node}`: {self.reason}"

    def help(self) -> str:
        others = "name other images: `celeba:DIR`, `folder:DIR`, `tar:PATTERN` or `npz:FILE`"
        return did_you_mean(self.near) or others


class NoFileColumn(Diagnostic):
    """The table does not say which row belongs to which image.

    ## What it means

    The table beside the images needs a column `file_name` with each image's path relative to the
    table. A column `image_id`, as CelebA's tables have it, is taken as well.

    ## Example

    ```console
    $ scmc train faces.scm --images folder:photos
    error[E677]: `photos/metadata.csv` has no column `file_name`
      = help: did you mean `filename`?
    ```

    ## What to do

    Rename the column that holds the files' names.
    """

    code = "E677"

    path: str
    columns: tuple[str, ...]

    def message(self) -> str:
        return f"`{self.path}` has no column `file_name`"

    def help(self) -> str:
        near = did_you_mean(closest("file_name", self.columns))
        return near or f"the columns are {quoted(self.columns)}"


class CacheUnusable(Diagnostic):
    """The folder of the decoded images cannot be used.

    ## What it means

    Images are decoded once and kept, in the size in which they are needed, in the cache folder:
    the one that the environment variable `SCMC_CACHE` names, else the usual one of the system
    (on Linux `~/.cache/scmc`). It cannot be written, or the disk is full. What was decoded before
    is still there, and the next attempt goes on from it.

    ## Example

    With `SCMC_CACHE=/dev/full/scmc`, where nothing can be kept:

    ```console
    $ scmc train faces.scm --images folder:photos
    error[E678]: cannot keep decoded images in `/dev/full/scmc`: not a directory
      = help: free some space (1 MB are needed), or name another folder in SCMC_CACHE
    ```

    ## What to do

    Free some space, or set `SCMC_CACHE` to a folder on another disk.
    """

    code = "E678"

    path: str
    reason: str
    bytes_needed: int = 0

    def message(self) -> str:
        reason = self.reason[:1].lower() + self.reason[1:]
        return f"cannot keep decoded images in `{self.path}`: {reason}"

    def help(self) -> str:
        if forbidden(self.reason):
            return "name another folder in SCMC_CACHE"
        amount = f"{-(-self.bytes_needed // 10**6):,} MB"
        need = f" ({amount} are needed)" if self.bytes_needed else ""
        return f"free some space{need}, or name another folder in SCMC_CACHE"


class DecoderEnded(Diagnostic):
    """A process that decodes images ended before its work was done.

    ## What it means

    Images are decoded in processes of their own. One was killed, mostly because the memory was
    used up, or it failed inside the image library. The images that were decoded before are kept.

    ## Example

    ```console
    $ scmc train -q faces.scm --images folder:photos
    error[E679]: a process that decodes images ended with signal 9, between `0001.png` and `0600.png`
      = help: try again: work goes on from where it was
    ```

    ## What to do

    Try again: work goes on from where it was. If it ends at the same place, look at the images
    between the two that are named.
    """

    code = "E679"

    status: int
    first: str
    last: str

    def message(self) -> str:
        how = f"signal {-self.status}" if self.status < 0 else f"status {self.status}"
        where = f"between `{shortened(self.first, 80)}` and `{shortened(self.last, 80)}`"
        return f"a process that decodes images ended with {how}, {where}"

    def help(self) -> str:
        return "try again: work goes on from where it was"
