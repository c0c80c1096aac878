"""E60x, E61x, W60x, N60x: the labels' data."""

from dataclasses import dataclass
from typing import ClassVar

from scm_compiler.diagnostics.diagnostic import Diagnostic
from scm_compiler.diagnostics.suggest import closest, did_you_mean

SOURCES = "`celeba-labels`, `csv:FILE` or `celeba:DIR`"


def shortened(text: str, most: int = 40) -> str:
    """The text, cut if it is long: a broken file can hold a value of megabytes."""
    return text if len(text) <= most else text[: most - 1] + "…"


def quoted(names: tuple[str, ...], most: int = 8) -> str:
    """The names in backticks; of a long list the first ones.

    >>> quoted(("a", "b"))
    '`a`, `b`'
    """
    shown = ", ".join(f"`{shortened(name)}`" for name in names[:most])
    return shown if len(names) <= most else f"{shown} and {len(names) - most} more"


@dataclass(frozen=True, kw_only=True)
class UnknownDataSource(Diagnostic):
    """The specification of the data names no kind of source.

    ## What it means

    Data are named by the kind of source, a colon and a path: `csv:FILE` or `celeba:DIR`. The
    counts that come with scmc are named `celeba-labels`, without a path.

    ## Example

    ```console
    $ scmc train model.scm --data table.csv
    error[E601]: `table.csv` names no data source
      = help: did you mean `csv:table.csv`?
    ```

    ## What to do

    Write the kind of source first: `--data csv:table.csv`.
    """

    code: ClassVar[str] = "E601"

    text: str
    near: str | None = None

    def message(self) -> str:
        return f"`{shortened(self.text)}` names no data source"

    def help(self) -> str:
        return did_you_mean(self.near) or f"a source is {SOURCES}"


@dataclass(frozen=True, kw_only=True)
class DataNotFound(Diagnostic):
    """The file or folder of the data is not there.

    ## What it means

    There is nothing at the path of `csv:FILE` or `celeba:DIR`, or a folder without an attribute
    file (`list_attr_celeba.txt` or `list_attr_celeba.csv`).

    ## Example

    ```console
    $ scmc train model.scm --data csv:tabel.csv
    error[E602]: there is no file `tabel.csv`
      = help: did you mean `table.csv`?
    ```

    ## What to do

    Correct the path. It is relative to the folder in which the command runs.
    """

    code: ClassVar[str] = "E602"

    path: str
    wanted: str = "file"
    near: str | None = None

    def message(self) -> str:
        return f"there is no {self.wanted} `{self.path}`"

    def help(self) -> str | None:
        return did_you_mean(self.near)


@dataclass(frozen=True, kw_only=True)
class NotATable(Diagnostic):
    """The file cannot be read as a table.

    ## What it means

    The file is not text in UTF-8, or a line of it is longer than any table's, or a quotation mark
    is opened and not closed, or the header is missing. The message says which.

    ## Example

    ```console
    $ scmc train model.scm --data csv:photo.jpg
    error[E603]: `photo.jpg` is not a table: byte 0 is not UTF-8 text
    ```

    ## What to do

    Save the table as CSV in UTF-8, with one header line.
    """

    code: ClassVar[str] = "E603"

    path: str
    reason: str

    def message(self) -> str:
        return f"`{self.path}` is not a table: {self.reason}"


@dataclass(frozen=True, kw_only=True)
class MissingColumn(Diagnostic):
    """A label of the graph has no column in the data.

    ## What it means

    Columns belong to labels by name, and names are told apart by case. Every label needs a column;
    columns in excess are left out.

    ## Example

    ```console
    $ scmc train model.scm --data csv:faces.csv
    error[E604]: no column for the label `Mustache`
      = help: did you mean `mustache`?
    ```

    ## What to do

    Rename the column, or the node in the program.
    """

    code: ClassVar[str] = "E604"

    name: str
    columns: tuple[str, ...]

    def message(self) -> str:
        return f"no column for the label `{self.name}`"

    def help(self) -> str:
        near = did_you_mean(closest(self.name, self.columns))
        return near or f"the columns are {quoted(self.columns)}"


@dataclass(frozen=True, kw_only=True)
class DuplicateColumn(Diagnostic):
    """Two columns have the name of one label.

    ## What it means

    The header names a column twice, and a label of the graph is called so. Which of the two is
    meant cannot be known.

    ## Example

    ```console
    $ head -1 faces.csv
    Male,Bald,Male
    $ scmc train model.scm --data csv:faces.csv
    error[E605]: the column `Male` stands twice in the header
    ```

    ## What to do

    Rename or delete one of them.
    """

    code: ClassVar[str] = "E605"

    name: str

    def message(self) -> str:
        return f"the column `{self.name}` stands twice in the header"


