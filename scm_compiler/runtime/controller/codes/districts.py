"""E62x and N62x: training where causes are hidden."""

from scm_compiler.diagnostics.diagnostic import Diagnostic


class DistrictTooLarge(Diagnostic):
    """Labels that so many hidden common causes tie together that they cannot be fitted.

    ## What it means

    Labels that `<->` ties together, directly or over others, are one district, and its tables are
    fitted jointly: what each label has to do with the labels before it in its district needs a
    table, and the likelihood a sum over the states of all its hidden causes. One of these would
    be larger than the limit.

    ## Example

    With twenty-six labels in a row, each tied to the next by `->` and by `<->`:

    ```console
    $ scmc train row.scm --data csv:row.csv
    error[E620]: the district `V1, V2, V3, V4, V5, V6, V7, V8, …` is too large: P(V25 | 24 labels) has 2^25 numbers
      = help: the limit is 2^24; leave out a `<->` that you can do without
    ```

    ## What to do

    Leave out a `<->` that can be neglected, or measure what stands behind several of them and
    declare it as a node.
    """

    code = "E620"
    members: tuple[str, ...]
    what: str
    cells: float
    limit: float

    def message(self) -> str:
        """The district and the size."""
        shown = ", ".join(self.members[:8]) + (", …" if len(self.members) > 8 else "")
        return f"the district `{shown}` is too large: {self.what} has 2^{self.cells:.0f} numbers"

    def help(self) -> str:
        """The limit."""
        return f"the limit is 2^{self.limit:.0f}; leave out a `<->` that you can do without"


class HiddenStatesFallShort(Diagnostic):
    """Hidden states that do not reproduce what the data say.

    ## What it means

    Answers rest on the observational distribution, which is fitted without hidden states. What is
    drawn (`scmc sample`, images) comes from the mechanisms, whose hidden common causes have
    states that are fitted to the same data, and here they do not get as near. Either the graph
    says more than the data bear out: each `<->` is a cause of two labels, independent of the
    other hidden causes, and that alone can rule a distribution out; or the fit stopped early.

    ## Example

    ```scm title="triangle.scm"
    graph triangle
    A, B, C : binary
    A <-> B
    B <-> C
    A <-> C
    ```

    ```text title="rows.csv"
    A,B,C,n
    0,0,0,50
    1,1,1,50
    ```

    ```console
    $ scmc train -q triangle.scm --data "csv:rows.csv?count=n"
    TVD      0.4727 to the data, over all 8 cells
    answers  0.0000 to the data, by TVD: identified queries are answered without hidden states
    time     0.0 s
    run      runs/triangle-1
    next     scmc query "P(A)"
    note[N620]: samples are 0.4727 (TVD) from the data, answers 0.0000: hidden states fall short
      = help: identified queries are answered without hidden states; what is drawn rests on them
    ```

    ## What to do

    `scmc check --implied --data` tests the independences that the graph implies. More states may
    help: `scm.train(graph, hidden_states=16)`.
    """

    code = "N620"
    drawn: float
    answers: float

    def message(self) -> str:
        """Both distances."""
        return (
            f"samples are {self.drawn:.4f} (TVD) from the data, answers {self.answers:.4f}: "
            "hidden states fall short"
        )

    def help(self) -> str:
        """What the difference touches."""
        return "identified queries are answered without hidden states; what is drawn rests on them"
