"""E607 to E609 and E612: the rows and values of the labels' data."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from math import isfinite

from scm_compiler.diagnostics.diagnostic import Diagnostic
from scm_compiler.diagnostics.suggest import closest, did_you_mean
from scm_compiler.runtime.data.codes.data import listed, quoted, shortened
from scm_compiler.runtime.data.codes.gaps import first_in
from scm_compiler.semantics.codes.names import written


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
