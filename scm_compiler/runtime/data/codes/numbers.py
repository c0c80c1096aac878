"""E61x and W61x: the numbers of real nodes in data."""

import re
from dataclasses import dataclass

from scm_compiler.diagnostics.diagnostic import Diagnostic
from scm_compiler.runtime.data.codes.data import listed, shortened
from scm_compiler.semantics.codes.names import written


@dataclass(frozen=True, slots=True)
class Place:
    """A cell of a column.

    Attributes:
        row: Of a file from 1 without the header, of a frame from 0.
        line: Of a file.
        text: What it holds.
    """

    row: int
    line: int | None
    text: str

    def __str__(self) -> str:
        line = "" if self.line is None else f" (line {self.line})"
        return f"row {self.row}{line}"


def _held(places: tuple[Place, ...], count: int, of: int, column: str) -> str:
    """What is in the places of a column, and how many there are."""
    first, *others = places
    if count == 1:
        return f"`{shortened(first.text)}` in {first}, column `{column}`"
    told = listed([f"`{shortened(one.text)}` in {one}" for one in (first, *others)])
    more = ", …" if count > len(places) else ""
    return f"{count:,} of {of:,} rows, column `{column}` ({told}{more})"


class NotANumber(Diagnostic):
    r"""A column of a real node holds text.

    ## What it means

    A real node takes numbers such as `63`, `-0.5` or `1.2e3`. The message tells how many cells hold
    something else, and the first of them. Rows count from 1 without the header, lines with it; rows of
    a frame from 0.

    ## Example

    ```console
    $ printf 'Age : real(0, 120)\nIll : binary\nAge -> Ill\n' > ill.scm
    $ printf 'Age,Ill\n63,1\n37 years,0\nold,1\n' > ill.csv
    $ scmc check ill.scm --data csv:ill.csv
    error[E616]: no number in 2 of 3 rows, column `Age` (`37 years` in row 2 (line 3), `old` in row 3 (line 4))
     --> ill.csv
      = help: write the number alone, such as `37`
    csv:ill.csv for ill.scm: 1 error
    ```

    ## What to do

    Write numbers alone, with a point and without units or separators of thousands. If the column holds
    names, declare it as `categorical(…)` or `ordinal(…)`.
    """

    code = "E616"

    column: str
    places: tuple[Place, ...]
    count: int
    of: int

    def message(self) -> str:
        held = _held(self.places, self.count, self.of, self.column)
        return f"{held} is not a number" if self.count == 1 else f"no number in {held}"

    def help(self) -> str:
        text = self.places[0].text.strip()
        if re.fullmatch(r"[+-]?\d+,\d{1,2}", text):
            return f"numbers have a point: `{text.replace(',', '.')}`"
        digits = re.search(r"[+-]?\d[\d,.]*", text)
        if digits:
            return f"write the number alone, such as `{digits[0].replace(',', '').rstrip('.')}`"
        return f"a column of names is declared as such: `{written(self.column)} : categorical(…)`"


class OutsideEnds(Diagnostic):
    r"""Numbers of a real node lie outside its ends.

    ## What it means

    `real(0, 120)` says that the node has no number below 0 or above 120; the ends themselves are
    among its numbers. The message tells how many rows hold others, and the first of them.

    ## Example

    ```console
    $ printf 'Age : real(0, 120)\nIll : binary\nAge -> Ill\n' > ill.scm
    $ printf 'Age,Ill\n63,1\n-1,0\n999,1\n' > ill.csv
    $ scmc check ill.scm --data csv:ill.csv
    error[E617]: outside real(0, 120): 2 of 3 rows, column `Age` (`-1` in row 2 (line 3), `999` in row 3 (line 4))
     --> ill.csv
      = help: correct the rows, or widen the ends: `Age : real(-1, 999)` would hold all
    csv:ill.csv for ill.scm: 1 error
    ```

    ## What to do

    Correct or remove the rows: `-1` or `999` often marks a value that is missing. Or widen the ends.
    """

    code = "E617"

    column: str
    places: tuple[Place, ...]
    count: int
    of: int
    kind: str
    needed: str

    def message(self) -> str:
        return f"outside {self.kind}: {_held(self.places, self.count, self.of, self.column)}"

    def help(self) -> str:
        wide = f"`{written(self.column)} : {self.needed}` would hold all"
        return f"correct the rows, or widen the ends: {wide}"


