"""E68x: reading the files of other programs."""

from scm_compiler.diagnostics.diagnostic import Diagnostic, Label, Span


class BifSyntax(Diagnostic):
    """A BIF file that cannot be read at the marked place.

    ## What it means

    A BIF file is a list of `network`, `variable` and `probability` blocks. The message says what
    was expected where the caret points. A file that was cut short ends in the middle of a block.

    ## Example

    ```text title="rain.bif"
    network weather { }
    variable rain type discrete [2] { no, yes };
    ```

    ```console
    $ scmc import rain.bif
    error[E680]: expected `{`, found `type`
     --> rain.bif:2:15
      |
    2 | variable rain type discrete [2] { no, yes };
      |               ^^^^
      = help: compare the place with a file that bnlearn, pgmpy or pyAgrum writes
    ```

    ## What to do

    Compare the place with a file that bnlearn, pgmpy or pyAgrum writes:

    ```text
    variable rain { type discrete [ 2 ] { yes, no }; }
    probability ( rain ) { table 0.2, 0.8; }
    ```
    """

    code = "E680"

    expected: str
    found: str

    def message(self) -> str:
        """What was expected and what stands there."""
        found = f"`{self.found}`" if self.found else "the end of the file"
        return f"expected {self.expected}, found {found}"

    def help(self) -> str:
        """What to do."""
        return "compare the place with a file that bnlearn, pgmpy or pyAgrum writes"


class BifUnknownName(Diagnostic):
    """A network file that uses a variable or a value which it does not declare.

    ## What it means

    A table names a variable that is not declared, or a row of it names a
    value that its variable does not list.

    ## Example

    ```text title="rain.bif"
    network weather { }
    variable rain { type discrete [2] { no, yes }; }
    probability (rian) { table 0.8, 0.2; }
    ```

    ```console
    $ scmc import rain.bif
    error[E681]: the file declares no variable `rian`
     --> rain.bif:3:14
      |
    3 | probability (rian) { table 0.8, 0.2; }
      |              ^^^^
      = help: did you mean `rain`?
    ```

    ## What to do

    Correct the name, or declare it; letter case counts.
    """

    code = "E681"

    what: str
    name: str
    suggestion: str | None = None

    def message(self) -> str:
        """What is unknown."""
        return f"the file declares no {self.what} `{self.name}`"

    def help(self) -> str | None:
        """The likely name."""
        return f"did you mean `{self.suggestion}`?" if self.suggestion else None


class BifTable(Diagnostic):
    """A table of a network file that is not a conditional distribution.

    ## What it means

    The table of a variable must hold one number for each of its values, for each configuration
    of its parents, and each such row must sum to one. Rows are normalised after reading, since
    printed numbers are rounded; more than one percent off is not rounding.

    ## Example

    ```text title="rain.bif"
    network weather { }
    variable rain { type discrete [2] { no, yes }; }
    variable wet { type discrete [2] { no, yes }; }
    probability (rain) { table 0.8, 0.2; }
    probability (wet | rain) { (no) 0.9, 0.1; (yes) 0.3, 0.9; }
    ```

    ```console
    $ scmc import rain.bif
    error[E682]: the table of `wet` is wrong: the row (yes) sums to 1.2
     --> rain.bif:5:14
      |
    5 | probability (wet | rain) { (no) 0.9, 0.1; (yes) 0.3, 0.9; }
      |              ^^^
      = help: correct the row, add the one that is missing, or give a `default` row
    ```

    ## What to do

    Correct the row, add the missing one, or give a `default` row.
    """

    code = "E682"

    variable: str
    reason: str

    def message(self) -> str:
        """The variable and what is wrong."""
        return f"the table of `{self.variable}` is wrong: {self.reason}"

    def help(self) -> str:
        return "correct the row, add the one that is missing, or give a `default` row"


