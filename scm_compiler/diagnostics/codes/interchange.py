"""Importing and exporting: formats, what they hold, and the files and runs that are made."""

from dataclasses import dataclass

from scm_compiler.diagnostics.diagnostic import Diagnostic
from scm_compiler.diagnostics.suggest import one_of


@dataclass(frozen=True)
class UnknownFormat(Diagnostic):
    """A file whose format scmc does not know, or cannot use in this direction.

    ## What it means

    The suffix of a file says its format, unless `--format` does. Some formats are only written:
    a Mermaid flowchart is a picture, and pictures are not read back.

    ## Example

    ```console
    $ echo "<smile/>" > rain.xdsl
    $ scmc import rain.xdsl
    error[E820]: no format that scmc reads ends like `rain.xdsl`
      = help: the suffix is .bif, .bif.gz, .dagitty, .txt, .dot, .gv, .csv or .json, or `--format` names the format
    ```

    ## What to do

    Name the format (`--format dagitty`), or save the graph in one of the formats listed.
    """

    code = "E820"

    path: str
    verb: str
    known: tuple[str, ...]

    def message(self) -> str:
        """The file."""
        return f"no format that scmc {self.verb} ends like `{self.path}`"

    def help(self) -> str:
        """The suffixes."""
        return f"the suffix is {one_of(self.known)}, or `--format` names the format"


@dataclass(frozen=True)
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


@dataclass(frozen=True)
class CannotHold(Diagnostic):
    """A graph that says what the format cannot hold and a reader must not miss.

    ## What it means

    Leaving it out would change the claim: a matrix of arrows without the hidden common causes is
    another causal graph. So nothing is written. What is merely lost gets a warning instead (W820).

    ## Example

    ```console
    $ scmc export front_door -o matrix.csv
    error[E827]: an adjacency matrix cannot hold the hidden common cause `Smoking <-> Cancer`
      = help: dagitty, DOT and JSON hold every graph
    ```

    ## What to do

    Use a format that holds it: dagitty, DOT or JSON hold every graph.
    """

    code = "E827"

    form: str
    what: str
    hint: str = "dagitty, DOT and JSON hold every graph"

    def message(self) -> str:
        """The format and what it lacks."""
        return f"{self.form} cannot hold {self.what}"

    def help(self) -> str:
        """Where to."""
        return self.hint


@dataclass(frozen=True)
class NoTables(Diagnostic):
    """A BIF file asked of a graph that has no probabilities.

    ## What it means

    BIF is a format of Bayesian networks: each variable has its table P(variable | parents). A
    `.scm` file states a graph alone; tables come from training, or from a file that has them.

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

    path: str

    def message(self) -> str:
        """What has none."""
        return f"BIF needs tables, and `{self.path}` states a graph alone"

    def help(self) -> str:
        """What to do."""
        return "train it, and export the run"


@dataclass(frozen=True)
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


@dataclass(frozen=True)
class NotKept(Diagnostic):
    """Something that the format does not keep.

    ## What it means

    The graph is written whole, but something that belongs to it has no place in the format, and
    is not there when the file is read again.

    ## Example

    ```console
    $ scmc export hair -o hair.csv
    warning[W820]: an adjacency matrix does not keep the values of `Hair`

    warning[W820]: an adjacency matrix does not keep what is asserted
    wrote hair.csv
    ```

    ## What to do

    Nothing, if the file is for a program that has no use for it; else choose dagitty, DOT or JSON.
    """

    code = "W820"

    form: str
    what: str

    def message(self) -> str:
        """The format and what is lost."""
        return f"{self.form} does not keep {self.what}"


@dataclass(frozen=True)
class HiddenNotEven(Diagnostic):
    """A hidden common cause in a BIF file whose states are not equally likely.

    ## What it means

    A run realises a hidden common cause as one uniform number, cut into equally likely states, the
    same number of them for each. The file has other ones, so that its tables cannot become the
    mechanisms of a run; the graph can be imported all the same.

    ## Example

    ```console
    $ scmc export -q runs/front_door-1 -o hidden.bif
    warning[W820]: BIF does not keep names that are no words: `U(Smoking,Cancer)` has another for other programs
    wrote hidden.bif
    $ sed -i "s/table 0.125, 0.125/table 0.1, 0.15/" hidden.bif
    $ scmc import hidden.bif
    error[E831]: the hidden cause `U(Smoking,Cancer)` of `bif:hidden.bif` has not 8 equally likely states
      = help: import the graph alone with `--no-run`
    ```

    ## What to do

    Import the graph alone with `--no-run`, and train it on data.
    """

    code = "E831"

    name: str
    origin: str
    states: int

    def message(self) -> str:
        """Which one."""
        few = f"has not {self.states} equally likely states"
        return f"the hidden cause `{self.name}` of `{self.origin}` {few}"

    def help(self) -> str:
        """What to do."""
        return "import the graph alone with `--no-run`"


@dataclass(frozen=True)
class NoDataBehind(Diagnostic):
    """An evaluation of a run that was imported and not trained.

    ## What it means

    `scmc eval` compares a model with the data that it was trained on. The tables of this run came
    from a file, so there are no data to compare them with.

    ## Example

    ```console
    $ scmc import -q rain.bif
    wrote rain.scm: 2 labels, 1 edge
    run   runs/rain-1
    $ scmc eval
    error[E832]: `runs/rain-1` was imported from `bif:rain.bif`: there are no data to compare with
      = help: ask it questions, or train its graph on data
    ```

    ## What to do

    Ask the run (`scmc query`, `scmc sample`), or train its graph on data and evaluate that.
    """

    code = "E832"

    path: str
    origin: str

    def message(self) -> str:
        """The run and where it came from."""
        return (
            f"`{self.path}` was imported from `{self.origin}`: there are no data to compare with"
        )

    def help(self) -> str:
        """What to do."""
        return "ask it questions, or train its graph on data"
