"""Codes of `scmc export` and `scmc import`."""

from scm_compiler.diagnostics.diagnostic import Diagnostic


class NotAProgram(Diagnostic):
    """A graph that cannot be written as a program.

    ## What it means

    The file was read, but a program cannot say all that it says: a variable has only one value,
    say, or a name holds a double quote. The reason is the one that `scmc check` would give.

    ## Example

    ```text title="one.bif"
    network one { }
    variable X { type discrete [1] { only }; }
    probability (X) { table 1; }
    ```

    ```console
    $ scmc import one.bif
    error[E826]: `one.bif` cannot be written as a program: wrong arguments of `categorical`: a categorical node needs at least two values: `categorical(only)`
     --> one.bif:2:10
      |
    2 | variable X { type discrete [1] { only }; }
      |          ^
      = help: in the file, rename the node, or leave out a variable of one value
    ```

    ## What to do

    Change the file: rename the node, or leave a variable of one value out.
    """

    code = "E826"

    path: str
    reason: str

    def message(self) -> str:
        """The file and the reason."""
        return f"`{self.path}` cannot be written as a program: {self.reason}"

    def help(self) -> str:
        return "in the file, rename the node, or leave out a variable of one value"


class NoTables(Diagnostic):
    """A network with tables asked of a graph that has no probabilities.

    ## What it means

    BIF, XMLBIF, `.xdsl` and `.net` are formats of Bayesian networks: each variable has its table
    P(variable | parents). A `.scm` file states a graph alone; tables come from training, or from a file that has them.

    ## Example

    ```console
    $ scmc export sprinkler -o sprinkler.bif
    error[E828]: BIF needs tables, and `sprinkler` states a graph alone
      = help: train it, and export the run
    ```

    ## What to do

    Train it, and export the run: `scmc train model.scm`, `scmc export runs/model-1 -o model.bif`.
    """

    code = "E828"

    form: str
    path: str

    def message(self) -> str:
        """What has none."""
        return f"{self.form} needs tables, and `{self.path}` states a graph alone"

    def help(self) -> str:
        """What to do."""
        return "train it, and export the run"


class WouldReplace(Diagnostic):
    """A file that exists already, and was not named to be replaced.

    ## What it means

    `scmc import` and `scmc export` write no file over another: a program that was imported may
    have been worked on since. Nothing was changed.

    ## Example

    ```console
    $ echo "dag { A -> B }" > pair.dagitty
    $ scmc import -q pair.dagitty
    warning[W823]: the file tells no values: its 2 nodes are declared `binary`
     --> pair.dagitty
      = help: correct the declarations that are wrong
    wrote pair.scm: 2 labels, 1 edge
    $ scmc import -q pair.dagitty
    error[E829]: `pair.scm` exists already, and nothing is overwritten
      = help: name another file with `-o`, or replace it with `--force`
    ```

    ## What to do

    Name another file with `-o`, or replace it with `--force`.
    """

    code = "E829"

    path: str

    def message(self) -> str:
        """The file."""
        return f"`{self.path}` exists already, and nothing is overwritten"

    def help(self) -> str:
        """What to do."""
        return "name another file with `-o`, or replace it with `--force`"


class KindsOpen(Diagnostic):
    r"""Nodes whose values the columns of the table do not tell.

    ## What it means

    `--data` takes the kind of each node from the column of its name: `binary` for 0 and 1, `real` for
    many numbers, else `ordinal` or `categorical` with the values that are there (docs/language.md has
    the rule). Some nodes have no column, or a column of too many texts for a label, such as names. They
    are declared `binary`.

    ## Example

    ```console
    $ printf 'Town,Ill\n' > t.csv; for n in $(seq 30 70); do echo "town $n,$((n % 2))" >> t.csv; done
    $ echo "dag { Town -> Ill -> Cost }" > g.dagitty
    $ scmc import g.dagitty --data csv:t.csv
    warning[W843]: csv:t.csv does not tell the values of 2 nodes, declared `binary`: `Town` (41 different texts), `Cost` (there is no such column)
     --> g.dagitty
      = help: correct the declarations, or the columns
    wrote g.scm: 3 labels, 2 edges
    ```

    ## What to do

    Gather the texts into a few classes and declare them; correct the name of the node or of the column.
    """

    code = "W843"

    spec: str
    nodes: tuple[tuple[str, str], ...]

    def message(self) -> str:
        """How many nodes, the first few, and why."""
        count = len(self.nodes)
        few = ", ".join(f"`{name}` ({why})" for name, why in self.nodes[:5])
        more = f" and {count - 5} more" if count > 5 else ""
        nodes = "one node" if count == 1 else f"{count:,} nodes"
        return f"{self.spec} does not tell the values of {nodes}, declared `binary`: {few}{more}"

    def help(self) -> str:
        """What to do."""
        return "correct the declarations, or the columns"