class BifTwice(Diagnostic):
    """A variable or table that a network file gives twice.

    ## What it means

    Two places claim the same thing, and nothing says which one is right.

    ## Example

    ```text title="rain.bif"
    network weather { }
    variable rain { type discrete [2] { no, yes }; }
    variable rain { type discrete [2] { dry, wet }; }
    ```

    ```console
    $ scmc import rain.bif
    error[E683]: the variable `rain` stands twice in the file
     --> rain.bif:3:10
      |
    2 | variable rain { type discrete [2] { no, yes }; }
      |          ---- the first one is here
    3 | variable rain { type discrete [2] { dry, wet }; }
      |          ^^^^
      = help: keep one of the two
    ```

    ## What to do

    Keep one of the two.
    """

    code = "E683"

    what: str
    name: str
    first: Span | None = None

    def message(self) -> str:
        """What stands twice."""
        return f"the {self.what} `{self.name}` stands twice in the file"

    def labels(self) -> tuple[Label, ...]:
        """Where it stood first."""
        return (Label(self.first, "the first one is here"),) if self.first else ()

    def help(self) -> str:
        """What to do."""
        return "keep one of the two"


class BifCycle(Diagnostic):
    """A network file whose arrows form a cycle.

    ## What it means

    Each variable of the cycle would cause itself; there is no such network.

    ## Example

    ```text title="cycle.bif"
    network cycle { }
    variable A { type discrete [2] { no, yes }; }
    variable B { type discrete [2] { no, yes }; }
    probability (A | B) { (no) 0.9, 0.1; (yes) 0.2, 0.8; }
    probability (B | A) { (no) 0.9, 0.1; (yes) 0.2, 0.8; }
    ```

    ```console
    $ scmc import cycle.bif
    error[E684]: the file's arrows form a cycle: B -> A -> B
     --> cycle.bif
      = help: take one of the parents out of its table
    ```

    ## What to do

    Remove one of the parents in the cycle from its table.
    """

    code = "E684"

    cycle: tuple[str, ...]

    def message(self) -> str:
        """The cycle."""
        return f"the file's arrows form a cycle: {' -> '.join(self.cycle)}"

    def help(self) -> str:
        """What to do."""
        return "take one of the parents out of its table"


class TableUnknown(Diagnostic):
    """A network file that leaves numbers of its tables open.

    ## What it means

    The file holds -1 where a probability should stand. Exercises are handed out so, for a program
    to fill in. The graph and the values are told, and the tables are not.

    ## Example

    ```text title="dog.bif"
    network dog { }
    variable out { type discrete [2] { true, false }; }
    probability (out) { table -1, -1; }
    ```

    ```console
    $ scmc import dog.bif
    error[E836]: the table of `out` holds -1, which is no probability
     --> dog.bif:3:14
      |
    3 | probability (out) { table -1, -1; }
      |              ^^^
      = help: `--no-run` imports the graph alone, to be trained on data
    ```

    ## What to do

    Import the graph with `--no-run`, and train it on data (`scmc train`); or fill in the numbers.
    """

    code = "E836"

    variable: str

    def message(self) -> str:
        """The variable."""
        return f"the table of `{self.variable}` holds -1, which is no probability"

    def help(self) -> str:
        """What to do."""
        return "`--no-run` imports the graph alone, to be trained on data"


class NotText(Diagnostic):
    """A file that should hold text and does not.

    ## What it means

    The file is not UTF-8 text, or its compression is damaged.

    ## Example

    ```console
    $ echo rain | gzip | gzip > rain.bif.gz
    $ scmc import rain.bif.gz
    error[E685]: `rain.bif.gz` is not a text file
      = help: fetch the file again, or save it as UTF-8
    ```

    ## What to do

    Fetch the file again, or save it as UTF-8.
    """

    code = "E685"

    path: str

    def message(self) -> str:
        """The file."""
        return f"`{self.path}` is not a text file"

    def help(self) -> str:
        """What to do."""
        return "fetch the file again, or save it as UTF-8"
