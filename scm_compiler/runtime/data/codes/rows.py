"""E60x and E61x: the rows and values of the labels' data."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from math import isfinite

from scm_compiler.diagnostics.diagnostic import Diagnostic
from scm_compiler.diagnostics.suggest import closest, did_you_mean
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
    asks less: what is missing may depend on what is seen in the row. The page
    docs/how-to/missing-values.md has the choices.
    """

    code = "E606"

    columns: tuple[tuple[str, int, int, int], ...]
    rows: int
    of: int
    ways: bool = True

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
        return said_of_gaps("behind the path", self.rows, self.of)


def first_in(row: int, line: int) -> str:
    """Where the first of several is; nothing where rows are in no order."""
    return f" (first in row {row}, line {line})" if row else ""


def said_of_gaps(where: str, rows: int, of: int) -> str:
    """The ways out of gaps.

    Args:
        where: Where `missing=` is said.
        rows: How many rows have some.
        of: How many there are.
    """
    mark = "?" if "path" in where else ""
    drop, em = (f"`{mark}missing={way}`" for way in ("drop", "em"))
    if rows == of:
        return f"{em} {where} uses what is there; scmc does not guess values"
    left = f"the {of - rows:,} complete rows" if of - rows > 1 else "the complete row"
    return f"{drop} {where} takes {left}, {em} all {of:,}"


@dataclass(frozen=True)
class Wrong:
    """A text that is no value of a label.

    Attributes:
        value: The text.
        count: How many cells hold it.
        row: Of the first one.
        line: Of the first one.
    """

    value: str
    count: int
    row: int
    line: int


class UnknownValue(Diagnostic):
    """A column holds what is not a value of its label.

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

    Correct the cells, or declare the value in the program: `Hair : categorical(black, blond, …)`.
    Where a binary column holds 1 and 2, say which one is 0: `?coding=1/2` or `?coding=2/1`, of one
    column `?coding=NAME:1/2`. A column of numbers becomes a label by cutting them into classes.
    """

    code = "E607"

    column: str
    wrong: tuple[Wrong, ...]
    values: tuple[str, ...]
    pair: tuple[str, ...] = ()
    held: tuple[str, ...] = ()

    def message(self) -> str:
        first, *others = self.wrong
        if not others:
            place = f"row {first.row} (line {first.line})"
            if first.count > 1 or not first.row:
                rows = "1 row" if first.count == 1 else f"{first.count:,} rows"
                place = f"{rows}{first_in(first.row, first.line)}"
            return f"`{shortened(first.value)}` in {place}, column `{self.column}` is not a value of it"
        told = [
            f"`{shortened(one.value)}` in {one.count:,}{first_in(one.row, one.line)}"
            for one in self.wrong
        ]
        cells = sum(one.count for one in self.wrong)
        return f"{cells:,} cells of column `{self.column}` are not values of it: {listed(told, 3)}"

    def help(self) -> str:
        return how_to_write(self.column, self.wrong[0].value, self.values, self.pair, self.held)


def how_to_write(
    column: str,
    value: str,
    values: tuple[str, ...],
    pair: tuple[str, ...],
    held: tuple[str, ...] = (),
) -> str:
    """What a column takes in place of a value that is none of its label's.

    Args:
        column: The label.
        value: What is there.
        values: The label's.
        pair: The two names that a column of a binary label holds, if it holds just two.
        held: All texts that the column holds.
    """
    binary = values == ("0", "1")
    if binary and _numbers(held) == {1.0, 2.0}:
        ways = "`?coding=1/2` behind the path reads 1 as 0 and 2 as 1, `?coding=2/1` the other way"
        return f"{ways}; of this column alone `?coding={column}:1/2`"
    cut = _cut(column, held, set(values))
    if cut:
        return cut
    if binary:
        known = "a binary label takes 0/1, -1/1, yes/no or true/false"
        declared = f"`{written(column)} : categorical({', '.join(map(written, pair))})`"
        return f"{known}; or declare {declared}" if pair else known
    known = f"the values are {quoted(values)}"
    near = did_you_mean(closest(value, values))
    return f"{near} {known}" if near else known


def _numbers(texts: Iterable[str]) -> set[float]:
    """The numbers among some texts."""
    found = set()
    for text in texts:
        try:
            found.add(float(text))
        except ValueError:
            continue
    return {number for number in found if isfinite(number)}


def _cut(column: str, held: tuple[str, ...], values: set[str]) -> str:
    """How to make a label of a column of numbers; empty if it holds none."""
    numbers = sorted(_numbers(held))
    if len(numbers) < MANY_NUMBERS or len(_numbers(values)) > 2:
        return ""
    low, high = numbers[len(numbers) // 3], numbers[2 * len(numbers) // 3]
    kind = f"`{written(column)} : binned({low:g}, {high:g})`"
    return f"these are numbers: cut them, {kind}; `scmc init --from FILE` drafts a kind for each column"


_LONGEST_NAME = 40

MANY_NUMBERS = 3
"""Different numbers from which on a column is taken to measure something."""


def two_names(names: Collection[str]) -> tuple[str, ...]:
    """The names, if they are two that a program could declare."""
    plain = all(len(n) <= _LONGEST_NAME and n.isprintable() and '"' not in n for n in names)
    return tuple(sorted(names)) if len(names) == 2 and plain else ()


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
    rows: int = 1

    def message(self) -> str:
        fields = "1 field" if self.found == 1 else f"{self.found} fields"
        place = f"row {self.row} (line {self.line})"
        if self.rows > 1:
            others = f"{self.rows:,} rows have another number of fields than the header's"
            return f"{others} {self.expected}; the first, {place}, has {fields}"
        return f"{place} has {fields}, and the header has {self.expected}"

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
    error[E609]: `csv:header.csv` holds no rows
     --> csv:header.csv
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

    def message(self) -> str:
        has = "has gaps and was" if self.rows == 1 else "have gaps and were"
        return f"{self.rows:,} of {self.of:,} rows {has} dropped"

    def help(self) -> str:
        return "`missing=em` uses them too"


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
