"""E535, E536, W534 and W535: the effect on those whom an instrument moves."""

from scm_compiler.diagnostics.diagnostic import Diagnostic


class NotInstrument(Diagnostic):
    """A local effect of what the graph makes no instrument.

    ## What it means

    `LATE(Z -> X -> Y)` takes a Z that causes X, that causes Y by way of X alone, and that shares
    no cause, seen or hidden, with X or Y. The graph says otherwise.

    ## Example

    In `front_door` nothing is an instrument: Smoking shares a hidden cause with Cancer.

    ```console
    $ scmc query "LATE(Smoking -> Tar -> Cancer)"
    error[E535]: `Smoking` is no instrument: not all that it shares with them is its effect: Smoking <-> Cancer
     --> query:1:1
      |
    1 | LATE(Smoking -> Tar -> Cancer)
      | ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
      = help: an instrument causes the cause, the outcome only by way of it, and shares no cause
    ```

    ## What to do

    Take another Z. If you believe that there is no such arrow, delete it from the program: the
    answer then rests on that.
    """

    code = "E535"
    node: str
    why: str

    def message(self) -> str:
        """The label, and what it lacks."""
        return f"`{self.node}` is no instrument: {self.why}"

    def help(self) -> str:
        """What one is."""
        return "an instrument causes the cause, the outcome only by way of it, and shares no cause"


class MovesNobody(Diagnostic):
    """A local effect of an instrument that does not change its cause in the data.

    ## What it means

    The effect is on those whom the instrument moves. In this distribution the cause is as frequent
    with it as without, or one of the two is never seen, so that there is nobody to speak of.

    ## Example

    With `Z -> X -> Y` and `X <-> Y`, on rows in which X is as frequent at either Z:

    ```console
    $ scmc query "LATE(Z -> X -> Y)"
    error[E536]: `Z` moves `X` of nobody: the effect is of no one
     --> query:1:1
      |
    1 | LATE(Z -> X -> Y)
      | ^^^^^^^^^^^^^^^^^
      = help: take a stronger instrument, or ask for the `ATE`, which has bounds without one
    ```

    ## What to do

    Take a stronger instrument. `ATE(X -> Y)` has bounds whatever the instrument does.
    """

    code = "E536"
    instrument: str
    cause: str

    def message(self) -> str:
        """The pair."""
        return f"`{self.instrument}` moves `{self.cause}` of nobody: the effect is of no one"

    def help(self) -> str:
        return "take a stronger instrument, or ask for the `ATE`, which has bounds without one"


class NoDefiersAssumed(Diagnostic):
    """A local effect, which rests on an assumption that no data show.

    ## What it means

    The Wald ratio is the effect on those whom the instrument moves if it moves nobody the other
    way (monotonicity: there are no defiers). The graph does not say so, and no data can. The
    bounds beside the answer hold without it.

    ## Example

    With `Z -> X -> Y` and `X <-> Y`:

    ```console
    $ scmc query "LATE(Z -> X -> Y)"
    rung 3 (counterfactual), not identified (noise model: monotone), exact on the fitted tables, 60.4 ms, on runs/instrument-1
    LATE(Z -> X -> Y) = 0.75980, 95 % [0.711, 0.812] from 2,000 rows
    warning[W534]: assumed: `Z` lowers `X` of nobody
      = help: no data show it; the bounds hold without it
    ```

    ## What to do

    Say why nobody would be moved the other way, or report the bounds.
    """

    code = "W534"
    instrument: str
    cause: str
    raises: bool
    bounded: bool = True

    def message(self) -> str:
        """Whom there must not be."""
        way = "lowers" if self.raises else "raises"
        return f"assumed: `{self.instrument}` {way} `{self.cause}` of nobody"

    def help(self) -> str:
        """What to read instead."""
        return "no data show it" + ("; the bounds hold without it" if self.bounded else "")


class Defiers(Diagnostic):
    """A local effect where observation speaks against what it assumes.

    ## What it means

    If nobody is moved the other way, then with the instrument more have X=1 and any given outcome
    than without it, and fewer X=0 and that outcome (Kitagawa 2015). The observed distribution has
    it otherwise by the number that is shown. Where the message says so, it breaks what holds of
    any instrument as well (the instrumental inequality, Pearl 1995).

    ## Example

    With `Z -> X -> Y` and `X <-> Y`, on rows in which Z moves some either way:

    ```console
    $ scmc query "LATE(Z -> X -> Y)"
    rung 3 (counterfactual), not identified (noise model: monotone), exact on the fitted tables, 27.8 ms, on runs/instrument-1
    LATE(Z -> X -> Y) = -0.60000, 95 % [-1.021, -0.274] from 200 rows
    whatever the noise model: in [-0.33333, -0.33333] (sharp)
    warning[W534]: assumed: `Z` lowers `X` of nobody
      = help: no data show it; the bounds hold without it

    warning[W535]: the observed distribution speaks against it: `Z` moves some `X` the other way, or is no instrument, by 0.1000
      = help: by chance, if the rows are few; else there are such units, or another path
    ```

    ## What to do

    If the number is within what chance does to as many rows, it says little. Else some are moved
    the other way, or Z is no instrument: report the bounds, or doubt the graph.
    """

    code = "W535"
    instrument: str
    cause: str
    by: float
    excess: float = 0.0

    def message(self) -> str:
        """How much is against it."""
        also = f", and more than any instrument allows by {self.excess:.4f}" if self.excess else ""
        return (
            f"the observed distribution speaks against it: `{self.instrument}` moves some "
            f"`{self.cause}` the other way, or is no instrument, by {self.by:.4f}{also}"
        )

    def help(self) -> str:
        """How to read it."""
        return "by chance, if the rows are few; else there are such units, or another path"
