"""E720: metrics for TensorBoard."""

from scm_compiler.diagnostics.diagnostic import Diagnostic


class TensorBoardMissing(Diagnostic):
    """The package that writes for TensorBoard is not installed.

    ## What it means

    `--tensorboard` writes the metrics of a training in TensorBoard's form too, with the package
    `tensorboard`, which scmc does not need otherwise.

    ## Example

    ```console
    $ scmc train celeba_g1 --tensorboard
    error[E720]: `--tensorboard` needs the package `tensorboard`
      = help: `pip install "scm-compiler[tensorboard]"`; metrics.jsonl holds the same without it
    ```

    ## What to do

    Install it, or leave the option out: `metrics.jsonl` and `Face.metrics.jsonl` in the run hold
    the same numbers.
    """

    code = "E720"

    def message(self) -> str:
        return "`--tensorboard` needs the package `tensorboard`"

    def help(self) -> str:
        return '`pip install "scm-compiler[tensorboard]"`; metrics.jsonl holds the same without it'
