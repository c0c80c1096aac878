"""E60x, E61x, N60x: the columns of the labels' data."""

from scm_compiler.diagnostics.diagnostic import Diagnostic
from scm_compiler.diagnostics.suggest import closest, did_you_mean
from scm_compiler.runtime.data.codes.data import quoted


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

    code = "E604"

    name: str
    columns: tuple[str, ...]
    what: str = "label"

    def message(self) -> str:
        return f"no column for the {self.what} `{self.name}`"

    def help(self) -> str:
        near = did_you_mean(closest(self.name, self.columns))
        return near or f"the columns are {quoted(self.columns)}"


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

    code = "E605"

    name: str

    def message(self) -> str:
        return f"the column `{self.name}` stands twice in the header"

    def help(self) -> str:
        return "rename or delete one of the two columns"


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

    code = "E615"

    name: str
    columns: tuple[str, ...]
    what: str = "counts"

    def message(self) -> str:
        return f"there is no column `{self.name}` to take the {self.what} from"

    def help(self) -> str:
        near = did_you_mean(closest(self.name, self.columns))
        return near or f"the columns are {quoted(self.columns)}"


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

    code = "E611"

    name: str
    what: str = "counts"

    def message(self) -> str:
        return f"`{self.name}` is a label of the graph and cannot hold the {self.what}"

    def help(self) -> str:
        return f"name the column that holds the {self.what}, or rename one of the two"


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

    code = "N601"

    names: tuple[str, ...]

    def message(self) -> str:
        columns = "1 column is" if len(self.names) == 1 else f"{len(self.names)} columns are"
        return f"{columns} left out: {quoted(self.names)}"


class LooksCounted(Diagnostic):
    """A column that is left out looks like how often each row occurs.

    ## What it means

    The column is called `count` or `freq`, no node is, and all that it holds are whole numbers. Such a
    column mostly says how often its row occurs. Nobody has said so, and each row is counted once: if it
    is one, all numbers are wrong.

    ## Example

    ```console
    $ scmc check hair --data hair.csv 2>&1 | head -2
    warning[W644]: `count` looks like how often each row occurs, and each row is counted once
      = help: `--data "hair.csv?count=count"` counts each so often
    ```

    ## What to do

    Name the column behind the path, `?count=count`, or in Python `count="count"`. If it is something else, nothing; another name in
    the table silences the warning.
    """

    code = "W644"

    name: str
    data: str = ""
    """The SPEC that counts by it; empty of columns from Python."""

    def message(self) -> str:
        return f"`{self.name}` looks like how often each row occurs, and each row is counted once"

    def help(self) -> str:
        asked = f'--data "{self.data}"' if self.data else f'count="{self.name}"'
        return f"`{asked}` counts each so often"