class NotComputable(Diagnostic):
    r"""Numbers of a real node are infinite, or too large to compute with.

    ## What it means

    An infinite number, or one of more than 1e100 in size, has no place in a mean or a density: its
    square is beyond what a computer holds. Such numbers mostly mark that something went wrong before.

    ## Example

    ```console
    $ printf 'Ratio : real\nIll : binary\nRatio -> Ill\n' > ill.scm
    $ printf 'Ratio,Ill\n0.5,1\ninf,0\n1e300,1\n' > ill.csv
    $ scmc check ill.scm --data csv:ill.csv
    error[E618]: infinite or too large: 2 of 3 rows, column `Ratio` (`inf` in row 2 (line 3), `1e300` in row 3 (line 4))
     --> ill.csv
      = help: correct or remove the rows; a number of up to 1e+100 in size is taken
    csv:ill.csv for ill.scm: 1 error
    ```

    ## What to do

    Correct or remove the rows, or give the column in another unit.
    """

    code = "E618"

    column: str
    places: tuple[Place, ...]
    count: int
    of: int
    largest: float

    def message(self) -> str:
        return f"infinite or too large: {_held(self.places, self.count, self.of, self.column)}"

    def help(self) -> str:
        taken = f"a number of up to {self.largest:g} in size is taken"
        return f"correct or remove the rows; {taken}"


class NumberMissing(Diagnostic):
    r"""A column of a real node has gaps.

    ## What it means

    The cells are empty, hold NaN, or one of the usual marks of a missing value (`NA`, `null`, `?` and
    the like). scmc does not guess values, and drops rows only where it is told to: either would change
    the distribution that the model learns.

    ## Example

    ```console
    $ printf 'Age : real(0, 120)\nIll : binary\nAge -> Ill\n' > ill.scm
    $ printf 'Age,Ill\n63,1\n,0\nNaN,1\n' > ill.csv
    $ scmc check ill.scm --data csv:ill.csv
    error[E619]: no value in 2 of 3 rows, column `Age` (row 2 (line 3), row 3 (line 4))
     --> ill.csv
      = help: fill the cells, or say `missing=drop`: the rows are left out
    csv:ill.csv for ill.scm: 1 error
    ```

    ## What to do

    Fill the cells; or say `?missing=drop` behind the path if complete rows are like the others.
    `?missing=em` sums over missing values of labels, and not yet over numbers.
    """

    code = "E619"

    column: str
    places: tuple[Place, ...]
    count: int
    of: int

    def message(self) -> str:
        if self.count == 1:
            return f"no value in {self.places[0]}, column `{self.column}`"
        more = ", …" if self.count > len(self.places) else ""
        told = f"{listed(list(map(str, self.places)))}{more}"
        return f"no value in {self.count:,} of {self.of:,} rows, column `{self.column}` ({told})"

    def help(self) -> str:
        return "fill the cells, or say `missing=drop`: the rows are left out"


class Heaped(Diagnostic):
    r"""One number holds more than a tenth of a real column.

    ## What it means

    Measured numbers are seldom equal. A number that so many rows share is often a mark (`-1` or `999`
    for missing), an end at which an instrument stops, or a true zero, such as of an income. A real node
    that is smooth everywhere else does not describe it.

    ## Example

    ```console
    $ printf 'Age : real\nIll : binary\nAge -> Ill\n' > ill.scm
    $ python -c "print('Age,Ill', *(f'{i % 37 + i / 100 if i % 4 else 99},{i % 2}' for i in range(80)), sep='\n')" > ill.csv
    $ scmc check ill.scm --data csv:ill.csv
    warning[W616]: `Age`: 20 of 80 rows are 99
      = help: does it mark something, such as a missing value? then correct the rows or cut the column
    ill.scm: ok: 1 label, 1 real node, 1 edge, 1 warning
    real  rows  least  median  most  different
    Age     80   0.37   22.59    99         61
    ```

    ## What to do

    If it marks a missing value, correct the rows. If it is a value of its own, cut the column
    (`binned(…)`) or add a label for it.
    """

    code = "W616"

    column: str
    heaps: tuple[tuple[str, int], ...]
    of: int

    def message(self) -> str:
        (value, rows), *others = self.heaps
        told = [f"{rows:,} of {self.of:,} rows are {value}"]
        told += [f"{rows:,} are {value}" for value, rows in others]
        return f"`{self.column}`: {listed(told)}"

    def help(self) -> str:
        marks = "does it mark something" if len(self.heaps) == 1 else "do they mark something"
        return f"{marks}, such as a missing value? then correct the rows or cut the column"


