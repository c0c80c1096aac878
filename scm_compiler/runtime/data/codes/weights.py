"""E610, E623 and W622: how often rows occur, and what they weigh."""

from scm_compiler.diagnostics.diagnostic import Diagnostic
from scm_compiler.runtime.data.codes.data import shortened


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
      = help: a count is a whole number, zero or more; weights go by `?weight=count`
    ```

    ## What to do

    Write whole numbers, or leave out `?count=` if each row is one observation.
    """

    code = "E610"

    row: int
    line: int
    column: str
    value: str
    rows: int = 1
    in_frame: bool = False

    def message(self) -> str:
        return no_number(self, "a count")

    def help(self) -> str:
        known = "a count is a whole number, zero or more"
        return f"{known}; weights go by `?weight={self.column}`" if "." in self.value else known


class BadWeight(Diagnostic):
    """The column of weights holds what is not a weight.

    ## What it means

    With `csv:FILE?weight=NAME` the column NAME says how much each row weighs. A weight is a number,
    zero or more, such as the inverse of the probability to be in the sample.

    ## Example

    ```console
    $ sed "1s/count/w/; 4s/[^,]*$/heavy/" hair.csv > heavy.csv
    $ scmc train hair --data "csv:heavy.csv?weight=w"
    error[E623]: `heavy` in row 3 (line 4), column `w` is not a weight
     --> heavy.csv
      = help: a weight is a number, zero or more
    ```

    ## What to do

    Correct the cells. Where a weight is unknown, the row cannot be used.
    """

    code = "E623"

    row: int
    line: int
    column: str
    value: str
    rows: int = 1
    in_frame: bool = False

    def message(self) -> str:
        return no_number(self, "a weight")

    def help(self) -> str:
        return "a weight is a number, zero or more"


def no_number(fault: BadCount | BadWeight, kind: str) -> str:
    """That cells of a column are not what they should be."""
    if not fault.row and not fault.in_frame:
        rows = "1 cell" if fault.rows == 1 else f"{fault.rows:,} cells"
        return f"{rows} of column `{fault.column}` {'is' if fault.rows == 1 else 'are'} not {kind}"
    value = f"`{shortened(fault.value)}`"
    place = f"row {fault.row}" + ("" if fault.in_frame else f" (line {fault.line})")
    if fault.rows > 1:
        return f"{fault.rows:,} cells of column `{fault.column}` are not {kind}: {value} in {place}, …"
    return f"{value} in {place}, column `{fault.column}` is not {kind}"


class RowsWeighted(Diagnostic):
    """Rows have weights, and so fewer of them count.

    ## What it means

    Tables are weighted shares. How firmly rows determine an answer depends on how uneven their weights
    are: rows with the weights w are worth as many even ones as (sum w)^2 / sum w^2 says (Kish 1965),
    and the intervals of answers are those of that many.

    ## Example

    ```console
    $ sed 1s/count/w/ hair.csv > survey.csv
    $ scmc train hair --stage labels --data "csv:survey.csv?weight=w" 2>&1 | head -2
    warning[W622]: the weights of 32 rows are worth 12.7 even ones
      = help: intervals are those of so many rows
    ```

    ## What to do

    Nothing. Where each row stands for so many rows that were seen, `?count=NAME` says so.
    """

    code = "W622"

    rows: int
    effective: float

    def message(self) -> str:
        return f"the weights of {self.rows:,} rows are worth {self.effective:,.1f} even ones"

    def help(self) -> str:
        return "intervals are those of so many rows"
