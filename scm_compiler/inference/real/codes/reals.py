"""E573 to E575: questions to a model with real nodes."""

from scm_compiler.diagnostics import refuse
from scm_compiler.diagnostics.diagnostic import Diagnostic


class NoEvent(Diagnostic):
    r"""A real node stands where an event, a value or a number of a label is needed.

    ## What it means

    A table of a real node would have infinitely many rows, and `P(Age=63)` is zero. What can be
    asked for is the probability of a range, the mean, a quantile or the density. `P(Age)` by itself
    is its mean, deviation and quartiles; beside a label, in a sum and in `argmax` it is none.

    ## Example

    ```console
    $ printf 'Age : real\nIll : binary\nIll -> Age\n' > age.scm
    $ printf 'Age,Ill\n63,1\n41,0\n58,1\n35,0\n' > age.csv
    $ scmc train -q age.scm --data csv:age.csv --option real=linear --run age
    numbers  -2.3352 nats a held-out row, F(x) within 0.341 of even
    time     0.0 s
    run      age
    next     scmc query "E(Age)" --run age
    $ scmc query "P(Age, Ill)" --run age
    error[E573]: `Age` is real, and has no table of probabilities
     --> query:1:3
      |
    1 | P(Age, Ill)
      |   ^^^
      = help: ask `P(Age > 1)`, `E(Age)`, `Q(Age, 0.5)` or `density(Age=1)`
    ```

    ## What to do

    Do as the help says, with a number that matters to you.
    """

    code = "E573"

    node: str

    def message(self) -> str:
        return f"`{self.node}` is real, and has no table of probabilities"

    def help(self) -> str:
        name = self.node
        return f"ask `P({name} > 1)`, `E({name})`, `Q({name}, 0.5)` or `density({name}=1)`"


class NothingFits(Diagnostic):
    r"""The evidence has no probability, or no density.

    ## What it means

    No draw of the model agrees with what is said to be seen: a number out of the node's ends, or a
    combination that does not happen.

    ## Example

    ```console
    $ printf 'Age : real\nIll : binary\nIll -> Age\n' > age.scm
    $ printf 'Age,Ill\n63,1\n41,0\n58,1\n35,0\n' > age.csv
    $ scmc train -q age.scm --data csv:age.csv --option real=linear --run age
    numbers  -2.3352 nats a held-out row, F(x) within 0.341 of even
    time     0.0 s
    run      age
    next     scmc query "E(Age)" --run age
    $ scmc query "P(Ill=1 | Age > 90, Age < 80)" --run age
    error[E574]: nothing that the model draws fits the evidence
     --> query:1:1
      |
    1 | P(Ill=1 | Age > 90, Age < 80)
      | ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
      = help: it is impossible, or so rare that no draw meets it: ask for less
    ```

    ## What to do

    Look at the numbers in the evidence, and at the ends of the nodes.
    """

    code = "E574"

    def message(self) -> str:
        return "nothing that the model draws fits the evidence"

    def help(self) -> str:
        return "it is impossible, or so rare that no draw meets it: ask for less"


class NotWithReals(Diagnostic):
    r"""A form of question, or a method, that is not there for real nodes.

    ## What it means

    Models with real nodes answer probabilities of events, means, variances, quantiles, densities,
    effects that have a name, regimes, tables, sums and ratios, curves, and counterfactuals of these,
    exactly where all that takes part is linear and Gaussian, else from weighted draws. Not there are
    rejection (`--method sample`), bounds, exact answers of other mechanisms, and a density in
    another world that has to be drawn.

    ## Example

    ```console
    $ printf 'Age : real\nIll : binary\nIll -> Age\n' > age.scm
    $ printf 'Age,Ill\n63,1\n41,0\n58,1\n35,0\n' > age.csv
    $ scmc train -q age.scm --data csv:age.csv --option real=linear --run age
    numbers  -2.3352 nats a held-out row, F(x) within 0.341 of even
    time     0.0 s
    run      age
    next     scmc query "E(Age)" --run age
    $ scmc query "E(Age | Ill=1)" --run age --method sample
    error[E575]: `--method sample` is not answered where real nodes take part
     --> query:1:1
      |
    1 | E(Age | Ill=1)
      | ^^^^^^^^^^^^^^
      = help: leave `--method` out: units are weighted
    ```

    ## What to do

    Do as the help says, write the question in terms of means and probabilities, or cut the nodes
    with `binned(…)`.
    """

    code = "E575"

    what: str
    way: str = "ask for its means one by one, such as `E(Y[X=1]) - E(Y[X=0])`"

    def message(self) -> str:
        return f"{self.what} is not answered where real nodes take part"

    def help(self) -> str:
        return self.way


def require_threshold(noise_model: str | None) -> None:
    """Refuse another noise model than the one there is beside real nodes.

    Raises:
        ScmError: E575 with exit code 2.
    """
    if noise_model not in (None, "threshold"):
        way = "leave it out: a label's noise is a number that thresholds cut"
        raise refuse(NotWithReals(f"the noise model `{noise_model}`", way), exit_code=2)
