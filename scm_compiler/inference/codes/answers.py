"""E43x and W44x: answering a query; what cannot be answered, and how firm an answer is."""

from scm_compiler.diagnostics.diagnostic import Diagnostic


class Counterfactual(Diagnostic):
    """A query of rung 3 where only one world can be drawn.

    ## What it means

    The query's variables live in different worlds of one and the same unit: what would have been,
    given what was. Such a query is answered exactly, from the worlds as one network; drawing
    rows, and rejecting those that disagree with the evidence, knows one world at a time.

    ## Example

    ```console
    $ scmc query --method sample "P(Bald[Male=0]=1 | Male=1, Bald=1)"
    error[E430]: the query is counterfactual (rung 3), and several worlds cannot be drawn
     --> query:1:1
      |
    1 | P(Bald[Male=0]=1 | Male=1, Bald=1)
      | ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
      = help: the exact method answers it: `scmc query` without `--method sample`
    ```

    ## What to do

    Leave `--method sample` out, or ask the question of rung 2: `P(Bald=1 | do(Male=0))` is about
    everyone, not about those who are male and bald.
    """

    code = "E430"

    def message(self) -> str:
        """The rung."""
        return "the query is counterfactual (rung 3), and several worlds cannot be drawn"

    def help(self) -> str:
        """The other method."""
        return "the exact method answers it: `scmc query` without `--method sample`"


class NotOfThisMethod(Diagnostic):
    """A query that the engine of an installed package does not answer.

    ## What it means

    `--method` named an engine that a package added, and that engine answers other questions:
    observations and interventions, say, and no counterfactuals.

    ## Example

    ```console
    $ scmc query --method enumerate "P(Wet[Rain=0]=1 | Wet=1)"
    error[E447]: the method `enumerate` does not answer this query
     --> query:1:1
      |
    1 | P(Wet[Rain=0]=1 | Wet=1)
      | ^^^^^^^^^^^^^^^^^^^^^^^^
      = help: `scmc query` without `--method enumerate` chooses among scmc's own
    ```

    ## What to do

    Leave `--method` out: what scmc itself brings answers every query that can be answered. Which
    questions an engine takes is for its package to say.
    """

    code = "E447"
    method: str

    def message(self) -> str:
        """The method."""
        return f"the method `{self.method}` does not answer this query"

    def help(self) -> str:
        """The other methods."""
        return f"`scmc query` without `--method {self.method}` chooses among scmc's own"


class ImpossibleEvidence(Diagnostic):
    """Evidence that has probability zero.

    ## What it means

    In the world of the query the evidence never happens, so that nothing follows from it. It is
    an exact zero, not a small number that was rounded: rare evidence is answered however rare.

    ## Example

    ```console
    $ scmc query "P(Cloudy=1 | Sprinkler=0, Rain=0, Wet=1)" --run runs/sprinkler-1
    error[E431]: the evidence `Sprinkler=0, Rain=0, Wet=1` has probability zero
     --> query:1:1
      |
    1 | P(Cloudy=1 | Sprinkler=0, Rain=0, Wet=1)
      | ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
      = help: ask for its parts alone: one of them, or two together, cannot be
    ```

    ## What to do

    Look for the value that the model excludes: `scmc query` on parts of the evidence shows it.
    """

    code = "E431"
    evidence: str
    world: str = ""

    def message(self) -> str:
        """The evidence and its world."""
        under = f" under `{self.world}`" if self.world else ""
        return f"the evidence `{self.evidence}` has probability zero{under}"

    def help(self) -> str:
        """What to do."""
        return "ask for its parts alone: one of them, or two together, cannot be"