@dataclass(frozen=True, kw_only=True)
class MissingValue(Diagnostic):
    """A cell of the table is empty.

    ## What it means

    The cell is empty or holds one of the usual marks of a missing value (`NA`, `NaN`, `null`, `?`
    and the like). scmc does not guess values and does not drop rows: either would change the
    distribution that the model learns. Rows count from 1 without the header, lines with it.

    ## Example

    ```console
    $ scmc train model.scm --data csv:faces.csv
    error[E606]: no value in row 6 (line 7), column `Bald`
    ```

    ## What to do

    Fill the cell, or remove the row if you know that rows are missing at random.
    """

    code: ClassVar[str] = "E606"

    row: int
    line: int
    column: str

    def message(self) -> str:
        return f"no value in row {self.row} (line {self.line}), column `{self.column}`"

    def help(self) -> str:
        return "fill the cell or remove the row; scmc does not guess values"


@dataclass(frozen=True, kw_only=True)
class UnknownValue(Diagnostic):
    """A cell holds what is not a value of its label.

    ## What it means

    A binary label takes 0/1, -1/1, yes/no, true/false, y/n or t/f, in any case. A categorical
    label takes the names of its categories, as declared.

    ## Example

    ```console
    $ scmc train model.scm --data csv:faces.csv
    error[E607]: `blnd` in row 3 (line 4), column `Hair` is not a value of it
      = help: did you mean `blond`? the values are `black`, `blond`
    ```

    ## What to do

    Correct the cell, or declare the value in the program: `Hair : categorical(black, blond, …)`.
    """

    code: ClassVar[str] = "E607"

    row: int
    line: int
    column: str
    value: str
    values: tuple[str, ...]

    def message(self) -> str:
        place = f"row {self.row} (line {self.line}), column `{self.column}`"
        return f"`{shortened(self.value)}` in {place} is not a value of it"

    def help(self) -> str:
        if self.values == ("0", "1"):
            return "a binary label takes 0/1, -1/1, yes/no or true/false"
        known = f"the values are {quoted(self.values)}"
        near = did_you_mean(closest(self.value, self.values))
        return f"{near} {known}" if near else known


@dataclass(frozen=True, kw_only=True)
class RaggedRow(Diagnostic):
    """A row has more or fewer fields than the header.

    ## What it means

    Every row needs one field a column. A field in excess often comes from a separator inside a
    value that is not quoted.

    ## Example

    ```console
    $ scmc train model.scm --data csv:faces.csv
    error[E608]: row 12 (line 13) has 2 fields, and the header has 3
    ```

    ## What to do

    Correct the row; put values that contain the separator in double quotes.
    """

    code: ClassVar[str] = "E608"

    row: int
    line: int
    found: int
    expected: int

    def message(self) -> str:
        fields = "1 field" if self.found == 1 else f"{self.found} fields"
        return (
            f"row {self.row} (line {self.line}) has {fields}, and the header has {self.expected}"
        )


@dataclass(frozen=True, kw_only=True)
class NoRows(Diagnostic):
    """The table has a header and no rows, or all of its counts are zero.

    ## What it means

    There is nothing to learn from.

    ## Example

    ```console
    $ wc -l faces.csv
    1 faces.csv
    $ scmc train model.scm --data csv:faces.csv
    error[E609]: `faces.csv` holds no rows
    ```

    ## What to do

    Check how the file was written.
    """

    code: ClassVar[str] = "E609"

    path: str

    def message(self) -> str:
        return f"`{self.path}` holds no rows"


@dataclass(frozen=True, kw_only=True)
class BadCount(Diagnostic):
    """The column of counts holds what is not a count.

    ## What it means

    With `csv:FILE?count=NAME` the column NAME says how often each row occurs. A count is a whole
    number, zero or more; all of them together must stay below 2^62.

    ## Example

    ```console
    $ scmc train model.scm --data "csv:cells.csv?count=n"
    error[E610]: `12.5` in row 3 (line 4), column `n` is not a count
    ```

    ## What to do

    Write whole numbers, or leave out `?count=` if each row is one observation.
    """

    code: ClassVar[str] = "E610"

    row: int
    line: int
    column: str
    value: str

    def message(self) -> str:
        place = f"row {self.row} (line {self.line}), column `{self.column}`"
        return f"`{shortened(self.value)}` in {place} is not a count"

    def help(self) -> str:
        return "a count is a whole number, zero or more"


@dataclass(frozen=True, kw_only=True)
class CountIsALabel(Diagnostic):
    """The column of counts is a label of the graph as well.

    ## What it means

    `csv:FILE?count=NAME` names a column that says how often each row occurs, and the graph has a
    node of that name. One column cannot be both.

    ## Example

    ```console
    $ scmc train model.scm --data "csv:cells.csv?count=Male"
    error[E611]: `Male` is a label of the graph and cannot hold the counts
    ```

    ## What to do

    Name the column that holds the counts, or rename one of the two.
    """

    code: ClassVar[str] = "E611"

    name: str

    def message(self) -> str:
        return f"`{self.name}` is a label of the graph and cannot hold the counts"


