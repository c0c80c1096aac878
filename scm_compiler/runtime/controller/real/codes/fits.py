"""Codes of what fitting the mechanisms of real nodes meets in their data."""

from scm_compiler.diagnostics.diagnostic import Diagnostic


class NoSuchNumber(Diagnostic):
    """A real column has a number that cannot be worked with.

    ## What it means

    The numbers of a real node are finite and not beyond 1e100, whose square is still a number.
    This one is not: it is NaN, which stands for no number at all, infinite, or greater.

    ## Example

    ```python title="fit.py"
    import numpy as np
    from scm_compiler import ScmError
    from scm_compiler.ir.domain import Real
    from scm_compiler.runtime.controller.real.target import Target
    from scm_compiler.runtime.controller.real.trainer import Reals

    try:
        Reals([Target("Dose", Real(), {})], {"Dose": np.array([1.0, 2.5, np.nan])})
    except ScmError as error:
        print(error)
    ```

    ```console
    $ python fit.py
    error[E563]: `Dose` is nan in row 3
      = help: leave the row out, or use another unit: numbers go up to 1e100
    ```

    ## What to do

    Leave the row out if the value is not known, or write the column in another unit.
    """

    code = "E563"

    name: str
    row: int
    value: str
    count: int

    def message(self) -> str:
        """The first such number."""
        more = f", and {self.count - 1:,} more" if self.count > 1 else ""
        return f"`{self.name}` is {self.value} in row {self.row:,}{more}"

    def help(self) -> str:
        """What to do."""
        return "leave the row out, or use another unit: numbers go up to 1e100"


class TooFewRows(Diagnostic):
    """There are fewer than two rows to learn real numbers from.

    ## What it means

    The mechanism of a real node is a distribution. One row has a value, but says nothing of how
    far others are from it. Rows of weight zero do not count.

    ## Example

    ```scm title="dose.scm"
    Dose : real
    ```

    ```text title="dose.csv"
    Dose
    1
    ```

    ```console
    $ scmc train dose.scm --data dose.csv
    error[E564]: one row does not say how real numbers spread
     --> csv:dose.csv
      = help: train on two rows or more
    ```

    ## What to do

    Train on more rows: a hundred say something, thousands say how a distribution is shaped.
    """

    code = "E564"

    rows: int

    def message(self) -> str:
        """How many there are."""
        told = "one row does" if self.rows else "no rows do"
        told = f"{self.rows:,} equal rows do" if self.rows > 1 else told
        return f"{told} not say how real numbers spread"

    def help(self) -> str:
        """What to do."""
        return "train on two rows or more" + (" that differ" if self.rows > 1 else "")


class LinearHasNoEnds(Diagnostic):
    """A linear mechanism was asked for of a node whose values have an end.

    ## What it means

    A linear mechanism adds a Gaussian number to a sum over the parents. Some of what it gives is
    beyond any end, so that `real(0, inf)` cannot have one.

    ## Example

    ```python title="fit.py"
    import numpy as np
    from scm_compiler import ScmError
    from scm_compiler.ir.domain import Real
    from scm_compiler.runtime.controller.real.target import Target
    from scm_compiler.runtime.controller.real.trainer import Reals

    try:
        Reals([Target("Dose", Real(low=0.0), {}, "linear")], {"Dose": np.array([1.0, 2.0])})
    except ScmError as error:
        print(error)
    ```

    ```console
    $ python fit.py
    error[E565]: `Dose` has an end, and a linear mechanism goes beyond any
      = help: declare `Dose : real`, or choose the form `transform`
    ```

    ## What to do

    Declare the node without ends if what lies beyond them does no harm, or choose another form.
    """

    code = "E565"

    name: str

    def message(self) -> str:
        """The node."""
        return f"`{self.name}` has an end, and a linear mechanism goes beyond any"

    def help(self) -> str:
        """What to do."""
        return f"declare `{self.name} : real`, or choose the form `transform`"


class NearlyExact(Diagnostic):
    r"""A node is all but determined by its parents.

    ## What it means

    What the parents leave open of the node is less than a hundredth of how far its values spread.
    It may be computed from them, as a body mass index is from weight and height. Its density given
    the parents would grow without bound, so its noise is held above a floor; effects and means are
    right to within that. What a counterfactual makes of a unit's own noise is not: it is hardly
    more than the error of the fit.

    ## Example

    ```console
    $ printf 'Dose, Grams : real\nDose -> Grams\n' > grams.scm
    $ printf 'Dose,Grams\n1,1000\n2,2000\n5,5000\n7,7000\n' > grams.csv
    $ scmc train -q grams.scm --data csv:grams.csv --option real=linear --run grams
    numbers  2.8172 nats a held-out row, F(x) within 0.700 of even
    time     0.0 s
    run      grams
    next     scmc query "E(Grams)" --run grams
    warning[W566]: `Grams` is all but determined by its parents
      = help: its noise is held at a floor; counterfactuals that rest on it say little
    ```

    ## What to do

    Leave the node out if it only repeats its parents, or take it as it is where effects are asked
    for.
    """

    code = "W566"

    name: str

    def message(self) -> str:
        """The node."""
        return f"`{self.name}` is all but determined by its parents"

    def help(self) -> str:
        """What follows."""
        return "its noise is held at a floor; counterfactuals that rest on it say little"
