"""E60x, E61x, W601: the labels' data, where they come from and what they lack."""

import os
from collections.abc import Sequence

from scm_compiler.diagnostics.diagnostic import Diagnostic
from scm_compiler.diagnostics.suggest import did_you_mean

SOURCES = "`csv:FILE`, `parquet:PATTERN`, `duckdb:FILE`, `celeba:DIR` or `celeba-labels`"


def shortened(text: str, most: int = 40) -> str:
    """The text, cut if it is long: a broken file can hold a value of megabytes."""
    return text if len(text) <= most else text[: most - 1] + "…"


def quoted(names: tuple[str, ...], most: int = 8) -> str:
    """The names in backticks; of a long list the first ones.

    >>> quoted(("a", "b"))
    '`a`, `b`'
    """
    return listed([f"`{shortened(name)}`" for name in names], most)


def listed(phrases: Sequence[str], most: int = 8) -> str:
    """The phrases, a comma between them; of a long list the first ones."""
    shown = ", ".join(phrases[:most])
    return shown if len(phrases) <= most else f"{shown} and {len(phrases) - most} more"


class UnknownDataSource(Diagnostic):
    """The specification of the data names no kind of source.

    ## What it means

    Data are named by the kind of source, a colon and a path: `csv:FILE`, `parquet:PATTERN`,
    `duckdb:FILE?table=NAME` or `celeba:DIR`; the path of a table alone will do. The counts that come with scmc are named `celeba-labels`, without a
    path. An installed package may add kinds through the entry point group `scmc.sources`.

    ## Example

    ```console
    $ scmc train hair --data cvs:hair.csv
    error[E601]: `cvs:hair.csv` names no data source
      = help: did you mean `csv:hair.csv`?
    ```

    ## What to do

    Write the path of a table, or the kind of source first: `--data csv:table.csv`.
    """

    code = "E601"

    text: str
    near: str | None = None

    def message(self) -> str:
        return f"`{shortened(self.text)}` names no data source"

    def help(self) -> str:
        return did_you_mean(self.near) or f"a source is {SOURCES}"


class DataNotFound(Diagnostic):
    """The file or folder of the data is not there.

    ## What it means

    There is nothing at the path of `csv:FILE` or `celeba:DIR`, or a folder without an attribute
    file (`list_attr_celeba.txt` or `list_attr_celeba.csv`).

    ## Example

    ```console
    $ scmc train hair --data csv:hiar.csv
    error[E602]: there is no file `hiar.csv`
      = help: did you mean `hair.csv`?
    ```

    ## What to do

    Correct the path. It is relative to the folder in which the command runs.
    """

    code = "E602"

    path: str
    wanted: str = "file"
    near: str | None = None

    def message(self) -> str:
        return f"there is no {self.wanted} `{self.path}`"

    def help(self) -> str | None:
        return did_you_mean(self.near)


REMEDIES = {
    "a Parquet file": "name it so: `parquet:{}`",
    "a DuckDB database": "name it so, and its table: `duckdb:{}?table=NAME`",
    "an SQLite database": "save its table: `sqlite3 -header -csv {} 'SELECT * FROM NAME' > table.csv`; `scmc sql` prints a query that counts it",
    "packed by gzip": "give it a name that ends in `.gz`",
}
"""What to do with files that are tables of another form."""


class NotATable(Diagnostic):
    """The file cannot be read as a table.

    ## What it means

    The file is not text in UTF-8 (or in what `?encoding=` says), or a line of it is longer than any
    table's, or a quotation mark is opened and not closed, or the header is missing, or it is a table of
    another form, such as a database. The message says which. A file whose name ends in `.gz` is unpacked as it is read.

    ## Example

    ```console
    $ scmc train hair --data csv:photo.png
    error[E603]: `photo.png` is not a table: it holds the byte 0x89, which is not UTF-8 text
     --> photo.png
      = help: save the table as CSV in UTF-8, or name its encoding: `?encoding=latin-1` behind the path
    ```

    ## What to do

    Save the table as CSV in UTF-8, with one header line; a `metadata.jsonl` has a JSON object in
    each line.
    """

    code = "E603"

    path: str
    reason: str

    def message(self) -> str:
        return f"`{self.path}` is not a table: {self.reason}"

    def help(self) -> str:
        if self.path.endswith(".jsonl"):
            return "write a JSON object in each line, with the name of its image as `file_name`"
        for form, remedy in REMEDIES.items():
            if self.reason.endswith(form):
                return remedy.format(self.path)
        if self.reason.endswith("is not UTF-8 text"):
            return "save the table as CSV in UTF-8, or name its encoding: `?encoding=latin-1` behind the path"
        return "save the table as CSV in UTF-8, with one header line"


