"""E73x: a run that another process works on."""

from scm_compiler.diagnostics.diagnostic import Diagnostic


class AlreadyTraining(Diagnostic):
    """Another process trains this run.

    ## What it means

    Two processes that write one checkpoint and one log would spoil both. The run belongs to the
    process that came first, until it ends.

    ## Example

    ```console
    $ scmc train --resume
    resuming runs/celeba_g1-1 with mle, seed 0
    error[E730]: another process trains `runs/celeba_g1-1`
      = help: wait until it ends, or stop it first; `--resume` then goes on
    ```

    ## What to do

    Wait for the other process, or stop it: it saves, and `--resume` goes on from there. To train
    something else meanwhile, leave out `--resume`: that starts a new run.
    """

    code = "E730"

    path: str

    def message(self) -> str:
        return f"another process trains `{self.path}`"

    def help(self) -> str:
        return "wait until it ends, or stop it first; `--resume` then goes on"
