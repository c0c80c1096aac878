"""E85x: columns that are given from Python."""

from scm_compiler.diagnostics.diagnostic import Diagnostic
from scm_compiler.runtime.data.codes.data import listed, shortened
from scm_compiler.runtime.data.codes.gaps import said_of_gaps
from scm_compiler.runtime.data.codes.rows import how_to_write


class MissingInFrame(Diagnostic):
    """Columns of a frame lack values.

    ## What it means

    The value is `None`, NaN, `NA`, `NaT`, an empty text or one of the usual marks of a missing value.
    scmc does not guess values, and drops rows only where it is told to: either would change the
    distribution that the model learns. Rows count from 0, as `iloc` of pandas counts them.

    ## Example

    ```console
    $ cat rain.py
    import scm_compiler as scm

    scm.train(scm.load("rain.scm"), data={"Sky": ["clear", None, "cloudy"], "Rain": [0, None, float("nan")]})
    $ python rain.py 2>&1 | tail -3
    scm_compiler.diagnostics.report.ScmError: error[E850]: no value in 2 of 3 rows: `Sky` in 1 (first in row 1), `Rain` in 2 (first in row 1)
     --> dict
      = help: `missing=drop` as an argument takes the complete row, `missing=em` all 3
    ```

    ## What to do

    Fill them; or say `missing="drop"` if complete rows are like the others; or `missing="em"`, which
    asks less: what is missing may depend on what is seen in the row.
    """

    code = "E850"

    columns: tuple[tuple[str, int, int], ...]
    rows: int
    of: int
    em: bool = True

    def message(self) -> str:
        gaps = [
            f"`{shortened(name)}` in {count:,} (first in row {first})"
            for name, count, first in self.columns
        ]
        return f"no value in {self.rows:,} of {self.of:,} rows: {listed(gaps)}"

    def help(self) -> str:
        return said_of_gaps("as an argument", self.rows, self.of, em=self.em)


class WrongInFrame(Diagnostic):
    """A column of a frame holds what is not a value of its label.

    ## What it means

    A binary label takes True/False, 0/1, -1/1, yes/no, true/false, y/n or t/f, in any case. A
    categorical label takes the names of its categories, as declared. Rows count from 0, as `iloc` of
    pandas counts them.

    ## Example

    ```console
    $ cat rain.py
    import scm_compiler as scm

    scm.train(scm.load("rain.scm"), data={"Sky": ["clear", "cludy", "cludy"], "Rain": [False, True, True]})
    $ python rain.py 2>&1 | tail -3
    scm_compiler.diagnostics.report.ScmError: error[E851]: `cludy` in 2 rows (first in row 1), column `Sky` is not a value of it
     --> dict
      = help: did you mean `cloudy`? the values are `clear`, `cloudy`
    ```

    ## What to do

    Correct the values, or declare them in the program: `Sky : categorical(clear, cloudy, …)`.
    """

    code = "E851"

    column: str
    wrong: tuple[tuple[str, int, int], ...]
    values: tuple[str, ...]
    pair: tuple[str, ...] = ()
    held: tuple[str, ...] = ()

    def message(self) -> str:
        (value, count, row), *others = self.wrong
        if not others:
            where = f"row {row}" if count == 1 else f"{count:,} rows (first in row {row})"
            return f"`{shortened(value)}` in {where}, column `{self.column}` is not a value of it"
        told = [f"`{shortened(v)}` in {n:,} (first in row {row})" for v, n, row in self.wrong]
        cells = sum(count for _, count, _ in self.wrong)
        return f"{cells:,} cells of column `{self.column}` are not values of it: {listed(told, 3)}"

    def help(self) -> str:
        return how_to_write(self.column, self.wrong[0][0], self.values, self.pair, self.held)


class UnequalColumns(Diagnostic):
    """The columns have different numbers of values.

    ## What it means

    A row is made of the values at one place of all columns, so that these are of one length.

    ## Example

    ```console
    $ cat rain.py
    import scm_compiler as scm

    scm.train(scm.load("rain.scm"), data={"Sky": ["clear", "cloudy"], "Rain": [0, 1, 1]})
    $ python rain.py 2>&1 | tail -3
    scm_compiler.diagnostics.report.ScmError: error[E852]: the columns are not of one length: `Sky` 2, `Rain` 3
     --> dict
      = help: a row takes one value of each column
    ```

    ## What to do

    Look at how the columns were made; the one that differs is mostly cut short.
    """

    code = "E852"

    lengths: tuple[tuple[str, int], ...]

    def message(self) -> str:
        counted = [f"`{shortened(name)}` {length:,}" for name, length in self.lengths]
        return f"the columns are not of one length: {listed(counted)}"

    def help(self) -> str:
        return "a row takes one value of each column"
