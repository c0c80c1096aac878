"""E60x and E61x: the rows and values of the labels' data."""

from scm_compiler.diagnostics.diagnostic import Diagnostic
from scm_compiler.diagnostics.suggest import closest, did_you_mean
from scm_compiler.runtime.data.codes.data import quoted, shortened
from scm_compiler.semantics.codes.names import written


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

    code = "E606"

    row: int
    line: int
    column: str

    def message(self) -> str:
        return f"no value in row {self.row} (line {self.line}), column `{self.column}`"

    def help(self) -> str:
        return "fill the cell or remove the row; scmc does not guess values"


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

    code = "E607"

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
        return how_to_write(self.column, self.value, self.values, self.pair)


def how_to_write(column: str, value: str, values: tuple[str, ...], pair: tuple[str, ...]) -> str:
    """What a column takes in place of a value that is none of its label's.

    Args:
        column: The label.
        value: What is there.
        values: The label's.
        pair: The two names that a column of a binary label holds, if it holds just two.
    """
    if values == ("0", "1"):
        known = "a binary label takes 0/1, -1/1, yes/no or true/false"
        declared = f"`{written(column)} : categorical({', '.join(map(written, pair))})`"
        return f"{known}; or declare {declared}" if pair else known
    known = f"the values are {quoted(values)}"
    near = did_you_mean(closest(value, values))
    return f"{near} {known}" if near else known


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

    code = "E608"

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

    code = "E609"

    path: str

    def message(self) -> str:
        return f"`{self.path}` holds no rows"

    def help(self) -> str:
        return "check how the file was written"


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

    code = "E610"

    row: int
    line: int
    column: str
    value: str

    def message(self) -> str:
        place = f"row {self.row} (line {self.line}), column `{self.column}`"
        return f"`{shortened(self.value)}` in {place} is not a count"

    def help(self) -> str:
        return "a count is a whole number, zero or more"


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

    code = "E612"

    column: str

    def message(self) -> str:
        return f"the column `{self.column}` holds both `0` and `-1`"

    def help(self) -> str:
        return "use 0/1 or -1/1; scmc cannot know whether one of them means `missing`"


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

    code = "N602"

    shown: int

    def message(self) -> str:
        return f"reading stopped after {self.shown} errors"

    def help(self) -> str:
        return "mend what is shown, then try again"
