"""E583 and E584: curves that are none."""

from scm_compiler.diagnostics.diagnostic import Diagnostic


class NoCurve(Diagnostic):
    r"""A question is asked along numbers that make no curve.

    ## What it means

    `E(Pain | do(Dose=0..10 by 0.5))` asks for one number at each of 21 doses. The second end lies
    above the first, the step is positive, there are at most 1,000 points, and what is asked for is
    a number and no table. A question has one such intervention; in a sum it may stand in each part.

    ## Example

    ```console
    $ printf 'Age : real\nIll : binary\nIll -> Age\n' > age.scm
    $ printf 'Age,Ill\n63,1\n41,0\n58,1\n35,0\n' > age.csv
    $ scmc train -q age.scm --data csv:age.csv --option real=linear --run age
    numbers  -2.3352 nats a held-out row, F(x) within 0.341 of even
    time     0.0 s
    run      age
    next     scmc query "E(Age)" --run age
    $ scmc query "P(Ill=1 | do(Age=60..30 by 1))" --run age
    error[E583]: this is no curve: its numbers do not increase
     --> query:1:14
      |
    1 | P(Ill=1 | do(Age=60..30 by 1))
      |              ^^^^^^^^^^^^^^^
      = help: write such as `E(Y | do(X=0..10 by 0.5))`
    ```

    ## What to do

    Write the lower end first and a step that fits between the two.
    """

    code = "E583"

    wrong: str

    def message(self) -> str:
        return f"this is no curve: {self.wrong}"

    def help(self) -> str:
        return "write such as `E(Y | do(X=0..10 by 0.5))`"


class NoPictureOf(Diagnostic):
    r"""A picture was asked for of an answer that is no curve.

    ## What it means

    With `-o`, `scmc query` writes the picture of a curve: of a number that is asked for at each of
    many values of a real node. Other answers are printed; with `--rows` they are a table.

    ## Example

    ```console
    $ printf 'Age : real\nIll : binary\nIll -> Age\n' > age.scm
    $ printf 'Age,Ill\n63,1\n41,0\n58,1\n35,0\n' > age.csv
    $ scmc train -q age.scm --data csv:age.csv --option real=linear --run age
    numbers  -2.3352 nats a held-out row, F(x) within 0.341 of even
    time     0.0 s
    run      age
    next     scmc query "E(Age)" --run age
    $ scmc query "E(Age)" --run age -o age.svg
    error[E584]: this answer is no curve, and has no picture
      = help: ask along a real node, such as `E(Y | do(X=0..10 by 0.5))`, or leave `-o` out
    ```

    ## What to do

    Ask along a real node, or leave `-o` out.
    """

    code = "E584"

    def message(self) -> str:
        return "this answer is no curve, and has no picture"

    def help(self) -> str:
        return "ask along a real node, such as `E(Y | do(X=0..10 by 0.5))`, or leave `-o` out"
