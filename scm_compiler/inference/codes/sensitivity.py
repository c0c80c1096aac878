"""E534: how strong a hidden common cause must be, where that cannot be said."""

from scm_compiler.diagnostics.diagnostic import Diagnostic


class NoSensitivity(Diagnostic):
    """A query whose sensitivity to a hidden common cause cannot be told.

    ## What it means

    `--sensitivity` takes the effect of one label on one value of another, or where real nodes take
    part of one node on the mean of another, as adjusting for what is measured gives it, and says how
    strong a hidden common cause of the two must be to explain it away. Where the effect is
    identified by another formula it holds with such a cause as well, and where other hidden causes
    are in the way there is no effect to start from.

    ## Example

    In `front_door` the formula holds whatever Smoking and Cancer have in common:

    ```console
    $ scmc query --sensitivity "ATE(Smoking -> Cancer)"
    error[E534]: sensitivity to a hidden common cause does not apply: it is the same whatever hidden causes Smoking and Cancer have
     --> query:1:1
      |
    1 | ATE(Smoking -> Cancer)
      | ^^^^^^^^^^^^^^^^^^^^^^
      = help: no `<->` of the two changes it, however strong: see `--identify`
    ```

    ## What to do

    Ask for `ATE(X -> Y)` of a Y with the values 0 and 1, or for a difference such as
    `P(Y=2 | do(X=1)) - P(Y=2 | do(X=0))`. `scmc query --identify` shows what the effect rests on.
    """

    code = "E534"
    why: str
    way: str = "ask for `ATE(X -> Y)`, or for P(Y=y | do(X=1)) - P(Y=y | do(X=0))"

    def message(self) -> str:
        """Why it cannot be told."""
        return f"sensitivity to a hidden common cause does not apply: {self.why}"

    def help(self) -> str:
        """What to do instead."""
        return self.way