class HiddenCause(Diagnostic):
    """Draws or tables of labels with a hidden common cause that do not give the answer.

    ## What it means

    What one unit would have done in another world depends on the noise of its labels, and
    `A <-> B` ties the noise of two of them together in a way that neither observation nor
    experiment shows. Units in another world are drawn by their noise, and so are weighted draws of
    a counterfactual. The same is said of bare tables P(node | parents) on a graph with `<->`:
    their product would be wrong without a sign of it.

    ## Example

    ```console
    $ scmc query "P(Cancer[Smoking=0]=1 | Smoking=1)" --method weighted --run runs/front_door-1
    error[E432]: the answer rests on the hidden common cause `Smoking <-> Cancer`
     --> query:1:1
      |
    1 | P(Cancer[Smoking=0]=1 | Smoking=1)
      | ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
      = help: the tables P(node | parents) do not determine it; with the cause as a node they would
    ```

    ## What to do

    Leave `--method` out: where observation determines a counterfactual all the same, a run answers
    it by its formula, and where it does not, the refusal says why. Units in another world can be
    drawn once the common cause is measured and declared as a node; or ask what `do` does to
    everyone.
    """

    code = "E432"
    pairs: tuple[str, ...]

    def message(self) -> str:
        """The confounded pairs."""
        several = "s" if len(self.pairs) > 1 else ""
        shown = ", ".join(f"`{pair}`" for pair in self.pairs)
        return f"the answer rests on the hidden common cause{several} {shown}"

    def help(self) -> str:
        """Why it is refused, and what would help."""
        return (
            "the tables P(node | parents) do not determine it; with the cause as a node they would"
        )


class TooLarge(Diagnostic):
    """A query whose exact answer would not fit in memory.

    ## What it means

    Exact answers contract the tables that the query rests on. The best order that was found needs
    one table of the size shown, which was computed before any memory was taken.

    ## Example

    With thirty causes `X1`, …, `X30` of `Y`:

    ```console
    $ scmc query --method exact "P(Y=1 | X1=1)"
    error[E433]: the exact answer needs a table of 2^31 numbers; the limit is 2^26
     --> query:1:1
      |
    1 | P(Y=1 | X1=1)
      | ^^^^^^^^^^^^^
      = help: `--method weighted` estimates it without, and tells its error
    ```

    ## What to do

    Leave `--method exact` out: the answer is then estimated, with its error. Evidence or `do` on
    nodes that cut the graph, or fewer free targets, make an exact answer smaller.
    """

    code = "E433"
    cells: float
    limit: float
    what: str = "exact answer"
    drawable: bool = True
    runs: bool = False

    def message(self) -> str:
        """The size and the limit, as powers of two."""
        return f"the {self.what} needs a table of {self._sizes}"

    def why(self) -> str:
        """Why a plan does something else."""
        if self.runs:
            most = f"more than 2^{self.limit - 1:.0f} configurations"
            return f"an exact answer would run a mechanism on {most}"
        if self.what != "exact answer":
            return f"the {self.what} needs a table of {self._sizes}"
        return f"an exact answer would hold {self._sizes.replace('numbers', 'numbers at once')}"

    @property
    def _sizes(self) -> str:
        return f"2^{self.cells:.0f} numbers; the limit is 2^{self.limit:.0f}"

    def help(self) -> str:
        """The other method."""
        if self.drawable:
            return "`--method weighted` estimates it without, and tells its error"
        return (
            "ask for fewer labels at once; in Python "
            "`run.module().sample(1000, do={NAME: VALUE})` runs the networks"
        )


class TooFewAccepted(Diagnostic):
    """Rejection sampling that met the evidence too rarely.

    ## What it means

    `--method sample` draws from the model and keeps the draws that agree with the evidence, as
    the paper does. The number of draws is bounded; an answer from fewer kept draws than asked is
    not given.

    ## Example

    ```console
    $ scmc query --method sample "P(Young=1 | Mustache=1, Male=0)"
    error[E434]: 246 of 10000000 draws met the evidence; 10000 were asked for
     --> query:1:1
      |
    1 | P(Young=1 | Mustache=1, Male=0)
      | ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
      = help: P(evidence) is 2.21e-05; `--method exact` does not depend on it
    ```

    ## What to do

    Use the exact method, which costs the same however rare the evidence is.
    """

    code = "E434"
    accepted: int
    draws: int
    wanted: int
    probability: float | None = None

    def message(self) -> str:
        """The counts."""
        return (
            f"{self.accepted} of {self.draws} draws met the evidence; {self.wanted} were asked for"
        )

    def help(self) -> str:
        """The probability of the evidence and the other method."""
        known = "" if self.probability is None else f"P(evidence) is {self.probability:.3g}; "
        return f"{known}`--method exact` does not depend on it"


