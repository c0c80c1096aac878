"""E576 and E581: numbers that labels do not have."""

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


class OnlyOfReals(Diagnostic):
    r"""A label is set by arithmetic, drawn from a law of numbers or run along a curve.

    ## What it means

    `do(Dose = Dose + 1)`, `do(Dose ~ normal(4, 1))` and `do(Dose = 0..10 by 1)` are of real nodes. A
    label has values and no numbers between them.

    ## Example

    ```console
    $ scmc query "P(Bald | do(Male = Male + 1))"
    error[E581]: `Male` is a label, and arithmetic, laws and curves are of real nodes
     --> query:1:13
      |
    1 | P(Bald | do(Male = Male + 1))
      |             ^^^^^^^^^^^^^^^
      = help: write a rule, `do(Male = 0 if Male=1 else 1)`, or weights, `do(Male ~ 0.3)`
    ```

    ## What to do

    Set a label by a rule, `do(Male = 0 if Male=1 else 1)`, draw it with weights, `do(Male ~ 0.3)`, or
    leave it without a value for a row of each, `do(Male)`.
    """

    code = "E581"

    node: str

    def message(self) -> str:
        return f"`{self.node}` is a label, and arithmetic, laws and curves are of real nodes"

    def help(self) -> str:
        name = self.node
        return f"write a rule, `do({name} = 0 if {name}=1 else 1)`, or weights, `do({name} ~ 0.3)`"
