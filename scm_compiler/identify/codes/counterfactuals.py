"""Codes of counterfactuals that are to be identified."""

from scm_compiler.diagnostics.diagnostic import Diagnostic


class TooManyRows(Diagnostic):
    """A counterfactual table with too many rows.

    ## What it means

    Each row of a table of rung 3 has its own bounds, and so is a question of its own.

    ## Example

    Of six labels of five values, which `X` causes:

    ```console
    $ scmc query "P(A1[X=0], A2[X=0], A3[X=0], A4[X=0], A5[X=0], A6[X=0] | X=1)"
    error[E454]: the table would have 15,625 rows; the limit is 4,096
     --> query:1:1
      |
    1 | P(A1[X=0], A2[X=0], A3[X=0], A4[X=0], A5[X=0], A6[X=0] | X=1)
      | ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
      = help: give some targets a value, or ask for fewer at a time
    ```

    ## What to do

    Ask for fewer free targets at a time.
    """

    code = "E454"
    rows: int
    limit: int

    def message(self) -> str:
        """The number of rows and the limit."""
        return f"the table would have {self.rows:,} rows; the limit is {self.limit:,}"

    def help(self) -> str:
        """What to do."""
        return "give some targets a value, or ask for fewer at a time"
