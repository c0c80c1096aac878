"""Codes of what can be asked of a trainer."""

from scm_compiler.diagnostics.diagnostic import Diagnostic
from scm_compiler.diagnostics.suggest import closest, did_you_mean


class UnknownChoice(Diagnostic):
    """There is no trainer, or no preset of the trainer, of this name.

    ## What it means

    `--trainer` names one of the ways to fit the labels, `--preset` one set of its settings.

    ## Example

    ```console
    $ scmc train celeba_g1 --trainer wgan-gp --preset papre
    error[E704]: the trainer `wgan-gp` has no preset `papre`
      = help: did you mean `paper`?
    ```

    ## What to do

    Use one of the names that the message lists.
    """

    code = "E704"

    what: str
    name: str
    known: tuple[str, ...]

    def message(self) -> str:
        return f"{self.what} `{self.name}`"

    def help(self) -> str:
        near = did_you_mean(closest(self.name, self.known))
        return near or f"there are {', '.join(f'`{name}`' for name in self.known)}"
