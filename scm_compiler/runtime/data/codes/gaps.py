"""E606, E624 to E626 and W621: rows with gaps."""

from scm_compiler.diagnostics.diagnostic import Diagnostic
from scm_compiler.runtime.data.codes.data import listed, quoted, shortened
from scm_compiler.semantics.codes.names import written


class MissingValue(Diagnostic):
    """Cells of the table are empty.

    ## What it means

    The cells are empty or hold one of the usual marks of a missing value (`NA`, `NaN`, `null`, `?`
    and the like). scmc does not guess values, and drops rows only where it is told to: either
    would change the distribution that the model learns. Rows count from 1 without the header,
    lines with it.

    ## Example

    ```console
    $ sed "7s/blond//; 9s/^0//" hair.csv > gap.csv
    $ scmc train hair --data "csv:gap.csv?count=count"
    error[E606]: no value in 2 of 32 rows: `Male` in 1 (first in row 8, line 9), `Hair` in 1 (first in row 6, line 7)
     --> gap.csv
      = help: `?missing=drop` behind the path takes the 30 complete rows, `?missing=em` all 32
    ```

    ## What to do

    Fill the cells; or say `?missing=drop` if complete rows are like the others; or `?missing=em`, which
    asks less: what is missing may depend on what is seen in the row. It fits tables, so that it is not
    to be had with a real node or a hidden common cause. The page docs/how-to/missing-values.md has the
    choices.
    """

    code = "E606"

    columns: tuple[tuple[str, int, int, int], ...]
    rows: int
    of: int
    ways: bool = True
    em: bool = True

    def message(self) -> str:
        (name, count, row, line), *others = self.columns
        if count == 1 and row and not others:
            return f"no value in row {row} (line {line}), column `{name}`"
        gaps = [
            f"`{shortened(name)}` in {count:,}{first_in(row, line)}"
            for name, count, row, line in self.columns
        ]
        return f"no value in {self.rows:,} of {self.of:,} rows: {listed(gaps)}"

    def help(self) -> str:
        if not self.ways:
            return "fill the gaps or remove those rows; scmc does not guess values"
        return said_of_gaps("behind the path", self.rows, self.of, em=self.em)


def first_in(row: int, line: int) -> str:
    """Where the first of several is; nothing where rows are in no order."""
    return f" (first in row {row}, line {line})" if row else ""


def said_of_gaps(where: str, rows: int, of: int, *, em: bool) -> str:
    """The ways out of gaps.

    Args:
        where: Where `missing=` is said.
        rows: How many rows have some.
        of: How many there are.
        em: Whether the graph allows `missing=em`.
    """
    mark = "?" if "path" in where else ""
    drop, sum_over = (f"`{mark}missing={way}`" for way in ("drop", "em"))
    if rows == of:
        way = f"{sum_over} {where} uses what is there" if em else "fill the gaps"
        return f"{way}; scmc does not guess values"
    left = f"the {of - rows:,} complete rows" if of - rows > 1 else "the complete row"
    return f"{drop} {where} takes {left}" + (f", {sum_over} all {of:,}" if em else "")


class RowsDropped(Diagnostic):
    """Rows with gaps were left out, as `?missing=drop` says.

    ## What it means

    The model is of complete rows. It is of all rows too if rows with gaps are like the others, which
    the data cannot show; if what is missing depends on what is seen in the row, `?missing=em` is right
    and complete rows are not.

    ## Example

    ```console
    $ sed "7s/blond//; 9s/^0//" hair.csv > gap.csv
    $ scmc train hair --stage labels --data "csv:gap.csv?count=count&missing=drop" 2>&1 | head -2
    warning[W621]: 2 of 32 rows have gaps and were dropped
      = help: `missing=em` uses them too
    ```

    ## What to do

    Nothing, if few rows went or you know why values are missing.
    """

    code = "W621"

    rows: int
    of: int
    em: bool = True

    def message(self) -> str:
        has = "has gaps and was" if self.rows == 1 else "have gaps and were"
        return f"{self.rows:,} of {self.of:,} rows {has} dropped"

    def help(self) -> str:
        if self.em:
            return "`missing=em` uses them too"
        return "the model is of all rows only if those that are left are like them"


class NoGapValue(Diagnostic):
    """A label with gaps declares no value that they could be.

    ## What it means

    `?missing=category` makes a gap a value of its own: the one called `NA` or `missing` that the label
    declares, which can be asked for like any other.

    ## Example

    ```console
    $ sed 7s/blond// hair.csv > gap.csv
    $ scmc train hair --data "csv:gap.csv?count=count&missing=category"
    error[E624]: `Hair` has gaps and declares no value for them
     --> csv:gap.csv?count=count&missing=category
      = help: declare it: `Hair : categorical(black, brown, blond, gray, bald, NA)`
    ```

    ## What to do

    Declare a value `NA` (or `missing`) of that label, or treat gaps in another way.
    """

    code = "E624"

    column: str
    values: tuple[str, ...]

    def message(self) -> str:
        return f"`{shortened(self.column)}` has gaps and declares no value for them"

    def help(self) -> str:
        kinds = ", ".join(map(written, (*self.values, "NA")))
        return f"declare it: `{written(self.column)} : categorical({kinds})`"


class NeedsCompleteRows(Diagnostic):
    """What is to be trained cannot use rows with gaps.

    ## What it means

    `?missing=em` fits tables: P(label | parents) of each label, with `mle`. Networks (of `wgan-gp`, or of
    a label with very many parent configurations) and the tables of labels that share a hidden
    common cause are trained on complete rows.

    ## Example

    ```console
    $ sed 7s/blond// hair.csv > gap.csv
    $ scmc train hair --trainer wgan-gp --data "csv:gap.csv?count=count&missing=em"
    error[E625]: `missing=em` fits tables, and `wgan-gp` trains networks
      = help: say `missing=drop`, or train with `mle`
    ```

    ## What to do

    Do as the message says.
    """

    code = "E625"

    reason: str
    way: str = ""

    def message(self) -> str:
        return f"`missing=em` fits tables, and {self.reason}"

    def help(self) -> str:
        return "say `missing=drop`" + (f", or {self.way}" if self.way else "")


class TooManyMissing(Diagnostic):
    """So many labels are missing together that their sum is too large.

    ## What it means

    `?missing=em` sums over all that the missing values of a row can be. Missing labels that have to do
    with each other, with nothing seen between them, are summed together, and here that needs a table
    beyond the limit.

    ## Example

    With twelve labels, each caused by twelve of forty, and a row in which only these are seen:

    ```console
    $ scmc train many.scm --data "csv:many.csv?missing=em"
    error[E626]: 40 labels are missing together in 1 row, `C0`, `C1`, `C2`, `C3`, `C4`, `C5`, `C6`, `C7` and 32 more: their sum needs 2^29 numbers
      = help: the limit is 2^22; leave out rows in which hardly anything is seen, or say `missing=drop`
    ```

    ## What to do

    Leave out rows that hold hardly anything.
    """

    code = "E626"

    names: tuple[str, ...]
    rows: int
    cells: float
    limit: float

    def message(self) -> str:
        rows = "1 row" if self.rows == 1 else f"{self.rows:,} rows"
        together = f"{len(self.names)} labels are missing together in {rows}"
        return f"{together}, {quoted(self.names)}: their sum needs 2^{self.cells:.0f} numbers"

    def help(self) -> str:
        ways = "leave out rows in which hardly anything is seen, or say `missing=drop`"
        return f"the limit is 2^{self.limit:.0f}; {ways}"
