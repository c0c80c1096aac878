"""E413 to E416: what a query holds and observes."""

from scm_compiler.diagnostics.diagnostic import Diagnostic, Label, Span


class HeldAndObserved(Diagnostic):
    """The same node in `do` and in the evidence.

    ## What it means

    `do(A=1)` holds A, so that seeing A says nothing. Such a query is almost always a slip.

    ## Example

    ```console
    $ scmc query "P(Male=1 | do(Bald=1), Bald=1)"
    error[E413]: `Bald` is both held by `do` and observed
     --> query:1:24
      |
    1 | P(Male=1 | do(Bald=1), Bald=1)
      |               ------ held here
      |                        ^^^^^^
      = help: drop one of them, or write a counterfactual: `Y[Bald=…]`
    ```

    ## What to do

    Drop one of the two. If the factual value of A matters to a world in which A is held, write a
    counterfactual: `P(Y[A=1]=1 | A=0)`.
    """

    code = "E413"
    node: str
    held: Span | None = None

    def message(self) -> str:
        """The node."""
        return f"`{self.node}` is both held by `do` and observed"

    def labels(self) -> tuple[Label, ...]:
        """Where it is held."""
        return (Label(self.held, "held here"),) if self.held else ()

    def help(self) -> str:
        """The two likely meanings."""
        return f"drop one of them, or write a counterfactual: `Y[{self.node}=…]`"


class ContradictoryEvidence(Diagnostic):
    """Evidence that gives one variable two values.

    ## What it means

    A variable has one value in each world, so this evidence cannot happen.

    ## Example

    ```console
    $ scmc query "P(Male=1 | Bald=1, Bald=0)"
    error[E414]: `Bald` is observed with two values
     --> query:1:20
      |
    1 | P(Male=1 | Bald=1, Bald=0)
      |            ------ the other value is here
      |                    ^^^^^^
      = help: keep one of the two
    ```

    ## What to do

    Keep one of them.
    """

    code = "E414"
    node: str
    first: Span | None = None

    def message(self) -> str:
        """The variable."""
        return f"`{self.node}` is observed with two values"

    def labels(self) -> tuple[Label, ...]:
        """Where the first one is."""
        return (Label(self.first, "the other value is here"),) if self.first else ()

    def help(self) -> str:
        """What to do."""
        return "keep one of the two"


class HeldTwice(Diagnostic):
    """One intervention that holds a node at two values.

    ## What it means

    `do(A=1, A=0)` names no world.

    ## Example

    ```console
    $ scmc query "P(Male=1 | do(Bald=1, Bald=0))"
    error[E415]: `Bald` is held at two values
     --> query:1:23
      |
    1 | P(Male=1 | do(Bald=1, Bald=0))
      |               ------ the other value is here
      |                       ^^^^^^
      = help: to compare two interventions, write `P(..) - P(..)`
    ```

    ## What to do

    Keep one of them; to compare them, write a contrast: `P(.. | do(A=1)) - P(.. | do(A=0))`.
    """

    code = "E415"
    node: str
    first: Span | None = None

    def message(self) -> str:
        """The node."""
        return f"`{self.node}` is held at two values"

    def labels(self) -> tuple[Label, ...]:
        """Where the first one is."""
        return (Label(self.first, "the other value is here"),) if self.first else ()

    def help(self) -> str:
        """How to compare."""
        return "to compare two interventions, write `P(..) - P(..)`"


class EvidenceWithoutValue(Diagnostic):
    """Evidence without a value.

    ## What it means

    `P(A | B)` is a table with rows for each value of B. A regime is one world, and a sum or a ratio
    is one number: there evidence must say what was seen.

    ## Example

    ```console
    $ scmc query "given(Bald)"
    error[E416]: the evidence `Bald` has no value
     --> query:1:7
      |
    1 | given(Bald)
      |       ^^^^
      = help: write what was seen, such as `Bald=1`
    ```

    ## What to do

    Write the value, `given(Bald=1)`, or ask for the table, `P(Male | Bald)`.
    """

    code = "E416"
    node: str
    example: str

    def message(self) -> str:
        """The variable."""
        return f"the evidence `{self.node}` has no value"

    def help(self) -> str:
        """A value that it can have."""
        return f"write what was seen, such as `{self.node}={self.example}`"
