"""E436 to E440, W441 and W442: answers where no exact one fits in memory or in time."""

from scm_compiler.diagnostics.diagnostic import Diagnostic


class FewEffective(Diagnostic):
    """Likelihood weighting whose draws are worth too little.

    ## What it means

    There is no exact answer, or none that fits in memory, and the evidence is so unlikely from what
    stands above it that a few of the draws carry nearly all the weight. The effective sample size is how many
    independent draws the weighted ones are worth; an estimate from fewer than shown is not given.

    ## Example

    Where each of seven rare faults causes an alarm that is seldom wrong:

    ```console
    $ scmc query --method weighted "P(Fault1=1 | Alarm1=1, Alarm2=1, Alarm3=1, Alarm4=1, Alarm5=1, Alarm6=1, Alarm7=1)"
    error[E436]: 1,000,000 weighted draws are worth 15.8 independent ones; an answer needs 100
     --> query:1:1
      |
    1 | P(Fault1=1 | Alarm1=1, Alarm2=1, Alarm3=1, Alarm4=1, Alarm5=1, Alarm6=1, Alarm7=1)
      | ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
      = help: ask with less evidence; what `do` holds costs no weight
    ```

    ## What to do

    Ask with less evidence, or replace evidence by `do`: what is held costs no weight. Where the
    graph has fewer edges an exact answer may fit; `scmc query --explain` tells its size.
    """

    code = "E436"
    effective: float
    draws: int
    least: float

    def message(self) -> str:
        """The draws and their worth."""
        return (
            f"{self.draws:,} weighted draws are worth {self.effective:.3g} independent ones; "
            f"an answer needs {self.least:.0f}"
        )

    def help(self) -> str:
        """The way out."""
        return "ask with less evidence; what `do` holds costs no weight"


class TakesTooLong(Diagnostic):
    """A query whose exact answer would take too long.

    ## What it means

    The best order that was found fits in memory, but takes so many multiplications that the
    answer would not come in minutes. The number was computed before anything was run.

    ## Example

    ```console
    $ scmc query --method exact "P(Day80=t20 | Day1=t0)"
    error[E437]: the exact answer takes 2^36 multiplications; the limit is 2^35
     --> query:1:1
      |
    1 | P(Day80=t20 | Day1=t0)
      | ^^^^^^^^^^^^^^^^^^^^^^
      = help: `--method weighted` estimates it, with its error
    ```

    ## What to do

    Leave `--method exact` out: the answer is then estimated, with its error. Evidence or `do` on
    nodes that cut the graph make an exact answer cheaper.
    """

    code = "E437"
    cost: float
    limit: float

    def message(self) -> str:
        """The cost and the limit, as powers of two."""
        return (
            f"the exact answer takes 2^{self.cost:.0f} multiplications; "
            f"the limit is 2^{self.limit:.0f}"
        )

    def why(self) -> str:
        """Why a plan does something else."""
        cost, limit = f"2^{self.cost:.0f} multiplications", f"2^{self.limit:.0f}"
        return f"an exact answer would take {cost}; the limit is {limit}"

    def help(self) -> str:
        """The other method."""
        return "`--method weighted` estimates it, with its error"


class TableTooLong(Diagnostic):
    """A table of an answer that has too many rows.

    ## What it means

    Free targets are answered by one row for each combination of their values. So many rows could
    not be read, and would take the memory that the answer needs.

    ## Example

    Of thirty labels `X1`, …, `X30`, nineteen at once:

    ```console
    $ scmc query "P(X1, X2, X3, X4, X5, X6, X7, X8, X9, X10, X11, X12, X13, X14, X15, X16, X17, X18, X19)"
    error[E438]: the table would have 524,288 rows; the limit is 262,144
     --> query:1:1
      |
    1 | P(X1, X2, X3, X4, X5, X6, X7, X8, X9, X10, X11, X12, X13, X14, X15, X16, X17, X18, X19)
      | ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
      = help: ask for fewer free targets; `scmc sample` draws rows of all labels
    ```

    ## What to do

    Ask for fewer free targets, or give some of them a value. `scmc sample` draws rows of all
    labels.
    """

    code = "E438"
    rows: int
    limit: int

    def message(self) -> str:
        """The rows and the limit."""
        return f"the table would have {self.rows:,} rows; the limit is {self.limit:,}"

    def help(self) -> str:
        """The way out."""
        return "ask for fewer free targets; `scmc sample` draws rows of all labels"


