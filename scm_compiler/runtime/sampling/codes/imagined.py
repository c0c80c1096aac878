"""E833 to E839: samples of what would have been."""

from scm_compiler.diagnostics.diagnostic import Diagnostic


class UnitsHeld(Diagnostic):
    """Units of a counterfactual that are not taken from the world as it is.

    ## What it means

    A counterfactual begins with units as they were observed: their labels tell of their noise.
    `--units` says which ones, by evidence alone.

    ## Example

    ```console
    $ scmc sample "do(Bald=1)" --of :7 --units "do(Male=1)" -o units.csv
    error[E833]: `do(Male=1)` holds labels, and the units are those of the world as it is
      = help: name the units by evidence: `--units "given(Male=1)"`
    ```

    ## What to do

    Write `--units "given(Male=1)"` for units that are seen to be so.
    """

    code = "E833"

    text: str

    def message(self) -> str:
        """The regime."""
        return f"`{self.text}` holds labels, and the units are those of the world as it is"

    def help(self) -> str:
        """What to write."""
        return 'name the units by evidence: `--units "given(Male=1)"`'


class NothingHeld(Diagnostic):
    """A counterfactual of a sample that does not say what would have been held.

    ## What it means

    With `--of` the regime is what would have been done to units that are there already: one or
    more labels held by `do`. Evidence says which units they are, and stands in `--units`.

    ## Example

    ```console
    $ scmc sample "given(Bald=1)" --of :7 -o units.csv
    error[E834]: `given(Bald=1)` is not what would have been held
      = help: hold labels with `do(…)`; which units they are stands in `--units "given(…)"`
    ```

    ## What to do

    Write `scmc sample "do(Bald=1)" --of runs/small-1:7 --units "given(Male=1)" -o figure.png`.
    """

    code = "E834"

    text: str

    def message(self) -> str:
        """The regime."""
        shown = f"`{self.text}`" if self.text else "an empty regime"
        return f"{shown} is not what would have been held"

    def help(self) -> str:
        """What to write."""
        return 'hold labels with `do(…)`; which units they are stands in `--units "given(…)"`'