@dataclass(frozen=True, kw_only=True)
class MixedCoding(Diagnostic):
    """One column holds both `0` and `-1`.

    ## What it means

    A binary column is coded 0/1 or -1/1. Where both 0 and -1 occur, one of them may stand for a
    missing value, and which cannot be known.

    ## Example

    ```console
    $ scmc train model.scm --data csv:faces.csv
    error[E612]: the column `Bald` holds both `0` and `-1`
    ```

    ## What to do

    Use one coding; if -1 stands for a missing value, fill or remove those rows.
    """

    code: ClassVar[str] = "E612"

    column: str

    def message(self) -> str:
        return f"the column `{self.column}` holds both `0` and `-1`"

    def help(self) -> str:
        return "use 0/1 or -1/1; scmc cannot know whether one of them means `missing`"


@dataclass(frozen=True, kw_only=True)
class NotAttributes(Diagnostic):
    """The attribute file of CelebA does not have its usual form.

    ## What it means

    `list_attr_celeba.txt` begins with the number of images, then a line with the names of the
    attributes; each further line is a file name and a value (-1 or 1) for each attribute. The
    message says what differs. A file with fewer images than it announces was cut short.

    ## Example

    ```console
    $ scmc train celeba_g1 --data celeba:downloads
    error[E613]: `downloads/list_attr_celeba.txt` is not CelebA's attribute file: it announces \
202599 images and holds 1000
    ```

    ## What to do

    Download the file again.
    """

    code: ClassVar[str] = "E613"

    path: str
    reason: str

    def message(self) -> str:
        return f"`{self.path}` is not CelebA's attribute file: {self.reason}"


@dataclass(frozen=True, kw_only=True)
class NoDefaultData(Diagnostic):
    """No data are named, and those that come with scmc lack a label of the graph.

    ## What it means

    Without `--data`, a model is trained on `celeba-labels`, the counts of nine CelebA labels that
    come with scmc. This graph has labels that are not among the nine.

    ## Example

    ```console
    $ scmc train weather.scm
    error[E614]: name the data: `celeba-labels` has no label `Rain`
      = help: add `--data csv:FILE`, with one column a label
    ```

    ## What to do

    Name a table with one column a label: `--data csv:FILE`.
    """

    code: ClassVar[str] = "E614"

    names: tuple[str, ...]

    def message(self) -> str:
        return f"name the data: `celeba-labels` has no label {quoted(self.names)}"

    def help(self) -> str:
        return "add `--data csv:FILE`, with one column a label"


@dataclass(frozen=True, kw_only=True)
class NeverSeen(Diagnostic):
    """Some combinations of a label's parents never occur in the data.

    ## What it means

    The data say nothing about the label there. Maximum likelihood gives it its marginal
    distribution in those rows, a network whatever it extrapolates to. An answer that rests on such
    a row rests on that convention and not on data: positivity does not hold (Pearl 2009, 3.6).

    ## Example

    ```console
    $ scmc check model.scm --data csv:faces.csv
    warning[W601]: `Narrow_Eyes`: 1 of 8 parent configurations never occurs in the data
      = help: never seen: Male=1, Young=0, Smiling=1
    ```

    ## What to do

    Take note where an intervention makes such a combination. More data may fill it.
    """

    code: ClassVar[str] = "W601"

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


@dataclass(frozen=True, kw_only=True)
class ExtraColumns(Diagnostic):
    """The data have columns that the graph does not use.

    ## What it means

    A column that has no label's name is left out. That is usual; but a column of an unmeasured
    common cause would be worth a node.

    ## Example

    ```console
    $ scmc check model.scm --data csv:faces.csv
    note[N601]: 2 columns are left out: `id`, `split`
    ```

    ## What to do

    Nothing.
    """

    code: ClassVar[str] = "N601"

    names: tuple[str, ...]

    def message(self) -> str:
        columns = "1 column is" if len(self.names) == 1 else f"{len(self.names)} columns are"
        return f"{columns} left out: {quoted(self.names)}"

    def help(self) -> str | None:
        if "count" not in self.names:
            return None
        return "if `count` says how often each row occurs, write `csv:FILE?count=count`"


@dataclass(frozen=True, kw_only=True)
class MoreFindings(Diagnostic):
    """The data hold more errors than are shown.

    ## What it means

    Reading stops after twenty errors in the rows. What is wrong in twenty rows is mostly wrong in
    the same way in all of them.

    ## Example

    ```console
    $ scmc train model.scm --data csv:faces.csv
    note[N602]: reading stopped after 20 errors
    ```

    ## What to do

    Mend what is shown, then try again.
    """

    code: ClassVar[str] = "N602"

    shown: int

    def message(self) -> str:
        return f"reading stopped after {self.shown} errors"