class NoExactDraws(Diagnostic):
    """Evidence given which no exact draws can be made.

    ## What it means

    Rows are drawn exactly, and none is rejected: what stands above the evidence is summed out
    first, and then drawn backwards. The tables of that sum need the memory shown, which was
    computed before any was taken.

    ## Example

    With thirty causes of `Y`, which causes `Z`:

    ```console
    $ scmc sample "given(Z=1)" -n 10 -o rows.csv
    error[E440]: exact draws given this evidence need tables of 2^33 numbers; the limit is 2^26
      = help: hold with `do` instead, or see labels with fewer causes; `scmc query` estimates
    ```

    ## What to do

    Hold with `do` instead of seeing, or see labels with fewer causes above them: without evidence
    nothing is summed. A question, `scmc query`, is estimated all the same.
    """

    code = "E440"
    cells: float
    limit: float

    def message(self) -> str:
        """The size and the limit, as powers of two."""
        return (
            f"exact draws given this evidence need tables of 2^{self.cells:.0f} numbers; "
            f"the limit is 2^{self.limit:.0f}"
        )

    def help(self) -> str:
        """The way out."""
        return "hold with `do` instead, or see labels with fewer causes; `scmc query` estimates"


class OnlyThreshold(Diagnostic):
    """A counterfactual that only draws can answer, under a noise model that they do not have.

    ## What it means

    No exact answer fits in memory. Weighted draws know one noise model, `threshold`: the copies of
    a label compare one uniform number with their own thresholds.

    ## Example

    With thirty causes `X1`, …, `X30` of `Y`:

    ```console
    $ scmc query --noise-model gumbel-max "P(Y[X1=0]=1 | X1=1, Y=1)"
    error[E439]: weighted draws have the noise model `threshold` alone, not `gumbel-max`
     --> query:1:1
      |
    1 | P(Y[X1=0]=1 | X1=1, Y=1)
      | ^^^^^^^^^^^^^^^^^^^^^^^^
      = help: leave `--noise-model` out: for labels of two values both say the same
    ```

    ## What to do

    Leave `--noise-model` out; for labels of two values both models say the same.
    """

    code = "E439"
    asked: str

    def message(self) -> str:
        """The models."""
        return f"weighted draws have the noise model `threshold` alone, not `{self.asked}`"

    def help(self) -> str:
        """Where they agree."""
        return "leave `--noise-model` out: for labels of two values both say the same"


class RestsOnNetworks(Diagnostic):
    """An answer that rests on what networks make of configurations that hardly occur.

    ## What it means

    A label with so many parents has more parent configurations than there are rows of data. Its
    mechanism is a network that was fitted to the rows there are, stopped where it predicted
    held-out rows best, and it carries over from them to configurations that no row shows. The
    standard error of the answer is of the draws alone, not of the fit.

    ## Example

    With thirty causes of `Y`, which causes `Z`:

    ```console
    $ scmc query "P(Z=1 | do(X1=1))"
    rung 2 (intervene), identified, likelihood weighting, 10,000 draws worth 10,000 independent ones, 57.7 ms, on runs/wide-1
    P(Z=1 | do(X1=1)) = 0.47845 ± 0.00035
    how firmly the data determine it is not known: train with --replicates 20
    warning[W441]: `Y` is a network, of up to 2^30 parent configurations
      = help: most were never seen: the networks carry over from those that were
    ```

    ## What to do

    Trust it as one trusts a regression: where the data are dense. Fewer edges make a model that
    the data determine; `scmc check --data` counts the configurations that were never seen.
    """

    code = "W441"
    nodes: tuple[str, ...]
    configurations: float

    def message(self) -> str:
        """The labels, and how many configurations one has."""
        more = f" and {len(self.nodes) - 1} more are networks" if len(self.nodes) > 1 else ""
        return (
            f"`{self.nodes[0]}`{more or ' is a network'}, of up to 2^{self.configurations:.0f} "
            "parent configurations"
        )

    def help(self) -> str:
        """What the error leaves out."""
        return "most were never seen: the networks carry over from those that were"


class ShareUnknown(Diagnostic):
    """An answer that may rest on parent configurations that the data do not hold.

    ## What it means

    The tables of the labels shown hold guesses where the training data have no row. How much of an
    answer rests on them is worked out exactly (W440) where that fits in memory; here it does not.

    ## Example

    ```console
    $ scmc query --method weighted "P(Smiling=1 | do(Male=1))" --run runs/celeba_cg1-1
    rung 2 (intervene), identified, likelihood weighting, 10,000 draws worth 10,000 independent ones, 6.81 ms
    P(Smiling=1 | do(Male=1)) = 0.39353 ± 0.00045, 95 % [0.39011, 0.39695] from 202,599 rows
    warning[W442]: tables of `Mustache` and 1 more hold guesses; what share is met is not known
      = help: `scmc check --data` counts the parent configurations never seen
    ```

    ## What to do

    `scmc check --data` counts the configurations that were never seen. A question that rests on
    fewer labels has its share worked out.
    """

    code = "W442"
    nodes: tuple[str, ...]

    def message(self) -> str:
        """The labels."""
        more = f" and {len(self.nodes) - 1} more" if len(self.nodes) > 1 else ""
        return f"tables of `{self.nodes[0]}`{more} hold guesses; what share is met is not known"

    def help(self) -> str:
        """Where the guesses are."""
        return "`scmc check --data` counts the parent configurations never seen"
