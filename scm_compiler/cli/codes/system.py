"""E116, E117 and E901: the command line, the system, and scmc itself."""

from scm_compiler.diagnostics.codes.writing import elsewhere
from scm_compiler.diagnostics.diagnostic import Diagnostic
from scm_compiler.diagnostics.suggest import one_of


class UnknownCode(Diagnostic):
    """There is no diagnostic with that code.

    ## What it means

    `scmc explain` prints the page of a code such as `E201`. The code given is not one that this
    version of scmc reports.

    ## Example

    ```console
    $ scmc explain E999
    error[E115]: there is no code `E999`
      = help: `scmc explain` lists all codes
    ```

    ## What to do

    Copy the code from the message: it stands in brackets after `error`, `warning` or `note`.
    `scmc explain` without a code lists them all.
    """

    code = "E115"

    asked: str
    near: tuple[str, ...] = ()

    def message(self) -> str:
        return f"there is no code `{self.asked}`"

    def help(self) -> str | None:
        if not self.near:
            return "`scmc explain` lists all codes"
        return f"did you mean {one_of(f'`{code}`' for code in self.near)}?"


class WrongUsage(Diagnostic):
    """The command line is not one that the verb takes.

    ## What it means

    A verb or an option is unknown, a required word is missing, or an option has a value that it
    does not take.

    ## Example

    ```console
    $ scmc verify
    usage: scmc verify [-h] [--json] [-q] DIR
    error[E116]: the following arguments are required: DIR
      = help: `scmc --help` lists the verbs, and `scmc VERB --help` the options of one
    ```

    ## What to do

    `scmc --help` lists the verbs, and `scmc VERB --help` the options of one.
    """

    code = "E116"

    text: str

    def message(self) -> str:
        return self.text

    def help(self) -> str:
        return "`scmc --help` lists the verbs, and `scmc VERB --help` the options of one"


class SystemRefused(Diagnostic):
    """The operating system refused something that the command needs.

    ## What it means

    The disk is full, a folder is missing or does not allow it, or what reads the output is gone.
    Files that were there before are as they were.

    ## Example

    ```console
    $ scmc explain > /dev/full
    error[E117]: No space left on device
      = help: choose another place, or make room: `df -h .` shows how much there is
    ```

    ## What to do

    The message is the system's own. Make room, or choose another place with the verb's options.
    """

    code = "E117"

    reason: str
    path: str | None = None

    def message(self) -> str:
        return self.reason if self.path is None else f"`{self.path}`: {self.reason}"

    def help(self) -> str | None:
        return elsewhere(self.reason, self.path)


class Bug(Diagnostic):
    """A bug of scmc.

    ## What it means

    Something happened that no part of scmc expects. It is not your mistake: what is wrong with an
    input has a code of its own.

    ## Example

    ```console
    $ scmc check model.scm
    error[E901]: a bug of scmc: KeyError: 'Young'
      = help: run again with SCMC_DEBUG=1 and report the trace
    ```

    ## What to do

    Run the command again with `SCMC_DEBUG=1` in the environment, which prints the trace, and
    report it with the input.
    """

    code = "E901"

    kind: str
    text: str

    def message(self) -> str:
        return f"a bug of scmc: {self.kind}: {self.text}"

    def help(self) -> str | None:
        return "run again with SCMC_DEBUG=1 and report the trace"
