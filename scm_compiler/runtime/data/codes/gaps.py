"""E625 and E626: what cannot be trained on rows with gaps."""

from scm_compiler.diagnostics.diagnostic import Diagnostic
from scm_compiler.runtime.data.codes.data import quoted


class NeedsCompleteRows(Diagnostic):
    """What is to be trained cannot use rows with gaps.

    ## What it means

    `?missing=em` fits tables: P(label | parents) of each label, with `mle`. Networks (of `wgan-gp`, or of
    a label with very many parent configurations) and the tables of labels that share a hidden
    common cause are trained on complete rows.

    ## Example

    ```console
    $ sed 7s/blond// hair.csv > gap.csv
    $ scmc train hair --trainer wgan-gp --data "csv:gap.csv?count=count&missing=em"
    error[E625]: `missing=em` fits tables, and `wgan-gp` trains networks
      = help: say `missing=drop`, or train with `mle`
    ```

    ## What to do

    Do as the message says.
    """

    code = "E625"

    reason: str
    way: str = ""

    def message(self) -> str:
        return f"`missing=em` fits tables, and {self.reason}"

    def help(self) -> str:
        return "say `missing=drop`" + (f", or {self.way}" if self.way else "")


class TooManyMissing(Diagnostic):
    """So many labels are missing together that their sum is too large.

    ## What it means

    `?missing=em` sums over all that the missing values of a row can be. Missing labels that have to do
    with each other, with nothing seen between them, are summed together, and here that needs a table
    beyond the limit.

    ## Example

    With twelve labels, each caused by twelve of forty, and a row in which only these are seen:

    ```console
    $ scmc train many.scm --data "csv:many.csv?missing=em"
    error[E626]: 40 labels are missing together in 1 row, `C0`, `C1`, `C2`, `C3`, `C4`, `C5`, `C6`, `C7` and 32 more: their sum needs 2^29 numbers
      = help: the limit is 2^22; leave out rows in which hardly anything is seen, or say `missing=drop`
    ```

    ## What to do

    Leave out rows that hold hardly anything.
    """

    code = "E626"

    names: tuple[str, ...]
    rows: int
    cells: float
    limit: float

    def message(self) -> str:
        rows = "1 row" if self.rows == 1 else f"{self.rows:,} rows"
        together = f"{len(self.names)} labels are missing together in {rows}"
        return f"{together}, {quoted(self.names)}: their sum needs 2^{self.cells:.0f} numbers"

    def help(self) -> str:
        ways = "leave out rows in which hardly anything is seen, or say `missing=drop`"
        return f"the limit is 2^{self.limit:.0f}; {ways}"
