"""E675, W67x, W720: images and rows that cannot be used."""

from scm_compiler.diagnostics.diagnostic import Diagnostic
from scm_compiler.runtime.data.codes.data import shortened


def _named(found: tuple[tuple[str, str], ...], count: int) -> str:
    """The first few with what is wrong with each, and how many more there are."""
    shown = ", ".join(
        f"`{shortened(name, 80)}`" + (f" ({shortened(reason, 80)})" if reason else "")
        for name, reason in found
    )
    return shown if count <= len(found) else f"{shown} and {count - len(found):,} more"


class TooManyFaults(Diagnostic):
    """More than one in a hundred images or rows cannot be used.

    ## What it means

    An image that cannot be decoded, a row without an image or an image without a row is left out
    with a warning. Where they are more than 1 % the data are not what they seem to be (a download
    that was cut short, the table of another set), and a model would learn from a selection that
    nobody chose. The warnings beside this error name the first of them.

    ## Example

    ```console
    $ scmc train faces.scm --images folder:photos
    warning[W671]: 50 rows have no image: `0051.png`, `0052.png`, `0053.png` and 47 more
      = help: add the images or delete the rows; more than 1 % of them is an error

    error[E675]: `photos`: 50 of 100 images and rows cannot be used
      = help: at most 1 % may be left out
    ```

    ## What to do

    Complete the images, or shorten the table to the images that there are.
    """

    code = "E675"

    path: str
    faulty: int
    total: int

    def message(self) -> str:
        return f"`{self.path}`: {self.faulty:,} of {self.total:,} images and rows cannot be used"

    def help(self) -> str:
        return "at most 1 % may be left out"


class UnreadableImages(Diagnostic):
    """Some images cannot be decoded.

    ## What it means

    A file is cut short, damaged, no image, of a kind that scmc does not read, or so large that
    decoding it would fill the memory. It is left out together with its row.

    ## Example

    ```console
    $ scmc train faces.scm --images folder:photos --steps 1 2>&1 | grep -A 1 warning
    warning[W670]: 1 of 200 images cannot be decoded: `0007.png` (image file is truncated)
      = help: fetch those files again; more than 1 % of them is an error
    ```

    ## What to do

    Fetch those files again. More than 1 % of them is an error.
    """

    code = "W670"

    count: int
    total: int
    first: tuple[tuple[str, str], ...]

    def message(self) -> str:
        share = f"{self.count:,} of {self.total:,} images"
        return f"{share} cannot be decoded: {_named(self.first, self.count)}"

    def help(self) -> str:
        return "fetch those files again; more than 1 % of them is an error"


class RowsWithoutImage(Diagnostic):
    """Some rows of the table name an image that is not there.

    ## What it means

    The rows are left out.

    ## Example

    ```console
    $ scmc train faces.scm --images folder:photos --steps 1 2>&1 | grep -A 1 warning
    warning[W671]: 1 row has no image: `0200.png`
      = help: add the images or delete the rows; more than 1 % of them is an error
    ```

    ## What to do

    Add the images or delete the rows. More than 1 % of them is an error.
    """

    code = "W671"

    count: int
    first: tuple[str, ...]
    near: str | None = None

    def message(self) -> str:
        rows = "1 row has" if self.count == 1 else f"{self.count:,} rows have"
        named = _named(tuple((name, "") for name in self.first), self.count)
        return f"{rows} no image: {named}"

    def help(self) -> str:
        if self.near is not None:
            return f"there is `{shortened(self.near, 80)}`: capitals count"
        return "add the images or delete the rows; more than 1 % of them is an error"


class ImagesWithoutRow(Diagnostic):
    """Some images have no row in the table.

    ## What it means

    Their labels are not known, and they are left out.

    ## Example

    ```console
    $ scmc train faces.scm --images folder:photos --steps 1 2>&1 | grep -A 1 warning
    warning[W672]: 1 image has no row: `0200.png`
      = help: add rows or take the images out; more than 1 % of them is an error
    ```

    ## What to do

    Add rows for them or take them out of the folder. More than 1 % of them is an error.
    """

    code = "W672"

    count: int
    first: tuple[str, ...]

    def message(self) -> str:
        images = "1 image has" if self.count == 1 else f"{self.count:,} images have"
        named = _named(tuple((name, "") for name in self.first), self.count)
        return f"{images} no row: {named}"

    def help(self) -> str:
        return "add rows or take the images out; more than 1 % of them is an error"


class RepeatedRows(Diagnostic):
    """Some rows of the table name an image that an earlier row names.

    ## What it means

    An image would count twice, and where its rows differ nobody knows which labels are right. The
    first row of each image is used and the others are left out.

    ## Example

    ```console
    $ scmc train faces.scm --images folder:photos --steps 1 2>&1 | grep -A 1 warning
    warning[W720]: 1 row names an image again: `0007.png`
      = help: delete those that are wrong; more than 1 % of them is an error
    ```

    ## What to do

    Delete the rows that are wrong. More than 1 % of them is an error.
    """

    code = "W720"

    count: int
    first: tuple[str, ...]

    def message(self) -> str:
        rows = "1 row names" if self.count == 1 else f"{self.count:,} rows name"
        named = _named(tuple((name, "") for name in self.first), self.count)
        return f"{rows} an image again: {named}"

    def help(self) -> str:
        return "delete those that are wrong; more than 1 % of them is an error"


LeftOut = UnreadableImages | RowsWithoutImage | ImagesWithoutRow | RepeatedRows
"""A warning of images or rows that are left out."""