class NotAttributes(Diagnostic):
    """The attribute file of CelebA does not have its usual form.

    ## What it means

    `list_attr_celeba.txt` begins with the number of images, then a line with the names of the
    attributes; each further line is a file name and a value (-1 or 1) for each attribute. The
    message says what differs. A file with fewer images than it announces was cut short.

    ## Example

    ```console
    $ scmc train celeba_g1 --data celeba:downloads
    error[E613]: `downloads/list_attr_celeba.txt` is not CelebA's attribute file: it announces 202599 images and holds 1000
     --> downloads/list_attr_celeba.txt
      = help: download the file again
    ```

    ## What to do

    Download the file again.
    """

    code = "E613"

    path: str
    reason: str

    def message(self) -> str:
        return f"`{self.path}` is not CelebA's attribute file: {self.reason}"

    def help(self) -> str:
        return "download the file again"


class NoDefaultData(Diagnostic):
    """No data are named, and those that come with scmc lack a node of the graph.

    ## What it means

    Without `--data`, a model is trained on `celeba-labels`, the counts of nine CelebA labels that
    come with scmc. This graph has other labels, or real nodes.

    ## Example

    ```console
    $ scmc train sprinkler
    error[E614]: name the data: `celeba-labels` has no column `Cloudy`, `Sprinkler`, `Rain`, `Wet`
      = help: add `--data csv:FILE`, with one column a node
    ```

    ## What to do

    Name a table with one column a node: `--data csv:FILE`.
    """

    code = "E614"

    names: tuple[str, ...]

    def message(self) -> str:
        return f"name the data: `celeba-labels` has no column {quoted(self.names)}"

    def help(self) -> str:
        return "add `--data csv:FILE`, with one column a node"


class NeverSeen(Diagnostic):
    """Some combinations of a label's parents never occur in the data.

    ## What it means

    The data say nothing about the label there. Maximum likelihood gives it its marginal
    distribution in those rows, a network whatever it extrapolates to. An answer that rests on such
    a row rests on that convention and not on data: positivity does not hold (Pearl 2009, 3.6).

    ## Example

    ```console
    $ scmc check hair --data "csv:hair.csv?count=count"
    warning[W601]: `Wearing_Hat`: 1 of 10 parent configurations never occurs in the data
      = help: never seen: Male=0, Hair=bald
    hair: ok: 4 labels, 4 edges, 1 warning
    label        parents      configurations  never seen  fewest rows
    Hair         Male, Young               4           0          100
    Wearing_Hat  Male, Hair               10           1           20
    ```

    ## What to do

    Take note where an intervention makes such a combination. More data may fill it.
    """

    code = "W601"

    name: str
    unseen: int
    configurations: int
    example: str

    def message(self) -> str:
        occurs = "occurs" if self.unseen == 1 else "occur"
        share = f"{self.unseen:,} of {self.configurations:,} parent configurations"
        return f"`{self.name}`: {share} never {occurs} in the data"

    def help(self) -> str:
        return f"never seen: {self.example}"


class PlaceNotUtf8(Diagnostic):
    r"""The name of the data's place is not UTF-8.

    ## What it means

    A run notes in `manifest.json` where its data came from, and JSON holds text alone. A part of the
    path is bytes that are no text in UTF-8.

    ## Example

    ```console
    $ scmc train sprinkler --data "csv:$(printf 'caf\351').csv"
    error[E160]: `csv:caf\xe9.csv` is not UTF-8, and a run could not note it
      = help: rename it, or name a link to it
    ```

    ## What to do

    Rename the file or folder, or make a link to it and name the link.
    """

    code = "E160"

    text: str

    def message(self) -> str:
        return f"`{noted(self.text)}` is not UTF-8, and a run could not note it"

    def help(self) -> str:
        return "rename it, or name a link to it"


def noted(name: object) -> str:
    r"""A name of the system's as text: bytes that are no UTF-8 are written out.

    >>> noted("caf\udce9")
    'caf\\xe9'
    """
    return os.fsencode(str(name)).decode("utf-8", "backslashreplace")
