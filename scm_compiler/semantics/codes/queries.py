"""E410 to E412, E417 to E420: the names, values and numbers of a query."""

from scm_compiler.diagnostics.diagnostic import Diagnostic


class OtherDomain(Diagnostic):
    """A node that is held at what another node is, which it cannot be.

    ## What it means

    `Y[M=Z[X=0]]` holds M at the value that Z has in another world. M must take the same values
    as Z, in the same order.

    ## Example

    ```console
    $ scmc query "P(Wearing_Hat[Male=Hair[Young=0]]=1)" --run runs/hair-1
    error[E451]: `Male` cannot be held at what `Hair` is: their values differ
     --> query:1:15
      |
    1 | P(Wearing_Hat[Male=Hair[Young=0]]=1)
      |               ^^^^^^^^^^^^^^^^^^
      = help: hold it at one of its own values, or at itself in another world
    ```

    ## What to do

    Hold the node at one of its own values, or at itself in another world: `Male=Male[Young=0]`.
    """

    code = "E451"
    node: str
    other: str

    def message(self) -> str:
        """The two nodes."""
        return f"`{self.node}` cannot be held at what `{self.other}` is: their values differ"

    def help(self) -> str:
        """What to do."""
        return "hold it at one of its own values, or at itself in another world"


MOST_NAMED = 12
"""So many nodes a help line lists."""


class UnknownNode(Diagnostic):
    """A name that the graph does not declare.

    ## What it means

    The query names a node that is not in the graph of the model.

    ## Example

    ```console
    $ scmc query "P(Mael=1)"
    error[E410]: the graph has no node `Mael`
     --> query:1:3
      |
    1 | P(Mael=1)
      |   ^^^^
      = help: did you mean `Male`? the graph of `runs/celeba_g1-1` has Young, Male, Eyeglasses, Bald, Mustache, Smiling, Wearing_Lipstick, Mouth_Slightly_Open, Narrow_Eyes, Face
    ```

    ## What to do

    Take the name as the `.scm` file declares it; letter case counts. A query without `--run` goes
    to the last run: the help line names it and its nodes.
    """

    code = "E410"
    name: str
    suggestion: str | None = None
    model: str | None = None
    nodes: tuple[str, ...] = ()

    def message(self) -> str:
        """The unknown name."""
        return f"the graph has no node `{self.name}`"

    def help(self) -> str | None:
        """The likely one, and what the model's graph has."""
        likely = f"did you mean `{self.suggestion}`?" if self.suggestion else None
        if self.model is None:
            return likely
        shown = ", ".join(self.nodes[:MOST_NAMED]) + (", …" if self.nodes[MOST_NAMED:] else "")
        owner = f"the graph of `{self.model}` has {shown}"
        return f"{likely} {owner}" if likely else owner


class UnknownValue(Diagnostic):
    """A value that is not in the node's domain.

    ## What it means

    A node takes the values that its declaration lists; `binary` nodes take 0 and 1.

    ## Example

    ```console
    $ scmc query "P(Male=2)"
    error[E411]: `Male` does not take the value `2`
     --> query:1:8
      |
    1 | P(Male=2)
      |        ^
      = help: its values are 0, 1
    ```

    ## What to do

    Use one of the values that the help line lists.
    """

    code = "E411"
    node: str
    value: str
    domain: tuple[str, ...]

    def message(self) -> str:
        """The node and the value."""
        return f"`{self.node}` does not take the value `{self.value}`"

    def help(self) -> str:
        """The domain."""
        shown = ", ".join(self.domain[:20]) + (", …" if len(self.domain) > 20 else "")
        return f"its values are {shown}"


class ImageInQuery(Diagnostic):
    """A probability of, or an intervention on, an image.

    ## What it means

    Queries are about labels. An image has no table of probabilities and no named values.

    ## Example

    ```console
    $ scmc query "P(Face | do(Male=1))"
    error[E412]: `Face` is an image; a query asks about labels
     --> query:1:3
      |
    1 | P(Face | do(Male=1))
      |   ^^^^
      = help: images of an intervention are drawn with `scmc sample`
    ```

    ## What to do

    Ask about labels here; draw images with `scmc sample "do(Male=1)"`.
    """

    code = "E412"
    node: str

    def message(self) -> str:
        """The image."""
        return f"`{self.node}` is an image; a query asks about labels"

    def help(self) -> str:
        """Where images come from."""
        return "images of an intervention are drawn with `scmc sample`"


