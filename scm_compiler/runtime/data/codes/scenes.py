"""E692: the labels of scenes."""

from scm_compiler.diagnostics.diagnostic import Diagnostic
from scm_compiler.diagnostics.suggest import all_of, did_you_mean


class NotOfScene(Diagnostic):
    """A scene that scmc draws has no such label.

    ## What it means

    `pendulum` and `flow` give the labels of their pictures: Pendulum, Light, Shadow_Length and
    Shadow_Position; Ball, Water, Flow and Hole. Each of them is a number, so that the values of
    such a label are numbers, and a picture has the one that is nearest to its own; or `binned(…)`
    cuts the numbers.

    ## Example

    ```console
    $ scmc train swing.scm --data pendulum --stage labels
    error[E692]: `pendulum` has no labels for this graph: it does not show the label `Shadow`
      = help: did you mean `Shadow_Length`?
    ```

    ## What to do

    Name the labels as the scene has them, and declare their values as numbers:
    `Light : categorical(60, 80, 100, 120, 140)`, or `Light : binned(80, 120)`.
    """

    code = "E692"

    scene: str
    reason: str
    shown: tuple[str, ...]
    near: str | None = None

    def message(self) -> str:
        return f"`{self.scene}` has no labels for this graph: {self.reason}"

    def help(self) -> str:
        every = all_of(f"`{name}`" for name in self.shown)
        return did_you_mean(self.near) or f"`{self.scene}` shows {every}"
