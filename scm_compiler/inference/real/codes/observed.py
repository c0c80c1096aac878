"""E585 and E586: what the observed law of real nodes does not answer."""

from scm_compiler.diagnostics.diagnostic import Diagnostic


class NotFromDraws(Diagnostic):
    r"""Observation determines the answer, but draws of the observed law do not have it.

    ## What it means

    Where a hidden cause reaches a real node, `do` is answered by the formula that identification
    found, and each factor of it is drawn. A factor that is divided by a density is a weight of the
    draws, as long as what the density is of is held at one number. Where it would have to be known
    at each of the values that another node may have, every draw would need an integral of its
    own. A node that is held at random or by a rule has no one number either.

    ## Example

    ```console
    $ printf 'R, W, Z, X, Y : real\nR -> W -> Z -> X -> Y\nW <-> X\nW <-> Y\n' > napkin.scm
    $ printf 'R,W,Z,X,Y\n1,2,1,3,1\n2,1,3,1,2\n3,3,2,4,2\n4,5,4,2,5\n5,4,6,5,3\n6,6,5,7,6\n' > napkin.csv
    $ scmc train -q napkin.scm --data csv:napkin.csv --option real=linear --run napkin
    numbers  -6.3322 nats a held-out row, F(x) within 0.678 of even
    time     0.0 s
    run      napkin
    next     scmc query "E(Y)" --run napkin
    $ scmc query "E(Y | do(X ~ normal(4, 1)))" --run napkin
    error[E585]: `P(Y | do(X))` is identified, but draws do not give the density of `X` at each value of `W`
      = help: hold nodes at one number each, or cut the real nodes into classes with `binned(…)`
    ```

    ## What to do

    Hold the node at one number, or ask for a curve: `do(X=0..5)`. Or cut the real nodes into classes
    with `binned(…)`: formulas of labels are sums over tables, whatever they divide by.
    """

    code = "E585"

    query: str
    lacks: str

    def message(self) -> str:
        return f"`{self.query}` is identified, but draws do not give {self.lacks}"

    def help(self) -> str:
        return "hold nodes at one number each, or cut the real nodes into classes with `binned(…)`"


class WorldsOfLaw(Diagnostic):
    r"""A question of several worlds, which a hidden cause of a real node reaches.

    ## What it means

    A unit's noise is known where a node's own mechanism is: what it would have been follows. Of
    nodes that share a hidden cause with a real node or its effect, no data tell the mechanisms;
    what was fitted is their joint law. That answers what one world at a time is like, also for those
    who would have had another value of what is held (`ATT`), but not what a unit that was seen in
    one world would have been in another.

    ## Example

    ```console
    $ printf 'X, Z, Y : real\nX -> Z -> Y\nX <-> Y\n' > front.scm
    $ printf 'X,Z,Y\n1,2,1\n2,1,3\n3,3,2\n4,5,4\n5,4,6\n6,6,5\n' > front.csv
    $ scmc train -q front.scm --data csv:front.csv --option real=linear --run front
    numbers  -4.1130 nats a held-out row, F(x) within 0.471 of even
    time     0.0 s
    run      front
    next     scmc query "E(Y)" --run front
    $ scmc query "E(Y[X=0] | Y=3)" --run front
    error[E586]: no mechanism is known of `Y`, which the question needs in two worlds
      = help: ask of one world at a time, such as `E(Y | do(X=1)) - E(Y | do(X=0))`
    ```

    ## What to do

    Ask of one world at a time: `E(Y | do(X=0))`, `E(Y[X=0] | X=3)`.
    """

    code = "E586"

    nodes: tuple[str, ...]

    def message(self) -> str:
        names = ", ".join(f"`{name}`" for name in self.nodes)
        return f"no mechanism is known of {names}, which the question needs in two worlds"

    def help(self) -> str:
        return "ask of one world at a time, such as `E(Y | do(X=1)) - E(Y | do(X=0))`"
