"""E467: numbers that are made of others."""

from scm_compiler.diagnostics.diagnostic import Diagnostic


class DividesByZero(Diagnostic):
    """A ratio whose lower part is zero.

    ## What it means

    `above / below` has no value where what stands below is zero in the model.

    ## Example

    ```console
    $ scmc query "P(Wet=1) / P(Wet=1, Sprinkler=0, Rain=0)" --run runs/sprinkler-1
    error[E467]: `P(Wet=1) / P(Wet=1, Sprinkler=0, Rain=0)` divides by zero
     --> query:1:1
      |
    1 | P(Wet=1) / P(Wet=1, Sprinkler=0, Rain=0)
      | ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
      = help: ask for what stands below alone, or for the difference
    ```

    ## What to do

    Ask for what stands below alone, or for the difference, which is there where the ratio is not.
    """

    code = "E467"
    query: str

    def message(self) -> str:
        return f"`{self.query}` divides by zero"

    def help(self) -> str:
        return "ask for what stands below alone, or for the difference"
