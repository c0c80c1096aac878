"""E570 and E572: what real nodes have no module of, and what does not train them."""

from scm_compiler.diagnostics.diagnostic import Diagnostic


class HiddenBesideReal(Diagnostic):
    r"""A graph is to be compiled in which a hidden common cause reaches a real node.

    ## What it means

    `scmc compile` writes a module of mechanisms, which can be held and changed one by one. Where a hidden
    common cause reaches a real node, or a label that has real parents, no data tell the mechanisms
    of its district, and what `scmc train` fits is the law of what is seen. A run answers from it what
    observation determines, of `do` by the formula that identification finds; but it is no
    module that is consistent with the graph.

    ## Example

    ```console
    $ printf 'Dose : real\nIll : binary\nDose -> Ill\nDose <-> Ill\n' > hidden.scm
    $ scmc compile hidden.scm
    error[E570]: `Dose <-> Ill` is a hidden common cause of a real node or its effect, of which no data tell mechanisms
      = help: train the program and ask the run, or declare a measured cause of both
    ```

    ## What to do

    Train the program and ask the run: `scmc query`, `scmc sample`. If the cause was measured,
    declare it with arrows to both.
    """

    code = "E570"

    left: str
    right: str

    def message(self) -> str:
        pair = f"`{self.left} <-> {self.right}`"
        what = "a hidden common cause of a real node or its effect"
        return f"{pair} is {what}, of which no data tell mechanisms"

    def help(self) -> str:
        return "train the program and ask the run, or declare a measured cause of both"


class OtherTrainer(Diagnostic):
    r"""A graph with real nodes is to be trained by something else than likelihood.

    ## What it means

    Real nodes and their effects are fitted by maximum likelihood.

    ## Example

    ```console
    $ printf 'Age : real\nIll : binary\nAge -> Ill\n' > ill.scm
    $ printf 'Age,Ill\n31.5,0\n60.2,1\n' > ill.csv
    $ scmc train ill.scm --data csv:ill.csv --trainer wgan-gp
    error[E572]: `wgan-gp` trains labels alone, and `Age` is real
      = help: leave `--trainer` out: `mle` fits real nodes by likelihood
    ```

    ## What to do

    Leave `--trainer` out.
    """

    code = "E572"

    trainer: str
    real: str

    def message(self) -> str:
        return f"`{self.trainer}` trains labels alone, and `{self.real}` is real"

    def help(self) -> str:
        return "leave `--trainer` out: `mle` fits real nodes by likelihood"
