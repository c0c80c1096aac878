"""E570 and E572: what real nodes are not trained beside, and not by."""

from scm_compiler.diagnostics.diagnostic import Diagnostic


class HiddenBesideReal(Diagnostic):
    r"""A hidden common cause reaches a real node, or a label that has real parents.

    ## What it means

    The mechanism of a real node is fitted given its parents. With a hidden common cause two nodes
    depend on each other beyond their parents, and no mechanism of a real node holds that yet; between
    labels whose parents are labels their tables do. Whether a question is identified is told
    without a model: `scmc query --identify`.

    ## Example

    ```console
    $ printf 'Dose : real\nIll : binary\nDose -> Ill\nDose <-> Ill\n' > hidden.scm
    $ printf 'Dose,Ill\n0.5,1\n1.5,0\n' > hidden.csv
    $ scmc train hidden.scm --data csv:hidden.csv
    error[E570]: `Dose <-> Ill` is a hidden common cause of a real node or its effect, which has no mechanism yet
      = help: declare a measured cause of both, or cut the real node into classes with `binned(…)`
    ```

    ## What to do

    If the cause was measured, declare it with arrows to both. Or cut the node: `binned(30, 60)` takes
    the same column of numbers, and what is identified is answered.
    """

    code = "E570"

    left: str
    right: str

    def message(self) -> str:
        pair = f"`{self.left} <-> {self.right}`"
        what = "a hidden common cause of a real node or its effect"
        return f"{pair} is {what}, which has no mechanism yet"

    def help(self) -> str:
        return (
            "declare a measured cause of both, or cut the real node into classes with `binned(…)`"
        )


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
