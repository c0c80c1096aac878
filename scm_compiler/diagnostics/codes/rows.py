"""E60x, E61x, N60x: columns, rows and values of the labels' data."""

from dataclasses import dataclass
from typing import ClassVar

from scm_compiler.diagnostics.codes.data import quoted, shortened
from scm_compiler.diagnostics.codes.names import written
from scm_compiler.diagnostics.diagnostic import Diagnostic
from scm_compiler.diagnostics.suggest import closest, did_you_mean


@dataclass(frozen=True, kw_only=True)
class MissingColumn(Diagnostic):
    """A label of the graph has no column in the data.

    ## What it means

    Columns belong to labels by name, and names are told apart by case. Every label needs a column;
    columns in excess are left out.

    ## Example

    ```console
    $ sed s/Male/male/ hair.csv > lower.csv
    $ scmc train hair --data csv:lower.csv
    error[E604]: no column for the label `Male`
     --> lower.csv
      = help: did you mean `male`?
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
    Male,Young,Hair,Wearing_Hat,Male
    $ scmc train hair --data csv:faces.csv
    error[E605]: the column `Male` stands twice in the header
     --> faces.csv
      = help: rename or delete one of the two columns
    ```

    ## What to do

    Rename or delete one of them.
    """

    code: ClassVar[str] = "E605"

    name: str

    def message(self) -> str:
        return f"the column `{self.name}` stands twice in the header"

    def help(self) -> str:
        return "rename or delete one of the two columns"


