"""E46x: events, interventions and effects of a question that cannot be meant as they stand."""

from scm_compiler.diagnostics.diagnostic import Diagnostic


class CaseWithoutValue(Diagnostic):
    """A case of `or` or `and`, or a condition of an intervention, that names no value.

    ## What it means

    `A=1 or B=1` says of each variable at which value it counts. A name alone asks for a table,
    which cannot be one case of several.

    ## Example

    ```console
    $ scmc query "P(Male or Bald=1)"
    error[E460]: `Male` has no value in a case of several
     --> query:1:3
      |
    1 | P(Male or Bald=1)
      |   ^^^^
      = help: write what it is, such as `Male=1`
    ```

    ## What to do

    Write the value: `P(Male=1 or Bald=1)`.
    """

    code = "E460"
    node: str
    example: str

    def message(self) -> str:
        return f"`{self.node}` has no value in a case of several"

    def help(self) -> str:
        return f"write what it is, such as `{self.node}={self.example}`"


class WrongWeights(Diagnostic):
    """Weights after `~` that do not fit the node.

    ## What it means

    `do(X ~ (0.2, 0.3, 0.5))` is a distribution: a number from 0 to 1 for each value of X, in the
    order of its declaration, which make 1 together. Of a node with two values, `do(X ~ 0.3)` gives
    the second one's. After the bar, `X ~ (0.2, 0.8)` says how likely the evidence is at each value
    of X; only the proportions count.

    ## Example

    ```console
    $ scmc query "P(Male=1 | do(Bald ~ (0.5, 0.2)))"
    error[E461]: the weights of `Bald` make 0.7 and not 1 together
     --> query:1:15
      |
    1 | P(Male=1 | do(Bald ~ (0.5, 0.2)))
      |               ^^^^^^^^^^^^^^^^^
      = help: `Bald` has the values 0, 1, in this order
    ```

    ## What to do

    Write one weight for each value that the help line names.
    """

    code = "E461"
    node: str
    wrong: str
    values: tuple[str, ...]

    def message(self) -> str:
        return f"the weights of `{self.node}` {self.wrong}"

    def help(self) -> str:
        shown = ", ".join(self.values[:20]) + (", …" if self.values[20:] else "")
        return f"`{self.node}` has the values {shown}, in this order"


class ReadsDescendant(Diagnostic):
    """An intervention that reads what it changes.

    ## What it means

    `do(X = 1 if Z=1 else 0)` holds X at what is read of Z before X is set. Z can be a node that X
    does not cause, or X itself: what it would have been. A descendant of X, or another node that
    the same query sets by a rule, has no value yet when X is set.

    ## Example

    ```console
    $ scmc query "P(Bald=1 | do(Male = 1 if Mustache=1 else 0))"
    error[E462]: `do` cannot set `Male` by what `Mustache` is, which it changes
     --> query:1:15
      |
    1 | P(Bald=1 | do(Male = 1 if Mustache=1 else 0))
      |               ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
      = help: read `Male` itself or nodes that are not its descendants
    ```

    ## What to do

    Read nodes that are there before, or condition on what was seen: `P(… | do(X=1), Z=1)`.
    """

    code = "E462"
    node: str
    read: str
    ruled: bool = False

    def message(self) -> str:
        why = "which another rule sets" if self.ruled else "which it changes"
        return f"`do` cannot set `{self.node}` by what `{self.read}` is, {why}"

    def help(self) -> str:
        return f"read `{self.node}` itself or nodes that are not its descendants"


class WrongEffect(Diagnostic):
    """An effect with arguments that it does not take.

    ## What it means

    `ATE`, `ATT`, `NDE` and `NIE` compare two values of one cause; all else is evidence, after a
    bar. `CDE(X -> Y, M=1)` is the effect with M held, and names what is held: neither X nor Y.

    ## Example

    ```console
    $ scmc query "CDE(Male -> Bald)"
    error[E463]: `CDE` does not say what is held
     --> query:1:1
      |
    1 | CDE(Male -> Bald)
      | ^^^^^^^^^^^^^^^^^
      = help: such as `CDE(Male -> Bald, M=1)`
    ```

    ## What to do

    Write `CDE(X -> Y, M=1)`, or `ATE(X -> Y | Z=1)` for the effect among those with Z=1.
    """

    code = "E463"
    wrong: str
    example: str

    def message(self) -> str:
        return self.wrong

    def help(self) -> str:
        return f"such as `{self.example}`"


