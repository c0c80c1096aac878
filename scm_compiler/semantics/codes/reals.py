"""E576: numbers that labels do not have."""

from scm_compiler.diagnostics.diagnostic import Diagnostic


class NoNumberOfLabel(Diagnostic):
    r"""`Q` or `density` of what is no real node, or a level that is none.

    ## What it means

    `Q(Age, 0.9)` is the number below which nine tenths lie, and `density(Age=63)` a density: both are
    of real nodes. The level of `Q` lies between 0 and 1.

    ## Example

    ```console
    $ printf 'Age : real\nIll : binary\nIll -> Age\n' > age.scm
    $ printf 'Age,Ill\n63,1\n41,0\n58,1\n35,0\n' > age.csv
    $ scmc train -q age.scm --data csv:age.csv --option real=linear --run age
    numbers  -2.3352 nats a held-out row, F(x) within 0.341 of even
    time     0.0 s
    run      age
    next     scmc query "E(Age)" --run age
    $ scmc query "Q(Ill, 0.9)" --run age
    error[E576]: `Q` and `density` are of real nodes, and `Ill` is none
     --> query:1:3
      |
    1 | Q(Ill, 0.9)
      |   ^^^
      = help: ask for probabilities: `P(Ill)`
    ```

    ## What to do

    Ask for the probabilities of a label; of a real node give a level such as 0.9.
    """

    code = "E576"

    node: str
    level: str = ""

    def message(self) -> str:
        if self.level:
            return f"`{self.level}` is no level of a quantile of `{self.node}`"
        return f"`Q` and `density` are of real nodes, and `{self.node}` is none"

    def help(self) -> str:
        if self.level:
            return f"it lies between 0 and 1: `Q({self.node}, 0.9)`"
        return f"ask for probabilities: `P({self.node})`"
