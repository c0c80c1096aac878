"""What is found in a graph file of another program."""

from scm_compiler.diagnostics.diagnostic import Diagnostic


class GraphSyntax(Diagnostic):
    r"""A text of DOT, dagitty, lavaan, dagify or a list of edges that cannot be read.

    ## What it means

    DOT and dagitty are lists of nodes and edges in braces, lavaan and dagify are formulas, and a
    list of edges has one a line. The message says what was expected where the caret points. A file
    that was cut short ends in the middle.

    ## Example

    ```console
    $ echo "dag { A -> B" > open.dagitty
    $ scmc import open.dagitty
    error[E821]: expected `}`, found the end of the file
     --> open.dagitty:1:13
      |
    1 | dag { A -> B
      |             ^
      = help: `scmc explain E821` shows an example and what to do
    ```

    A text of another language is told by its first sign that no name holds without quotes:

    ```console
    $ printf 'library(dagitty)\nplot(dagitty("dag { A -> B }"))\n' > script.txt
    $ scmc import script.txt
    error[E821]: expected a name, `{` or `}`, found `library(dagitty)`
     --> script.txt:1:1
      |
    1 | library(dagitty)
      | ^^^^^^^^^^^^^^^^
      = help: this looks like a script: keep only the text of the graph, `dag { … }`
    ```

    ## What to do

    Put a name with signs such as `(` in quotes. Else compare the place with a file that is right:

    ```text
    dag {
      X [exposure, pos="0,1"]
      "blood pressure" [outcome]
      {X Z} -> "blood pressure"
      X <-> Z
    }
    ```
    """

    code = "E821"

    expected: str
    found: str
    hint: str | None = None

    def message(self) -> str:
        """What was expected and what stands there."""
        found = f"`{self.found[:40]}`" if self.found else "the end of the file"
        return f"expected {self.expected}, found {found}"

    def help(self) -> str | None:
        """What the text seems to be, and what to do then."""
        return self.hint


class Undirected(Diagnostic):
    """An edge that does not say which end is the cause.

    ## What it means

    `A -- B` of an undirected graph, `A o-> B` (dagitty: `@->`) of a PAG, or an edge of DOT that is
    drawn without a head (`dir=none`, `arrowhead=none`) or with a circle or a bar at an end
    (`arrowtail=odot`, `arrowhead=tee`) leave open who causes whom, and in a causal graph each edge
    has a direction. Such edges stand for all graphs that the data cannot tell apart.

    ## Example

    ```console
    $ echo "dag { A -- B }" > tied.dagitty
    $ scmc import tied.dagitty
    error[E822]: `A -- B` does not say which one is the cause
     --> tied.dagitty:1:7
      |
    1 | dag { A -- B }
      |       ^^^^^^
      = help: write `->` or `<-`, or `<->` for a hidden common cause
    ```

    ## What to do

    Decide: `A -> B`, `B -> A`, or `A <-> B` for a hidden common cause.
    """

    code = "E822"

    left: str
    arrow: str
    right: str

    def message(self) -> str:
        """The edge."""
        return f"`{self.left} {self.arrow} {self.right}` does not say which one is the cause"

    def help(self) -> str:
        """The choices."""
        return "write `->` or `<-`, or `<->` for a hidden common cause"


class NotCausal(Diagnostic):
    """A graph whose edges mean something else than direct causes.

    ## What it means

    In a MAG an arrow means ancestry, perhaps through unobserved variables and selection, and a
    PAG stands for many MAGs. Read as a causal graph either would claim too much.

    ## Example

    ```console
    $ echo "mag { A -> B }" > ancestors.dagitty
    $ scmc import ancestors.dagitty
    error[E823]: a MAG is no causal graph: its arrows mean ancestry
     --> ancestors.dagitty
      = help: choose one causal graph that it stands for, and write it as `dag { … }`
    ```

    ## What to do

    Choose one causal graph that it stands for, and write it as `dag { … }`.
    """

    code = "E823"

    header: str

    def message(self) -> str:
        """What sort of graph it is."""
        return f"a {self.header.upper()} is no causal graph: its arrows mean ancestry"

    def help(self) -> str:
        """What to do."""
        return "choose one causal graph that it stands for, and write it as `dag { … }`"