class Unsupported(Diagnostic):
    """An answer that would rest on nothing that was ever seen.

    ## What it means

    Every way in which the query's world can come about passes through a configuration of parents
    that the training data do not hold. The tables have numbers there, but no data behind them
    (positivity fails). Where a table is shrunk towards what rows with like parents say, the question
    is answered, with a warning (W440).

    ## Example

    ```console
    $ scmc query "P(Smiling=1 | do(Bald=1, Mustache=1, Male=0, Young=1))" --run runs/celeba_cg1-1
    error[E435]: no data stand behind this answer: `Smiling` was never seen with such parents
     --> query:1:1
      |
    1 | P(Smiling=1 | do(Bald=1, Mustache=1, Male=0, Young=1))
      | ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
      = help: ask about what occurs; `scmc check --data` counts the parents never seen
    ```

    ## What to do

    Ask about configurations that occur; `scmc check --data` lists those that don't.
    """

    code = "E435"
    nodes: tuple[str, ...]

    def message(self) -> str:
        """The nodes whose parents were never seen so."""
        shown = ", ".join(f"`{name}`" for name in self.nodes[:5])
        were = "was" if len(self.nodes) == 1 else "were"
        return f"no data stand behind this answer: {shown} {were} never seen with such parents"

    def help(self) -> str:
        """What to do."""
        return "ask about what occurs; `scmc check --data` counts the parents never seen"


class RestsOnUnseen(Diagnostic):
    """An answer that rests in part on parent configurations that the data do not hold.

    ## What it means

    Where the training data have no row with some configuration of a node's parents, its table
    holds a guess: the label's overall distribution or, where rows are few, what a regression
    carries over from rows with like parents (`--option tables=shrunk`, the default). The number is
    an upper bound of the probability, in the world of the query and given the evidence, that such a
    guess was used. Whatever the guesses, the answer is inside the interval. The interval from the
    data, after the answer, is narrower where the guess is carried over: it takes the regression for
    about right, as the rows that there are show it.

    ## Example

    ```console
    $ scmc query "P(Smiling=1 | do(Mustache=1, Male=0))" --run runs/celeba_cg1-1
    rung 2 (intervene), identified, exact on the fitted tables but for guesses, 2.37 ms
    P(Smiling=1 | do(Mustache=1, Male=0)) = 0.78203, 95 % [0.146, 0.928] from 202,599 rows
    warning[W440]: up to 1.30% of this answer rests on `Smiling` with parents never seen
      = help: it can be anything in [0.7757, 0.7888]
    ```

    ## What to do

    Read the answer as the interval. `scmc check --data` lists the missing configurations.
    """

    code = "W440"
    share: float
    nodes: tuple[str, ...]
    low: float | None = None
    high: float | None = None
    carried: bool = False

    def message(self) -> str:
        """The share and the nodes concerned."""
        shown = ", ".join(f"`{name}`" for name in self.nodes[:5])
        more = f" and {len(self.nodes) - 5} more" if len(self.nodes) > 5 else ""
        return (
            f"up to {self.share:.2%} of this answer rests on {shown}{more} with parents never seen"
        )

    def help(self) -> str:
        """What the answer could be."""
        from_like = "; as it is, it carries over from rows with like parents"
        said = from_like if self.carried else ""
        if self.low is None or self.high is None:
            return f"each probability can be off by at most {self.share:.4f}{said}"
        return f"it can be anything in [{self.low:.4f}, {self.high:.4f}]{said}"