class NotNumeric(Diagnostic):
    """An expectation of a node whose values are not numbers.

    ## What it means

    `E(A)` and the outcome of `ATE(B -> A)` average the values of A, which must be numbers.

    ## Example

    ```console
    $ scmc query "E(Hair)" --run runs/hair-1
    error[E417]: `Hair` has no expectation: its value `black` is not a number
     --> query:1:3
      |
    1 | E(Hair)
      |   ^^^^
      = help: ask for its table: `P(Hair | …)`
    ```

    ## What to do

    Ask for the table, `P(Hair)`, or for one value, `P(Hair=black)`.
    """

    code = "E417"
    node: str
    value: str

    def message(self) -> str:
        """The node and a value that is no number."""
        return f"`{self.node}` has no expectation: its value `{self.value}` is not a number"

    def help(self) -> str:
        """The table."""
        return f"ask for its table: `P({self.node} | …)`"


class AskedTwice(Diagnostic):
    """A free target that stands more than once before the bar.

    ## What it means

    The table of `P(A, A)` or `P(A, A=1)` would have A as a row twice.

    ## Example

    ```console
    $ scmc query "P(Male, Male)"
    error[E418]: `Male` is asked for more than once
     --> query:1:9
      |
    1 | P(Male, Male)
      |         ^^^^
      = help: keep one of them
    ```

    ## What to do

    Keep one of them.
    """

    code = "E418"
    node: str

    def message(self) -> str:
        """The variable."""
        return f"`{self.node}` is asked for more than once"

    def help(self) -> str:
        """What to do."""
        return "keep one of them"


class NotOneNumber(Diagnostic):
    """A sum or a ratio of something that is not one number.

    ## What it means

    `left - right` subtracts two numbers, and `above / below` divides them. A free target asks for
    a whole table.

    ## Example

    ```console
    $ scmc query "P(Male | do(Bald=1)) - P(Male)"
    error[E419]: each part of a sum or a ratio is one number; `Male` has no value
     --> query:1:3
      |
    1 | P(Male | do(Bald=1)) - P(Male)
      |   ^^^^
      = help: give it one: `Male=VALUE`

    error[E419]: each part of a sum or a ratio is one number; `Male` has no value
     --> query:1:26
      |
    1 | P(Male | do(Bald=1)) - P(Male)
      |                          ^^^^
      = help: give it one: `Male=VALUE`
    ```

    ## What to do

    Give each target a value: `P(Male=1 | do(Bald=1)) - P(Male=1)`.
    """

    code = "E419"
    node: str

    def message(self) -> str:
        """The free target."""
        return f"each part of a sum or a ratio is one number; `{self.node}` has no value"

    def help(self) -> str:
        """What to do."""
        return f"give it one: `{self.node}=VALUE`"


class CauseNotBinary(Diagnostic):
    """The average effect of a cause that is not 0 or 1.

    ## What it means

    `ATE(A -> B)` compares `do(A=1)` with `do(A=0)`. For a cause with other values it does not
    say which two are compared.

    ## Example

    ```console
    $ scmc query "ATE(Hair -> Wearing_Hat)" --run runs/hair-1
    error[E420]: `ATE` compares the values 1 and 0, which `Hair` does not have
     --> query:1:5
      |
    1 | ATE(Hair -> Wearing_Hat)
      |     ^^^^
      = help: say which two: `ATE(Hair -> …, brown vs black)`
    ```

    ## What to do

    Say which two values are compared, `ATE(Hair -> Smiling, black vs blond)`, or write the
    contrast: `P(Smiling=1 | do(Hair=black)) - P(Smiling=1 | do(Hair=blond))`.
    """

    code = "E420"
    effect: str
    node: str
    values: tuple[str, ...]

    def message(self) -> str:
        """The cause."""
        if self.effect == "LATE":
            return f"`LATE` is of labels with the values 0 and 1, which `{self.node}` is not"
        return f"`{self.effect}` compares the values 1 and 0, which `{self.node}` does not have"

    def help(self) -> str:
        """Two of its values; of a local effect there are no others."""
        if self.effect == "LATE":
            return "an instrument is 0 or 1 and nothing else, and so is a label that it moves"
        two = f"{self.values[1]} vs {self.values[0]}" if self.values[1:] else "… vs …"
        return f"say which two: `{self.effect}({self.node} -> …, {two})`"