@dataclass(frozen=True, kw_only=True)
class MissingValue(Diagnostic):
    """A cell of the table is empty.

    ## What it means

    The cell is empty or holds one of the usual marks of a missing value (`NA`, `NaN`, `null`, `?`
    and the like). scmc does not guess values and does not drop rows: either would change the
    distribution that the model learns. Rows count from 1 without the header, lines with it.

    ## Example

    ```console
    $ sed 7s/blond// hair.csv > gap.csv
    $ scmc train hair --data csv:gap.csv
    error[E606]: no value in row 6 (line 7), column `Hair`
     --> gap.csv
      = help: fill the cell or remove the row; scmc does not guess values
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
    $ sed 2s/black/blck/ hair.csv > typo.csv
    $ scmc train hair --data csv:typo.csv
    error[E607]: `blck` in row 1 (line 2), column `Hair` is not a value of it
     --> typo.csv
      = help: did you mean `black`? the values are `black`, `brown`, `blond`, `gray`, `bald`
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
    pair: tuple[str, ...] = ()

    def message(self) -> str:
        place = f"row {self.row} (line {self.line}), column `{self.column}`"
        return f"`{shortened(self.value)}` in {place} is not a value of it"

    def help(self) -> str:
        if self.values == ("0", "1"):
            known = "a binary label takes 0/1, -1/1, yes/no or true/false"
            names = ", ".join(map(written, self.pair))
            declared = f"`{written(self.column)} : categorical({names})`"
            return f"{known}; or declare {declared}" if self.pair else known
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
    $ sed 13s/,[^,]*$// hair.csv > short.csv
    $ scmc train hair --data csv:short.csv
    error[E608]: row 12 (line 13) has 4 fields, and the header has 5
     --> short.csv
      = help: correct the row; a value that holds the separator needs double quotes
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

    def help(self) -> str:
        return "correct the row; a value that holds the separator needs double quotes"


@dataclass(frozen=True, kw_only=True)
class NoRows(Diagnostic):
    """The table has a header and no rows, or all of its counts are zero.

    ## What it means

    There is nothing to learn from.

    ## Example

    ```console
    $ head -1 hair.csv > header.csv
    $ scmc train hair --data csv:header.csv
    error[E609]: `header.csv` holds no rows
     --> header.csv
      = help: check how the file was written
    ```

    ## What to do

    Check how the file was written.
    """

    code: ClassVar[str] = "E609"

    path: str

    def message(self) -> str:
        return f"`{self.path}` holds no rows"

    def help(self) -> str:
        return "check how the file was written"


@dataclass(frozen=True, kw_only=True)
class BadCount(Diagnostic):
    """The column of counts holds what is not a count.

    ## What it means

    With `csv:FILE?count=NAME` the column NAME says how often each row occurs. A count is a whole
    number, zero or more; all of them together must stay below 2^62.

    ## Example

    ```console
    $ sed 4s/[^,]*$/12.5/ hair.csv > half.csv
    $ scmc train hair --data "csv:half.csv?count=count"
    error[E610]: `12.5` in row 3 (line 4), column `count` is not a count
     --> half.csv
      = help: a count is a whole number, zero or more
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
class NoCountColumn(Diagnostic):
    """The data have no column of the name that is to hold the counts.

    ## What it means

    `csv:FILE?count=NAME` names the column that says how often each row occurs, and the header has
    none of that name. Names are told apart by case.

    ## Example

    ```console
    $ scmc train hair --data "csv:hair.csv?count=n"
    error[E615]: there is no column `n` to take the counts from
     --> hair.csv
      = help: the columns are `Male`, `Young`, `Hair`, `Wearing_Hat`, `count`
    ```

    ## What to do

    Name the column that holds the counts, or leave out `?count=` if each row is one observation.
    """

    code: ClassVar[str] = "E615"

    name: str
    columns: tuple[str, ...]

    def message(self) -> str:
        return f"there is no column `{self.name}` to take the counts from"

    def help(self) -> str:
        near = did_you_mean(closest(self.name, self.columns))
        return near or f"the columns are {quoted(self.columns)}"


@dataclass(frozen=True, kw_only=True)
class CountIsALabel(Diagnostic):
    """The column of counts is a label of the graph as well.

    ## What it means

    `csv:FILE?count=NAME` names a column that says how often each row occurs, and the graph has a
    node of that name. One column cannot be both.

    ## Example

    ```console
    $ scmc train hair --data "csv:hair.csv?count=Male"
    error[E611]: `Male` is a label of the graph and cannot hold the counts
     --> hair.csv
      = help: name the column that holds the counts, or rename one of the two
    ```

    ## What to do

    Name the column that holds the counts, or rename one of the two.
    """

    code: ClassVar[str] = "E611"

    name: str

    def message(self) -> str:
        return f"`{self.name}` is a label of the graph and cannot hold the counts"

    def help(self) -> str:
        return "name the column that holds the counts, or rename one of the two"


@dataclass(frozen=True, kw_only=True)
class MixedCoding(Diagnostic):
    """One column holds both `0` and `-1`.

    ## What it means

    A binary column is coded 0/1 or -1/1. Where both 0 and -1 occur, one of them may stand for a
    missing value, and which cannot be known.

    ## Example

    ```console
    $ sed 4s/^0/-1/ hair.csv > mixed.csv
    $ scmc train hair --data "csv:mixed.csv?count=count"
    error[E612]: the column `Male` holds both `0` and `-1`
     --> mixed.csv
      = help: use 0/1 or -1/1; scmc cannot know whether one of them means `missing`
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
class ExtraColumns(Diagnostic):
    """The data have columns that the graph does not use.

    ## What it means

    A column that has no label's name is left out. That is usual; but a column of an unobserved
    common cause would be worth a node.

    ## Example

    ```console
    $ sed "s/^/7,/; 1s/7/id/" hair.csv > more.csv
    $ scmc check hair --data "csv:more.csv?count=count"
    note[N601]: 1 column is left out: `id`

    warning[W601]: `Wearing_Hat`: 1 of 10 parent configurations never occurs in the data
      = help: never seen: Male=0, Hair=bald
    hair: ok: 4 labels, 4 edges, 1 warning, 1 note
    label        parents      configurations  never seen  fewest rows
    Hair         Male, Young               4           0          100
    Wearing_Hat  Male, Hair               10           1           20
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
    $ sed "2,33s/,[a-z]*,/,red,/" hair.csv > many.csv
    $ scmc train hair --data "csv:many.csv?count=count" 2>&1 | tail -4

    note[N602]: reading stopped after 20 errors
     --> many.csv
      = help: mend what is shown, then try again
    ```

    ## What to do

    Mend what is shown, then try again.
    """

    code: ClassVar[str] = "N602"

    shown: int

    def message(self) -> str:
        return f"reading stopped after {self.shown} errors"

    def help(self) -> str:
        return "mend what is shown, then try again"