class Constant(Diagnostic):
    r"""A real column has one number in all rows.

    ## What it means

    A node that never varies is independent of all others in the data, and nothing can be learnt of its
    causes or effects.

    ## Example

    ```console
    $ printf 'Age : real\nIll : binary\nAge -> Ill\n' > ill.scm
    $ printf 'Age,Ill\n63,1\n63,0\n' > ill.csv
    $ scmc check ill.scm --data csv:ill.csv
    warning[W617]: `Age` is 63 in all 2 rows
      = help: leave the node out, or take data in which it varies
    ill.scm: ok: 1 label, 1 real node, 1 edge, 1 warning
    real  rows  least  median  most  different
    Age      2     63      63    63          1
    ```

    ## What to do

    Leave the node out, or take data in which it varies.
    """

    code = "W617"

    column: str
    value: str
    rows: int

    def message(self) -> str:
        if self.rows == 1:
            return f"`{self.column}` is {self.value} in the only row"
        return f"`{self.column}` is {self.value} in all {self.rows:,} rows"

    def help(self) -> str:
        return "leave the node out, or take data in which it varies"


class FewNumbers(Diagnostic):
    r"""A real column has few different numbers.

    ## What it means

    A handful of numbers that come again and again are counts, grades or codes. As labels they have
    exact tables and answers; a real node would put probability between them.

    ## Example

    ```console
    $ printf 'Rooms : real\nIll : binary\nRooms -> Ill\n' > ill.scm
    $ python -c "print('Rooms,Ill', *(f'{i % 3 + 1},{i % 2}' for i in range(60)), sep='\n')" > ill.csv
    $ scmc check ill.scm --data csv:ill.csv
    warning[W618]: `Rooms` has 3 different numbers in 60 rows
      = help: declare them: `Rooms : ordinal(1, 2, 3)`
    ill.scm: ok: 1 label, 1 real node, 1 edge, 1 warning
    real   rows  least  median  most  different
    Rooms    60      1       2     3          3
    ```

    ## What to do

    Declare the numbers as `ordinal(…)`, unless others may occur.
    """

    code = "W618"

    column: str
    values: tuple[str, ...]
    rows: int

    def message(self) -> str:
        return f"`{self.column}` has {len(self.values)} different numbers in {self.rows:,} rows"

    def help(self) -> str:
        return f"declare them: `{written(self.column)} : ordinal({', '.join(self.values)})`"


class LabelsAlone(Diagnostic):
    r"""A source of data that has no numbers for real nodes.

    ## What it means

    A source gives the labels of a graph alone, and the graph has real nodes. Of the sources of
    images `drawn-faces` and `celeba` have labels alone.

    ## Example

    ```console
    $ printf 'Age : real\nSmiling : binary\nAge -> Smiling\n' > smile.scm
    $ scmc check smile.scm --data celeba-labels
    error[E305]: `celeba-labels` has labels alone, and `Age` is real
      = help: name a table with a column for it: `csv:FILE`
    celeba-labels for smile.scm: 1 error
    ```

    ## What to do

    Name a table with a column for each node: `--data csv:FILE`. In a package, give the `DataSource` a
    function `table`.
    """

    code = "E305"

    source: str
    name: str
    images: bool = False

    def message(self) -> str:
        return f"`{shortened(self.source)}` has labels alone, and `{self.name}` is real"

    def help(self) -> str:
        if self.images:
            return "name images with a table of numbers: `folder:DIR`, `tar:PATTERN` or `npz:FILE`"
        return "name a table with a column for it: `csv:FILE`"
