"""What is found in matrices of edges."""

from scm_compiler.diagnostics.diagnostic import Diagnostic


class BadMatrix(Diagnostic):
    r"""An adjacency matrix that cannot be read.

    ## What it means

    The first line names the nodes. Each further line is a row of the matrix, with or without its
    node's name first: 1 in the row of A and the column of B means `A -> B`, else there is a 0.

    ## Example

    ```console
    $ printf ',A,B\nA,0,x\nB,0,0\n' > matrix.csv
    $ scmc import matrix.csv
    error[E830]: the matrix is wrong: row `A`, column `B`: expected 0 or 1, found `x`
     --> matrix.csv:2:1
      |
    2 | A,0,x
      | ^^^^^
      = help: the first line names the nodes; the row is the cause, the column the effect (`--format edges` reads a list of edges)
    ```

    ## What to do

    Correct the entry; a matrix that is right looks like this:

    ```text
    ,A,B
    A,0,1
    B,0,0
    ```
    """

    code = "E830"

    reason: str

    def message(self) -> str:
        """Where and what."""
        return f"the matrix is wrong: {self.reason}"

    def help(self) -> str:
        """What is expected."""
        return (
            "the first line names the nodes; the row is the cause, the column the effect "
            "(`--format edges` reads a list of edges)"
        )


class Weights(Diagnostic):
    r"""A matrix of weights in the place of an adjacency matrix.

    ## What it means

    NOTEARS, LiNGAM and linear models give a matrix of weights. Which of them are edges is your
    decision: estimated weights are hardly ever zero. And programs differ in what is the cause:
    for NOTEARS it is the row, for LiNGAM the column.

    ## Example

    ```console
    $ printf ',A,B\nA,0,0.8\nB,0.01,0\n' > weights.csv
    $ scmc import weights.csv
    error[E842]: the matrix holds weights: 0.8 in row `A`, column `B`, and 1 more
     --> weights.csv:2:1
      |
    2 | A,0,0.8
      | ^^^^^^^
      = help: write 1 for an edge and 0 for none, the row being the cause: `(abs(W) > 0.3).astype(int)` of NOTEARS, of LiNGAM with `W.T`
    ```

    ## What to do

    Cut the weights where you would call them an edge, and write the matrix again. With pandas:
    `(frame.abs() > 0.3).astype(int).to_csv("graph.csv")`; of LiNGAM's matrix take `frame.T` first.
    """

    code = "E842"

    cause: str
    effect: str
    weight: str
    count: int

    def message(self) -> str:
        """The first weight, and how many there are."""
        more = f", and {self.count - 1:,} more" if self.count > 1 else ""
        place = f"in row `{self.cause}`, column `{self.effect}`"
        return f"the matrix holds weights: {self.weight[:20]} {place}{more}"

    def help(self) -> str:
        """What to do."""
        return (
            "write 1 for an edge and 0 for none, the row being the cause: "
            "`(abs(W) > 0.3).astype(int)` of NOTEARS, of LiNGAM with `W.T`"
        )