class TooLarge(Diagnostic):
    """A file that says more than scmc will read.

    ## What it means

    The size of a file, of its tables, the number of its edges and the depth of its subgraphs are
    bounded, so that a damaged or hostile file fails at once and not when the memory is full.

    ## Example

    With twenty-nine causes of `Y` in a BIF file:

    ```console
    $ scmc import wide.bif
    error[E824]: too large to be read: the table of `Y` has 1,073,741,824 numbers
      --> wide.bif:61:14
       |
    61 | probability (Y | X1, X2, X3, X4, X5, X6, X7, X8, X9, X10, X11, X12, X13, X14, X15, X16, X17, X18, X19, X20, X21, X22, X23, X24, X25, X26, X27, X28, X29) { default 0.5, 0.5; }
       |              ^
      = help: save a part of it, or the graph without its tables: `scmc import graph.dagitty`
    ```

    ## What to do

    Look at the file: a real network of this size needs a tool of its own. Its graph alone, saved as
    dagitty or DOT, may be small enough.
    """

    code = "E824"

    what: str

    def message(self) -> str:
        """What is too large."""
        return f"too large to be read: {self.what}"

    def help(self) -> str:
        """Where less may do."""
        return "save a part of it, or the graph without its tables: `scmc import graph.dagitty`"


class ProjectedOut(Diagnostic):
    """A node that the file calls unobserved was left out, and its effects kept.

    ## What it means

    scmc has no unobserved nodes, it has hidden common causes. The graph that is left says the
    same of the observed nodes (the latent projection, Verma and Pearl 1990): causes of the node
    cause its children, and each two of its children share a hidden common cause `<->`. A node
    with one child and no hidden partner is part of that child's own noise.

    ## Example

    ```console
    $ echo "dag { U [latent] U -> A U -> B }" > hidden.dagitty
    $ scmc import hidden.dagitty
    warning[W823]: the file tells no values: its 2 nodes are declared `binary`
     --> hidden.dagitty
      = help: correct the declarations that are wrong

    warning[W821]: `U` is unobserved and was left out: `A <-> B` stands for it
     --> hidden.dagitty:1:7
      |
    1 | dag { U [latent] U -> A U -> B }
      |       ^
    wrote hidden.scm: 2 labels, 1 hidden common cause
    ```

    ## What to do

    Nothing, if it is unobserved; else take the mark `latent` from it. Three or more children get a
    common cause for each two: what is identified is the same, but as a model that is trained it is
    narrower than one cause of all.
    """

    code = "W821"

    name: str
    instead: tuple[str, ...]
    more: int = 0

    def message(self) -> str:
        """The node, how many more there are, and what stands for them."""
        several = self.instead[:3] + (("…",) if len(self.instead) > 3 else ())
        listed = ", ".join(f"`{edge}`" if edge != "…" else edge for edge in several)
        verb = "stands" if len(self.instead) == 1 else "stand"
        it, are = (
            ("them", "are unobserved and were") if self.more else ("it", "is unobserved and was")
        )
        instead = f"{listed} {verb} for {it}" if self.instead else f"nothing is lost with {it}"
        more = f" and {self.more:,} more" if self.more else ""
        return f"`{self.name}`{more} {are} left out: {instead}"


class SelectedRows(Diagnostic):
    """A node by which the rows were selected.

    ## What it means

    dagitty marks a node as `selected` where only units with one of its values are in the data.
    scmc has no such mark: it takes the node as any other, and what it learns from selected rows
    is about selected units.

    ## Example

    ```console
    $ echo "dag { S [selected] A -> S }" > chosen.dagitty
    $ scmc import chosen.dagitty
    warning[W823]: the file tells no values: its 2 nodes are declared `binary`
     --> chosen.dagitty
      = help: correct the declarations that are wrong

    warning[W822]: `S` is marked as selected, which a program does not say
     --> chosen.dagitty
      = help: condition on it in the queries
    wrote chosen.scm: 2 labels, 1 edge
    ```

    ## What to do

    Condition on the value by which the rows were selected, as in `P(Y | S=1)`, and ask
    `scmc query --identify` whether the effect follows from what is seen.
    """

    code = "W822"

    name: str

    def message(self) -> str:
        """The node."""
        return f"`{self.name}` is marked as selected, which a program does not say"

    def help(self) -> str:
        """What to do."""
        return "condition on it in the queries"


class ValuesUnknown(Diagnostic):
    """Nodes whose values the file does not tell became binary.

    ## What it means

    dagitty, DOT, networkx and adjacency matrices hold a graph, and say nothing of the values that
    its nodes take. A program must say it, so each such node was declared `binary`.

    ## Example

    ```console
    $ echo "dag { A -> B }" > pair.dagitty
    $ scmc import pair.dagitty
    warning[W823]: the file tells no values: its 2 nodes are declared `binary`
     --> pair.dagitty
      = help: correct the declarations that are wrong
    wrote pair.scm: 2 labels, 1 edge
    ```

    ## What to do

    Correct the declarations that are wrong, such as `Hair : categorical(black, brown, blond)`.
    """

    code = "W823"

    count: int

    def message(self) -> str:
        """How many nodes."""
        nodes = "its one node is" if self.count == 1 else f"its {self.count:,} nodes are"
        return f"the file tells no values: {nodes} declared `binary`"

    def help(self) -> str:
        """What to do."""
        return "correct the declarations that are wrong"
