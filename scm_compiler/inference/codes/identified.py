"""E441, E443 and W445: formulas of identified queries, and the data that they ask for."""

from scm_compiler.diagnostics.diagnostic import Diagnostic


class NoProbability(Diagnostic):
    """A counterfactual whose formula gives what no probability can be.

    ## What it means

    The formula takes one probability from another and divides the rest. With a distribution that
    the graph can have, the result is from 0 to 1. Counted data need not be such a distribution:
    beside independences the graph implies equalities that show in no two labels, and by chance,
    or because the graph is wrong, they do not hold in the rows. Where the evidence is rare the
    formula makes much of little.

    ## Example

    With `W -> R -> X -> Y`, `W <-> X` and `W <-> Y`, on rows of which few have X=1:

    ```console
    $ scmc query "P(Y[X=0]=1 | X=1)"
    error[E444]: the formula for `P(Y[X=0]=1 | X=1)` gives 2.8903 on these data
     --> query:1:1
      |
    1 | P(Y[X=0]=1 | X=1)
      | ^^^^^^^^^^^^^^^^^ no probability is outside of 0 and 1
      = help: the data are of no model of this graph, by chance or because the graph is wrong: ask by `do` instead, or collect more rows with the evidence
    ```

    ## What to do

    Ask for everyone, `P(Y=1 | do(X=0))`, which divides by nothing rare, or collect more rows with
    the evidence. If there are many already, doubt the graph.
    """

    code = "E444"
    query: str
    value: float

    def message(self) -> str:
        """The number."""
        return f"the formula for `{self.query}` gives {self.value:.4f} on these data"

    def label(self) -> str:
        """Beside the query."""
        return "no probability is outside of 0 and 1"

    def help(self) -> str:
        """Why that can be."""
        return (
            "the data are of no model of this graph, by chance or because the graph is wrong: "
            "ask by `do` instead, or collect more rows with the evidence"
        )


class NeverSeen(Diagnostic):
    """A query that is identified, but by conditionals that the data never show.

    ## What it means

    The graph says that observation determines the query, by the formula that is shown. The
    formula asks for probabilities given combinations of values that no row of the data has, and
    without them the answer could be any number from 0 to 1 (positivity fails).

    ## Example

    With `Age -> Treated -> Cured` and `Age <-> Cured`, on rows of which none is treated:

    ```console
    $ scmc query "P(Cured=1 | do(Treated=1))"
    error[E443]: no data stand behind `P(Cured | do(Treated))`: its formula asks for what no row shows
     --> query:1:1
      |
    1 | P(Cured=1 | do(Treated=1))
      | ^^^^^^^^^^^^^^^^^^^^^^^^^^
      = help: the formula is sum_{Age} P(Cured | Age, Treated) P(Age)
    ```

    ## What to do

    Ask for values that occur, collect rows with the missing combinations, or join values of
    a label that are too rare.
    """

    code = "E443"
    query: str
    formula: str

    def message(self) -> str:
        """The query."""
        return f"no data stand behind `{self.query}`: its formula asks for what no row shows"

    def help(self) -> str:
        """The formula."""
        return f"the formula is {self.formula}"


class OnlyByFormula(Diagnostic):
    """An intervention that is answered by its formula, but not drawn.

    ## What it means

    The networks of `--trainer wgan-gp` share noise where the program says `<->`. What they say of
    observation was counted in draws of the whole model; there are no tables of hidden states to
    draw an intervention from. The query is identified, and the formula answers it.

    ## Example

    On a run of `front_door` that was trained with `--trainer wgan-gp`:

    ```console
    $ scmc query --method weighted "P(Cancer=1 | do(Smoking=1))"
    error[E441]: networks that share noise have no tables to draw an intervention from
     --> query:1:1
      |
    1 | P(Cancer=1 | do(Smoking=1))
      | ^^^^^^^^^^^^^^^^^^^^^^^^^^^
      = help: `scmc query` answers it by its formula; in Python `run.module().sample(1000, do={NAME: VALUE})` runs the networks
    ```

    ## What to do

    Leave `--method` out. `run.module().sample(1000, do={"Smoking": 1})` runs the networks
    themselves: where the query is identified, both say the same.
    """

    code = "E441"

    def message(self) -> str:
        """What is missing."""
        return "networks that share noise have no tables to draw an intervention from"

    def help(self) -> str:
        """The way out."""
        return (
            "`scmc query` answers it by its formula; in Python "
            "`run.module().sample(1000, do={NAME: VALUE})` runs the networks"
        )


class RestsOnGuesses(Diagnostic):
    """An answer whose formula asks in part for conditionals that the data never show.

    ## What it means

    The query is identified, and its formula was evaluated on the observational distribution.
    Some of the combinations of values that it conditions on are in no row of the data; for
    these a guess was taken: what rows with like values suggest where rows are few, else the
    label's overall distribution. Whatever the true conditionals are there, the answer is inside
    the interval.

    ## Example

    On a run of `front_door` whose rows show nobody who smokes without tar:

    ```console
    $ scmc query "P(Cancer=1 | do(Smoking=0))"
    rung 2 (intervene), identified by the front-door formula, exact on the fitted tables but for guesses, 2.75 ms, on runs/front_door-1
    P(Cancer=1 | do(Smoking=0)) = 0.56008, 95 % [0.212, 0.842] from 7 rows
    P(Cancer | do(Smoking)) = sum_{Tar} P(Tar | Smoking) sum_{Smoking'} P(Cancer | Smoking', Tar) P(Smoking')
    warning[W445]: part of this answer rests on combinations of values that no row shows
      = help: it can be anything in [0.4376, 0.6519]
    ```

    ## What to do

    Read the answer as the interval.
    """

    code = "W445"
    width: float
    low: float | None = None
    high: float | None = None

    def message(self) -> str:
        """That it rests on guesses."""
        return "part of this answer rests on combinations of values that no row shows"

    def help(self) -> str:
        """What the answer could be."""
        if self.low is None or self.high is None:
            return f"each probability can be off by at most {self.width:.4f}"
        return f"it can be anything in [{self.low:.4f}, {self.high:.4f}]"