class TooManyCases(Diagnostic):
    """A question that is summed over too many values.

    ## What it means

    What holds at several values is a sum over them: `A=1 or B=1` over the values of A and B, a
    rule in `do` over those of all that it reads.

    ## Example

    ```console
    $ scmc query "P(A1=a or A2=a or A3=a or A4=a or A5=a or A6=a)" --run runs/letters-1
    error[E464]: 15,625 combinations of values have to be summed over; the limit is 4,096
     --> query:1:3
      |
    1 | P(A1=a or A2=a or A3=a or A4=a or A5=a or A6=a)
      |   ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
      = help: ask about fewer variables at once
    ```

    ## What to do

    Ask about fewer variables: that one of many happens is 1 less the probability that none does,
    `P(A=0, B=0, C=0)`.
    """

    code = "E464"
    count: int
    limit: int

    def message(self) -> str:
        said = "combinations of values have to be summed over"
        return f"{self.count:,} {said}; the limit is {self.limit:,}"

    def help(self) -> str:
        return "ask about fewer variables at once"


class NothingToChoose(Diagnostic):
    """`argmax` without a variable that is free.

    ## What it means

    `argmax(A, B | C=1)` looks for the most probable values of A and B. With a value each, there is
    nothing to look for.

    ## Example

    ```console
    $ scmc query "argmax(Male=1 | Bald=1)"
    error[E465]: `argmax` has no variable whose value is to be found
     --> query:1:1
      |
    1 | argmax(Male=1 | Bald=1)
      | ^^^^^^^^^^^^^^^^^^^^^^^
      = help: name it without a value: `argmax(A | B=1)`
    ```

    ## What to do

    Leave the value out, or ask for the probability: `P(Male=1 | Bald=1)`.
    """

    code = "E465"

    def message(self) -> str:
        return "`argmax` has no variable whose value is to be found"

    def help(self) -> str:
        return "name it without a value: `argmax(A | B=1)`"


class HeldWithoutValue(Diagnostic):
    """An intervention without a value where one is needed.

    ## What it means

    `P(A | do(B))` is a table with rows for each value of B. A regime is one world, and a sum or a
    ratio is one number: there each node that is held needs a value.

    ## Example

    ```console
    $ scmc query "do(Bald)"
    error[E466]: `do` names no value of `Bald`
     --> query:1:4
      |
    1 | do(Bald)
      |    ^^^^
      = help: write one, such as `Bald=1`
    ```

    ## What to do

    Write the value.
    """

    code = "E466"
    node: str
    example: str

    def message(self) -> str:
        return f"`do` names no value of `{self.node}`"

    def help(self) -> str:
        return f"write one, such as `{self.node}={self.example}`"


class NothingByRow(Diagnostic):
    r"""A question by rows that takes nothing from a row.

    ## What it means

    With `--rows`, or `rows=` in Python, each row of a table fills in what the query's evidence
    leaves without a value: of `P(Y | X, Z=1)` the value of X. A query whose evidence all has
    values, and a regime, says the same of every row.

    ## Example

    ```console
    $ printf 'Bald\n1\n0\n' > people.csv
    $ scmc query "P(Male=1 | Bald=1)" --rows people.csv
    error[E468]: nothing in the query takes a value from the rows
     --> query:1:1
      |
    1 | P(Male=1 | Bald=1)
      | ^^^^^^^^^^^^^^^^^^
      = help: leave evidence without a value: `P(Y=1 | X)`
    ```

    ## What to do

    Leave the values out that the rows have: `P(Male=1 | Bald)`.
    """

    code = "E468"

    def message(self) -> str:
        return "nothing in the query takes a value from the rows"

    def help(self) -> str:
        return "leave evidence without a value: `P(Y=1 | X)`"
