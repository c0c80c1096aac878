"""E580 and E582: what is done to real nodes."""

from scm_compiler.diagnostics.diagnostic import Diagnostic


class BeyondEnds(Diagnostic):
    r"""An intervention makes a real node what it cannot be.

    ## What it means

    `do(Dose = Dose - 5)` takes five off what each unit would have had. Where that, or what a law
    draws, lies beyond the node's ends, or is no number at all, the model has no answer.

    ## Example

    ```console
    $ printf 'Age : real(0, inf)\nIll : binary\nIll -> Age\n' > age.scm
    $ printf 'Age,Ill\n63,1\n41,0\n58,1\n35,0\n' > age.csv
    $ scmc train -q age.scm --data csv:age.csv --run age
    numbers  -2.1982 nats a held-out row, F(x) within 0.372 of even
    time     9.7 s
    run      age
    next     scmc query "E(Age)" --run age
    $ scmc query "E(Age | do(Age ~ uniform(-2, -1)))" --run age
    error[E580]: `do` makes `Age` -1.363, and its values are real numbers from 0
     --> query:1:1
      |
    1 | E(Age | do(Age ~ uniform(-2, -1)))
      | ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
      = help: stay inside of its ends, or declare others
    ```

    ## What to do

    Use an intervention that stays inside, declare wider ends, or none.
    """

    code = "E580"

    node: str
    value: str
    kind: str

    def message(self) -> str:
        return f"`do` makes `{self.node}` {self.value}, and its values are {self.kind}"

    def help(self) -> str:
        return "stay inside of its ends, or declare others"


class NoSuchLaw(Diagnostic):
    r"""A real node is drawn from what is no law of real numbers.

    ## What it means

    `do(Dose ~ normal(4, 1))` draws the dose of each unit from the normal law with mean 4 and
    deviation 1, `do(Dose ~ uniform(0, 10))` evenly from between two numbers. Weights, as a label's
    values have them, make no law of a real node.

    ## Example

    ```console
    $ printf 'Age : real\nIll : binary\nIll -> Age\n' > age.scm
    $ printf 'Age,Ill\n63,1\n41,0\n58,1\n35,0\n' > age.csv
    $ scmc train -q age.scm --data csv:age.csv --option real=linear --run age
    numbers  -2.3352 nats a held-out row, F(x) within 0.341 of even
    time     0.0 s
    run      age
    next     scmc query "E(Age)" --run age
    $ scmc query "E(Age | do(Age ~ 0.5))" --run age
    error[E582]: `Age` is real, and this is no law that it can be drawn from
     --> query:1:12
      |
    1 | E(Age | do(Age ~ 0.5))
      |            ^^^^^^^^^
      = help: write `do(Age ~ normal(0, 1))` or `do(Age ~ uniform(0, 1))`
    ```

    ## What to do

    Do as the help says, with numbers of your own; the deviation is positive, the first end the
    lower one.
    """

    code = "E582"

    node: str

    def message(self) -> str:
        return f"`{self.node}` is real, and this is no law that it can be drawn from"

    def help(self) -> str:
        return f"write `do({self.node} ~ normal(0, 1))` or `do({self.node} ~ uniform(0, 1))`"
