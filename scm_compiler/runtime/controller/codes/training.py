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


class TrainerOption(Diagnostic):
    """An option of a training that nothing takes, or whose value does not fit.

    ## What it means

    `--option NAME=VALUE` sets an option of the image heads that are trained or, where none of them
    has it, of the labels' trainer. This one is an option of neither, or its value is out of bounds.

    ## Example

    ```console
    $ scmc train celeba_g1 --stage labels --option table=shares
    error[E560]: the trainer `mle` has no option `table`
      = help: did you mean `tables`?
    ```

    ## What to do

    Use one of the names that the message lists, with a value that it allows, or leave it out to use
    the preset's.
    """

    code = "E560"

    trainer: str
    option: str
    known: tuple[str, ...]
    reason: str = ""
    heads: bool = False

    def message(self) -> str:
        """What is wrong with it."""
        if self.reason:
            reason = self.reason[:1].lower() + self.reason[1:]
            return f"`{self.option}` of the trainer `{self.trainer}`: {reason}"
        if self.heads:
            return f"neither the trainer `{self.trainer}` nor a head has an option `{self.option}`"
        return f"the trainer `{self.trainer}` has no option `{self.option}`"

    def help(self) -> str:
        """The likely name, or what there is."""
        if self.reason:
            return "leave it out to use the preset's value"
        near = did_you_mean(closest(self.option, self.known))
        return near or f"there are {', '.join(f'`{name}`' for name in self.known)}"


class NoReplicates(Diagnostic):
    """Replicates of a model whose tables are not kept.

    ## What it means

    `--replicates K` trains K further models of the labels and keeps the tables of each. Where the
    tables of a model are too large to be kept, there is nothing to keep of a replicate.

    ## Example

    ```console
    $ scmc train wide.scm --data csv:rows.csv --stage labels --trainer mle --replicates 20
    error[E561]: the tables of `wide` are too large to be kept, and so are those of replicates
      = help: leave `--replicates` out
    ```

    ## What to do

    Leave `--replicates` out, or let labels have fewer parents.
    """

    code = "E561"

    name: str

    def message(self) -> str:
        """The graph."""
        large = f"the tables of `{self.name}` are too large to be kept"
        return f"{large}, and so are those of replicates"

    def help(self) -> str:
        """What to do."""
        return "leave `--replicates` out"
